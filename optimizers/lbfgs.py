"""L-BFGS: BFGS from the last five changes of point and gradient instead of a matrix, for many parameters."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Equations, Hyper, Optimizer, Probe, Reference, Spends
from optimizers._line_search import SEARCH, nearest_minimum, trials

MEMORY = 5


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    w: jax.Array  # (n,), the point before, params laid out in a row
    g: jax.Array  # (n,), the gradient before
    S: jax.Array  # (MEMORY, n), changes of w, the newest first
    Y: jax.Array  # (MEMORY, n), changes of g
    rho: jax.Array  # (MEMORY,), 1 / (s . y), 0 for pairs not yet recorded
    a: jax.Array  # (), the step length that the last search found; it is carried to be shown


def init(params) -> State:
    w, _ = ravel_pytree(params)
    none = jnp.zeros((MEMORY, w.size), w.dtype)
    zero = jnp.zeros((), w.dtype)
    return State(jnp.zeros((), jnp.int32), w, jnp.zeros_like(w), none, none, jnp.zeros(MEMORY, w.dtype), zero)


def update(probe: Probe, state: State, params, *, lr):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    s, y = w - state.w, g - state.g
    curved = (state.t > 0) & (s @ y > 0)  # otherwise the pair is skipped

    def push(rows, row):
        return jnp.where(curved, jnp.concatenate([row[None], rows[:-1]]), rows)

    S, Y = push(state.S, s), push(state.Y, y)
    rho = push(state.rho, 1 / jnp.where(curved, s @ y, 1.0))
    q, alphas = g, []
    for i in range(MEMORY):
        alphas.append(rho[i] * S[i] @ q)
        q = q - alphas[i] * Y[i]
    newest = Y[0] @ Y[0]
    r = jnp.where(newest > 0, S[0] @ Y[0] / jnp.where(newest > 0, newest, 1.0), 1.0) * q
    for i in reversed(range(MEMORY)):
        r = r + S[i] * (alphas[i] - rho[i] * Y[i] @ r)
    a = nearest_minimum(lambda w: probe.f(unravel(w)), w, g, -r)
    return unravel(w - lr * a * r), State(state.t + 1, w, g, S, Y, rho, a)


OPTIMIZER = Optimizer(
    id="lbfgs",
    name="L-BFGS",
    family="second order",
    about="BFGS with a short memory, for millions of weights: the last five changes stand for the curvature.",
    tex=(
        r"r_t \approx B_t\, g_t \text{ by the two-loop recursion over the last five } (s, y) \\"
        r"a_t > 0 \text{ the nearest minimum of } f_t(w_t - a\, r_t), \quad w_{t+1} = w_t - \eta\, a_t\, r_t"
    ),
    hypers=(Hyper("lr", 1.0, 0.01, 2.0, log=True, name="share of the way", tex=r"\eta"),),
    reference=Reference("Liu & Nocedal", 1989, "doi:10.1007/BF01589116"),
    checked="NumPy with SciPy's brentq: the matrix that the recursion stands for",
    init=init,
    update=update,
    equations=Equations(
        (
            "s = w - w_",
            "y = g - g_",
            "S = push(s @ y > 0, s, S_)",
            "Y = push(s @ y > 0, y, Y_)",
            "rho = push(s @ y > 0, 1 / (s @ y), rho_)",
            "r = two_loops(S, Y, rho, g)",
            "a = nearest_minimum(-r)",
            "w_next = w - lr * a * r",
        ),
        symbols={"s": "s", "y": "y"},
        trials=trials,
    ),
    spends=Spends(gradients=1 + SEARCH),
)
