"""Momentum as a running mean of the gradients, so that the step size does not grow with the momentum."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, OnQuadratics, Optimizer, Probe, Reference


class State(NamedTuple):
    m: jax.Array  # like params, running mean of g


def init(params) -> State:
    return State(m=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, momentum):
    m = jax.tree.map(lambda m, g: momentum * m + (1 - momentum) * g, state.m, probe.grad)
    return jax.tree.map(lambda w, m: w - lr * m, params, m), State(m)


OPTIMIZER = Optimizer(
    id="momentum_ema",
    name="Momentum (averaged)",
    family="momentum",
    about="Momentum as a running mean of gradients: more momentum does not make its steps longer.",
    tex=(
        r"m_t = \mu\, m_{t-1} + (1-\mu)\, g_t \\"
        r"w_{t+1} = w_t - \eta\, m_t"
    ),
    hypers=(
        Hyper("lr", 0.01, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("momentum", 0.9, 0.0, 0.999, near_one=True, name="momentum", tex=r"\mu", main=True),
    ),
    reference=Reference("Polyak's momentum as a mean, as in Kingma & Ba", 2014, "arXiv:1412.6980"),
    checked="Optax, PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(("m = momentum * m_ + (1 - momentum) * g", "w_next = w - lr * m")),
    on_quadratics=OnQuadratics(lambda momentum: 2 * (1 + momentum) / (1 - momentum), "2 (1 + μ) / ((1 - μ) λ)"),
    shows={"velocity": lambda before, after, *, lr: jax.tree.map(lambda m: lr * m, after.m)},
    elsewhere={
        "optax": Elsewhere("optax.chain(optax.ema(momentum, debias=False), optax.scale_by_learning_rate(lr))"),
        "torch": Elsewhere(
            "torch.optim.SGD([w], lr=lr, momentum=momentum)",
            each="w.grad *= 1 - momentum  # PyTorch adds the whole gradient to its mean",
        ),
    },
)
