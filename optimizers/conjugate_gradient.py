"""Nonlinear conjugate gradients (Polak-Ribiere+), restarted with the gradient wherever the direction would ascend."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Equations, Hyper, Optimizer, Probe, Reference, Spends
from optimizers._line_search import SEARCH, nearest_minimum, trials


class State(NamedTuple):
    g: jax.Array  # (n,), the gradient before, params laid out in a row
    d: jax.Array  # (n,), the direction before
    a: jax.Array  # (), the step length that the last search found; it is carried to be shown


def init(params) -> State:
    zeros = jnp.zeros_like(ravel_pytree(params)[0])
    return State(g=zeros, d=zeros, a=jnp.zeros((), zeros.dtype))


def update(probe: Probe, state: State, params, *, lr):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    before = state.g @ state.g
    beta = jnp.where(before > 0, jnp.maximum(0.0, g @ (g - state.g) / jnp.where(before > 0, before, 1.0)), 0.0)
    d = -g + beta * state.d
    d = jnp.where(d @ g < 0, d, -g)
    a = nearest_minimum(lambda w: probe.f(unravel(w)), w, g, d)
    return unravel(w + lr * a * d), State(g, d, a)


OPTIMIZER = Optimizer(
    id="conjugate_gradient",
    name="Conjugate gradient",
    family="second order",
    about="Directions that do not spoil one another: a bowl in the plane takes it two steps.",
    tex=(
        r"\beta_t = \max\left(0,\; \frac{g_t \cdot (g_t - g_{t-1})}{|g_{t-1}|^2}\right), \quad d_t = -g_t + "
        r"\beta_t\, d_{t-1} \\"
        r"a_t > 0 \text{ the nearest minimum of } f_t(w_t + a\, d_t), \quad w_{t+1} = w_t + \eta\, a_t\, d_t"
    ),
    hypers=(Hyper("lr", 1.0, 0.01, 2.0, log=True, name="share of the way", tex=r"\eta"),),
    reference=Reference("Polak & Ribiere", 1969, "doi:10.1051/m2an/196903R100351"),
    checked="two steps on a quadratic; NumPy with SciPy's brentq elsewhere",
    init=init,
    update=update,
    equations=Equations(
        (
            "beta = where(g_ @ g_ > 0, maximum(0, g @ (g - g_) / (g_ @ g_)), 0)",
            "d_tilde = -g + beta * d_",
            "d = where(d_tilde @ g < 0, d_tilde, -g)",
            "a = nearest_minimum(d)",
            "w_next = w + lr * a * d",
        ),
        trials=trials,
    ),
    spends=Spends(gradients=1 + SEARCH),
)
