"""The inside of every step of a run: the value of each name in its optimizer's equations."""

from collections import namedtuple
from typing import Any, NamedTuple

import jax
import numpy as np

from engine.device import float64, rollout_device
from engine.equations import KEPT, Equation, evaluate
from engine.noises import NOISES
from engine.programs import Program, options_of
from engine.rollout import Run, function_of, objective_of, shared_of
from engine.setting import Setting, arguments

ORDERS = {"gradient": 1, "hessian": 2}  # of the derivative that a MEASURED equation asks for


class Inside(NamedTuple):
    """What the equations of an optimizer compute at each step of a run."""

    values: dict[str, np.ndarray]  # of each name (steps, ...); of the hypers of `lr` alone, the others never change
    deviation: np.ndarray  # (steps,), by how much the equations miss the run's state and point, relative: rounding


def inside(run: Run, setting: Setting) -> Inside:
    """The inside of a single run of `setting`.

    The point, the gradient and the state before and after a step are the run's own; what else the equations need is
    evaluated where they say, on the step's own objective; the rest is computed from them by NumPy.
    Raises ValueError where the optimizer has no equations, and Missing.
    """
    assert run.origin, "a run of rollout or race has its origin"
    optimizer, hypers = run.origin.optimizer, run.origin.hypers
    if optimizer.equations is None or optimizer.system is None:
        raise ValueError(f"{optimizer.name} has no equations yet.")
    system, steps = optimizer.system, len(run.lr)
    state = namedtuple("State", run.state)(**run.state)
    things = {id: _last(rows) for id, rows in optimizer.equations.state(state).items()}
    before = {id if id in system.fixed else id + "_": rows[..., :-1] for id, rows in things.items() if id != "t"}
    after = {id: rows[..., 1:] for id, rows in things.items() if id not in system.fixed}
    point = _last(run.position)
    known = {
        **hypers,
        **{"lr": run.lr, "t": np.arange(1.0, steps + 1), "w": point[..., :-1], "g": _last(run.gradient)[..., :-1]},
        **before,
    }

    def measure(equation: Equation, at: np.ndarray) -> np.ndarray:
        if equation.measured in KEPT:
            return after[equation.name]
        return _last(derivatives(setting, ORDERS[equation.measured], np.moveaxis(at, -1, 0)))

    derived = evaluate(system, known, measure)
    due = {**after, "w_next": point[..., 1:]}
    deviation = np.zeros(steps)
    for id in due.keys() & derived.keys():
        beside = known["w"] if id == "w_next" else np.zeros_like(due[id])  # w_next is a difference: it rounds as w does
        deviation = np.maximum(deviation, _apart(derived[id], due[id], beside))
    values = {**known, **derived, **due}
    return Inside(
        {
            id: np.moveaxis(np.broadcast_to(values[id], (*name.shape, steps)), -1, 0).astype(float)
            for id, name in system.names.items()
            if id != "I" and (name.kind != "hyper" or id == "lr")
        },
        deviation,
    )


def _apart(got: np.ndarray, due: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """The largest difference of two arrays (..., steps) over their largest number at each step, one beside included."""
    axes = tuple(range(due.ndim - 1))
    with np.errstate(all="ignore"):
        same = (got == due) | (np.isnan(got) & np.isnan(due))
        apart = np.where(same, 0.0, np.abs(got - due)).max(axis=axes)
        apart = np.where(apart < np.finfo(float).tiny, 0.0, apart)  # XLA makes 0 of numbers below that
        largest = np.maximum(np.abs(due), np.abs(beside)).max(axis=axes)
        relative = np.where(apart == 0, 0.0, apart / largest)
    return np.where(np.isfinite(relative), relative, np.inf)


def _last(rows: Any) -> np.ndarray:
    """With the axis of steps last, as `evaluate` has it."""
    return np.moveaxis(np.asarray(rows), 0, -1)


def derivatives(setting: Setting, order: int, points: np.ndarray) -> np.ndarray:
    """The values (order 0), gradients or Hessians of each step's own objective at one point a step (steps, 2).

    `setting` is that of a single run. Raises Missing.
    """
    with float64(), jax.default_device(rollout_device()):
        inputs, _ = arguments(setting, [])
        f, data = function_of(setting)
        shared = shared_of(setting, inputs)
        room = np.zeros((len(shared.factors[0]), 2))  # of a size that is already compiled
        room[: len(points)] = points
        program = Program(_derivatives_of, f, data, NOISES[setting.noise_model].perturb, order, options=options_of(f))
        shape = {id: values[0] for id, values in inputs["surface"].items()}
        found = program(room, shape, inputs["batch"][0], shared.draws[0], shared.ranks[0])
        return np.asarray(found)[: len(points)]


def _derivatives_of(f, data, perturb, order: int):
    objective = objective_of(f, data, perturb)

    def value(w, shape, batch, draws, ranks):
        return objective(w, shape, batch, draws, ranks)[0]

    return jax.vmap((value, jax.grad(value), jax.hessian(value))[order], in_axes=(0, None, None, 0, 0))
