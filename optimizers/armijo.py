"""Steepest descent with backtracking: steps are shortened until f falls by a set share of what the slope predicts."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Equations, Hyper, Optimizer, Probe, Reference

MOST = 64  # trials that are shown


class State(NamedTuple):
    a: jax.Array  # (), the step length that the last search found; it is carried to be shown


def init(params) -> State:
    return State(jnp.zeros((), jnp.result_type(*jax.tree.leaves(params))))


def update(probe: Probe, state: State, params, *, lr, c, shrink):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    predicted = c * (g @ g)

    def moves(a):
        # At a minimum no step decreases f, and the search ends when the step has become too short to change w.
        return jnp.any(jnp.abs((w - a * g) - w) > 0)

    def too_long(a):
        return moves(a) & ~(probe.f(unravel(w - a * g)) <= probe.value - a * predicted)

    a = jax.lax.while_loop(too_long, lambda a: shrink * a, jnp.asarray(lr, w.dtype))
    a = jnp.where(moves(a), a, 0.0)  # likewise where the gradient is nan, at a kink
    return unravel(jnp.where(a > 0, w - a * g, w)), State(a)


def trials(f, w, g, d, *, lr, c, shrink):
    """The lengths that are tried, (MOST,), nan after the one that is taken."""
    lengths = lr * shrink ** jnp.arange(MOST)
    enough = jax.vmap(lambda a: f(w + a * d))(lengths) <= f(w) - c * lengths * (g @ g)
    return jnp.where(jnp.cumsum(enough) > enough, jnp.nan, lengths)


OPTIMIZER = Optimizer(
    id="armijo",
    name="Backtracking (Armijo)",
    family="gradient",
    about="It shortens a step until the loss has fallen enough: no learning rate to tune, more evaluations to pay.",
    tex=(
        r"a_t = \eta\, s^k \text{ with the least } k \ge 0 \text{ for which} \\"
        r"f_t(w_t - a_t g_t) \le f_t(w_t) - c\, a_t\, |g_t|^2, \text{ else } 0 \\"
        r"w_{t+1} = w_t - a_t\, g_t"
    ),
    hypers=(
        Hyper("lr", 1.0, 1e-4, 10.0, log=True, name="first trial", tex=r"\eta"),
        Hyper("c", 0.5, 0.01, 0.9, name="share of the promised descent", tex="c"),
        Hyper("shrink", 0.5, 0.05, 0.95, name="shrink", tex="s"),
    ),
    reference=Reference("Armijo", 1966, "doi:10.2140/pjm.1966.16.1"),
    checked="NumPy, the same search written as a plain loop",
    init=init,
    update=update,
    equations=Equations(("a = backtracked(-g)", "w_next = where(a > 0, w - a * g, w)"), trials=trials),
)
