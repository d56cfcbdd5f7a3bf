"""Numbers computed from a run: when it left the domain or diverged, and the optimizer's internal quantities."""

from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace

import jax
import numpy as np
from numpy.typing import ArrayLike

from engine.optimizer import Optimizer
from engine.rollout import Run
from engine.spec import Surface, keywords_of


def first_outside(run: Run, surface: Surface) -> int | None:
    """The first step at which one run is outside the surface's domain, or None."""
    low, high = np.transpose(surface.domain)
    inside = ((low <= run.position) & (run.position <= high)).all(axis=-1)  # nan is not inside
    return None if inside.all() else int(inside.argmin())


def diverged_at(run: Run) -> int | None:
    """The step from which on one run's position or loss is never finite again, or None.

    Where f is undefined the loss may be nan at some steps only; a run that comes back has not diverged.
    """
    finite = np.isfinite(run.position).all(axis=-1) & np.isfinite(run.loss)
    return None if finite[-1] else len(finite) - int(finite[::-1].argmax()) if finite.any() else 0


_keywords_of = lru_cache(maxsize=512)(keywords_of)  # reading a signature takes as long as the function itself


def shown(run: Run, optimizer: Optimizer, hypers: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    """The internal quantities that the optimizer shows: name -> (..., steps, 2), row t for the step from row t.

    `hypers` are those of the run, each a number or (n,) as for `rollout`; those left out are at their defaults, and
    `lr` is taken from the run. It is computed by NumPy, so nothing is ever compiled.
    """
    runs = (slice(None),) * (run.loss.ndim - 1)

    def states(rows: slice) -> SimpleNamespace:
        """The states of these rows, transposed: with the axes of steps and runs last, scalars and params broadcast."""
        return SimpleNamespace(**jax.tree.map(lambda values: values[*runs, rows].T, run.state))

    before, after = states(slice(None, -1)), states(slice(1, None))
    given = {id: np.asarray(value) for id, value in {**optimizer.defaults, **hypers}.items()}
    given["lr"] = run.lr.T
    with np.errstate(all="ignore"):  # after an overflow a run holds inf and nan
        return {
            name: function(before, after, **{id: given[id] for id in _keywords_of(function)}).T
            for name, function in optimizer.shows.items()
        }
