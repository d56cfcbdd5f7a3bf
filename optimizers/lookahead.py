"""Lookahead around gradient descent: every k steps slow weights move a share of the way to the fast ones."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference


class State(NamedTuple):
    t: jax.Array  # (), steps taken so far
    slow: jax.Array  # like params


def init(params) -> State:
    return State(t=jnp.zeros((), jnp.int32), slow=params)


def update(probe: Probe, state: State, params, *, lr, k, alpha):
    t = state.t + 1
    fast = jax.tree.map(lambda w, g: w - lr * g, params, probe.grad)
    syncs = t % jnp.asarray(k, jnp.int32) == 0
    slow = jax.tree.map(lambda s, w: jnp.where(syncs, s + alpha * (w - s), s), state.slow, fast)
    return jax.tree.map(lambda s, w: jnp.where(syncs, s, w), slow, fast), State(t, slow)


OPTIMIZER = Optimizer(
    id="lookahead",
    name="Lookahead (SGD)",
    family="wrappers",
    about="Fast steps explore, and slow weights follow a part of the way: it calms the rule inside.",
    tex=(
        r"w_{t+1} = w_t - \eta\, g_t \\"
        r"\text{every } k \text{ steps: } \phi \leftarrow \phi + \alpha\, (w_{t+1} - \phi), \quad w_{t+1} \leftarrow "
        r"\phi"
    ),
    hypers=(
        Hyper("lr", 0.002, 1e-5, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("k", 5, 1, 50, log=True, whole=True, name="steps ahead", tex="k"),
        Hyper("alpha", 0.5, 0.05, 1.0, name="share followed", tex=r"\alpha"),
    ),
    reference=Reference("Zhang et al.", 2019, "arXiv:1907.08610"),
    checked="NumPy, as two nested loops",
    init=init,
    update=update,
    equations=Equations(
        (
            "w_tilde_next = w - lr * g",
            "phi = where(t % k == 0, phi_ + alpha * (w_tilde_next - phi_), phi_)",
            "w_next = where(t % k == 0, phi, w_tilde_next)",
        ),
        state=lambda state: {"t": state.t, "phi": state.slow},
        points=("phi",),
    ),
    elsewhere={
        "optax": Elsewhere(
            "optax.lookahead(optax.sgd(lr), k, alpha)",
            begin="w = optax.LookaheadParams.init_synced(w)",
            at="w.fast",
            point="w.fast",
        )
    },
)
