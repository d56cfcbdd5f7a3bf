"""Adan: Adam with Nesterov's look-ahead, estimated from differences of gradients without a second evaluation."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Equations, Hyper, Optimizer, Probe, Reference, unbiased


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    g: jax.Array  # like params, the gradient before
    m: jax.Array  # like params, running mean of g
    v: jax.Array  # like params, running mean of the change of g
    n: jax.Array  # like params, running mean of the square of g looked ahead


def init(params) -> State:
    zeros = jax.tree.map(jnp.zeros_like, params)
    return State(t=jnp.zeros((), jnp.int32), g=zeros, m=zeros, v=zeros, n=zeros)


# In the paper a beta is the weight of the new value; here, as in the authors' program, it is that of the old mean.
# Optax reads the paper's factor 1 - beta_2 as the authors' beta_2, which leaves hardly any look-ahead: another rule.
def update(probe: Probe, state: State, params, *, lr, b1, b2, b3, eps):
    t = state.t + 1
    change = jax.tree.map(lambda g, before: jnp.where(t > 1, g - before, 0.0), probe.grad, state.g)
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.m, probe.grad)
    v = jax.tree.map(lambda v, d: b2 * v + (1 - b2) * d, state.v, change)
    n = jax.tree.map(lambda n, g, d: b3 * n + (1 - b3) * (g + b2 * d) ** 2, state.n, probe.grad, change)

    def step(w, m, v, n):
        m_hat, v_hat, n_hat = unbiased(m, b1, t), unbiased(v, b2, t), unbiased(n, b3, t)
        return w - lr * (m_hat + b2 * v_hat) / (jnp.sqrt(n_hat) + eps)

    return jax.tree.map(step, params, m, v, n), State(t, probe.grad, m, v, n)


OPTIMIZER = Optimizer(
    id="adan",
    name="Adan",
    family="adaptive",
    about="Adam with a look ahead from the change of gradients: no second evaluation is needed.",
    tex=(
        r"\Delta_t = g_t - g_{t-1}, \quad m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + "
        r"(1-\beta_2)\, \Delta_t \\"
        r"n_t = \beta_3 n_{t-1} + (1-\beta_3) \left(g_t + \beta_2\, \Delta_t\right)^2 \\"
        r"w_{t+1} = w_t - \eta\, \frac{\hat m_t + \beta_2\, \hat v_t}{\sqrt{\hat n_t} + \varepsilon}, \quad "
        r"\hat m_t = \frac{m_t}{1-\beta_1^t}, \ldots"
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
    equations=Equations(
        (
            "d = where(t > 1, g - g_, 0)",
            "m = b1 * m_ + (1 - b1) * g",
            "v = b2 * v_ + (1 - b2) * d",
            "n = b3 * n_ + (1 - b3) * (g + b2 * d)**2",
            "m_hat = m / (1 - b1**t)",
            "v_hat = v / (1 - b2**t)",
            "n_hat = n / (1 - b3**t)",
            "w_next = w - lr * ((m_hat + b2 * v_hat) / (sqrt(n_hat) + eps))",
        ),
        symbols={"d": r"\Delta_t"},
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1, b2: jax.tree.map(
            lambda m, v: lr * (unbiased(m, b1, after.t) + b2 * unbiased(v, b2, after.t)), after.m, after.v
        ),
        "rates": lambda before, after, *, lr, b3, eps: jax.tree.map(
            lambda n: lr / (unbiased(n, b3, after.t) ** 0.5 + eps), after.n
        ),
    },
)
