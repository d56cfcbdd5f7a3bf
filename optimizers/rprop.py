"""Rprop: each coordinate has a step size that grows while its gradient keeps its sign, and shrinks when it flips.

This is the variant iRprop-, as in PyTorch: after its gradient has flipped a coordinate skips one step.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    g: jax.Array  # like params, the gradient before, 0 where its sign had flipped
    r: jax.Array  # like params, the step of each coordinate over the learning rate


def init(params) -> State:
    zeros, ones = (jax.tree.map(like, params) for like in (jnp.zeros_like, jnp.ones_like))
    return State(t=jnp.zeros((), jnp.int32), g=zeros, r=ones)


def update(probe: Probe, state: State, params, *, lr, up, down):
    def factor(g, before):
        return jnp.where(g * before > 0, up, jnp.where(g * before < 0, down, 1.0)).astype(g.dtype)

    r = jax.tree.map(lambda r, g, before: r * factor(g, before), state.r, probe.grad, state.g)
    g = jax.tree.map(lambda g, before: jnp.where(g * before < 0, 0.0, g), probe.grad, state.g)
    return jax.tree.map(lambda w, r, g: w - lr * r * jnp.sign(g), params, r, g), State(state.t + 1, g, r)


OPTIMIZER = Optimizer(
    id="rprop",
    name="Rprop",
    family="sign",
    about="Only the gradient's sign counts: steps grow while it holds and shrink when it flips. For full batches.",
    tex=(
        r"r_t = r_{t-1} \cdot \begin{cases} \eta_+ & g_t\, g_{t-1} > 0 \\ \eta_- & g_t\, g_{t-1} < 0, \text{ and } "
        r"g_t := 0 \end{cases} \\"
        r"w_{t+1} = w_t - \eta\, r_t\, \mathrm{sign}(g_t)"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("up", 1.2, 1.0, 2.0, name="lengthen by", tex=r"\eta_+"),
        Hyper("down", 0.5, 0.05, 1.0, name="shorten by", tex=r"\eta_-"),
    ),
    reference=Reference("Riedmiller & Braun 1993; as iRprop- Igel & Hüsken", 2003, "doi:10.1016/S0925-2312(01)00700-7"),
    checked="PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "r = r_ * where(g * g_bar_ > 0, up, where(g * g_bar_ < 0, down, 1))",
            "g_bar = where(g * g_bar_ < 0, 0, g)",
            "w_next = w - lr * r * sign(g_bar)",
        ),
        state=lambda state: {"t": state.t, "g_bar": state.g, "r": state.r},
    ),
    shows={  # 0 for a coordinate that skips the step
        "rates": lambda before, after, *, lr: jax.tree.map(lambda r, g: lr * r * (g != 0), after.r, after.g)
    },
    elsewhere={
        "torch": Elsewhere(
            # It requires down < 1 < up, so a 1 is replaced by the floating-point number next to it.
            "torch.optim.Rprop([w], lr=lr, etas=(min(down, 1 - 2**-53), max(up, 1 + 2**-52)), "
            "step_sizes=(0.0, float('inf')))",
            each="if t and before:  # PyTorch reads the rate at the first step alone\n"
            "    optimizer.state[w]['step_size'] *= lr / before\nbefore = lr",
        )
    },
)
