"""Newton's method: a step to the stationary point of the quadratic model, be that a minimum or a saddle."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine import Hyper, Optimizer, Probe, Reference, Spends


class State(NamedTuple):
    pass  # nothing is carried from step to step


def init(params) -> State:
    return State()


def update(probe: Probe, state: State, params, *, lr, damping):
    w, unravel = ravel_pytree(params)
    g, _ = ravel_pytree(probe.grad)
    H = jax.hessian(lambda w: probe.f(unravel(w)))(w)
    return unravel(w - lr * jnp.linalg.solve(H + damping * jnp.eye(w.size, dtype=w.dtype), g)), state


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
    spends=Spends(gradients=1, hessians=1),
)
