"""What the runs of a race share: objective, start, schedule, noise and batch. They are checked and broadcast here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy as np
from numpy.typing import ArrayLike

from engine.follow import check_hypers, check_kind
from engine.optimizer import Optimizer
from engine.schedules import SCHEDULES
from engine.spec import Member, Surface

MAX_STEPS = 100_000


@dataclass(frozen=True, eq=False)
class Setting:
    """Everything that determines a run, except the optimizer and its hyperparameters.

    `start` is (2,) or (n, 2); every hyperparameter, `noise`, `seed` and `batch` is a number or (n,). With an axis of n
    anywhere, n runs are computed in one call. Hyperparameters that are left out take their defaults.
    """

    surface: Surface | Callable[..., Any]  # or a plain function of a point (2,), its hyperparameters by keyword
    surface_hypers: Mapping[str, ArrayLike] = field(default_factory=dict)
    start: ArrayLike | None = None  # None: the surface's own; a plain function has none
    steps: int = 500  # from 1 to MAX_STEPS
    schedule: str = "constant"  # an id of SCHEDULES
    schedule_hypers: Mapping[str, ArrayLike] = field(default_factory=dict)
    noise: ArrayLike = 0.0  # the scale sigma of the noise
    noise_model: str = "gaussian"  # an id of NOISES
    seed: ArrayLike = 0  # of noise and batches; the same seed gives every optimizer the same draws
    batch: ArrayLike | None = None  # how many examples a step sees, on surfaces made of data only; None: all of them

    @property
    def examples(self) -> int:
        """How many training examples the surface has; 0 if it is not made of data."""
        return len(self.surface.data.train.x) if isinstance(self.surface, Surface) and self.surface.data else 0


def setting_of(surface: Any, changes: Mapping[str, Any]) -> Setting:
    """The setting of a surface or a plain function, or a given setting, with these fields changed."""
    setting = replace(surface, **changes) if isinstance(surface, Setting) else Setting(surface, **changes)
    if isinstance(setting.surface, Member) or not callable(setting.surface):
        check_kind("surface", setting.surface, Surface)
    elif setting.start is None:
        raise ValueError("start must be given for a plain function, which has none of its own.")
    steps = setting.steps
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"steps must be a whole number from 1 to {MAX_STEPS}, got {steps!r}.")
    return setting


def arguments(
    setting: Setting, entries: Sequence[tuple[Optimizer, Mapping[str, ArrayLike]]]
) -> tuple[dict[str, Any], bool]:
    """The numbers of n runs, each array with a leading axis of n; and whether no input had such an axis (n = 1).

    Keys: start (n, 2); noise, seed and batch (n,); surface and schedule, each a dict of (n,); hypers, such a dict for
    each entry. Raises ValueError for a wrong kind, id or shape, and for a number that is not finite or out of range.
    """
    surface = setting.surface
    if isinstance(surface, Surface):
        shape = _hypers(surface, setting.surface_hypers)
        point = _numbers("start", surface.start if setting.start is None else setting.start)
    else:
        shape = _numbers_by_id("surface_hypers", setting.surface_hypers)
        point = _numbers("start", setting.start)
    if point.shape[-1:] != (2,) or point.ndim > 2:
        raise ValueError(f"start must have shape (2,) or (n, 2), got {point.shape}.")
    for optimizer, _ in entries:
        check_kind("optimizer", optimizer, Optimizer)
    examples = setting.examples
    if setting.batch is not None and not examples:
        raise ValueError(f"batch applies only to surfaces made of data, got batch={setting.batch!r} without data.")
    batch = examples if setting.batch is None else setting.batch
    return _spread(
        {
            "start": point,
            "surface": shape,
            "schedule": _hypers(SCHEDULES[setting.schedule], setting.schedule_hypers),
            "noise": _per_run("noise", _numbers("noise", setting.noise)),
            "seed": _whole("seed", setting.seed, 0, 2**32 - 1).astype(np.uint32),
            "batch": _whole("batch", batch, min(1, examples), examples),
            "hypers": [_hypers(optimizer, hypers) for optimizer, hypers in entries],
        }
    )


def _spread(inputs: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Broadcast every input to the same leading run axis; say whether none of them had one."""

    def own_axes(path) -> int:
        return 1 if path[0].key == "start" else 0  # a start is (2,), everything else a number

    leaves = jax.tree_util.tree_leaves_with_path(inputs)
    lengths = {leaf.shape[0] for path, leaf in leaves if leaf.ndim > own_axes(path)}
    if len(lengths) > 1 or 0 in lengths:
        raise ValueError(f"inputs with a run axis must agree on its length, at least 1; got {sorted(lengths)}.")
    n = max(lengths, default=1)

    def spread(path, leaf):
        return leaf if leaf.ndim > own_axes(path) else np.broadcast_to(leaf, (n, *leaf.shape))

    return jax.tree_util.tree_map_with_path(spread, inputs), not lengths


def _numbers(what: str, value: Any) -> np.ndarray:
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be a number or an array of numbers, got {value!r}.") from None
    if not np.isfinite(numbers).all():
        raise ValueError(f"{what} must be finite, got {value!r}.")
    return numbers


def _whole(what: str, value: ArrayLike, low: int, high: int) -> np.ndarray:
    numbers = _per_run(what, np.asarray(value))
    if numbers.dtype.kind not in "iu" or numbers.min(initial=low) < low or numbers.max(initial=low) > high:
        raise ValueError(f"{what} must be a whole number from {low} to {high}, got {value!r}.")
    return numbers


def _per_run(what: str, numbers: np.ndarray) -> np.ndarray:
    if numbers.ndim > 1:
        raise ValueError(f"{what} must be a number or have shape (n,), got shape {numbers.shape}.")
    return numbers


def _numbers_by_id(owner: str, values: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    return {id: _per_run(f"{owner}.{id}", _numbers(f"{owner}.{id}", value)) for id, value in values.items()}


def _hypers(member: Member, given: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    check_hypers(member, given)
    return _numbers_by_id(member.id, {**member.defaults, **given})
