"""Adagrad without its square root: the rates fall like 1/t, so that progress soon stops. It shows what the root is for.

Under a constant gradient g it travels a distance of log(t) / |g|, where Adagrad travels sqrt(t). Even at its best
learning rate it stays behind in Rosenbrock's valley, and far behind on a rare feature.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    G: jax.Array  # like params, sum of g**2


def init(params) -> State:
    return State(G=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, eps):
    G = jax.tree.map(lambda G, g: G + g**2, state.G, probe.grad)
    return jax.tree.map(lambda w, g, G: w - lr * g / (G + eps), params, probe.grad, G), State(G)


OPTIMIZER = Optimizer(
    id="adagrad_no_root",
    name="Adagrad without root",
    family="adaptive",
    about="Adagrad without its square root: progress soon stops. It shows what the root is for.",
    tex=(
        r"G_t = G_{t-1} + g_t^2 \\"
        r"w_{t+1} = w_t - \eta\, \frac{g_t}{G_t + \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 3.0, 1e-2, 1e3, log=True, name="learning rate", tex=r"\eta"),
        Hyper("eps", 1e-7, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Duchi, Hazan & Singer, without their root", 2011, "JMLR 12, 2121-2159"),
    checked="NumPy",
    init=init,
    update=update,
    equations=Equations(("G = G_ + g**2", "w_next = w - lr * (g / (G + eps))")),
    shows={
        "squares": lambda before, after: after.G,
        "rates": lambda before, after, *, lr, eps: jax.tree.map(lambda G: lr / (G + eps), after.G),
    },
)
