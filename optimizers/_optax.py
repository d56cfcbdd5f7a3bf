"""The one adapter to Optax: a rule of its own becomes the two functions of an optimizer.

A rule is built anew in each update, from hyperparameters that are traced: none of the states below depends on them.
"""

from typing import Any, NamedTuple

import optax

from engine import Probe
from optimizers.adam import unbiased


class State(NamedTuple):
    rule: Any  # Optax's own state


def begin(rule: optax.GradientTransformation):
    """The `init` of an optimizer, from the rule with any hyperparameters."""
    return lambda params: State(rule.init(params))


def follow(rule: optax.GradientTransformation, probe: Probe, state: State, params):
    """One update by the rule."""
    updates, after = rule.update(probe.grad, state.rule, params)
    return optax.apply_updates(params, updates), State(after)


def mu_hat(moments, b):
    """Optax's running mean of gradients with decay b, (..., steps, 2), corrected for its start at 0."""
    return unbiased(moments.mu, b, moments.count)


def nu_hat(moments, b):
    """The same of its running mean of squares."""
    return unbiased(moments.nu, b, moments.count)
