"""Momentum (heavy ball): a velocity that accumulates gradients and loses a share of itself at each step."""

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
    v = jax.tree.map(lambda v, g: momentum * v + lr * g, state.v, probe.grad)
    return jax.tree.map(lambda w, v: w - v, params, v), State(v)


OPTIMIZER = Optimizer(
    id="momentum",
    name="Momentum",
    family="momentum",
    about="A ball that rolls: it gathers speed along a valley and overshoots. Try momentum 0.5, then 0.99.",
    basic=True,
    tex=r"v_t = \gamma\, v_{t-1} + \eta\, g_t \\ w_{t+1} = w_t - v_t",
    hypers=(
        Hyper("lr", 0.001, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("momentum", 0.9, 0.0, 0.999, near_one=True, name="momentum", tex=r"\gamma", main=True),
    ),
    reference=Reference("Polyak", 1964, "doi:10.1016/0041-5553(64)90137-5"),
    checked="Optax, Keras, PyTorch",
    init=init,
    update=update,
    equations=Equations(("v = momentum * v_ + lr * g", "w_next = w - v")),
    on_quadratics=OnQuadratics(
        lambda momentum: 2 * (1 + momentum),
        "2 (1 + γ) / λ",
        best={"momentum": lambda low, high: np.maximum((1 - np.sqrt(low)) ** 2, (1 - np.sqrt(high)) ** 2)},
    ),
    shows={"velocity": lambda before, after: after.v},
    elsewhere={
        "keras": Elsewhere("keras.optimizers.SGD(lr, momentum=momentum)"),
        "torch": Elsewhere(
            "torch.optim.SGD([w], lr=1.0, momentum=momentum)",
            each="optimizer.param_groups[0]['lr'] = 1.0\n"
            "w.grad *= lr  # the learning rate scales the gradient before it enters the velocity",
        ),
        "optax": Elsewhere("optax.chain(optax.scale_by_learning_rate(lr), optax.trace(momentum))"),
    },
)
