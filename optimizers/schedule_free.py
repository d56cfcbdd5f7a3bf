"""Schedule-free SGD: an average of the iterates replaces a decaying learning rate. The path is that of the average."""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference, Text


class State(NamedTuple):
    z: jax.Array  # like params, the iterate that the gradient moves
    weight: jax.Array  # (), sum of lr**2 so far
    ahead: jax.Array  # like params, from w to where the gradient was taken


def init(params) -> State:
    none = jnp.zeros((), jnp.result_type(*jax.tree.leaves(params)))
    return State(z=params, weight=none, ahead=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, b):
    ahead = jax.tree.map(lambda z, w: (1 - b) * (z - w), state.z, params)
    g = jax.grad(probe.f)(jax.tree.map(jnp.add, params, ahead))
    z = jax.tree.map(lambda z, g: z - lr * g, state.z, g)
    weight = state.weight + lr**2
    c = jnp.where(weight > 0, lr**2 / jnp.where(weight > 0, weight, 1.0), 0.0)
    return jax.tree.map(lambda w, z: (1 - c) * w + c * z, params, z), State(z, weight, ahead)


OPTIMIZER = Optimizer(
    id="schedule_free",
    name="Schedule-free SGD",
    family="wrappers",
    about="An average of the path replaces a decaying rate: no number of steps has to be known beforehand.",
    tex=(
        r"y_t = w_t + (1-\beta)\, (z_t - w_t), \quad z_{t+1} = z_t - \eta_t\, \nabla f_t(y_t) \\"
        r"c_t = \frac{\eta_t^2}{\sum_{i \le t} \eta_i^2}, \quad w_{t+1} = (1-c_t)\, w_t + c_t\, z_{t+1}"
    ),
    hypers=(
        Hyper("lr", 0.005, 1e-5, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b", 0.9, 0.0, 0.999, near_one=True, name="share of the average", tex=r"\beta"),
    ),
    reference=Reference("Defazio et al.", 2024, "arXiv:2405.15682"),
    checked="Optax's schedule_free_sgd under a constant rate, by its evaluation point; NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "u = (1 - b) * (z_ - w)",
            "y = w + u",
            "g_tilde = gradient(y)",
            "z = z_ - lr * g_tilde",
            "W = W_ + lr**2",
            "c = where(W > 0, lr**2 / W, 0)",
            "w_next = (1 - c) * w + c * z",
        ),
        symbols={"z_": "z_t", "z": "z_{t+1}"},
        points=("z",),
        state=lambda state: {"z": state.z, "W": state.weight, "u": state.ahead},
    ),
    shows={"ahead": lambda before, after: after.ahead},
    elsewhere={
        "optax": Elsewhere(
            "optax.contrib.schedule_free(optax.sgd(lr), lr, b1=b)",
            point="optax.contrib.schedule_free_eval_params(state, w)",
            unless=lambda rates, b: (
                Text("Not available in Optax with no share of the average: it divides by that share.")
                if b == 0
                else Text(
                    "Not available in Optax with a rate that falls: it weights the average by the largest rate so far."
                )
                if any(after < before for before, after in itertools.pairwise(rates))
                else ""
            ),
        )
    },
)
