"""Adamax: Adam scaled by a decaying maximum of the gradients (infinity norm) instead of a mean of squares."""

import jax
import optax

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, init_with, mu_hat, update_with

init = init_with(optax.adamax(1.0))


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    return update_with(optax.adamax(lr, b1=b1, b2=b2, eps=eps), probe, state, params)


OPTIMIZER = Optimizer(
    id="adamax",
    name="Adamax",
    family="adaptive",
    about="Adam scaled by the largest recent gradient, not by their mean: calmer after a single steep step.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t \\"
        r"u_t = \max(\beta_2\, u_{t-1},\; |g_t| + \varepsilon) \\"
        r"w_{t+1} = w_t - \frac{\eta}{1-\beta_1^t}\, \frac{m_t}{u_t}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Kingma & Ba", 2014, "arXiv:1412.6980, section 7"),
    checked="PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "u = maximum(b2 * u_, abs(g) + eps)",
            "m_hat = m / (1 - b1**t)",
            "w_next = w - lr * (m_hat / u)",
        ),
        state=lambda state: {"t": state.rule[0].count, "m": state.rule[0].mu, "u": state.rule[0].nu},
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * m, mu_hat(after.rule[0], b1)),
        "squares": lambda before, after: jax.tree.map(lambda u: u**2, after.rule[0].nu),
        "rates": lambda before, after, *, lr: jax.tree.map(lambda u: lr / u, after.rule[0].nu),
    },
    unusual={"squares": "the square of a decaying maximum of |g|"},
    elsewhere={
        "optax": Elsewhere("optax.adamax(lr, b1=b1, b2=b2, eps=eps)"),
        "torch": Elsewhere("torch.optim.Adamax([w], lr=lr, betas=(b1, b2), eps=eps)"),
    },
)
