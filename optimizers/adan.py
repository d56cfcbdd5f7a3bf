"""Adan: Nesterov's look-ahead from the differences of gradients, without a second gradient."""

import optax

from engine import Elsewhere, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, begin, follow

init = begin(optax.adan(1.0))


def update(probe: Probe, state: State, params, *, lr, b1, b2, b3, eps):
    return follow(optax.adan(lr, b1=b1, b2=b2, b3=b3, eps=eps, eps_root=0.0), probe, state, params)


OPTIMIZER = Optimizer(
    id="adan",
    name="Adan",
    family="adaptive",
    tex=(
        r"\Delta_t = g_t - g_{t-1}, \quad m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + "
        r"(1-\beta_2)\, \Delta_t \\"
        r"n_t = \beta_3 n_{t-1} + (1-\beta_3) \left(g_t + (1-\beta_2)\, \Delta_t\right)^2 \\"
        r"w_{t+1} = w_t - \eta\, \frac{\hat m_t + (1-\beta_2)\, \hat v_t}{\sqrt{\hat n_t} + \varepsilon}, \quad \hat "
        r"m_t = \frac{m_t}{1-\beta_1^t}, \ldots"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.98, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.92, 0.0, 0.999, near_one=True, name="decay of the change", tex=r"\beta_2"),
        Hyper("b3", 0.99, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_3"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Xie et al.", 2022, "arXiv:2208.06677"),
    checked="NumPy",
    init=init,
    update=update,
    elsewhere={
        "optax": Elsewhere("optax.adan(lr, b1=b1, b2=b2, b3=b3, eps=eps, eps_root=0.0)"),
    },
)
