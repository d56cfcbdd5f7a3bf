"""The one adapter to Optax: a rule of its own becomes the two functions of an optimizer.

A rule is built anew in each update, from hyperparameters that are traced: none of the states below depends on them.
"""

from typing import Any, NamedTuple

import optax

from engine import Probe


class State(NamedTuple):
    rule: Any  # Optax's own state


def begin(rule: optax.GradientTransformation):
    """The `init` of an optimizer, from the rule with any hyperparameters."""
    return lambda params: State(rule.init(params))


def follow(rule: optax.GradientTransformation, probe: Probe, state: State, params):
    """One update by the rule."""
    updates, after = rule.update(probe.grad, state.rule, params)
    return optax.apply_updates(params, updates), State(after)
