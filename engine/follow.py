"""The loop over steps: any objective on any pytree of parameters, with any optimizer."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from engine.cache import computed_once
from engine.optimizer import Optimizer, Params, Probe, State
from engine.schedules import SCHEDULES
from engine.spec import Member, Schedule


class Trace(NamedTuple):
    """The result of `follow`."""

    params: Params  # after the last step
    state: State  # the optimizer's, after the last step
    observed: Any  # what `observe` returned: stacked along a leading axis of steps + 1, or reduced to one


class Moment(NamedTuple):
    """What is known just before a step."""

    step: jax.Array  # (), 0 before the first one
    params: Params
    probe: Probe  # the step's objective at params
    state: State
    lr: jax.Array  # (), the step's learning rate, the schedule applied
    loss: jax.Array  # (), the objective at params without noise and of all examples if that is known, else probe.value


def loss(step, params, probe, state) -> jax.Array:
    """What `follow` observes by default: the value of each step's objective."""
    return probe.value


def last(before, now):
    """A `reduce` for `follow` that keeps the last observation only."""
    return now


def follow(
    objective: Callable[..., jax.Array],
    optimizer: Optimizer,
    params: Params,
    *,
    steps: int,
    hypers: Mapping[str, ArrayLike] | None = None,
    schedule: str = "constant",
    schedule_hypers: Mapping[str, ArrayLike] | None = None,
    key: jax.Array | None = None,
    observe: Callable[[Any, Params, Probe, State], Any] | None = loss,
    reduce: Callable[[Any, Any], Any] | None = None,
) -> Trace:
    """Minimize `objective` with `optimizer`, from `params`, in `steps` updates.

    `params` is a pytree of floating-point arrays of one dtype, in which the run computes. JAX makes float32 of float64
    arrays unless 64-bit numbers are enabled: to compute in float64, call `follow` within `with float64():` or after
    `configure()`.

    `objective(params)` gives a number (). With a random `key` the objective is stochastic, and is called as
    `objective(params, key_t)` instead: key_t = fold_in(key, t) is the same at all evaluations of step t, so that a
    look-ahead or a Hessian belongs to the same draw. A mini-batch is drawn in the objective, from that key.

    `observe(step, params, probe, state)` says what is kept of step = 0, ..., steps: any pytree of arrays, from the
    params and the optimizer's state before that step (step = steps: after the last one) and the objective there. What
    it returns is stacked along a leading axis of length steps + 1. Memory then grows with the steps, unless
    `reduce(before, now)` combines two observations into one: `jnp.minimum` keeps the least, `last` the last one. Then,
    and with `observe=None`, the memory of a run does not depend on the number of steps.

    The loop is compiled once per objective, optimizer, schedule, observe and reduce, which must be hashable and the
    same objects for a later call to find it again, and also per number of steps unless `reduce` is given. Params,
    hypers and key are arguments of the compiled loop and may be tracers: `jax.vmap` makes many runs one call, and
    `jax.jit` and (without `reduce`) `jax.grad` apply as well.

    Raises ValueError for a wrong kind or id, params that are not floating-point numbers of one dtype, or steps that are
    no whole number from 0.
    """
    check_kind("optimizer", optimizer, Optimizer)
    rule = SCHEDULES[schedule]
    if not callable(objective):
        raise ValueError(f"objective must be a function of the params, got {objective!r}.")
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.result_type(leaf)), params)  # no weak types
    leaves = jax.tree.leaves(params)
    if not leaves or not all(jnp.issubdtype(leaf.dtype, jnp.floating) for leaf in leaves):
        raise ValueError(f"params must be a pytree of floating-point arrays, got {params!r}.")
    dtypes = sorted({str(leaf.dtype) for leaf in leaves})
    if len(dtypes) > 1:
        raise ValueError(f"params must have one dtype, got {' and '.join(dtypes)}: convert them to one of these.")
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise ValueError(f"steps must be a whole number from 0, got {steps!r}.")

    def numbers(member: Member, given: Mapping[str, ArrayLike] | None) -> dict[str, jax.Array]:
        check_hypers(member, given)
        values = {**member.defaults, **(given or {})}
        return {id: jnp.asarray(value, leaves[0].dtype) for id, value in values.items()}

    run = _trace_of(objective, optimizer, rule, observe, reduce)
    return run(int(steps), params, numbers(optimizer, hypers), numbers(rule, schedule_hypers), key)


@computed_once(most=64)
def _trace_of(objective, optimizer: Optimizer, rule: Schedule, observe, reduce):
    """Compiled: the Trace, given the number of steps, params, hypers, the schedule's hypers and the key."""

    def run(steps, params, hypers, schedule_hypers, key):
        dtype = jax.tree.leaves(params)[0].dtype

        def measure(t, params):
            def f(params):
                return objective(params) if key is None else objective(params, jax.random.fold_in(key, t))

            value, grad = jax.value_and_grad(f)(params)
            return Probe(value, grad, f), value

        def rate(t, value, memory):
            factor = rule.factor(t.astype(dtype), **schedule_hypers) if rule.factor else 1.0
            if rule.react:
                factor, memory = rule.react(jnp.asarray(value, dtype), memory, **schedule_hypers)
            return jnp.asarray(factor * hypers["lr"], dtype), memory

        def observation(moment: Moment):
            return observe and observe(moment.step, moment.params, moment.probe, moment.state)

        def keep(kept: Trace, moment: Moment) -> Trace:
            now = observation(moment)
            if reduce is None:
                observed = jax.tree.map(lambda rows, row: rows.at[moment.step].set(row), kept.observed, now)
            else:
                first = moment.step == 0
                both = reduce(kept.observed, now)
                observed = jax.tree.map(lambda one, two: jnp.where(first, one, two), now, both)
            return Trace(moment.params, moment.state, observed)

        def before_the_first_step(params):
            start = jnp.zeros((), int)
            probe, value = measure(start, params)
            return observation(Moment(start, params, probe, optimizer.init(params), hypers["lr"], value))

        memory = jax.tree.map(lambda number: jnp.asarray(number, dtype), rule.memory)
        rows = (steps + 1,) if reduce is None else ()
        shapes = jax.eval_shape(before_the_first_step, params)
        observed = jax.tree.map(lambda leaf: jnp.zeros((*rows, *leaf.shape), leaf.dtype), shapes)
        kept = Trace(params, optimizer.init(params), observed)
        return loop(steps + 1, measure, rate, optimizer, params, hypers, memory, kept, keep)[-1]

    return jax.jit(run, static_argnums=0 if reduce is None else ())


def loop(moments, measure, rate, optimizer: Optimizer, params, hypers, memory, kept, keep, *, unroll=1):
    """The loop of every run, to be traced by JAX. It passes `moments` moments, the first of them before any step, and
    gives the params, the optimizer's state and the schedule's memory after the step that follows the last of them, and
    what is kept. `unroll` steps are one turn of the compiled loop.

    measure(t, params) -> (Probe, loss), the objective of step t;
    rate(t, value, memory) -> (lr, memory), the schedule, given the value of that objective;
    keep(kept, Moment) -> kept, what is recorded.
    """

    def step(t, carry):
        params, state, memory, kept = carry
        probe, loss = measure(t, params)
        lr, memory = rate(t, probe.value, memory)
        after = optimizer.update(probe, state, params, **{**hypers, "lr": lr})
        return *after, memory, keep(kept, Moment(t, params, probe, state, lr, loss))

    def turn(k, carry):
        for t in range(unroll):
            carry = step(unroll * k + t, carry)
        return carry

    carry = (params, optimizer.init(params), memory, kept)
    if unroll == 1:
        return jax.lax.fori_loop(0, moments, step, carry)
    turns = moments // unroll
    return jax.lax.fori_loop(unroll * turns, moments, step, jax.lax.fori_loop(0, turns, turn, carry))


def check_kind(what: str, got: object, kind: type[Member]) -> None:
    """Raise ValueError unless `got` is a member of this kind."""
    if not isinstance(got, kind):
        raise ValueError(f"{what} must be {kind.__name__.upper()}S[...] or another {kind.__name__}, got {got!r}.")


def check_hypers(member: Member, given: Mapping[str, Any] | None) -> None:
    """Raise ValueError if a given hyperparameter is none of the member's."""
    unknown = ", ".join(repr(id) for id in sorted(set(given or {}) - set(member.defaults)))
    if unknown and not member.defaults:
        raise ValueError(f"{member.id} has no hyperparameters, got {unknown}.")
    if unknown:
        raise ValueError(f"{member.id} has no hyperparameter {unknown}: expected some of {', '.join(member.defaults)}.")
