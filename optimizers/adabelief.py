"""AdaBelief: Adam scaled by the variance of the gradient around its mean, not by its square."""

import jax
import optax

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, init_with, mu_hat, nu_hat, update_with

init = init_with(optax.adabelief(1.0))


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    return update_with(optax.adabelief(lr, b1=b1, b2=b2, eps=eps, eps_root=eps), probe, state, params)


OPTIMIZER = Optimizer(
    id="adabelief",
    name="AdaBelief",
    family="adaptive",
    about="Adam that takes large steps where the gradient is as expected, and small ones where it surprises.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t \\"
        r"s_t = \beta_2 s_{t-1} + (1-\beta_2)\, (g_t - m_t)^2 + \varepsilon \\"
        r"w_{t+1} = w_t - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{s_t / (1-\beta_2^t)} + \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Zhuang et al.", 2020, "arXiv:2010.07468"),
    checked="NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "s = b2 * s_ + (1 - b2) * (g - m)**2 + eps",
            "m_hat = m / (1 - b1**t)",
            "s_hat = s / (1 - b2**t)",
            "w_next = w - lr * (m_hat / (sqrt(s_hat) + eps))",
        ),
        state=lambda state: {"t": state.rule[0].count, "m": state.rule[0].mu, "s": state.rule[0].nu},
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * m, mu_hat(after.rule[0], b1)),
        "rates": lambda before, after, *, lr, b2, eps: jax.tree.map(
            lambda v: lr / (v**0.5 + eps), nu_hat(after.rule[0], b2)
        ),
    },
    elsewhere={
        "optax": Elsewhere("optax.adabelief(lr, b1=b1, b2=b2, eps=eps, eps_root=eps)"),
    },
)
