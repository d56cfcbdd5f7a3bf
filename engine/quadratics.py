"""Quadratics: surfaces with the same second derivatives everywhere, where theory says when a rule converges."""

from collections.abc import Mapping
from functools import partial

import jax
import numpy as np
from numpy.typing import ArrayLike

from engine.critical import QUICK
from engine.device import float64, rollout_device
from engine.programs import Program
from engine.spec import Surface

# Where second derivatives are compared, as shares of the domain: in no row and no pattern.
PLACES = np.array([(0.08, 0.21), (0.93, 0.34), (0.47, 0.77), (0.31, 0.95), (0.66, 0.03)])
SAME = 1e-9  # relative: second derivatives that differ by less are the same


def curvatures(surface: Surface, hypers: Mapping[str, ArrayLike]) -> np.ndarray | None:
    """The least and the largest eigenvalue of the Hessian, (n, 2), for n values of the surface's hypers, each a number
    or (n,); None unless the surface is a quadratic with a minimum for all of them.
    """
    low, high = np.transpose(surface.domain)
    values = np.broadcast_arrays(0.0, *hypers.values())[1:]
    numbers = {key: np.atleast_1d(value) for key, value in zip(hypers, values, strict=True)}
    with float64(), jax.default_device(rollout_device()), np.errstate(all="ignore"):
        found = np.asarray(Program(_hessians_of, surface.f, options=QUICK)(low + PLACES * (high - low), numbers))
    size = np.abs(found).max(axis=(1, 2, 3), keepdims=True)
    if not np.isfinite(found).all() or (np.abs(found - found[:, :1]) > SAME * size).any():
        return None
    bends = np.linalg.eigvalsh(found[:, 0])
    return bends if (bends[:, 0] > SAME * bends[:, 1]).all() else None


def _hessians_of(f):
    """Hessians (n, places, 2, 2) at places (places, 2) for n values of the hypers."""

    def at(places, hypers):
        return jax.vmap(jax.hessian(partial(f, **hypers)))(places)

    return lambda places, hypers: jax.vmap(at, in_axes=(None, 0), axis_size=_length(hypers))(places, hypers)


def _length(hypers) -> int:
    return max((len(value) for value in hypers.values()), default=1)
