"""One run in four ways, from a loop of NumPy's operations to one compiled program: its time, and where it ends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from time import perf_counter
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.device import float64, rollout_device
from engine.follow import loop
from engine.graph import graph_of
from engine.numpy_graph import unknown_in, value_and_grad
from engine.optimizer import Optimizer, Probe, unbiased
from engine.rollout import rollout
from engine.setting import Setting
from engine.spec import Surface

FEW = 300  # steps of the ways that Python drives
PATIENCE = 1.5  # s after which such a way stops
TRIES = 5  # of the compiled loop, which takes less than a millisecond


class Way(NamedTuple):
    """How one way of running went."""

    id: str
    steps: int = 0  # that were run
    each: float = 0.0  # s that a step took: the quickest, so that nothing counts which the machine did beside it
    compiling: float = 0.0  # s before them, in which something was compiled
    apart: float | None = None  # the larger difference of a coordinate from the engine's own run after as many steps
    reason: str = ""  # why it was not run: a sentence


ARRAYS = Way("numpy", reason="The surface is made of examples: its derivatives are not written for NumPy here.")
OPERATION = Way("numpy", reason="The surface uses an operation that is not written for NumPy here.")
RULE = Way("numpy", reason="This rule uses what JAX has and NumPy lacks.")


class Task(NamedTuple):
    """What all ways run."""

    f: Callable[..., Any]
    optimizer: Optimizer
    hypers: Mapping[str, float]
    rates: np.ndarray  # (steps + 1,), the learning rate of each step
    path: np.ndarray  # (steps + 1, 2), of the engine's own run


def run_in(way: str, setting: Setting, optimizer: Optimizer, hypers: Mapping[str, float]) -> Way:
    """Run it in one of WAYS, without the noise of its gradients, each step with all examples.

    The learning rates are those of the run, its schedule applied. Raises ValueError for a way that there is not.
    """
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}, got {way!r}.")
    surface = setting.surface
    assert isinstance(surface, Surface)
    run = rollout(replace(setting, noise=0.0, batch=None), optimizer, hypers=hypers)
    with float64(), jax.default_device(rollout_device()):
        f = partial(surface.f, **{**surface.defaults, **setting.surface_hypers})
        task = Task(f, optimizer, {**optimizer.defaults, **hypers}, np.append(run.lr, 0.0), run.position)
        return ARRAYS if way == "numpy" and surface.data else WAYS[way](task)


def _numpy(task: Task) -> Way:
    """The rule's own source with numpy in place of jax.numpy, and the gradient from the graph."""
    nodes = graph_of(task.f, {})
    if unknown_in(nodes):
        return OPERATION
    update = _with_numpy(task.optimizer.update)
    if update is None:
        return RULE
    both: Any = value_and_grad(nodes)

    def step(w, state, rate):
        value, grad = both(w)
        return update(Probe(value, grad, both), state, w, **{**task.hypers, "lr": rate})

    start = np.array(task.path[0])
    state = jax.tree.map(np.asarray, task.optimizer.init(jnp.asarray(start)))
    with np.errstate(all="ignore"):  # a run may diverge
        try:
            first = step(start, state, task.rates[0])
        except (AttributeError, TypeError):  # a function of JAX that NumPy has not, or has with other arguments
            return RULE
        if any(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(first)):
            return RULE
        return _driven("numpy", task, step, start, state)


def _with_numpy(function: Any) -> Any:
    """A function of an optimizer's module, and those of the same module that it calls, with numpy as its jax.numpy.

    None if it calls functions of other modules, which are JAX's or made for it.
    """
    own = function.__globals__
    used = {name for name in _names_in(function.__code__) if isinstance(own.get(name), FunctionType)}
    if any(own[name].__module__ not in (function.__module__, unbiased.__module__) for name in used):
        return None
    names = {**own, "jnp": np, "jax": SimpleNamespace(tree=jax.tree, grad=_gradient)}
    for name, other in own.items():
        if isinstance(other, FunctionType) and other.__module__ == function.__module__:
            names[name] = FunctionType(other.__code__, names, name, other.__defaults__, other.__closure__)
            names[name].__kwdefaults__ = other.__kwdefaults__
    return names[function.__name__]


def _names_in(code: CodeType) -> Iterator[str]:
    """The names that a function looks up, and those within it."""
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names_in(part)


def _gradient(both: Callable[[np.ndarray], tuple[Any, np.ndarray]]) -> Callable[[np.ndarray], np.ndarray]:
    """In place of jax.grad: the gradient of what gives value and gradient."""
    return lambda point: both(point)[1]


def _step(task: Task) -> Callable[..., Any]:
    """One step of the rule in JAX."""

    def step(w, state, rate, hypers):
        value, grad = jax.value_and_grad(task.f)(w)
        return task.optimizer.update(Probe(value, grad, task.f), state, w, **{**hypers, "lr": rate})

    return step


def _eager(task: Task) -> Way:
    """Operation by operation. Each is a program of its own, compiled when it is first met."""
    step, hypers = _step(task), jax.tree.map(jnp.asarray, dict(task.hypers))
    start = jnp.asarray(task.path[0])
    state = task.optimizer.init(start)
    begun = perf_counter()
    jax.block_until_ready(step(start, state, jnp.asarray(task.rates[0]), hypers))
    first = perf_counter() - begun
    way = _driven("eager", task, lambda w, state, rate: step(w, state, rate, hypers), start, state)
    return way._replace(compiling=first - way.each if first > 2 * way.each else 0.0)  # else all were compiled before


def _compiled_step(task: Task) -> Way:
    """One program, which Python starts at each step."""
    hypers = jax.tree.map(jnp.asarray, dict(task.hypers))
    start = jnp.asarray(task.path[0])
    state = task.optimizer.init(start)
    begun = perf_counter()
    program = jax.jit(_step(task)).lower(start, state, jnp.asarray(task.rates[0]), hypers).compile()
    compiling = perf_counter() - begun
    way = _driven("step", task, lambda w, state, rate: program(w, state, rate, hypers), start, state)
    return way._replace(compiling=compiling)


def _driven(id: str, task: Task, step: Callable[..., Any], w: Any, state: Any) -> Way:
    """A loop in Python, up to FEW steps and until it has taken PATIENCE."""
    steps = min(FEW, len(task.path) - 1)
    taken, each, begun = 0, np.inf, perf_counter()
    while taken < steps and (not taken or perf_counter() - begun < PATIENCE):
        before = perf_counter()
        w, state = step(w, state, task.rates[taken])
        if isinstance(w, jax.Array):
            w.block_until_ready()
        each = min(each, perf_counter() - before)
        taken += 1
    return Way(id, taken, each, apart=_apart(np.asarray(w), task.path[taken]))


def _compiled_loop(task: Task) -> Way:
    """The engine's own loop: one program for all steps."""

    def run(start, hypers, rates):
        def measure(t, w):
            value, grad = jax.value_and_grad(task.f)(w)
            return Probe(value, grad, task.f), value

        def keep(path, moment):
            return path.at[moment.step].set(moment.params)

        def rate(t, value, memory):
            return rates[t], memory

        path = jnp.zeros((len(rates), 2))
        return loop(len(rates), measure, rate, task.optimizer, start, hypers, (), path, keep)[-1]

    given = (jnp.asarray(task.path[0]), jax.tree.map(jnp.asarray, dict(task.hypers)), jnp.asarray(task.rates))
    begun = perf_counter()
    program = jax.jit(run).lower(*given).compile()
    compiling = perf_counter() - begun
    path, whole = given[0], np.inf
    for _ in range(TRIES):
        begun = perf_counter()
        path = program(*given).block_until_ready()
        whole = min(whole, perf_counter() - begun)
    steps = len(task.path) - 1
    return Way("loop", steps, whole / steps, compiling, _apart(np.asarray(path)[-1], task.path[-1]))


def _apart(one: np.ndarray, other: np.ndarray) -> float | None:
    """How far two points are apart; None where that is no number. Where both are not finite they are the same."""
    if np.array_equal(one, other, equal_nan=True):
        return 0.0
    with np.errstate(all="ignore"):
        far = float(np.abs(one - other).max())
    return far if np.isfinite(far) else None


WAYS: Mapping[str, Callable[[Task], Way]] = {
    "numpy": _numpy,
    "eager": _eager,
    "step": _compiled_step,
    "loop": _compiled_loop,
}
