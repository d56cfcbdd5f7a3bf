"""What an optimizer is: a pair of pure functions on any pytree, and the facts that a reader needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from engine.equations import EquationError, Equations, System
from engine.spec import Member, check_keywords, keywords_of

Params = Any  # a pytree of arrays: the point that an optimizer moves
State = Any  # a NamedTuple of arrays or pytrees: what an optimizer remembers between steps

LIBRARIES = {"keras": "Keras", "torch": "PyTorch", "optax": "Optax"}  # by id, with their names
# The internal quantities of an optimizer that can be drawn; Optimizer.shows defines each.
SHOWS = {
    "rates": "learning rate per coordinate",
    "velocity": "velocity",
    "squares": "accumulated g² per coordinate",
    "ahead": "where the gradient is taken",
}


class Probe(NamedTuple):
    """The objective of one step, as an optimizer may look at it."""

    value: jax.Array  # (), f at the current params
    grad: Params  # like params, the gradient of f there
    f: Callable[[Params], jax.Array]  # this step's objective, its noise or mini-batch included


class Spends(NamedTuple):
    """Gradients and Hessians that one step of the rule needs. The Probe's own gradient counts only if it is used."""

    gradients: int = 1
    hessians: int = 0


class Elsewhere(NamedTuple):
    """The same rule in another library, as Python source in terms of the hypers' ids.

    In that source `lr` is the learning rate of the step at hand, `t` its number from 0, and `w` the library's weights.
    """

    make: str  # an expression: the library's optimizer
    each: str = ""  # statements before each step that make the two agree: an adapter
    point: str = "w"  # an expression: our point, from the library's `w` and `optimizer` (Optax: `state`), at any step
    begin: str = ""  # Optax: a statement that turns the start `w` into the rule's own kind of params
    at: str = "w"  # Optax: an expression, the point where the gradient is taken
    more: str = ""  # Optax: further arguments to its update
    # Given the learning rates of a run and its hypers: why the library cannot reproduce it, a Text, or "".
    unless: Callable[..., str] = lambda rates, **hypers: ""


class OnQuadratics(NamedTuple):
    """What theory says of a rule with a constant learning rate on quadratics whose curvatures (the eigenvalues of the
    Hessian) lie between a least one > 0 and a largest one. Its learning rate counts in units of 1 / curvature there.
    """

    limit: Callable[..., float]  # (*, its hypers but lr) it converges while lr times the largest is below this
    formula: str  # the limit of lr as a reader sees it, with λ for the largest
    # By a hyper's id: its value with which the run converges fastest, given lr times the least and lr times the
    # largest; nan where none is known.
    best: Mapping[str, Callable[[Any, Any], Any]] = {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimizer(Member):
    """A pair of pure functions on any pytree.

    `init(params)` gives the state before the first step, a NamedTuple of arrays or pytrees.
    `update(probe, state, params, *, lr, ...)` gives the params and the state after one step; `lr` is the learning
    rate of that step, the schedule already applied.
    `spends` is the price of a step, so that rules can be compared by what they cost.
    `basic` marks the rules that every course teaches; they are listed first.
    `elsewhere` says for each of LIBRARIES that has it how the same rule is written there.
    `equations` are the formula once more, so that every step can be computed by hand (engine/equations.py); None where
    nobody has written them yet.
    `on_quadratics` is what theory says of it there, if it does.
    `shows` holds the internal quantities that can be drawn, by a name of SHOWS. Each is a pytree like params:

    - velocity: what is carried from step to step, in units in which it alone would move w by -velocity; the first one
      is lr times the gradient, or a mean's share of that;
    - ahead: from w to the point where the gradient is taken;
    - squares: the accumulated squared gradients, a weighted sum of all of them so far;
    - rates: the learning rate of each coordinate, which multiplies the gradient, its mean or its sign.

    `unusual` says in words what a quantity is instead, by its name, where it is a velocity that starts otherwise or
    squares that are no weighted sum.

    Each of `shows` is a function `(before, after, *, <some of the hypers>)` of the states before and after one step.
    It is written with `jax.tree.map` and plain operators (`** 0.5`), so that it also holds for NumPy arrays of many
    steps at once whose last axes are steps and runs (`engine.metrics.shown`).
    """

    tolerance = 1e-9  # at every step

    init: Callable[[Params], State]
    update: Callable[..., tuple[Params, State]]
    equations: Equations | None = None
    on_quadratics: OnQuadratics | None = None
    spends: Spends = field(default_factory=Spends)
    shows: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    unusual: Mapping[str, str] = field(default_factory=dict)
    basic: bool = False
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)

    @property
    def order(self) -> tuple:
        """Where the optimizer stands in a list: the basic ones first, then by family and year."""
        return not self.basic, *super().order

    @cached_property
    def system(self) -> System | None:
        """The equations, read and checked."""
        try:
            return self.equations and self.equations.read({h.id: h.tex for h in self.hypers}, self.init)
        except EquationError as error:
            raise ValueError(f"{self.id!r}: equations: {error}.") from None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_keywords(self.id, self.update, self.hypers)
        if not self.elsewhere.keys() <= set(LIBRARIES):
            raise ValueError(f"{self.id!r}: elsewhere must name some of {[*LIBRARIES]}, got {sorted(self.elsewhere)}.")
        if "lr" not in self.defaults:
            raise ValueError(f"{self.id!r}: an optimizer needs a hyper 'lr' for schedules to act on.")
        if not self.unusual.keys() <= self.shows.keys():
            raise ValueError(f"{self.id!r}: unusual must name some of {[*self.shows]}, got {sorted(self.unusual)}.")
        _ = self.system  # raises what is wrong with the equations
        for name, function in self.shows.items():
            if name not in SHOWS:
                raise ValueError(f"{self.id!r}: shows must be some of {[*SHOWS]}, got {name!r}.")
            keywords = keywords_of(function)
            if keywords != tuple(id for id in self.defaults if id in keywords):
                raise ValueError(
                    f"{self.id!r}: the keyword-only arguments of shows[{name!r}] must be some of the declared hypers "
                    f"in the same order; expected some of {[*self.defaults]}, got {[*keywords]}."
                )


def unbiased(mean: jax.Array, decay, t) -> jax.Array:
    """A running mean after t steps, corrected for its start at 0 (Kingma & Ba 2014, section 3).

    For m_t = decay m_{t-1} + (1 - decay) g_t with m_0 = 0 this is m_t / (1 - decay**t), whose weights sum to 1.
    """
    return mean / (1 - _power(decay, t))


def _power(decay, t):
    """decay**t; of float32 by functions that XLA computes for many numbers at once, as it does not compute powers."""
    if getattr(decay, "dtype", None) == jnp.float32:
        return jnp.exp(t * jnp.log(decay))
    return decay**t  # rounded as in other libraries
