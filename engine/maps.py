"""Maps: one cell is one whole run, of which only the end is kept.

Runs are computed in float32, CHUNK at a time: as many as a processor's cache holds. A chunk is computed by one thread,
and as many of them at a time as there are processors. What becomes of a run does not depend on its chunk.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from engine.device import rollout_device
from engine.follow import Moment, loop
from engine.noises import NOISES
from engine.optimizer import Optimizer, Probe
from engine.programs import Program, options_of
from engine.rollout import chances_of, function_of, objective_of
from engine.schedules import SCHEDULES
from engine.setting import Setting, arguments, setting_of
from engine.spec import Schedule

CHUNK = 2048
UNROLL = 2  # steps in one turn of the loop: between them nothing is written to memory and read again

# How a run ended, as a code: the number of a minimum, SADDLE and the number of a saddle, or one of these.
SADDLE, MOVING, OUTSIDE, DIVERGED = 128, 253, 254, 255
NEAR = 0.01  # of the domain's width and height: as near to a minimum or a saddle a run counts as there
FAR = 1e9  # widths or heights of the domain: a run beyond them has diverged, whatever a number can hold


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
    chunk: int = CHUNK,
    **setting: Any,
) -> Ends:
    """Follow `optimizer` down `surface` in n runs, and keep what became of them.

    The arguments are those of `rollout`; n is the length of whatever has a run axis, and the seed has none. `goal` is a
    value of f, a number or (n,). Noise and batches are those of a rollout. The numbers are a rollout's as far as
    float32 goes: a chaotic run, or one at the border of stability, may end elsewhere.

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

    def arguments_of(begin: int) -> tuple:
        places = np.minimum(np.arange(begin, begin + chunk), n - 1)  # the last run fills the chunk up
        part = jax.tree.map(lambda a: a[places] if a.ndim else a, numbers)
        return np.int32(asked.steps), part, np.float32(draws), ranks

    program = _program(asked, optimizer, bool(inputs["noise"].any()), chunk, axes)
    with jax.enable_x64(False), jax.default_device(rollout_device()):
        run = program.compiled(*arguments_of(0))
    with ThreadPoolExecutor(threads()) as pool:
        found = pool.map(lambda begin: jax.device_get(run(*arguments_of(begin))), range(0, n, chunk))
        x, y, loss, reached = (np.concatenate(column)[:n] for column in zip(*found, strict=True))
    return Ends(np.stack([x, y], axis=1), loss, reached)


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


def threads() -> int:
    """As many as there are processors for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
