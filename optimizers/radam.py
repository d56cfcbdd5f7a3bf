"""RAdam: Adam without its scaling until enough gradients were averaged for the scale to have a finite variance."""

import jax
import numpy as np
import optax

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, init_with, means, mu_hat, nu_hat, update_with

init = init_with(optax.radam(1.0))


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    return update_with(optax.radam(lr, b1=b1, b2=b2, eps=eps), probe, state, params)


def rates(before, after, *, lr, b2, eps):
    t = after.rule[0].count
    longest = 2 / (1 - b2) - 1
    length = longest - 2 * t * b2**t / (1 - b2**t)
    trust = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
    v_hat = nu_hat(after.rule[0], b2)
    return jax.tree.map(lambda v: lr * np.where(length >= 5, trust / (v**0.5 + eps), 1.0), v_hat)


OPTIMIZER = Optimizer(
    id="radam",
    name="RAdam",
    family="adaptive",
    about="Adam that waits until it has seen enough gradients to trust its scale: a warm-up built in.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g_t^2 \\"
        r"\rho_\infty = \tfrac{2}{1-\beta_2} - 1, \quad \rho_t = \rho_\infty - \tfrac{2 t \beta_2^t}{1-\beta_2^t} \\"
        r"w_{t+1} = w_t - \eta\, \frac{m_t}{1-\beta_1^t} \cdot \begin{cases} "
        r"\sqrt{\frac{(\rho_t-4)(\rho_t-2)\rho_\infty}{(\rho_\infty-4)(\rho_\infty-2)\rho_t}} \Big/ "
        r"\left(\sqrt{\tfrac{v_t}{1-\beta_2^t}} + \varepsilon\right) & \rho_t \ge 5 \\ 1 & \rho_t < 5 \end{cases}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.7, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Liu et al.", 2019, "arXiv:1908.03265"),
    checked="PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "v = b2 * v_ + (1 - b2) * g**2",
            "rho_inf = 2 / (1 - b2) - 1",
            "rho = rho_inf - 2 * t * b2**t / (1 - b2**t)",
            "r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))",
            "m_hat = m / (1 - b1**t)",
            "v_hat = v / (1 - b2**t)",
            "w_next = w - lr * m_hat * where(rho >= 5, r / (sqrt(v_hat) + eps), 1)",
        ),
        symbols={"rho_inf": r"\rho_\infty"},
        state=lambda state: means(state.rule[0]),
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * m, mu_hat(after.rule[0], b1)),
        "rates": rates,
    },
    elsewhere={
        "optax": Elsewhere("optax.radam(lr, b1=b1, b2=b2, eps=eps)"),
        "torch": Elsewhere(
            "torch.optim.RAdam([w], lr=lr, betas=(b1, b2), eps=eps)",
            each="optimizer.param_groups[0]['eps'] = eps * (1 - b2 ** (t + 1)) ** 0.5  "
            "# PyTorch adds it before the bias is corrected",
        ),
    },
)
