"""Prodigy: Adam that finds its own learning rate, from how far it has come and what the gradients promised."""

import jax
import jax.numpy as jnp
import optax
import optax.contrib

from engine import Elsewhere, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, begin, follow

init = begin(optax.contrib.prodigy())


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    after = follow(optax.contrib.prodigy(lr, betas=(b1, b2), eps=eps), probe, state, params)
    # As the authors' own program: no step before the first gradient that is not zero. Optax divides 0 by 0 there.
    still = optax.tree.norm(after[1].rule.grad_sum) == 0
    return jax.tree.map(lambda new, old: jnp.where(still, old, new), after, (params, state))


OPTIMIZER = Optimizer(
    id="prodigy",
    name="Prodigy",
    family="adaptive",
    tex=(
        r"d_{t+1} = \max\left(d_t, \frac{\langle \text{gradients}, w_0 - w \rangle \text{ so far}}{\| "
        r"\text{gradients so far} \|_1}\right), \quad d_0 = 10^{-6} \\"
        r"\text{Adam's } m \text{ and } v \text{ of } d_t\, g_t; \quad w_{t+1} = w_t - \eta\, d_t\, "
        r"\frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}\, \frac{m_t}{\sqrt{v_t} + d_{t+1}\, \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 1.0, 0.01, 10.0, log=True, name="times its own rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Mishchenko & Defazio", 2023, "arXiv:2306.06101"),
    checked="NumPy",
    init=init,
    update=update,
    elsewhere={
        "optax": Elsewhere("optax.contrib.prodigy(lr, betas=(b1, b2), eps=eps)"),
    },
)
