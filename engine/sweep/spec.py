"""What a sweep computes, as a TOML file says it:

    surface = "rosenbrock"
    optimizer = "adam"
    steps = 500             # by default the surface's
    seed = 0                # of noise and batches
    schedule = "constant"
    noise_model = "gaussian"
    within = 0.01           # of the lowest minimum: what a run is to reach

    [fixed]                 # numbers that all runs have; others are at their defaults
    adam.b2 = 0.99
    start.x = -1.5

    [[axes]]                # as many as are wanted
    key = "adam.lr"
    low = 1e-4
    high = 1.0
    count = 1000
    log = true

    [[axes]]
    key = "surface.b"
    values = [1, 10, 100]

Keys are those of the page's address: `adam.lr`, `surface.b`, `schedule.T`, `noise`, `batch`, `start.x`, `start.y`. The
rows are those of nested loops over the axes, the last one innermost.
"""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from engine.maps import CHUNK
from engine.noises import NOISES
from engine.optimizer import Optimizer
from engine.schedules import SCHEDULES
from engine.setting import Setting, arguments, setting_of
from engine.spec import Hyper, Surface

REGISTRIES = {"surface": ("surfaces", "SURFACES"), "optimizer": ("optimizers", "OPTIMIZERS")}  # which know the engine
OPTIONAL = {"steps": None, "seed": 0, "schedule": "constant", "noise_model": "gaussian", "within": 0.01, "fixed": {}}
LISTED, RANGE = {"key", "values"}, {"key", "low", "high", "count"}  # what an axis says
MOST_ROWS = 2**17  # of a part, and of a row group in the file
WORK = 2**27  # steps that all runs of a part take together: a second of a processor, or some, for a fast optimizer


@dataclass(frozen=True)
class Axis:
    """The values of one number: listed, or `count` of them from low to high."""

    key: str
    count: int
    values: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False

    def at(self, places: np.ndarray) -> np.ndarray:
        """The values at places 0, ..., count - 1; float64, of the shape of the places."""
        if self.values:
            return np.array(self.values)[places]
        share = places / (self.count - 1)
        between = self.low * (self.high / self.low) ** share if self.log else self.low + (self.high - self.low) * share
        return np.where(share == 1, self.high, np.clip(between, self.low, self.high))


@dataclass(frozen=True, eq=False)
class Spec:
    """A sweep, checked, with every number stated."""

    text: str  # all of it as JSON: equal sweeps have equal texts
    surface: Surface
    optimizer: Optimizer
    steps: int
    seed: int
    schedule: str
    noise_model: str
    within: float
    fixed: Mapping[str, float]
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(axis.count for axis in self.axes)

    @property
    def runs(self) -> int:
        return math.prod(self.shape)

    @property
    def part_rows(self) -> int:
        """The runs of a part, a power of two."""
        return min(MOST_ROWS, max(CHUNK, 1 << int(math.log2(WORK / self.steps))))

    @property
    def parts(self) -> int:
        return -(-self.runs // self.part_rows)

    def along(self, begin: int, end: int) -> dict[str, np.ndarray]:
        """The axes' values in the rows from `begin` to `end`, each (end - begin,)."""
        places = np.unravel_index(np.arange(begin, min(end, self.runs)), self.shape)
        return {axis.key: axis.at(place) for axis, place in zip(self.axes, places, strict=True)}

    def race(self, varied: Mapping[str, np.ndarray]) -> tuple[Setting, dict[str, Any]]:
        """The setting and the optimizer's hyperparameters of the runs with these values."""
        values = {**self.fixed, **varied}

        def of(owner: str) -> dict[str, Any]:
            ids = {key: key.removeprefix(f"{owner}.") for key in values}
            return {id: values[key] for key, id in ids.items() if id != key}

        start = np.stack(np.broadcast_arrays(values["start.x"], values["start.y"]), axis=-1)
        setting = Setting(
            self.surface,
            of("surface"),
            start,
            self.steps,
            self.schedule,
            of("schedule"),
            values["noise"],
            self.noise_model,
            self.seed,
            np.asarray(values["batch"]).astype(int) if "batch" in values else None,
        )
        return setting, of(self.optimizer.id)


def read(file: Path) -> Spec:
    """The sweep that a TOML file describes. Raises ValueError, which says what is wrong in it, and OSError."""
    return _checked(tomllib.loads(file.read_text(encoding="utf-8")))


@lru_cache(maxsize=4)
def spec_of(text: str) -> Spec:
    """A Spec from its text."""
    return _checked(json.loads(text))


def _checked(given: dict[str, Any]) -> Spec:
    known = ("surface", "optimizer", "axes", *OPTIONAL)
    for key in given:
        _one_of("a spec's words", key, known)
    for key in ("surface", "optimizer", "axes"):
        if key not in given:
            raise ValueError(f"a spec needs {key!r}, got only {', '.join(given) or 'nothing'}.")
    said = {**OPTIONAL, **given}
    surface, optimizer = (_member(kind, said[kind]) for kind in REGISTRIES)
    schedule = _one_of("schedule", said["schedule"], SCHEDULES)
    noise_model = _one_of("noise_model", said["noise_model"], NOISES)
    steps = surface.steps if said["steps"] is None else _whole("steps", said["steps"], 1)
    within = _accepted(Hyper("within", 0.0, 0.0, math.inf, name="within", tex=""), "within", said["within"])
    numbers = _numbers_of(surface, optimizer, schedule)
    if not isinstance(said["axes"], list) or not said["axes"]:
        raise ValueError("a spec needs at least one axis: [[axes]] with key, low, high, count, or with key, values.")
    axes = tuple(_axis(axis, numbers) for axis in said["axes"])
    keys = [axis.key for axis in axes]
    fixed = _flat(said["fixed"])
    for key, value in fixed.items():
        _accepted(numbers[_one_of("a fixed number", key, numbers)], key, value)
    for key in keys:
        if keys.count(key) > 1 or key in fixed:
            raise ValueError(f"{key} must be one axis or fixed, got it twice.")
    fixed = {key: float(fixed.get(key, hyper.default)) for key, hyper in numbers.items() if key not in keys}
    plain = {
        "surface": surface.id,
        "optimizer": optimizer.id,
        "steps": steps,
        "seed": _whole("seed", said["seed"], 0),
        "schedule": schedule,
        "noise_model": noise_model,
        "within": within,
        "fixed": fixed,
    }
    text = json.dumps({**plain, "axes": [_plain(axis) for axis in axes]}, indent=1)
    spec = Spec(**{**plain, "text": text, "surface": surface, "optimizer": optimizer, "axes": axes})
    setting, hypers = spec.race(spec.along(0, 1))
    arguments(setting_of(setting, {}), [(optimizer, hypers)])  # raises what else is wrong
    return spec


def _numbers_of(surface: Surface, optimizer: Optimizer, schedule: str) -> dict[str, Hyper]:
    """Every number of a run that may be fixed or lie along an axis, by its key."""
    owners = {optimizer.id: optimizer, "surface": surface, "schedule": SCHEDULES[schedule]}
    numbers = {f"{owner}.{hyper.id}": hyper for owner, member in owners.items() for hyper in member.hypers}
    numbers["noise"] = Hyper("noise", 0.0, 0.0, math.inf, name="noise", tex="")
    for key, at, (low, high) in zip(("start.x", "start.y"), surface.start, surface.domain, strict=True):
        numbers[key] = Hyper(key, at, low, high, name=key, tex="")
    if surface.data:
        examples = len(surface.data.train.x)
        numbers["batch"] = Hyper("batch", examples, 1, examples, name="batch", tex="", whole=True)
    return numbers


def _axis(given: Any, numbers: Mapping[str, Hyper]) -> Axis:
    words = set(given) if isinstance(given, dict) else set()
    if words not in (LISTED, RANGE, RANGE | {"log"}):
        raise ValueError(f"an axis must have key, low, high, count and perhaps log, or key and values; got {given!r}.")
    key = _one_of("the key of an axis", given["key"], numbers)
    if "values" in given:
        values = given["values"]
        if not isinstance(values, list) or not values:
            raise ValueError(f"the values of {key} must be a list of numbers, got {values!r}.")
        values = tuple(_accepted(numbers[key], key, value) for value in values)
        return Axis(key, len(values), values)
    low, high = (_accepted(numbers[key], f"{key}: {word}", given[word]) for word in ("low", "high"))
    count, log = _whole(f"{key}: count", given["count"], 2), given.get("log", False)
    if not low < high:
        raise ValueError(f"{key}: low must be below high, got {low} and {high}.")
    if log not in (True, False) or (log and low <= 0):
        raise ValueError(f"{key}: log must be true or false, and true needs low > 0; got log={log!r}, low={low}.")
    if numbers[key].whole and (log or (high - low) % (count - 1)):
        raise ValueError(f"{key} must be whole numbers, which these are not all: list them as values=[...].")
    return Axis(key, count, low=low, high=high, log=log)


def _plain(axis: Axis) -> dict[str, Any]:
    if axis.values:
        return {"key": axis.key, "values": axis.values}
    return {word: getattr(axis, word) for word in ("key", "low", "high", "count", "log")}


def _flat(tree: Any, above: str = "") -> dict[str, Any]:
    """The leaves of nested tables by their dotted keys: in TOML `adam.lr = 1` is a table in a table."""
    if not isinstance(tree, dict):
        return {above.removesuffix("."): tree}
    return {key: leaf for word, branch in tree.items() for key, leaf in _flat(branch, f"{above}{word}.").items()}


def _member(kind: str, id: Any) -> Any:
    package, registry = REGISTRIES[kind]
    return getattr(import_module(package), registry)[id]


def _one_of(what: str, word: Any, known: Any) -> Any:
    if word not in known:
        raise ValueError(f"{what} must be one of {', '.join(known)}; got {word!r}.")
    return word


def _whole(what: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{what} must be a whole number from {least}, got {value!r}.")
    return value


def _accepted(hyper: Hyper, what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not hyper.accepts(value):
        kind = "a whole number" if hyper.whole else "a number"
        raise ValueError(f"{what} must be {kind} from {hyper.low:g} to {hyper.high:g}, got {value!r}.")
    return float(value)
