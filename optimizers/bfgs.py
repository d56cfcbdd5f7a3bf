"""BFGS: a quasi-Newton method that estimates the inverse Hessian from the changes of the gradient."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Equations, Hyper, Optimizer, Probe, Reference, Spends
from optimizers._line_search import SEARCH, nearest_minimum, trials


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    w: jax.Array  # (n,), the point before, params laid out in a row
    g: jax.Array  # (n,), the gradient before
    B: jax.Array  # (n, n), the estimate of the inverse Hessian
    a: jax.Array  # (), the step length that the last search found; it is carried to be shown


def init(params) -> State:
    w, _ = ravel_pytree(params)
    B = jnp.eye(w.size, dtype=w.dtype)
    return State(t=jnp.zeros((), jnp.int32), w=w, g=jnp.zeros_like(w), B=B, a=jnp.zeros((), w.dtype))


def update(probe: Probe, state: State, params, *, lr):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    s, y = w - state.w, g - state.g
    curved = (state.t > 0) & (s @ y > 0)  # otherwise B is kept
    rho = 1 / jnp.where(curved, s @ y, 1.0)
    V = jnp.eye(w.size, dtype=w.dtype) - rho * jnp.outer(s, y)
    B = jnp.where(curved, V @ state.B @ V.T + rho * jnp.outer(s, s), state.B)
    d = -B @ g
    a = nearest_minimum(lambda w: probe.f(unravel(w)), w, g, d)
    return unravel(w + lr * a * d), State(state.t + 1, w, g, B, a)


OPTIMIZER = Optimizer(
    id="bfgs",
    name="BFGS",
    family="second order",
    about="It learns the curvature from the gradients that it sees: nearly Newton, without second derivatives.",
    tex=(
        r"s = w_t - w_{t-1}, \quad y = g_t - g_{t-1}, \quad \rho = \frac{1}{s \cdot y} \\"
        r"B_t = (I - \rho\, s y^\top)\, B_{t-1}\, (I - \rho\, y s^\top) + \rho\, s s^\top, \quad B_0 = I \\"
        r"d_t = -B_t\, g_t, \quad a_t > 0 \text{ the nearest minimum of } f_t(w_t + a\, d_t) \\"
        r"w_{t+1} = w_t + \eta\, a_t\, d_t"
    ),
    hypers=(Hyper("lr", 1.0, 0.01, 2.0, log=True, name="share of the way", tex=r"\eta"),),
    reference=Reference("Broyden; Fletcher; Goldfarb; Shanno", 1970, "doi:10.1093/imamat/6.1.76"),
    checked="two steps on a quadratic; NumPy with SciPy's brentq elsewhere",
    init=init,
    update=update,
    equations=Equations(
        (
            "s = w - w_",
            "y = g - g_",
            "rho = 1 / (s @ y)",
            "B = where(s @ y > 0, (I - rho * outer(s, y)) @ B_ @ (I - rho * outer(y, s)) + rho * outer(s, s), B_)",
            "d = -(B @ g)",
            "a = nearest_minimum(d)",
            "w_next = w + lr * a * d",
        ),
        symbols={"s": "s", "y": "y", "rho": r"\rho"},
        trials=trials,
    ),
    spends=Spends(gradients=1 + SEARCH),
)
