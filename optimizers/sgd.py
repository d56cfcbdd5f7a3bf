"""Gradient descent: a step against the gradient, proportional to its length."""

from typing import NamedTuple

import jax

from engine import Elsewhere, Equations, Hyper, OnQuadratics, Optimizer, Probe, Reference


class State(NamedTuple):
    pass  # nothing is carried from step to step


def init(params) -> State:
    return State()


def update(probe: Probe, state: State, params, *, lr):
    return jax.tree.map(lambda w, g: w - lr * g, params, probe.grad), state


OPTIMIZER = Optimizer(
    id="sgd",
    name="SGD",
    family="gradient",
    about="The plain step downhill, as long as the slope is steep. Try a rate just below and just above its limit.",
    basic=True,
    tex=r"w_{t+1} = w_t - \eta\, g_t",
    hypers=(Hyper("lr", 0.002, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),),
    reference=Reference("Robbins & Monro", 1951, "doi:10.1214/aoms/1177729586"),
    checked="Optax, Keras, PyTorch",
    init=init,
    update=update,
    equations=Equations(("w_next = w - lr * g",)),
    on_quadratics=OnQuadratics(lambda: 2.0, "2 / λ"),
    elsewhere={
        "keras": Elsewhere("keras.optimizers.SGD(lr)"),
        "torch": Elsewhere("torch.optim.SGD([w], lr=lr)"),
        "optax": Elsewhere("optax.sgd(lr)"),
    },
)
