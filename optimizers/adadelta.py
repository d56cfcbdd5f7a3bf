"""Adadelta: RMSProp scaled by a running mean of its own squared steps, so that a step has the unit of the weights."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    v: jax.Array  # like params, running mean of g**2
    u: jax.Array  # like params, running mean of d**2, the squared steps before lr


def init(params) -> State:
    zeros = jax.tree.map(jnp.zeros_like, params)
    return State(v=zeros, u=zeros)


def update(probe: Probe, state: State, params, *, lr, rho, eps):
    v = jax.tree.map(lambda v, g: rho * v + (1 - rho) * g**2, state.v, probe.grad)
    d = jax.tree.map(lambda u, v, g: jnp.sqrt(u + eps) / jnp.sqrt(v + eps) * g, state.u, v, probe.grad)
    u = jax.tree.map(lambda u, d: rho * u + (1 - rho) * d**2, state.u, d)
    return jax.tree.map(lambda w, d: w - lr * d, params, d), State(v, u)


OPTIMIZER = Optimizer(
    id="adadelta",
    name="Adadelta",
    family="adaptive",
    about="RMSProp that sets its own step length from its past steps. It starts slowly; try more steps.",
    basic=True,
    tex=(
        r"v_t = \rho\, v_{t-1} + (1-\rho)\, g_t^2 \\"
        r"d_t = \frac{\sqrt{u_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}}\, g_t \\"
        r"u_t = \rho\, u_{t-1} + (1-\rho)\, d_t^2 \\"
        r"w_{t+1} = w_t - \eta\, d_t"
    ),
    hypers=(
        Hyper("lr", 1.0, 1e-2, 100.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("rho", 0.9, 0.0, 0.999, near_one=True, name="decay of the means", tex=r"\rho"),
        Hyper("eps", 1e-4, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Zeiler", 2012, "arXiv:1212.5701"),
    checked="Optax, Keras, PyTorch",
    init=init,
    update=update,
    equations=Equations(
        (
            "v = rho * v_ + (1 - rho) * g**2",
            "d = sqrt(u_ + eps) / sqrt(v + eps) * g",
            "u = rho * u_ + (1 - rho) * d**2",
            "w_next = w - lr * d",
        )
    ),
    shows={
        "squares": lambda before, after: after.v,
        "rates": lambda before, after, *, lr, eps: jax.tree.map(
            lambda u, v: lr * (u + eps) ** 0.5 / (v + eps) ** 0.5, before.u, after.v
        ),
    },
    elsewhere={
        "keras": Elsewhere("keras.optimizers.Adadelta(lr, rho=rho, epsilon=eps)"),
        "torch": Elsewhere("torch.optim.Adadelta([w], lr=lr, rho=rho, eps=eps)"),
        "optax": Elsewhere("optax.adadelta(lr, rho=rho, eps=eps)"),
    },
)
