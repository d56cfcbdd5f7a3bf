"""The vocabulary: what a hyperparameter, an optimizer, a surface and a schedule are."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from decimal import ROUND_HALF_UP, Context
from typing import Any, ClassVar, NamedTuple

import jax
import numpy as np

Params = Any  # a pytree of arrays: the point an optimizer moves
State = Any  # a NamedTuple of arrays: what an optimizer remembers

# The order in which members are listed; within a family the older one comes first.
OPTIMIZER_FAMILIES = ("gradient", "momentum", "second order", "sign", "adaptive", "around another rule")
SURFACE_FAMILIES = ("shape", "test function", "data")
FAMILIES = (*OPTIMIZER_FAMILIES, *SURFACE_FAMILIES, "schedule")
# What can be shown of an optimizer's inside; Optimizer says what the words mean.
SHOWS = ("velocity", "ahead", "squares", "rates")


class Probe(NamedTuple):
    """What an optimizer may learn about the objective at one step."""

    value: jax.Array  # (), f at the current params
    grad: Params  # like params
    f: Callable[[Params], jax.Array]  # this step's objective, its noise included: for look-ahead, Hessian, line search


def _significant(value: float, digits: int) -> float:
    """Rounded as JavaScript's toPrecision does: a half goes up, not to the even neighbour."""
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(value))


@dataclass(frozen=True)
class Hyper:
    """One real hyperparameter: the only place where its range and default are written.

    The same object makes the slider, the URL field and the check of bad input.
    `log` lays the slider out in log(value), `near_one` in log(1 - value), which suits decay rates such as 0.99;
    `whole` admits whole numbers alone.
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
        """The value that a slider's thumb stands for at `place` from 0 to 1: a short decimal inside the range.

        `toValue` in ui/stage/scene.js rounds alike, so that what a slider shows is what was computed.
        """
        low, high = self.low, self.high
        if place <= 0 or place >= 1:
            return low if place <= 0 else high
        if self.log:
            value = _significant(low * (high / low) ** place, 3)
        elif self.near_one:
            value = _significant(1 - _significant((1 - low) * ((1 - high) / (1 - low)) ** place, 3), 6)
        else:
            value = _significant(low + (high - low) * place, 4)
        return min(high, max(low, math.floor(value + 0.5) if self.whole else value))

    def accepts(self, value: float) -> bool:
        """Whether a value is a finite number inside the range, and whole where it must be."""
        return math.isfinite(value) and self.low <= value <= self.high and (not self.whole or value == int(value))


@dataclass(frozen=True)
class Reference:
    """Where a rule or a function was first published."""

    authors: str  # nobody where it was not: `where` then says what it is
    year: int
    where: str


class Spends(NamedTuple):
    """Evaluations per step that the rule as published needs, whatever our probe offers."""

    gradients: int = 1
    hessians: int = 0


class Elsewhere(NamedTuple):
    """The same rule in another library, as Python text in the names of the hypers; `lr` is this very step's."""

    make: str  # an expression: the library's optimizer
    each: str = ""  # statements before each step that make the two agree: an adapter, shown as such
    point: str = "w"  # an expression: our point, from the library's `w` and `optimizer` (Optax: `state`), at any step
    begin: str = ""  # Optax: a statement that makes its own kind of params out of the start `w`
    at: str = "w"  # Optax: an expression, where the gradient is taken
    more: str = ""  # Optax: further arguments to its update
    # Why a run is beyond the library, "with ...: ..."; from the rates of its steps and its hypers.
    unless: Callable[..., str] = lambda rates, **hypers: ""


LIBRARIES = ("keras", "torch", "optax")


def keywords_of(function: Callable) -> tuple[str, ...]:
    """The names of a function's keyword-only arguments, in their order."""
    parameters = inspect.signature(function).parameters.values()
    return tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)


def _check_keywords(member: str, function: Any, hypers: tuple[Hyper, ...]) -> None:
    keywords = keywords_of(function)
    declared = tuple(h.id for h in hypers)
    if keywords != declared:
        raise ValueError(
            f"{member!r}: the keyword-only arguments of {function.__name__} must be the declared hypers "
            f"in the same order; expected {[*declared]}, got {[*keywords]}."
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Member:
    """What every optimizer, surface and schedule tells its reader.

    `checked` names what the tests compare it with: an independent implementation or a closed form. They agree to
    `tolerance`, relative and absolute, in float64.
    """

    tolerance: ClassVar[float]

    id: str
    name: str
    family: str
    tex: str
    reference: Reference
    hypers: tuple[Hyper, ...] = ()
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimizer(Member):
    """A pair of pure functions on any pytree.

    `init(params)` gives the state before the first step, a NamedTuple of arrays.
    `update(probe, state, params, *, lr, ...)` gives the params and the state after one step; `lr` is this step's
    learning rate, the schedule already applied.
    `spends` is the price of a step, so that rules can be compared by what they cost.
    `basic` marks the rules that every course teaches: they stand first, and a page opens with them.
    `elsewhere` says for each of LIBRARIES that has it how the same rule is written there.
    `shows` holds what can be drawn of its inside, by a word of SHOWS, each one value per coordinate and step:

    - velocity: what it carries along, in such units that it alone would move w by -velocity;
    - ahead: from w to the point where the gradient is taken;
    - squares: the accumulated squared gradients;
    - rates: the learning rate of each coordinate, which multiplies the gradient, its mean or its sign.

    Each is a function `(before, after, *, <some of the hypers>)` of the states before and after a step. They may be
    those of many steps at once: fields like params are (..., steps, 2), scalar fields (..., steps), hypers (..., 1, 1)
    and `lr` (..., steps, 1), all NumPy arrays, so it is written with plain operators (`** 0.5`).
    """

    tolerance = 1e-9  # at every step

    init: Callable[[Params], State]
    update: Callable[..., tuple[Params, State]]
    spends: Spends = field(default_factory=Spends)
    shows: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    basic: bool = False
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)

    @property
    def order(self) -> tuple:
        """Where the optimizer stands in a list: the basic ones first, then by family and year."""
        return not self.basic, *super().order

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_keywords(self.id, self.update, self.hypers)
        if not self.elsewhere.keys() <= set(LIBRARIES):
            raise ValueError(f"{self.id!r}: elsewhere must name some of {LIBRARIES}, got {sorted(self.elsewhere)}.")
        if "lr" not in self.defaults:
            raise ValueError(f"{self.id!r}: an optimizer needs a hyper 'lr' for schedules to act on.")
        for word, function in self.shows.items():
            if word not in SHOWS:
                raise ValueError(f"{self.id!r}: shows must be some of {SHOWS}, got {word!r}.")
            keywords = keywords_of(function)
            if keywords != tuple(id for id in self.defaults if id in keywords):
                raise ValueError(
                    f"{self.id!r}: the keyword-only arguments of shows[{word!r}] must be some of the declared hypers "
                    f"in the same order; expected some of {[*self.defaults]}, got {[*keywords]}."
                )


class Lesson(NamedTuple):
    """A setting that a surface opens with because it shows what the surface is for, where a tuned one would not."""

    optimizer: str  # its id
    hyper: str  # the id of one of its hyperparameters
    value: float
    reason: str  # what it shows, a clause that follows a colon on the page


class Examples(NamedTuple):
    """Measured pairs, in no order."""

    x: np.ndarray  # (n,)
    y: np.ndarray  # (n,)


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """What a surface is made of whose point is a model of two parameters: f is the mean of `loss` over `train`.

    `predict(w, x)` is the model: numbers of x's shape. `loss(w, x, y)` is what each example costs, of x's shape.
    `curve` names the same model in ui/stage/data.js, and `names` the two parameters.
    `batch` is the number of examples per step at which the surface shows what it is for; None stands for all of them.
    """

    curve: str
    names: tuple[str, str]
    predict: Callable[..., jax.Array]
    loss: Callable[..., jax.Array]
    train: Examples
    valid: Examples
    batch: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface(Member):
    """A scalar function of the plane that carries its own answer.

    `f(xy, *, ...)` takes one point (2,) and gives one number (); grids and batches are its vmap.
    `minima(...)` and `saddles(...)` give ((x, y), f) for every local minimum and saddle point in the domain.
    `log_height` says that colour and height read best as log10(1 + f - min f).
    `smooth` says that f has a gradient everywhere in the domain, its minima included.
    `steps` is the number of steps in which its character shows.
    `lessons` are the settings of optimizers that this surface teaches with. They are few, each with its reason: the
    learning rates that an optimizer otherwise opens with are tuned, by one rule for all.
    `data` is what a surface made of data is made of; then a step may see a batch of it.
    `source(module)` is f as Python text for a module, jnp or torch, where f's own source would not do.
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
            _check_keywords(self.id, function, self.hypers)


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule(Member):
    """A factor on the learning rate.

    `factor(t, *, ...)` gives it for the steps t = 0, 1, 2, ..., an array of any shape. A schedule that answers to the
    run has `memory`, a NamedTuple of numbers before the first step, and `react(loss, memory, *, ...)` instead, which
    gives the factor and the memory after having seen the loss of this step's objective.
    """

    tolerance = 1e-12

    factor: Callable[..., jax.Array] | None = None
    memory: State = None
    react: Callable[..., tuple[jax.Array, State]] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.factor is None) == (self.react is None):
            raise ValueError(f"{self.id!r}: a schedule needs either a factor or a reaction.")
        _check_keywords(self.id, self.factor or self.react, self.hypers)
