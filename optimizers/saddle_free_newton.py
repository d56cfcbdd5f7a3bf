"""Saddle-free Newton: Newton's method with the absolute values of the Hessian's eigenvalues, so that saddles repel."""

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
    eigenvalues, V = jnp.linalg.eigh(jax.hessian(lambda w: probe.f(unravel(w)))(w))
    return unravel(w - lr * V @ (V.T @ g / (jnp.abs(eigenvalues) + damping))), state


OPTIMIZER = Optimizer(
    id="saddle_free_newton",
    name="Saddle-free Newton",
    family="second order",
    about="Newton that runs away from saddles, not into them. Compare both on the saddle.",
    tex=(
        r"\nabla^2 f_t(w_t) = V \Lambda V^\top, \quad |H_t| = V |\Lambda| V^\top \\"
        r"w_{t+1} = w_t - \eta\, (|H_t| + \lambda I)^{-1} g_t"
    ),
    hypers=(
        Hyper("lr", 1.0, 1e-3, 2.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("damping", 0.1, 0.0, 100.0, name="damping", tex=r"\lambda"),
    ),
    reference=Reference("Dauphin et al.", 2014, "arXiv:1406.2572"),
    checked="NumPy, by the matrix square root of H squared",
    init=init,
    update=update,
    equations=Equations(
        ("H = hessian(w)", "A = absolute(H)", "w_next = w - lr * solve(A + damping * I, g)"),
    ),
    spends=Spends(gradients=1, hessians=1),
)
