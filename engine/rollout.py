"""Runs on surfaces: the loop of `engine.follow` in the plane, compiled once for any number of runs and steps.

It shares `loop` with `follow` and does not call it, for three reasons. All optimizers of a race use the same random
numbers and schedule factors, which are computed once and passed in (`Shared`); in `follow` the objective draws its own.
The number of steps is an argument of the compiled program, although every step is recorded, so that another number
compiles nothing. And what is recorded of a step is one flat row, which is faster (see `_runs`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from numpy.typing import ArrayLike

from engine.cache import computed_once
from engine.device import float64, rollout_device
from engine.follow import Moment, loop
from engine.noises import NOISES
from engine.optimizer import Optimizer, Probe
from engine.programs import Program, options_of, prepared
from engine.schedules import SCHEDULES
from engine.setting import Setting, arguments, setting_of
from engine.spec import Data, Noise, Schedule, Surface

# Runs are written into blocks of 1024, 2048, 4096, ... rows and cut to the steps asked for, so that changing the number
# of steps below 1024 never compiles anything. Rows past the steps are not computed.
SHORTEST_BLOCK = 1024

Entries = Sequence[tuple[Optimizer, Mapping[str, ArrayLike]]]  # optimizers, each with its hyperparameters


class Origin(NamedTuple):
    """What a run was computed from: a figure of the run draws its surface and names its hyperparameters."""

    surface: Surface | Callable[..., Any]
    surface_hypers: dict[str, ArrayLike]  # every hyperparameter, each a number or (n,) for n runs
    optimizer: Optimizer
    hypers: dict[str, ArrayLike]  # likewise


@dataclass(frozen=True)
class Run:
    """The path of one run, or of many with a leading run axis. Row t is the state before step t; row 0 is the start.

    Once a run overflows, its rows hold inf and nan.
    """

    position: np.ndarray  # (..., steps + 1, 2)
    loss: np.ndarray  # (..., steps + 1), f itself, without noise and of all examples
    gradient: np.ndarray  # (..., steps + 1, 2), of the step's own objective at the position, as the optimizer saw it
    lr: np.ndarray  # (..., steps), the learning rate of each step, the schedule applied
    state: dict[str, Any]  # field of the optimizer's state -> array (..., steps + 1, ...), or a tree of such
    origin: Origin | None = None


def rollout(
    surface: Surface | Callable[..., Any] | Setting,
    optimizer: Optimizer,
    *,
    hypers: Mapping[str, ArrayLike] | None = None,
    **setting: Any,
) -> Run:
    """Follow `optimizer` down `surface` for a number of steps, in float64.

    The keywords are the fields of `Setting`: start, steps, schedule, noise, seed, ...; `surface` may be such a setting,
    which they then change, or a plain function of a point (2,), which needs a `start`. Hyperparameters left out take
    their defaults. If one of the numbers has an axis of n, or the start is (n, 2), then n runs are computed at once
    and every array of the answer has a leading axis of n.

    Raises ValueError for a wrong kind, shape or id, a number that is not finite, or steps outside 1..MAX_STEPS.
    """
    (run,) = race(surface, [(optimizer, hypers or {})], **setting)
    return run


def race(surface: Surface | Callable[..., Any] | Setting, entries: Entries, **setting: Any) -> list[Run]:
    """Several optimizers, each with its hyperparameters, from the same start with the same noise.

    The keywords are those of `rollout`. The answer holds one Run per entry, in their order.
    """
    setting_ = setting_of(surface, setting)
    with float64(), jax.default_device(rollout_device()):
        works, single = _works(setting_, entries, everything=True)
        blocks = [work() for work in works]  # JAX dispatches asynchronously: nothing waits here for a result
        rows = [np.asarray(block) for block in blocks]  # one copy an entry: many small ones take longer than the run
        cut = slice(setting_.steps + 1)
        return [
            _split(block[0, cut] if single else block[:, cut], _origin(setting_, optimizer, hypers))
            for block, (optimizer, hypers) in zip(rows, entries, strict=True)
        ]


def race_paths(
    surface: Surface | Callable[..., Any] | Setting, entries: Entries, **setting: Any
) -> Iterator[jax.Array]:
    """A race of which only x, y and the loss are kept: for a hundred runs at once several times faster than `race`.

    It takes the arguments of `race`. It gives one array (n, rows, 3) per entry, still on the device; rows past the
    steps are zeros. An entry is run when it is asked for: two hundred at once would take half a gigabyte.
    """
    with float64(), jax.default_device(rollout_device()):
        works, _ = _works(setting_of(surface, setting), entries, everything=False)

    def block(work: Callable[[], jax.Array]) -> jax.Array:
        with float64(), jax.default_device(rollout_device()):
            return work()

    return map(block, works)


def _works(setting: Setting, entries: Entries, everything: bool) -> tuple[list[Callable[[], jax.Array]], bool]:
    """For every entry what computes the rows of its runs, (n, rows, width); and whether no input had a run axis."""
    inputs, single = arguments(setting, entries)
    rule, noise = SCHEDULES[setting.schedule], NOISES[setting.noise_model]
    f, data = function_of(setting)
    shared = shared_of(setting, inputs)
    if len(inputs["noise"]) > 1:  # as NumPy's arrays they would be copied for every entry: a fifth of a fan's time
        shared = jax.device_put(shared)
    reacting = rule if rule.react else None
    memory = inputs["schedule"] if reacting else {}
    wanted = [
        (
            Program(_runs, f, data, reacting, noise.perturb, optimizer, everything, options=options_of(f)),
            (setting.steps + 1, inputs["start"], inputs["surface"], hypers, memory, inputs["batch"], shared),
        )
        for (optimizer, _), hypers in zip(entries, inputs["hypers"], strict=True)
    ]
    return prepared(wanted), single


class Shared(NamedTuple):
    """What all optimizers of a race share at each of its steps, for n runs."""

    factors: Any  # arrays (n, rows), by which the schedule multiplies lr; 1 for a schedule that reacts to the run
    draws: Any  # (n, rows, ...), the draws of the noise model times the noise's scale
    ranks: Any  # (n, rows, examples), a random permutation: the batch is the k examples whose rank is below k


def function_of(setting: Setting) -> tuple[Callable[..., Any], Data | None]:
    """The function of a setting's surface, and the data that it is made of."""
    surface = setting.surface
    return (surface.f, surface.data) if isinstance(surface, Surface) else (surface, None)


def shared_of(setting: Setting, inputs: Mapping[str, Any]) -> Shared:
    """What the optimizers of a race share, given its numbers as `arguments` has them."""
    rule, noise, examples = SCHEDULES[setting.schedule], NOISES[setting.noise_model], setting.examples
    rows = max(SHORTEST_BLOCK, 1 << int(setting.steps).bit_length())
    sigma, seed = inputs["noise"], inputs["seed"]
    n = len(sigma)
    factors = _for_runs(n, _factors_of, (rule, rows), *inputs["schedule"].values())
    if not sigma.any() and not examples:  # no draws are needed, and compiling them takes an eighth of a first picture
        return Shared(factors, np.zeros((n, rows, *_draw_shape(noise))), np.zeros((n, rows, 0), np.uint8))
    draws, ranks = _for_runs(n, _draws_of, (noise, rows, examples), seed)
    return Shared(factors, sigma.reshape(n, *[1] * (draws.ndim - 1)) * draws, ranks)


def chances_of(setting: Setting, noisy: bool) -> tuple[Any, Any]:
    """The draws (rows, ...) of a race's noise and the ranks (rows, examples) of its examples, of one seed; or (0,)."""
    noise, nothing = NOISES[setting.noise_model], np.zeros(0, np.uint8)
    if not noisy and not setting.examples:
        return nothing, nothing
    with float64(), jax.default_device(rollout_device()):
        rows = max(SHORTEST_BLOCK, 1 << int(setting.steps).bit_length())
        draws, ranks = _for_one(_draws_of, (noise, rows, setting.examples), np.asarray(setting.seed).item())
    return draws if noisy else nothing, ranks if setting.examples else nothing


def _for_runs(n: int, make, static: tuple, *numbers: np.ndarray):
    """What the compiled function make(*static) gives for the numbers (n,) of n runs; computed once if all are equal."""
    if any((a != a[0]).any() for a in numbers):
        return jax.tree.map(np.asarray, Program(_many, make, *static)(*numbers))
    one = _for_one(make, static, *(a[0].item() for a in numbers))
    return jax.tree.map(lambda a: np.broadcast_to(a, (n, *a.shape)), one)


def _many(make, *static):
    """make(*static) for many runs."""
    return jax.vmap(make(*static))


@computed_once(most=32)
def _for_one(make, static: tuple, *numbers: float):
    """The result for one run. It is cached because it stays the same while only learning rates change."""
    return jax.tree.map(np.asarray, Program(make, *static)(*numbers))


def _factors_of(rule: Schedule, rows: int):
    """The schedule's factors on the learning rate, (rows,), from its hypers."""

    def factors(*hypers):
        t = jnp.arange(rows, dtype=float)
        return rule.factor(t, **dict(zip(rule.defaults, hypers, strict=True))) if rule.factor else jnp.ones(rows)

    return factors


def _draws_of(noise: Noise, rows: int, examples: int):
    """The noise's draws (rows, ...) and the ranks of the examples (rows, examples), from a seed."""

    def draws(seed):
        key = jax.random.key(seed.astype(jnp.uint32))
        # A key depends on its step alone, not on the number of rows: a longer run begins like a shorter one.
        keys = jax.vmap(partial(jax.random.fold_in, key))(jnp.arange(rows))
        xi = jax.vmap(lambda key: noise.draw(key, jnp.zeros(2)))(keys)
        ranks = jax.vmap(lambda key: jax.random.permutation(jax.random.fold_in(key, 1), examples))(keys)
        return xi, ranks.astype(jnp.uint8)

    return draws


@lru_cache
def _draw_shape(noise: Noise) -> tuple[int, ...]:
    """The shape of a noise model's draw for one step in the plane."""
    return jax.eval_shape(lambda: noise.draw(jax.random.key(0), jnp.zeros(2))).shape


def objective_of(f, data, perturb):
    """The objective of one step, as a function of the point that gives its value and the loss itself.

    It takes the surface's hypers, the number of examples in a batch, the step's draws and its ranks, as in `Shared`.
    """

    def objective(w, shape, batch, draws, ranks):
        loss = f(w, **shape)
        mean = loss
        if data is not None:
            mean = jnp.dot(ranks < batch, data.loss(w, *data.train)) / batch
        return perturb(mean, w, draws), loss

    return objective


def _runs(f, data, reacting: Schedule | None, perturb, optimizer: Optimizer, everything: bool):
    """The rows of many runs. Every number is an argument, the number of steps included, so that changing one
    compiles nothing.
    """
    react = reacting and reacting.react
    of_step = objective_of(f, data, perturb)

    def one(moments, start, shape, hypers, schedule, batch, shared):
        def measure(t, w):
            def objective(w):
                return of_step(w, shape, batch, shared.draws[t], shared.ranks[t])

            (value, loss), grad = jax.value_and_grad(objective, has_aux=True)(w)
            return Probe(value, grad, lambda w: objective(w)[0]), loss

        def rate(t, value, memory):
            lr = shared.factors[t] * hypers["lr"]
            if react:
                factor, memory = react(value, memory, **schedule)
                lr = factor * lr
            return lr, memory

        def row(w, loss, gradient, lr, state):
            return ravel_pytree((w, loss, gradient, lr, state) if everything else (w, loss))[0]

        def keep(block, at: Moment):
            return block.at[at.step].set(row(at.params, at.loss, at.probe.grad, at.lr, at.state))

        # One flat row a step keeps the loop's body small enough for XLA to run the whole loop as one kernel: measured
        # 0.08 ms instead of 1.16 ms for 1024 steps of Adam.
        width = row(start, 0.0, start, 0.0, optimizer.init(start)).size
        block = jnp.zeros((len(shared.factors), width))
        memory = jax.tree.map(jnp.asarray, reacting.memory) if reacting else ()
        return loop(moments, measure, rate, optimizer, start, hypers, memory, block, keep)[-1]

    return jax.vmap(one, in_axes=(None, 0, 0, 0, 0, 0, 0))


def _origin(setting: Setting, optimizer: Optimizer, hypers: Mapping[str, ArrayLike]) -> Origin:
    """What a run is computed from, every hyperparameter stated."""
    defaults = setting.surface.defaults if isinstance(setting.surface, Surface) else {}
    shape = {**defaults, **setting.surface_hypers}
    return Origin(setting.surface, shape, optimizer, {**optimizer.defaults, **hypers})


def _split(rows: np.ndarray, origin: Origin) -> Run:
    """Split the flat rows (..., steps + 1, width) of `_runs` into the fields of a Run."""
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
    """The leaves of an optimizer's state for a point of the plane, and their tree."""
    return jax.tree.flatten(jax.eval_shape(init, np.zeros(2)))
