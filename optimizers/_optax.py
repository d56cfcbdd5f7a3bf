"""The adapter to Optax: it turns a gradient transformation into the two functions of an optimizer.

The transformation is built anew in each update, because its hyperparameters are traced. No state of those used here
depends on them.
"""

from typing import Any, NamedTuple

import jax
import optax

from engine import Probe, unbiased


class State(NamedTuple):
    rule: Any  # Optax's own state


def init_with(rule: optax.GradientTransformation):
    """The `init` of an optimizer, from the transformation with any hyperparameters."""
    return lambda params: State(rule.init(params))


def update_with(rule: optax.GradientTransformation, probe: Probe, state: State, params):
    """One update by the transformation."""
    updates, after = rule.update(probe.grad, state.rule, params)
    return optax.apply_updates(params, updates), State(after)


def means(moments):
    """Optax's count of steps and running means, by the names of equations."""
    return {"t": moments.count, "m": moments.mu, "v": moments.nu}


def mu_hat(moments, b):
    """Optax's running mean of gradients with decay b, like params, corrected for its start at 0."""
    return jax.tree.map(lambda mu: unbiased(mu, b, moments.count), moments.mu)


def nu_hat(moments, b):
    """Optax's running mean of squared gradients, likewise."""
    return jax.tree.map(lambda nu: unbiased(nu, b, moments.count), moments.nu)
