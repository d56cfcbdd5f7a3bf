"""Adagrad: each coordinate has its own rate, which shrinks with the sum of all its squared gradients."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    G: jax.Array  # like params, the sum of g**2 so far


def init(params) -> State:
    return State(G=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, eps):
    G = jax.tree.map(lambda G, g: G + g**2, state.G, probe.grad)
    return jax.tree.map(lambda w, g, G: w - lr * g / jnp.sqrt(G + eps), params, probe.grad, G), State(G)


OPTIMIZER = Optimizer(
    id="adagrad",
    name="Adagrad",
    family="adaptive",
    about="Each coordinate has its own rate, which only ever falls: good for rare features, tired after long runs.",
    basic=True,
    tex=r"G_t = G_{t-1} + g_t^2 \\ w_{t+1} = w_t - \eta\, \frac{g_t}{\sqrt{G_t + \varepsilon}}",
    hypers=(
        Hyper("lr", 0.5, 1e-3, 10.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Duchi, Hazan & Singer", 2011, "JMLR 12, 2121-2159"),
    checked="Optax, Keras, PyTorch",
    init=init,
    update=update,
    equations=Equations(("G = G_ + g**2", "w_next = w - lr * (g / sqrt(G + eps))")),
    shows={
        "squares": lambda before, after: after.G,
        "rates": lambda before, after, *, lr, eps: jax.tree.map(lambda G: lr / (G + eps) ** 0.5, after.G),
    },
    elsewhere={
        "keras": Elsewhere("keras.optimizers.Adagrad(lr, initial_accumulator_value=0.0, epsilon=eps)"),
        "torch": Elsewhere(
            "torch.optim.Adagrad([w], lr=lr, initial_accumulator_value=eps, eps=0.0)"  # sqrt(G + eps), as here
        ),
        "optax": Elsewhere("optax.adagrad(lr, initial_accumulator_value=0.0, eps=eps)"),
    },
)
