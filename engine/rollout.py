"""One run, or many at once: a compiled loop over steps, `vmap` over runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from numpy.typing import ArrayLike

from engine.device import compiled, rollout_device
from engine.schedules import SCHEDULES
from engine.spec import Member, Optimizer, Probe, Schedule, Surface

MAX_STEPS = 100_000
# Runs are written into blocks of 1024, 2048, 4096, ... rows and cut to the steps asked for, so that moving a steps
# slider below 1024 never compiles anything; rows past the steps are not computed.
SHORTEST_BLOCK = 1024


class Origin(NamedTuple):
    """What a run was computed from, so that a figure of the run can draw its surface and name it."""

    surface: Surface
    surface_hypers: dict[str, ArrayLike]  # every hyperparameter, each a number or (n,) for n runs
    optimizer: Optimizer
    hypers: dict[str, ArrayLike]  # likewise


@dataclass(frozen=True)
class Run:
    """The path of one run, or of many with a leading run axis. Row t is the moment before step t; row 0 the start.

    Rows past an overflow hold inf and nan: a run that diverges says so.
    """

    position: np.ndarray  # (..., steps + 1, 2)
    loss: np.ndarray  # (..., steps + 1), the true surface, without noise
    gradient: np.ndarray  # (..., steps + 1, 2), at the position, noise included: what the optimizer saw
    lr: np.ndarray  # (..., steps), the learning rate of each step, the schedule applied
    state: dict[str, Any]  # field of the optimizer's state -> array (..., steps + 1, ...), or a tree of such
    origin: Origin | None = None


def rollout(
    surface: Surface,
    optimizer: Optimizer,
    *,
    start: ArrayLike | None = None,
    steps: int = 500,
    hypers: Mapping[str, ArrayLike] | None = None,
    surface_hypers: Mapping[str, ArrayLike] | None = None,
    schedule: str = "constant",
    schedule_hypers: Mapping[str, ArrayLike] | None = None,
    noise: ArrayLike = 0.0,
    seed: ArrayLike = 0,
    batch: ArrayLike | None = None,
) -> Run:
    """Follow `optimizer` down `surface` from `start` for `steps` updates, in float64.

    What is left out takes its default. `start` is (2,) or (n, 2); every hyperparameter, `noise` and `seed` is a number
    or (n,): then n runs are one call and every array of the answer has a leading axis of n. Noise tilts the surface:
    step t sees f(w) + noise xi_t . w with xi_t ~ N(0, I) drawn from `seed`, the same for every optimizer. On a surface
    made of data, `batch` is how many examples a step sees, drawn anew for each from `seed`, without replacement (left
    out: all); the loss of a Run is always that of all of them.

    Raises ValueError for a wrong kind, shape or id, a number that is not finite, or steps outside 1..MAX_STEPS.
    """
    (run,) = race(
        surface,
        [(optimizer, {} if hypers is None else hypers)],
        start=start,
        steps=steps,
        surface_hypers=surface_hypers,
        schedule=schedule,
        schedule_hypers=schedule_hypers,
        noise=noise,
        seed=seed,
        batch=batch,
    )
    return run


def race(
    surface: Surface,
    entries: Sequence[tuple[Optimizer, Mapping[str, ArrayLike]]],
    *,
    start: ArrayLike | None = None,
    steps: int = 500,
    surface_hypers: Mapping[str, ArrayLike] | None = None,
    schedule: str = "constant",
    schedule_hypers: Mapping[str, ArrayLike] | None = None,
    noise: ArrayLike = 0.0,
    seed: ArrayLike = 0,
    batch: ArrayLike | None = None,
) -> list[Run]:
    """Several optimizers, each with its hyperparameters, from the same start through the same noise.

    The arguments mean what they mean for `rollout`; the answer holds one Run per entry, in their order.
    """
    blocks, single = _race(
        True,
        surface,
        entries,
        start=start,
        steps=steps,
        surface_hypers=surface_hypers,
        schedule=schedule,
        schedule_hypers=schedule_hypers,
        noise=noise,
        seed=seed,
        batch=batch,
    )
    rows = (np.asarray(block) for block in blocks)  # one array a run: moving many small ones costs more than computing
    shape = {**surface.defaults, **(surface_hypers or {})}
    origins = [Origin(surface, shape, optimizer, {**optimizer.defaults, **hypers}) for optimizer, hypers in entries]
    return [
        _run(block[0, : steps + 1] if single else block[:, : steps + 1], origin)
        for block, origin in zip(rows, origins, strict=True)
    ]


def race_paths(surface: Surface, entries, **settings) -> list[jax.Array]:
    """A race of which only x, y and the loss are kept: for a hundred runs at once several times faster than `race`.

    It takes the arguments of `race`. The answer holds one array (n, rows, 3) per entry, still where it was computed;
    rows past the steps are zeros.
    """
    return _race(False, surface, entries, **settings)[0]


def _race(
    everything: bool,
    surface: Surface,
    entries: Sequence[tuple[Optimizer, Mapping[str, ArrayLike]]],
    *,
    start: ArrayLike | None = None,
    steps: int = 500,
    surface_hypers: Mapping[str, ArrayLike] | None = None,
    schedule: str = "constant",
    schedule_hypers: Mapping[str, ArrayLike] | None = None,
    noise: ArrayLike = 0.0,
    seed: ArrayLike = 0,
    batch: ArrayLike | None = None,
):
    """Check the arguments of a race and compute its blocks; say whether it was a single run."""
    _check_kind("surface", surface, Surface)
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"steps must be a whole number from 1 to {MAX_STEPS}, got {steps!r}.")
    rule = SCHEDULES[schedule]
    point = _numbers("start", surface.start if start is None else start)
    if point.shape[-1:] != (2,) or point.ndim > 2:
        raise ValueError(f"start must have shape (2,) or (n, 2), got {point.shape}.")
    for optimizer, _ in entries:
        _check_kind("optimizer", optimizer, Optimizer)
    examples = len(surface.data.train.x) if surface.data else 0
    inputs, single = _batch(
        {
            "start": point,
            "surface": _hypers(surface, surface_hypers),
            "schedule": _hypers(rule, schedule_hypers),
            "noise": _per_run("noise", _numbers("noise", noise)),
            "seed": _whole("seed", seed, 0, 2**32 - 1).astype(np.uint32),
            "batch": _whole("batch", examples if batch is None else batch, min(1, examples), examples),
            "hypers": [_hypers(optimizer, hypers) for optimizer, hypers in entries],
        }
    )
    rows = max(SHORTEST_BLOCK, 1 << int(steps).bit_length())

    with jax.default_device(rollout_device()):
        weather = _weather(rule, rows, examples, inputs["schedule"], inputs["noise"], inputs["seed"])
        blocks = [  # dispatched, not awaited: the next one starts meanwhile
            compiled(_loop, surface, rule if rule.react else None, optimizer, everything)(
                steps + 1,
                inputs["start"],
                inputs["surface"],
                hypers,
                inputs["schedule"] if rule.react else {},
                inputs["batch"],
                weather,
            )
            for (optimizer, _), hypers in zip(entries, inputs["hypers"], strict=True)
        ]
    return blocks, single


class Weather(NamedTuple):
    """What all optimizers meet alike, for n runs."""

    factors: Any  # arrays (n, rows), the schedule's, 1 for one that reacts
    tilts: Any  # (n, rows, 2), the noise's
    ranks: Any  # (n, rows, examples), a step's batch of k examples are those of the ranks below k


def _weather(rule: Schedule, rows: int, examples: int, schedule: dict[str, np.ndarray], noise, seed) -> Weather:
    n = len(noise)
    factors = _for_runs(n, _factors_of, (rule, rows), *schedule.values())
    if not noise.any() and not examples:  # nothing to draw: compiling that would be an eighth of a first picture
        return Weather(factors, np.zeros((n, rows, 2)), np.zeros((n, rows, 0), np.uint8))
    xi, ranks = _for_runs(n, _draws_of, (rows, examples), seed)
    return Weather(factors, noise[:, None, None] * xi, ranks)


def _for_runs(n: int, make, static: tuple, *numbers: np.ndarray):
    """What the compiled function make(*static) says of the numbers (n,) of n runs; asked once where they are alike."""
    if any((a != a[0]).any() for a in numbers):
        return jax.tree.map(np.asarray, compiled(_many, make, *static)(*numbers))
    once = _once(make, static, *(a[0].item() for a in numbers))
    return jax.tree.map(lambda a: np.broadcast_to(a, (n, *a.shape)), once)


def _many(make, *static):
    """Compiled: make(*static) for many runs."""
    return jax.jit(jax.vmap(make(*static)))


@lru_cache(maxsize=128)
def _once(make, static: tuple, *numbers: float):
    """What make(*static) says for one run, kept: while a learning rate is dragged it does not change."""
    return jax.tree.map(np.asarray, compiled(make, *static)(*numbers))


def _factors_of(rule: Schedule, rows: int):
    """Compiled: what a schedule multiplies the learning rate by, (rows,), from its hypers."""

    def factors(*hypers):
        t = jnp.arange(rows, dtype=float)
        return rule.factor(t, **dict(zip(rule.defaults, hypers, strict=True))) if rule.factor else jnp.ones(rows)

    return jax.jit(factors)


def _draws_of(rows: int, examples: int):
    """Compiled: xi (rows, 2) and the ranks of the examples (rows, examples), from a seed."""

    def draws(seed):
        key = jax.random.key(seed.astype(jnp.uint32))
        keys = jax.vmap(partial(jax.random.fold_in, key))(jnp.arange(rows))  # by step, whatever the block
        xi = jax.vmap(partial(jax.random.normal, shape=(2,)))(keys)
        ranks = jax.vmap(lambda key: jax.random.permutation(jax.random.fold_in(key, 1), examples))(keys)
        return xi, ranks.astype(jnp.uint8)

    return jax.jit(draws)


def _loop(surface: Surface, reacting: Schedule | None, optimizer: Optimizer, everything: bool):
    """Compiled: one optimizer on one surface. All that a slider moves is an argument, the steps included."""
    f, data, react = surface.f, surface.data, reacting and reacting.react

    def one(rows, start, shape, hypers, schedule, batch, weather):
        def true(w):
            return f(w, **shape)

        def row(w, loss, gradient, lr, state):
            return ravel_pytree((w, loss, gradient, lr, state) if everything else (w, loss))[0]

        def step(t, carry):
            w, state, memory, block = carry
            tilt = weather.tilts[t]

            def seen(w):
                if data is None:
                    return true(w) + jnp.dot(tilt, w)
                return jnp.dot(weather.ranks[t] < batch, data.loss(w, *data.train)) / batch + jnp.dot(tilt, w)

            if data is None:
                loss, slope = jax.value_and_grad(true)(w)
                probe = Probe(loss + jnp.dot(tilt, w), slope + tilt, seen)
            else:
                loss = true(w)
                probe = Probe(*jax.value_and_grad(seen)(w), seen)
            lr = weather.factors[t] * hypers["lr"]
            if react:
                factor, memory = react(probe.value, memory, **schedule)
                lr = factor * lr
            after = optimizer.update(probe, state, w, **{**hypers, "lr": lr})
            return *after, memory, block.at[t].set(row(w, loss, probe.grad, lr, state))

        # One flat row a step keeps the loop body small enough for XLA to run the whole loop as one kernel: measured
        # 0.08 ms instead of 1.16 ms for 1024 steps of Adam.
        state = optimizer.init(start)
        memory = jax.tree.map(jnp.asarray, reacting.memory) if reacting else ()
        width = row(start, 0.0, start, 0.0, state).size
        block = jnp.zeros((len(weather.factors), width))
        return jax.lax.fori_loop(0, rows, step, (start, state, memory, block))[-1]

    return jax.jit(jax.vmap(one, in_axes=(None, 0, 0, 0, 0, 0, 0)))


def _batch(inputs: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Give every input the same leading run axis; say whether there was none."""

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


def _run(rows: np.ndarray, origin: Origin) -> Run:
    """Take the flat rows (..., steps + 1, width) of `_loop` apart."""
    leaves, tree = _state_shape(origin.optimizer.init)
    ends = np.cumsum([2, 1, 2, 1, *(leaf.size for leaf in leaves)])
    position, loss, gradient, lr, *parts = np.split(rows, ends[:-1], axis=-1)
    shaped = [
        part.reshape(*part.shape[:-1], *leaf.shape).astype(leaf.dtype) for part, leaf in zip(parts, leaves, strict=True)
    ]
    fields = tree.unflatten(shaped)._asdict()
    return Run(position, loss[..., 0], gradient, lr[..., :-1, 0], fields, origin)


@lru_cache(maxsize=512)
def _state_shape(init):
    """The leaves of an optimizer's state and how they hang together."""
    return jax.tree.flatten(jax.eval_shape(init, np.zeros(2)))


def _check_kind(what: str, got: object, kind: type[Member]) -> None:
    if not isinstance(got, kind):
        raise ValueError(f"{what} must be {kind.__name__.upper()}S[...] or another {kind.__name__}, got {got!r}.")


def _numbers(what: str, value: ArrayLike) -> np.ndarray:
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


def _hypers(member: Member, given: Mapping[str, ArrayLike] | None) -> dict[str, np.ndarray]:
    unknown = sorted(set(given or {}) - set(member.defaults))
    if unknown:
        raise ValueError(
            f"{member.id} has no hyperparameter {', '.join(map(repr, unknown))}: "
            f"expected some of {', '.join(member.defaults) or 'none at all'}."
        )
    values = {**member.defaults, **(given or {})}
    return {id: _per_run(f"{member.id}.{id}", _numbers(f"{member.id}.{id}", value)) for id, value in values.items()}
