"""signSGD: every coordinate moves by the learning rate, against the sign of its gradient."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    pass  # nothing is carried from step to step


def init(params) -> State:
    return State()


def update(probe: Probe, state: State, params, *, lr):
    return jax.tree.map(lambda w, g: w - lr * jnp.sign(g), params, probe.grad), state


OPTIMIZER = Optimizer(
    id="signsgd",
    name="signSGD",
    family="sign",
    about="Every coordinate moves by the same amount: one bit of each gradient is enough to train.",
    tex=r"w_{t+1} = w_t - \eta\, \mathrm{sign}(g_t)",
    hypers=(Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),),
    reference=Reference("Bernstein et al.", 2018, "arXiv:1802.04434"),
    checked="Optax, NumPy",
    init=init,
    update=update,
    equations=Equations(("w_next = w - lr * sign(g)",)),
    elsewhere={"optax": Elsewhere("optax.sign_sgd(lr)")},
)
