"""Maps: one cell is one whole run, of which only the end is kept.

Runs are computed in float32, a chunk at a time, which bounds the memory. On the CPU a chunk is what a processor's cache
holds; it is computed by one thread, and as many of them at a time as there are processors. On several devices chunks go
to them in turn. What becomes of a run depends neither on its chunk nor on which device of a kind it is computed.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from engine.device import map_devices, processors
from engine.follow import Moment, check_kind, loop
from engine.noises import NOISES
from engine.optimizer import Optimizer, Probe
from engine.programs import Program, options_of
from engine.rollout import chances_of, function_of, objective_of
from engine.schedules import SCHEDULES
from engine.setting import Setting, arguments, setting_of
from engine.spec import Schedule, Surface

CHUNK = 2048  # runs, on the CPU
GPU_CHUNK = 2**17  # which a GPU takes about as long for as for a few
UNROLL = 2  # steps in one turn of the loop: between them nothing is written to memory and read again

# How a run ended, as a code: the number of a minimum, SADDLE and the number of a saddle, or one of these.
SADDLE, MOVING, OUTSIDE, DIVERGED = 128, 253, 254, 255
NEAR = 0.01  # of the domain's width and height: as near to a minimum or a saddle a run counts as there
FAR = 1e9  # widths or heights of the domain: a run beyond them has diverged, whatever a number can hold


_turns = count()  # whose turn it is among several devices, whichever map a chunk is of


class Ends(NamedTuple):
    """What became of n runs."""

    position: np.ndarray  # (n, 2) float32, after the last step
    loss: np.ndarray  # (n,) float32, f there, without noise and of all examples
    reached: np.ndarray  # (n,) int32, the first step before which f was at most the goal; steps + 1: never


def ends(
    surface: Any,
    optimizer: Optimizer,
    *,
    hypers: Mapping[str, ArrayLike] | None = None,
    goal: ArrayLike = -np.inf,
    chunk: int | None = None,
    at_once: int | None = None,
    **setting: Any,
) -> Ends:
    """Follow `optimizer` down `surface` in n runs, and keep what became of them.

    The arguments are those of `rollout`; n is the length of whatever has a run axis, and the seed has none. `goal` is a
    value of f, a number or (n,). Noise and batches are those of a rollout. The numbers are a rollout's as far as
    float32 goes: a chaotic run, or one at the border of stability, may end elsewhere. `chunk` is how many runs are
    computed together, and `at_once` how many chunks are under way at a time: by default what suits the devices.

    Raises ValueError as `rollout` does, and for a seed with a run axis.
    """
    asked = setting_of(surface, setting)
    if np.ndim(asked.seed):
        raise ValueError("seed must be one number: all runs of a map have the same noise and batches.")
    inputs, _ = arguments(asked, [(optimizer, hypers or {})])
    n = len(inputs["noise"])
    numbers = {
        "start": tuple(inputs["start"].T),
        "hypers": inputs["hypers"][0],
        "goal": np.broadcast_to(goal, n),
        **{word: inputs[word] for word in ("surface", "schedule", "batch", "noise")},
    }
    # A number that all runs have is one number in the program, too: it need not be read again for every run.
    axes = jax.tree.map(lambda a: 0 if n > 1 and a.strides[0] else None, numbers)
    numbers = jax.tree.map(lambda a: np.float32(a if n > 1 and a.strides[0] else a[0]), numbers)
    draws, ranks = (np.asarray(part) for part in chances_of(asked, bool(inputs["noise"].any())))

    devices = map_devices()
    on_cpu = devices[0].platform == "cpu"
    chunk = chunk or (CHUNK if on_cpu else GPU_CHUNK)
    at_once = at_once or (processors() if on_cpu else 2 * len(devices))

    def arguments_of(begin: int) -> tuple:
        places = np.minimum(np.arange(begin, begin + chunk), n - 1)  # the last run fills the chunk up
        part = jax.tree.map(lambda a: a[places] if a.ndim else a, numbers)
        return np.int32(asked.steps), part, np.float32(draws), ranks

    program = _program(asked, optimizer, bool(inputs["noise"].any()), chunk, axes)

    @cache
    def on(device: Any):
        with jax.enable_x64(False), jax.default_device(device):
            return program.compiled(*arguments_of(0))

    def computed(begin: int) -> tuple:
        run = on(devices[next(_turns) % len(devices)])
        return jax.device_get(run(*arguments_of(begin)))

    with ThreadPoolExecutor(at_once) as pool:
        found = pool.map(computed, range(0, n, chunk))
        x, y, loss, reached = (np.concatenate(column)[:n] for column in zip(*found, strict=True))
    return Ends(np.stack([x, y], axis=1), loss, reached)


class Outcomes(NamedTuple):
    """What became of n runs, beside what there was to reach."""

    ends: Ends
    lowest: np.ndarray  # (n,), the value of the lowest minimum that the surface declares; 0 where it declares none
    ended: np.ndarray  # (n,) uint8, a code
    bounded: bool  # whether the surface declares a minimum


def outcomes(setting: Setting, optimizer: Optimizer, *, within: float, **how: Any) -> Outcomes:
    """Runs on a Surface, whose goal is to come `within` so much of its lowest minimum, and how they ended.

    `how` are further arguments of `ends`, which raises what it raises; the surface's hypers are in the setting.
    """
    surface: Any = setting.surface
    check_kind("surface", surface, Surface)
    shape = {**surface.defaults, **setting.surface_hypers}
    kinds, of_kind = _kinds_of({key: value for key, value in shape.items() if np.ndim(value)})
    landmarks = [[member(**{**shape, **kind}) for member in (surface.minima, surface.saddles)] for kind in kinds]
    lowest = np.array([min((value for _, value in minima), default=0.0) for minima, _ in landmarks])[of_kind]
    found = ends(setting, optimizer, goal=lowest + within, **how)
    ended = np.empty(len(found.loss), np.uint8)
    of_run = np.broadcast_to(of_kind, len(ended))
    groups = np.split(np.argsort(of_run, kind="stable"), np.cumsum(np.bincount(of_run))[:-1])
    for cells, (minima, saddles) in zip(groups, landmarks, strict=True):
        ended[cells] = endings(Ends(*(part[cells] for part in found)), surface.domain, minima, saddles)
    return Outcomes(found, np.broadcast_to(lowest, len(ended)), ended, bool(landmarks[0][0]))


def _kinds_of(moved: Mapping[str, np.ndarray]) -> tuple[list[dict[str, float]], np.ndarray]:
    """The different values that several numbers (n,) have together, and which of them each run has: (n,), or () if no
    number is given.
    """
    if not moved:
        return [{}], np.array(0)
    rows, inverse = np.unique(np.stack(list(moved.values()), axis=1), axis=0, return_inverse=True)
    return [dict(zip(moved, row.tolist(), strict=True)) for row in rows], inverse


def endings(found: Ends, domain: ArrayLike, minima: Sequence, saddles: Sequence) -> np.ndarray:
    """How each of n runs ended, as a code (n,) uint8; minima and saddles as a surface declares them, the first 125."""
    low, high = np.transpose(domain)
    place = (found.position - low) / (high - low)
    codes = np.full(len(place), MOVING, np.uint8)
    wells, passes = minima[: MOVING - SADDLE], saddles[: MOVING - SADDLE]
    if points := [point for point, _ in (*wells, *passes)]:
        at = (np.array(points) - low) / (high - low)
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(place[:, None] - at).max(axis=2)
        nearest = apart.argmin(axis=1)
        numbers = np.array([*range(len(wells)), *range(SADDLE, SADDLE + len(passes))], np.uint8)
        codes = np.where(apart.min(axis=1) <= NEAR, numbers[nearest], codes)
    codes[~((place >= 0) & (place <= 1)).all(axis=1)] = OUTSIDE  # nan is not inside
    codes[~(np.abs(place) <= FAR).all(axis=1) | ~np.isfinite(found.loss)] = DIVERGED
    return codes


def _program(setting: Setting, optimizer: Optimizer, noisy: bool, chunk: int, axes: Any) -> Program:
    """What computes a chunk; `axes` are those of its numbers, 0 or None."""
    f, data = function_of(setting)
    perturb = NOISES[setting.noise_model].perturb if noisy else None
    leaves, tree = jax.tree.flatten(axes, is_leaf=lambda axis: axis is None)
    of = (f, data, SCHEDULES[setting.schedule], perturb, optimizer, chunk, tree, tuple(leaves))
    return Program(_ends_of, *of, options=options_of(f))


def _ends_of(f, data, rule: Schedule, perturb, optimizer: Optimizer, chunk: int, tree, leaves):
    """x, y, f and the step that reached the goal, each (chunk,). A point is two numbers, not an array of two: then all
    arrays run over the chunk, and every operation is done for as many runs at once as the processor can.
    """
    of_step = objective_of(f, data, perturb or (lambda value, params, draws: value))

    def one(steps, numbers, draws, ranks):
        shape, goal = numbers["surface"], numbers["goal"]

        def measure(t, w):
            xi = jax.tree.map(lambda part: numbers["noise"] * part[t], draws) if perturb else draws

            def objective(w):
                return of_step(jnp.stack(w), shape, numbers["batch"], xi, ranks[t] if data else ranks)

            (value, loss), grad = jax.value_and_grad(objective, has_aux=True)(w)
            return Probe(value, grad, lambda w: objective(w)[0]), loss

        def rate(t, value, memory):
            factor, lr = 1.0, numbers["hypers"]["lr"]
            if rule.factor:
                factor = rule.factor(t.astype(lr.dtype), **numbers["schedule"])
            if rule.react:
                factor, memory = rule.react(value, memory, **numbers["schedule"])
            return factor * lr, memory

        def sooner(reached, t, loss):
            return jnp.where(loss <= goal, jnp.minimum(reached, t), reached)

        def keep(reached, at: Moment):
            return sooner(reached, at.step, at.loss)

        memory = jax.tree.map(jnp.asarray, rule.memory) if rule.react else ()
        hypers, never = numbers["hypers"], steps + 1
        w, _, _, reached = loop(
            steps, measure, rate, optimizer, numbers["start"], hypers, memory, never, keep, unroll=UNROLL
        )
        loss = f(jnp.stack(w), **shape)
        return *w, loss, sooner(reached, steps, loss)

    axes = jax.tree.unflatten(tree, leaves)
    return jax.vmap(one, in_axes=(None, axes, None, None), axis_size=chunk)
