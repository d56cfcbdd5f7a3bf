"""Numbers that tell what became of a run, and what went on inside it."""

from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace

import jax
import numpy as np
from numpy.typing import ArrayLike

from engine.rollout import Run
from engine.spec import Optimizer, Surface, keywords_of


def first_outside(run: Run, surface: Surface) -> int | None:
    """The first step at which one run stands outside the surface's domain, or None."""
    low, high = np.transpose(surface.domain)
    inside = ((low <= run.position) & (run.position <= high)).all(axis=-1)  # nan is not inside
    return None if inside.all() else int(inside.argmin())


def diverged_at(run: Run) -> int | None:
    """The step from which on one run's position or loss is inf or nan for good, or None.

    Where f is not defined a loss may be nan, and the run come back: that is no divergence.
    """
    finite = np.isfinite(run.position).all(axis=-1) & np.isfinite(run.loss)
    return None if finite[-1] else len(finite) - int(finite[::-1].argmax()) if finite.any() else 0


_asks = lru_cache(maxsize=512)(keywords_of)  # to read a signature costs as much as what it belongs to


def shown(run: Run, optimizer: Optimizer, hypers: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    """What the optimizer shows of its inside: word -> (..., steps, 2), row t about the step from row t of the run.

    `hypers` are those the run was made with, each a number or (n,) as for `rollout`; what is left out was at its
    default, and `lr` is read from the run itself. Computed by NumPy alone, so nothing is ever compiled.
    """
    runs = (slice(None),) * (run.loss.ndim - 1)  # a field's step axis follows the run axis, its own axes come last

    def state(rows: slice) -> SimpleNamespace:
        return SimpleNamespace(**jax.tree.map(lambda values: values[*runs, rows], run.state))

    before, after = state(slice(None, -1)), state(slice(1, None))
    given = {id: np.asarray(value)[..., None, None] for id, value in {**optimizer.defaults, **hypers}.items()}
    given["lr"] = run.lr[..., None]
    with np.errstate(all="ignore"):  # past an overflow inf and nan are what a run holds
        return {
            word: show(before, after, **{id: given[id] for id in _asks(show)}) for word, show in optimizer.shows.items()
        }
