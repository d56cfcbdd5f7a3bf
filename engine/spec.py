"""What a hyperparameter, a surface, a schedule and a noise model are; engine/optimizer.py says what an optimizer is."""

import inspect
import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from decimal import ROUND_HALF_UP, Context
from typing import Any, ClassVar, NamedTuple

import jax
import numpy as np

# The order in which members are listed, surfaces from easy to hard; within a family the older one comes first.
OPTIMIZER_FAMILIES = ("gradient", "momentum", "second order", "sign", "adaptive", "wrappers")
SURFACE_FAMILIES = ("a first look", "valleys", "saddles and plateaus", "many minima", "sharp edges", "data")
FAMILIES = (*OPTIMIZER_FAMILIES, *SURFACE_FAMILIES, "schedule", "noise")


def significant(value: float, digits: int) -> float:
    """Rounded to so many significant digits, a half away from zero."""
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(value))


@dataclass(frozen=True)
class Hyper:
    """One real hyperparameter: the only place where its range and default are written.

    A front end derives its controls and its checks of input from it. Values are spread evenly over the range: with
    `log` in log(value), with `near_one` in log(1 - value), which suits decay rates such as 0.99. `whole` restricts them
    to whole numbers. `main` says that it decides the character of a rule as much as the learning rate does, so that a
    front end keeps it in sight.
    """

    id: str
    default: float
    low: float
    high: float
    _: KW_ONLY
    name: str
    tex: str
    log: bool = False
    near_one: bool = False
    whole: bool = False
    main: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(
                f"Hyper {self.id!r}: the default must lie in [low, high], "
                f"got default={self.default}, low={self.low}, high={self.high}."
            )
        if self.log and self.low <= 0:
            raise ValueError(f"Hyper {self.id!r}: a log range needs low > 0, got low={self.low}.")
        if self.near_one and self.high >= 1:
            raise ValueError(f"Hyper {self.id!r}: a range near one needs high < 1, got high={self.high}.")

    def at(self, place: float) -> float:
        """The value at `place` in the range, from 0 (low) to 1 (high): a short decimal.

        A front end must round in the same way, so that the number it shows is the number that was computed with.
        """
        low, high = self.low, self.high
        if place <= 0 or place >= 1:
            return low if place <= 0 else high
        if self.log:
            value = significant(low * (high / low) ** place, 3)
        elif self.near_one:
            value = significant(1 - significant((1 - low) * ((1 - high) / (1 - low)) ** place, 3), 6)
        else:
            value = significant(low + (high - low) * place, 4)
        return min(high, max(low, math.floor(value + 0.5) if self.whole else value))

    def accepts(self, value: float) -> bool:
        """Whether a value is a finite number inside the range, and whole where it must be."""
        return math.isfinite(value) and self.low <= value <= self.high and (not self.whole or value == int(value))


@dataclass(frozen=True)
class Reference:
    """Where a rule or a function was first published."""

    authors: str  # empty if it was never published; `where` then says what it is
    year: int
    where: str


def keywords_of(function: Callable) -> tuple[str, ...]:
    """The names of a function's keyword-only arguments, in their order."""
    parameters = inspect.signature(function).parameters.values()
    return tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)


def check_keywords(member: str, function: Any, hypers: tuple[Hyper, ...]) -> None:
    """Raise ValueError unless the keyword-only arguments of a member's function are its declared hypers."""
    keywords = keywords_of(function)
    declared = tuple(h.id for h in hypers)
    if keywords != declared:
        raise ValueError(
            f"{member!r}: the keyword-only arguments of {function.__name__} must be the declared hypers "
            f"in the same order; expected {[*declared]}, got {[*keywords]}."
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Member:
    """What every optimizer, surface, schedule and noise model declares.

    `tex` is its formula. `about` says in a sentence or two of plain words what it is for and what to try. `checked`
    names what the tests compare it with: an independent implementation or a closed form. They agree to `tolerance`,
    relative and absolute, in float64.
    """

    tolerance: ClassVar[float]

    id: str
    name: str
    family: str
    tex: str
    reference: Reference
    hypers: tuple[Hyper, ...] = ()
    about: str = ""
    checked: str = ""

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"{self.id!r}: family must be one of {FAMILIES}, got {self.family!r}.")

    @property
    def order(self) -> tuple:
        """Where the member stands in a list: by family, then by year."""
        return FAMILIES.index(self.family), self.reference.year, self.id

    @property
    def defaults(self) -> dict[str, float]:
        """Every hyperparameter at its default."""
        return {h.id: h.default for h in self.hypers}


class Lesson(NamedTuple):
    """A setting that a surface opens with because it shows what the surface is for, where a tuned one would not."""

    optimizer: str  # its id
    hyper: str  # the id of one of its hyperparameters
    value: float
    reason: str  # what it shows: a clause that begins in lower case, without a full stop


class Examples(NamedTuple):
    """Measured pairs, in no particular order."""

    x: np.ndarray  # (n,)
    y: np.ndarray  # (n,)


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """The data behind a surface that is the training loss of a model with two parameters.

    `predict(w, x)` is the model, of the shape of x. `loss(w, x, y)` is the loss of each example, of the same shape;
    the surface's f is its mean over `train`. No optimizer sees the examples of `valid`, by which early stopping chooses
    a step, nor those of `test`, by which nothing is chosen.
    `curve` is the id by which a front end knows how to draw the model, `formula` is the model as a reader sees it, and
    `names` are those of its two parameters.
    """

    curve: str
    formula: str
    names: tuple[str, str]
    predict: Callable[..., jax.Array]
    loss: Callable[..., jax.Array]
    train: Examples
    valid: Examples
    test: Examples
    batch: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface(Member):
    """A scalar function of the plane together with its known minima and saddle points.

    `f(xy, *, ...)` takes one point (2,) and gives one number (); grids and batches are its vmap.
    `minima(...)` and `saddles(...)` give ((x, y), f) for every local minimum and saddle point in the domain.
    `log_height` says that colour and height are best drawn as log10(1 + f - min f).
    `smooth` says that f has a gradient everywhere in the domain, its minima included.
    `steps` is how many steps a run needs to show what is typical of the surface.
    `lessons` are settings of single optimizers that show what the surface is for. They are few, each with its reason:
    all other opening settings are chosen by one rule for all optimizers, not by hand.
    `data` holds the examples if f is a training loss; a step may then see a mini-batch of them.
    `source(module)` is f as Python source for a module, jnp or torch, for an f whose own source does not show it.
    """

    tolerance = 1e-11

    f: Callable[..., jax.Array]
    domain: tuple[tuple[float, float], tuple[float, float]]  # (x low, x high), (y low, y high)
    start: tuple[float, float]
    minima: Callable[..., tuple[tuple[tuple[float, float], float], ...]]
    saddles: Callable[..., tuple[tuple[tuple[float, float], float], ...]]
    log_height: bool = False
    smooth: bool = True
    steps: int = 300
    lessons: tuple[Lesson, ...] = ()
    data: Data | None = None
    source: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for function in (self.f, self.minima, self.saddles):
            check_keywords(self.id, function, self.hypers)


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule(Member):
    """A factor on the learning rate.

    `factor(t, *, ...)` gives it for the steps t = 0, 1, 2, ..., an array of any shape. A schedule that depends on the
    losses of the run has `react(loss, memory, *, ...)` instead, which gives the factor and the new memory, given the
    loss of this step's objective; `memory`, a NamedTuple of numbers, is the memory before the first step. `whole_run`
    says that it is meant to end with the run: a front end sets T to the number of steps, less a warm-up of W steps.
    """

    tolerance = 1e-12

    factor: Callable[..., jax.Array] | None = None
    memory: Any = None
    react: Callable[..., tuple[jax.Array, Any]] | None = None
    whole_run: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.factor is None) == (self.react is None):
            raise ValueError(f"{self.id!r}: a schedule needs either factor or react.")
        check_keywords(self.id, self.factor or self.react, self.hypers)


@dataclass(frozen=True, kw_only=True, eq=False)
class Noise(Member):
    """A noise model: how the objective f_t of one step differs from f.

    `draw(key, params)` gives the random numbers of one step, an array or pytree of arrays. It may use the shapes and
    dtypes of `params`, not their values, since all optimizers of a race share the draws. They are multiplied by the
    noise's scale sigma, and `perturb(value, params, draws)` gives f_t(params) from value = f(params). An optimizer's
    look-ahead and its Hessian are those of the same f_t.
    """

    tolerance = 1e-12

    draw: Callable[[jax.Array, Any], Any]
    perturb: Callable[[jax.Array, Any, Any], jax.Array]
