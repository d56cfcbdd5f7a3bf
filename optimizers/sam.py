"""SAM, sharpness-aware minimization: the gradient is taken at the worst point (to first order) of a neighbourhood."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference, Spends


class State(NamedTuple):
    ahead: jax.Array  # like params, from w to where the gradient was taken


def init(params) -> State:
    return State(ahead=jax.tree.map(jnp.zeros_like, params))


def update(probe: Probe, state: State, params, *, lr, rho):
    size = jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(probe.grad)))
    ahead = jax.tree.map(lambda g: jnp.where(size > 0, rho * g / jnp.where(size > 0, size, 1.0), 0.0), probe.grad)
    g = jax.grad(probe.f)(jax.tree.map(jnp.add, params, ahead))
    return jax.tree.map(lambda w, g: w - lr * g, params, g), State(ahead)


OPTIMIZER = Optimizer(
    id="sam",
    name="SAM (SGD)",
    family="wrappers",
    about="It takes the gradient where the loss is worst nearby, so it prefers wide valleys.",
    tex=(
        r"\hat w_t = w_t + \rho\, \frac{g_t}{|g_t|} \\"
        r"w_{t+1} = w_t - \eta\, \nabla f_t(\hat w_t)"
    ),
    hypers=(
        Hyper("lr", 0.002, 1e-5, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("rho", 0.05, 0.0, 2.0, name="neighbourhood", tex=r"\rho"),
    ),
    reference=Reference("Foret et al.", 2020, "arXiv:2010.01412"),
    checked="NumPy, with derivatives by hand",
    init=init,
    update=update,
    equations=Equations(
        (
            "u = where(norm(g) > 0, rho * (g / norm(g)), 0)",
            "w_hat = w + u",
            "g_tilde = gradient(w_hat)",
            "w_next = w - lr * g_tilde",
        ),
        state=lambda state: {"u": state.ahead},
    ),
    spends=Spends(gradients=2),
    shows={"ahead": lambda before, after: after.ahead},
    elsewhere={
        "optax": Elsewhere(
            "optax.contrib.sam(\n"
            "        optax.sgd(lr), optax.chain(optax.contrib.normalize(), optax.sgd(rho)), opaque_mode=True\n"
            "    )",
            more=", grad_fn=lambda w, _: jax.grad(objective)(w, t)",
        )
    },
)
