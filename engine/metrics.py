"""Numbers that tell what became of a run."""

import numpy as np

from engine.rollout import Run
from engine.spec import Surface


def first_outside(run: Run, surface: Surface) -> int | None:
    """The first step at which one run stands outside the surface's domain, or None."""
    low, high = np.transpose(surface.domain)
    inside = ((low <= run.position) & (run.position <= high)).all(axis=-1)  # nan is not inside
    return None if inside.all() else int(inside.argmin())


def first_non_finite(run: Run) -> int | None:
    """The first step at which one run's position or loss is inf or nan, or None."""
    finite = np.isfinite(run.position).all(axis=-1) & np.isfinite(run.loss)
    return None if finite.all() else int(finite.argmin())
