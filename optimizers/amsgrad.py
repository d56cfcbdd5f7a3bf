"""AMSGrad: Adam scaled by the largest mean of squares so far, so that the scale never shrinks."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference, unbiased


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    m: jax.Array  # like params, running mean of g
    v: jax.Array  # like params, running mean of g**2
    largest: jax.Array  # like params, the largest v so far


def init(params) -> State:
    zeros = jax.tree.map(jnp.zeros_like, params)
    return State(t=jnp.zeros((), jnp.int32), m=zeros, v=zeros, largest=zeros)


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps):
    t = state.t + 1
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.m, probe.grad)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g**2, state.v, probe.grad)
    largest = jax.tree.map(jnp.maximum, state.largest, v)

    def step(w, m, largest):
        return w - lr * unbiased(m, b1, t) / (jnp.sqrt(unbiased(largest, b2, t)) + eps)

    return jax.tree.map(step, params, m, largest), State(t, m, v, largest)


OPTIMIZER = Optimizer(
    id="amsgrad",
    name="AMSGrad",
    family="adaptive",
    about="Adam whose scale never forgets a steep gradient: slower, but it cannot run away again.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g_t^2 \\"
        r"u_t = \max(u_{t-1}, v_t) \\"
        r"w_{t+1} = w_t - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{u_t / (1-\beta_2^t)} + \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
    ),
    reference=Reference("Reddi, Kale & Kumar", 2018, "arXiv:1904.09237"),
    checked="Keras, PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "v = b2 * v_ + (1 - b2) * g**2",
            "u = maximum(u_, v)",
            "m_hat = m / (1 - b1**t)",
            "u_hat = u / (1 - b2**t)",
            "w_next = w - lr * (m_hat / (sqrt(u_hat) + eps))",
        ),
        state=lambda state: {"t": state.t, "m": state.m, "v": state.v, "u": state.largest},
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * unbiased(m, b1, after.t), after.m),
        "squares": lambda before, after, *, b2: jax.tree.map(lambda v: unbiased(v, b2, after.t), after.largest),
        "rates": lambda before, after, *, lr, b2, eps: jax.tree.map(
            lambda v: lr / (unbiased(v, b2, after.t) ** 0.5 + eps), after.largest
        ),
    },
    unusual={"squares": "the largest running mean of g² so far"},
    elsewhere={
        "torch": Elsewhere("torch.optim.Adam([w], lr=lr, betas=(b1, b2), eps=eps, amsgrad=True)"),
        "keras": Elsewhere(
            "keras.optimizers.Adam(lr, beta_1=b1, beta_2=b2, epsilon=eps, amsgrad=True)",
            each="optimizer.epsilon = eps * (1 - b2 ** (t + 1)) ** 0.5  # Keras adds it before the bias is corrected",
        ),
    },
)
