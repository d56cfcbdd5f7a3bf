"""Yogi: Adam whose mean of squares changes by a bounded amount at each step."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference, unbiased


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    m: jax.Array  # like params, running mean of g
    v: jax.Array  # like params, an estimate of the mean of g**2


def init(params) -> State:
    zeros = jax.tree.map(jnp.zeros_like, params)
    return State(t=jnp.zeros((), jnp.int32), m=zeros, v=zeros)


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    t = state.t + 1
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.m, probe.grad)
    v = jax.tree.map(lambda v, g: v - (1 - b2) * jnp.sign(v - g**2) * g**2, state.v, probe.grad)

    def step(w, m, v):
        return w - lr * unbiased(m, b1, t) / (jnp.sqrt(unbiased(v, b2, t)) + eps)

    return jax.tree.map(step, params, m, v), State(t, m, v)


OPTIMIZER = Optimizer(
    id="yogi",
    name="Yogi",
    family="adaptive",
    about="Adam whose scale changes only gently: calmer when gradients come and go.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t \\"
        r"v_t = v_{t-1} - (1-\beta_2)\, \mathrm{sign}(v_{t-1} - g_t^2)\, g_t^2 \\"
        r"w_{t+1} = w_t - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{v_t / (1-\beta_2^t)} + \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-3, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Zaheer et al.", 2018, "NeurIPS 31"),
    checked="Optax from a zero accumulator, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "v = v_ - (1 - b2) * sign(v_ - g**2) * g**2",
            "m_hat = m / (1 - b1**t)",
            "v_hat = v / (1 - b2**t)",
            "w_next = w - lr * (m_hat / (sqrt(v_hat) + eps))",
        )
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * unbiased(m, b1, after.t), after.m),
        "squares": lambda before, after, *, b2: jax.tree.map(lambda v: unbiased(v, b2, after.t), after.v),
        "rates": lambda before, after, *, lr, b2, eps: jax.tree.map(
            lambda v: lr / (unbiased(v, b2, after.t) ** 0.5 + eps), after.v
        ),
    },
    unusual={"squares": "an estimate that moves towards g² by (1 - b2) g²"},
    elsewhere={
        "optax": Elsewhere(
            "optax.chain(optax.scale_by_yogi(b1, b2, eps, eps_root=0.0, initial_accumulator_value=0.0), "
            "optax.scale_by_learning_rate(lr))"
        )
    },
)
