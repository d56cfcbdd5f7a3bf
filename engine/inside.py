"""The inside of every step of a run: the value of each name in its optimizer's equations."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.device import float64, rollout_device
from engine.equations import KEPT, Equation, evaluate, value_of
from engine.noises import NOISES
from engine.programs import Program, options_of
from engine.rollout import Run, function_of, objective_of, shared_of
from engine.setting import Setting, arguments

ORDERS = {"gradient": 1, "hessian": 2}  # of the derivative that a MEASURED equation asks for


TRIALS = 24  # of a line search that are kept: after so many it has closed in on its end


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


class Trials(NamedTuple):
    """What a line search tried at each step."""

    direction: np.ndarray  # (steps, 2)
    tried: np.ndarray  # (steps, TRIALS, 2), lengths along it and the losses of the step's own objective there; or nan


def trials(run: Run, setting: Setting, inside: Inside) -> Trials | None:
    """The line searches of a single run, repeated; None where there are none. Raises Missing.

    Where the repeated search does not end where that of the run did, since rounding decides, it is left out (nan).
    """
    assert run.origin, "a run of rollout or race has its origin"
    optimizer = run.origin.optimizer
    if optimizer.system is None or optimizer.equations is None or optimizer.equations.trials is None:
        return None
    (search,) = (equation for equation in optimizer.system.equations if equation.measured in KEPT)
    assert isinstance(search.tree, tuple)
    known = {**run.origin.hypers, **{id: np.moveaxis(rows, 0, -1) for id, rows in inside.values.items()}}
    direction = np.moveaxis(value_of(optimizer.system, search.tree[1], known), -1, 0)
    values = inside.values
    hypers = {id: value for id, value in run.origin.hypers.items() if id != "lr"}
    rows = (values["w"], values["g"], direction, values["lr"])
    found = _at_steps(setting, _trials_of, (optimizer.equations.trials,), rows, hypers)
    ends = values[search.name][:, None]
    same = np.isclose(found[..., 0], ends, rtol=1e-6, atol=0).any(axis=1) | (ends[:, 0] == 0)
    order = np.argsort(np.isnan(found[..., 0]), axis=1, kind="stable")[:, :TRIALS]  # those that there are first
    first = np.take_along_axis(found, order[..., None], axis=1)
    return Trials(direction, np.where(same[:, None, None], first, np.nan))


def _trials_of(f, data, perturb, search):
    objective = objective_of(f, data, perturb)

    def trials(shape, batch, hypers, draws, ranks, w, g, d, lr):
        def value(w):
            return objective(w, shape, batch, draws, ranks)[0]

        lengths = search(value, w, g, d, lr=lr, **hypers)
        return jnp.stack([lengths, jax.vmap(lambda a: value(w + a * d))(lengths)], axis=-1)

    return jax.vmap(trials, in_axes=(None, None, None, 0, 0, 0, 0, 0, 0))


def derivatives(setting: Setting, order: int, points: np.ndarray) -> np.ndarray:
    """The values (order 0), gradients or Hessians of each step's own objective at one point a step (steps, 2).

    `setting` is that of a single run. Raises Missing.
    """
    return _at_steps(setting, _derivatives_of, (order,), (points,), {})


def _at_steps(setting: Setting, make: Callable[..., Any], of: tuple, rows: tuple, hypers: Mapping[str, Any]):
    """What the program make(f, data, perturb, *of) gives for each step's own objective and its rows of some arrays."""
    with float64(), jax.default_device(rollout_device()):
        inputs, _ = arguments(setting, [])
        f, data = function_of(setting)
        shared = shared_of(setting, inputs)
        program = Program(make, f, data, NOISES[setting.noise_model].perturb, *of, options=options_of(f))
        shape = {id: values[0] for id, values in inputs["surface"].items()}
        steps, room = len(rows[0]), len(shared.factors[0])  # of a size that is already compiled
        wide = [np.concatenate([part, np.zeros((room - steps, *part.shape[1:]))]) for part in rows]
        step = (shared.draws[0], shared.ranks[0], *wide)
        return np.asarray(program(shape, inputs["batch"][0], dict(hypers), *step))[:steps]


def _derivatives_of(f, data, perturb, order: int):
    objective = objective_of(f, data, perturb)

    def value(w, shape, batch, draws, ranks):
        return objective(w, shape, batch, draws, ranks)[0]

    derivative = (value, jax.grad(value), jax.hessian(value))[order]

    def at(shape, batch, hypers, draws, ranks, w):
        return derivative(w, shape, batch, draws, ranks)

    return jax.vmap(at, in_axes=(None, None, None, 0, 0, 0))
