"""Newton's method: a step to the stationary point of the quadratic model, be that a minimum or a saddle."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Equations, Hyper, Optimizer, Probe, Reference, Spends


class State(NamedTuple):
    pass  # nothing is carried from step to step


def init(params) -> State:
    return State()


def update(probe: Probe, state: State, params, *, lr, damping):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    H = jax.hessian(lambda w: probe.f(unravel(w)))(w)
    return unravel(w - lr * _solve(H + damping * jnp.eye(w.size, dtype=w.dtype), g)), state


def _solve(A, b):
    """The x of A x = b, in the plane by Gaussian elimination: LAPACK, asked for one small matrix after the other, takes
    as long as the rest of a hundred runs.
    """
    if b.size != 2:
        return jnp.linalg.solve(A, b)
    swapped = jnp.abs(A[1, 0]) > jnp.abs(A[0, 0])
    upper, lower = jnp.where(swapped, A[::-1], A)
    first, second = jnp.where(swapped, b[::-1], b)
    share = lower[0] / upper[0]
    y = (second - share * first) / (lower[1] - share * upper[1])
    return jnp.stack([(first - upper[1] * y) / upper[0], y])


OPTIMIZER = Optimizer(
    id="newton",
    name="Newton",
    family="second order",
    about="It jumps to where the local parabola has its middle: one step in a bowl, but it likes saddles too.",
    basic=True,
    tex=r"H_t = \nabla^2 f_t(w_t) \\ w_{t+1} = w_t - \eta\, (H_t + \lambda I)^{-1} g_t",
    hypers=(
        Hyper("lr", 1.0, 1e-3, 2.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("damping", 0.0, 0.0, 100.0, name="damping", tex=r"\lambda"),
    ),
    reference=Reference("Newton; damping by Levenberg", 1944, "doi:10.1090/qam/10666"),
    checked="NumPy, with derivatives by hand",
    init=init,
    update=update,
    equations=Equations(("H = hessian(w)", "w_next = w - lr * solve(H + damping * I, g)")),
    spends=Spends(gradients=1, hessians=1),
)
