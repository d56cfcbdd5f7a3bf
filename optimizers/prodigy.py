"""Prodigy: Adam with a learning rate estimated from a lower bound on the distance to the solution."""

import jax
import jax.numpy as jnp
import optax
import optax.contrib

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference, unbiased
from optimizers._optax import State, init_with, update_with

init = init_with(optax.contrib.prodigy())


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    after = update_with(optax.contrib.prodigy(lr, betas=(b1, b2), eps=eps), probe, state, params)
    # As in the authors' program, no step is taken before the first non-zero gradient. Optax would divide 0 by 0.
    still = optax.tree.norm(after[1].rule.grad_sum) == 0
    return jax.tree.map(lambda new, old: jnp.where(still, old, new), after, (params, state))


def velocity(before, after, *, lr, b1):
    d, t = before.rule.estim_lr, after.rule.count
    return jax.tree.map(lambda m: lr * unbiased(m, b1, t) / d, after.rule.exp_avg)


def rates(before, after, *, lr, b2, eps):
    d, d_next = before.rule.estim_lr, after.rule.estim_lr
    corrected = (1 - b2**after.rule.count) ** 0.5
    return jax.tree.map(lambda v: lr * d**2 * corrected / (v**0.5 + d_next * eps), after.rule.exp_avg_sq)


OPTIMIZER = Optimizer(
    id="prodigy",
    name="Prodigy",
    family="adaptive",
    about="Adam that finds its own learning rate from how far it has come. Leave its rate at 1.",
    tex=(
        r"\gamma_t = \eta\, d_t\, \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}, \quad d_1 = 10^{-6} \\"
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, d_t\, g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, d_t^2\, g_t^2 \\"
        r"a_t = \sqrt{\beta_2}\, a_{t-1} + \gamma_t\, d_t\, g_t \cdot (w_1 - w_t), \quad "
        r"s_t = \sqrt{\beta_2}\, s_{t-1} + \gamma_t\, d_t\, g_t \\"
        r"d_{t+1} = \max\left(d_t,\; \frac{a_t}{\|s_t\|_1}\right), \quad "
        r"w_{t+1} = w_t - \gamma_t\, \frac{m_t}{\sqrt{v_t} + d_{t+1}\, \varepsilon}"
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
    equations=Equations(
        (
            "gamma = lr * d_ * (sqrt(1 - b2**(k_ + 1)) / (1 - b1**(k_ + 1)))",
            "m = b1 * m_ + (1 - b1) * d_ * g",
            "v = b2 * v_ + (1 - b2) * d_**2 * g**2",
            "a = sqrt(b2) * a_ + gamma * (d_ / 1e-6) * (g @ (w_1 - w))",
            "s = sqrt(b2) * s_ + gamma * (d_ / 1e-6) * g",
            "d = where(norm1(s) > 0, maximum(d_, a / norm1(s)), d_)",
            "k = where(norm1(s) > 0, k_ + 1, k_)",
            "w_next = w - gamma * (m / (sqrt(v) + d * eps))",
        ),
        symbols={"d_": "d_t", "d": "d_{t+1}", "w_1": "w_1"},
        state=lambda state: {
            **{"m": state.rule.exp_avg, "v": state.rule.exp_avg_sq, "s": state.rule.grad_sum, "k": state.rule.count},
            **{"d": state.rule.estim_lr, "a": state.rule.numerator_weighted, "w_1": state.rule.params0},
        },
        fixed=("w_1",),
        points=("w_1",),
    ),
    shows={"velocity": velocity, "rates": rates},
    elsewhere={
        "optax": Elsewhere("optax.contrib.prodigy(lr, betas=(b1, b2), eps=eps)"),
    },
)
