"""RMSProp: Adagrad with a running mean instead of a sum, so that the rates do not vanish."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    v: jax.Array  # like params, running mean of g**2


def init(params) -> State:
    return State(v=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, rho, eps):
    v = jax.tree.map(lambda v, g: rho * v + (1 - rho) * g**2, state.v, probe.grad)
    return jax.tree.map(lambda w, g, v: w - lr * g / jnp.sqrt(v + eps), params, probe.grad, v), State(v)


OPTIMIZER = Optimizer(
    id="rmsprop",
    name="RMSProp",
    family="adaptive",
    about="Each coordinate is scaled by its recent gradients, so steep ones do not rule. It never rests: try a decay.",
    basic=True,
    tex=(
        r"v_t = \rho\, v_{t-1} + (1-\rho)\, g_t^2 \\"
        r"w_{t+1} = w_t - \eta\, \frac{g_t}{\sqrt{v_t + \varepsilon}}"
    ),
    hypers=(
        Hyper("lr", 0.02, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("rho", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\rho"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Tieleman & Hinton", 2012, "Coursera, Neural Networks for Machine Learning, lecture 6.5"),
    checked="Optax, Keras, PyTorch",
    init=init,
    update=update,
    equations=Equations(("v = rho * v_ + (1 - rho) * g**2", "w_next = w - lr * (g / sqrt(v + eps))")),
    shows={
        "squares": lambda before, after: after.v,
        "rates": lambda before, after, *, lr, eps: jax.tree.map(lambda v: lr / (v + eps) ** 0.5, after.v),
    },
    elsewhere={
        "keras": Elsewhere("keras.optimizers.RMSprop(lr, rho=rho, epsilon=eps)"),
        "torch": Elsewhere(
            "torch.optim.SGD([w], lr=lr)",
            each="v = rho * (v if t else 0) + (1 - rho) * w.grad**2\n"
            "w.grad /= (v + eps) ** 0.5  # torch.optim.RMSprop adds eps outside of the root",
        ),
        "optax": Elsewhere("optax.rmsprop(lr, decay=rho, eps=eps, eps_in_sqrt=True)"),
    },
)
