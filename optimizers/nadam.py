"""NAdam: Adam with Nesterov's look-ahead in its mean, and a warm-up of the momentum."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference, unbiased


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    m: jax.Array  # like params, running mean of g
    v: jax.Array  # like params, running mean of g**2
    product: jax.Array  # (), of the momenta so far
    m_hat: jax.Array  # like params, the look-ahead mean that the last step used


def init(params) -> State:
    zeros = jax.tree.map(jnp.zeros_like, params)
    one = jnp.ones((), jnp.result_type(*jax.tree.leaves(params)))
    return State(t=jnp.zeros((), jnp.int32), m=zeros, v=zeros, product=one, m_hat=zeros)


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps, psi):
    t = state.t + 1
    mu = b1 * (1 - 0.5 * 0.96 ** (t * psi))
    mu_next = b1 * (1 - 0.5 * 0.96 ** ((t + 1) * psi))
    product = state.product * mu
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.m, probe.grad)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g**2, state.v, probe.grad)

    def ahead(m, g):
        return mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)

    def step(w, m_hat, v):
        return w - lr * m_hat / (jnp.sqrt(unbiased(v, b2, t)) + eps)

    m_hat = jax.tree.map(ahead, m, probe.grad)
    return jax.tree.map(step, params, m_hat, v), State(t, m, v, product, m_hat)


OPTIMIZER = Optimizer(
    id="nadam",
    name="NAdam",
    family="adaptive",
    about="Adam with Nesterov's look ahead: it brakes a little earlier.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g_t^2 \\"
        r"\mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{t \psi}\right) \\"
        r"\hat m_t = \frac{\mu_{t+1}\, m_t}{1 - \prod_{i=1}^{t+1} \mu_i} + \frac{(1-\mu_t)\, g_t}{1 - "
        r"\prod_{i=1}^{t} \mu_i} \\"
        r"w_{t+1} = w_t - \eta\, \frac{\hat m_t}{\sqrt{v_t / (1-\beta_2^t)} + \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
        Hyper("psi", 0.004, 1e-4, 1.0, log=True, name="momentum warm-up", tex=r"\psi"),
    ),
    reference=Reference("Dozat", 2016, "ICLR workshop"),
    checked="PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "v = b2 * v_ + (1 - b2) * g**2",
            "mu = b1 * (1 - 0.5 * 0.96**(t * psi))",
            "mu_next = b1 * (1 - 0.5 * 0.96**((t + 1) * psi))",
            "P = P_ * mu",
            "m_hat = mu_next * m / (1 - P * mu_next) + (1 - mu) * g / (1 - P)",
            "v_hat = v / (1 - b2**t)",
            "w_next = w - lr * (m_hat / (sqrt(v_hat) + eps))",
        ),
        state=lambda state: {"t": state.t, "m": state.m, "v": state.v, "P": state.product, "m_hat": state.m_hat},
    ),
    shows={
        "velocity": lambda before, after, *, lr: jax.tree.map(lambda m_hat: lr * m_hat, after.m_hat),
        "squares": lambda before, after, *, b2: jax.tree.map(lambda v: unbiased(v, b2, after.t), after.v),
        "rates": lambda before, after, *, lr, b2, eps: jax.tree.map(
            lambda v: lr / (unbiased(v, b2, after.t) ** 0.5 + eps), after.v
        ),
    },
    unusual={"velocity": "lr times a mean that looks one step ahead, in which the newest gradient weighs more"},
    elsewhere={"torch": Elsewhere("torch.optim.NAdam([w], lr=lr, betas=(b1, b2), eps=eps, momentum_decay=psi)")},
)
