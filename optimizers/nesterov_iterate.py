"""Nesterov's momentum as in Keras, PyTorch and Optax: the weights are the look-ahead point itself."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, OnQuadratics, Optimizer, Probe, Reference


class State(NamedTuple):
    v: jax.Array  # like params, velocity


def init(params) -> State:
    return State(v=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, momentum):
    v = jax.tree.map(lambda v, g: momentum * v + lr * g, state.v, probe.grad)
    return jax.tree.map(lambda w, v, g: w - (momentum * v + lr * g), params, v, probe.grad), State(v)


OPTIMIZER = Optimizer(
    id="nesterov_iterate",
    name="Nesterov (libraries)",
    family="momentum",
    about="Nesterov as the libraries have it: the same rule, seen at the point where the gradient is taken.",
    tex=(
        r"v_t = \mu\, v_{t-1} + \eta\, g_t \\"
        r"w_{t+1} = w_t - (\mu\, v_t + \eta\, g_t)"
    ),
    hypers=(
        Hyper("lr", 0.001, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("momentum", 0.9, 0.0, 0.999, near_one=True, name="momentum", tex=r"\mu", main=True),
    ),
    reference=Reference("Sutskever et al.", 2013, "ICML 30, section 2"),
    checked="Optax, Keras, PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(("v = momentum * v_ + lr * g", "w_next = w - (momentum * v + lr * g)")),
    on_quadratics=OnQuadratics(lambda momentum: 2 * (1 + momentum) / (1 + 2 * momentum), "2 (1 + μ) / ((1 + 2 μ) λ)"),
    elsewhere={
        "keras": Elsewhere("keras.optimizers.SGD(lr, momentum=momentum, nesterov=True)"),
        "optax": Elsewhere("optax.chain(optax.scale_by_learning_rate(lr), optax.trace(momentum, nesterov=True))"),
        "torch": Elsewhere(
            "torch.optim.SGD([w], lr=1.0, momentum=momentum, nesterov=momentum > 0)",
            each="optimizer.param_groups[0]['lr'] = 1.0\n"
            "w.grad *= lr  # the learning rate scales the gradient before it enters the velocity",
        ),
    },
)
