"""Steepest descent with exact line search: each step goes to the nearest minimum along the gradient."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Equations, Hyper, Optimizer, Probe, Reference, Spends
from optimizers._line_search import SEARCH, nearest_minimum, trials


class State(NamedTuple):
    a: jax.Array  # (), the step length that the last search found; it is carried to be shown


def init(params) -> State:
    return State(jnp.zeros((), jnp.result_type(*jax.tree.leaves(params))))


def update(probe: Probe, state: State, params, *, lr):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    a = nearest_minimum(lambda w: probe.f(unravel(w)), w, g, -g)
    return unravel(w - lr * a * g), State(a)


OPTIMIZER = Optimizer(
    id="exact_line_search",
    name="Exact line search",
    family="gradient",
    about="Every step goes to the lowest point along the slope: the zigzag that textbooks draw.",
    tex=(
        r"a_t > 0 \text{ the nearest minimum of } f_t(w_t - a\, g_t) \\"
        r"w_{t+1} = w_t - \eta\, a_t\, g_t"
    ),
    hypers=(Hyper("lr", 1.0, 0.01, 2.0, log=True, name="share of the way", tex=r"\eta"),),
    reference=Reference("Cauchy", 1847, "Comptes rendus 25, 536-538"),
    checked="its closed form on quadratics; NumPy with SciPy's brentq elsewhere",
    init=init,
    update=update,
    equations=Equations(("a = nearest_minimum(-g)", "w_next = w - lr * a * g"), trials=trials),
    spends=Spends(gradients=1 + SEARCH),
)
