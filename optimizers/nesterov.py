"""Nesterov's accelerated gradient: momentum with the gradient taken at the point to which the velocity alone leads."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine import Elsewhere, Equations, Hyper, OnQuadratics, Optimizer, Probe, Reference


class State(NamedTuple):
    v: jax.Array  # like params, the velocity


def init(params) -> State:
    return State(v=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, momentum):
    ahead = jax.tree.map(lambda w, v: w - momentum * v, params, state.v)
    v = jax.tree.map(lambda v, g: momentum * v + lr * g, state.v, jax.grad(probe.f)(ahead))
    return jax.tree.map(lambda w, v: w - v, params, v), State(v)


def best(low, high):
    """The momentum with which the slower of both directions is just critically damped, while the other one is, too."""
    return np.where(high <= 1, (1 - np.sqrt(low)) / (1 + np.sqrt(low)), np.nan)


OPTIMIZER = Optimizer(
    id="nesterov",
    name="Nesterov",
    family="momentum",
    about="Momentum that looks ahead before it steers, so it brakes earlier. Compare it with Momentum at one rate.",
    basic=True,
    tex=r"v_t = \gamma\, v_{t-1} + \eta\, \nabla f_t(w_t - \gamma\, v_{t-1}) \\ w_{t+1} = w_t - v_t",
    hypers=(
        Hyper("lr", 0.001, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("momentum", 0.9, 0.0, 0.999, near_one=True, name="momentum", tex=r"\gamma", main=True),
    ),
    reference=Reference("Nesterov", 1983, "Soviet Mathematics Doklady 27, 372-376"),
    checked="Optax, Keras, PyTorch",
    init=init,
    update=update,
    equations=Equations(
        ("y = w - momentum * v_", "g_tilde = gradient(y)", "v = momentum * v_ + lr * g_tilde", "w_next = w - v")
    ),
    on_quadratics=OnQuadratics(
        lambda momentum: 2 * (1 + momentum) / (1 + 2 * momentum), "2 (1 + γ) / ((1 + 2 γ) λ)", best={"momentum": best}
    ),
    shows={
        "velocity": lambda before, after: after.v,
        "ahead": lambda before, after, *, momentum: jax.tree.map(lambda v: -momentum * v, before.v),
    },
    elsewhere={
        "keras": Elsewhere(
            "keras.optimizers.SGD(lr, momentum=momentum, nesterov=True)",
            point="w - momentum * optimizer.momentums[0] if momentum else w",
        ),
        "torch": Elsewhere(
            "torch.optim.SGD([w], lr=1.0, momentum=momentum, nesterov=momentum > 0)",
            each="optimizer.param_groups[0]['lr'] = 1.0\n"
            "w.grad *= lr  # the learning rate scales the gradient before it enters the velocity",
            point="w + momentum * optimizer.state[w].get('momentum_buffer', 0)",
        ),
        "optax": Elsewhere(
            "optax.chain(optax.scale_by_learning_rate(lr), optax.trace(momentum, nesterov=True))",
            point="w - momentum * state[1].trace",
        ),
    },
)
