"""The whole picture as one frozen value, and its spelling in a URL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from engine import NOISES, SCHEDULES, Hyper, Surface, Text, formula_surface
from engine.formula import check_formula
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui import openings
from ui.entries import ENTRIES, names_of, number_of, optimizer_of

DEFAULT_SURFACE = "ravine"
FORMULA = "formula"  # the id of the reader's own surface
OWN = ("(1 - x)^2 + 100 (y - x^2)^2", (-2.0, 2.0, -1.0, 3.0))  # its default: x low, x high, y low, y high


class Quantity(NamedTuple):
    """What the chart can show of a run at every step; ui/stage/data/quantities.js computes it."""

    name: str
    remark: str = ""  # what a reader might wonder about
    remark_on_data: str = ""  # the same on a surface made of data


QUANTITIES = {
    "loss": Quantity("loss", remark_on_data="thin: validation"),
    "gradient": Quantity("gradient norm"),
    "distance": Quantity("distance to the nearest minimum"),
    "step": Quantity("step length"),
    "rates": Quantity("rate per coordinate", "thick: x, thin: y", "thick: w₁, thin: w₂"),
}
# The steps that early stopping waits for a lower validation loss. It marks a run and shortens none: 0 switches it off.
PATIENCE = Hyper("patience", 20, 1, 200, whole=True, name="patience", tex="P")
# How a scene is displayed: the words of each setting and their names on the page; the first word is the default. A
# display setting changes no number.
DISPLAY = {
    "view": {"overlay": "Overlay", "panels": "Side by side", "map": "Map"},
    "chart": {id: quantity.name for id, quantity in QUANTITIES.items()},
    "scale": {  # of the chart's axes: the values', and whether steps or what they cost lie along the other
        "log": "log",
        "linear": "linear",
        "log-cost": "log, by gradients",
        "linear-cost": "linear, by gradients",
    },
    "arrows": {  # a number says how many times their true length
        "off": "no arrows",
        "1": "arrows, true length",
        "10": "arrows, 10 \N{MULTIPLICATION SIGN} longer",
        "100": "arrows, 100 \N{MULTIPLICATION SIGN} longer",
    },
    "patience": {str(PATIENCE.default): "early stopping", "0": "off"},
    "rail": {"settings": "Settings"},
}
# What other words a setting has: numbers of steps, and ids of panels, which ui/stage/panels/index.js lists.
OTHER_WORDS = {"patience": "[1-9][0-9]?|1[0-9][0-9]|200", "rail": "[a-z][a-z_]{0,39}"}

# The settings that belong to no member; their range and default are written here alone.
STEPS = Hyper("steps", 300, 10, 1000, whole=True, name="steps", tex="")
RATE = Hyper("rate", 1.0, 0.01, 100.0, log=True, name="all learning rates", tex=r"\times")
NOISE = Hyper("noise", 0.0, 0.0, 20.0, name="gradient noise", tex=r"\sigma")
SEED = Hyper("seed", 0, 0, 100, whole=True, name="seed", tex="")
BATCH = Hyper("batch", 32, 1, 32, whole=True, name="batch size", tex="")  # of the 32 examples of surfaces made of data
SETTINGS = (STEPS, RATE, NOISE, BATCH, SEED)
DEFAULT_NOISE = next(iter(NOISES))
TIME = "schedule.T"


@dataclass(frozen=True)
class Scene:
    """Everything that decides the picture. Reading one never fails, and `read(scene.to_query()) == scene`.

    `values` holds every number by its URL key: those of SETTINGS, and `owner.hyper` for the hypers of the surface, the
    schedule, each optimizer, those that are switched off included, and each further entry that is on.
    """

    surface: str
    own: tuple[str, tuple[float, ...]] | None  # the reader's formula and domain where the surface is FORMULA
    start: tuple[float, float]  # inside the surface's domain
    schedule: str
    noise_model: str  # an id of NOISES; in a query `noise.model`
    on: tuple[str, ...]  # the entries shown, as `ui.entries` spells them and in its order
    display: Mapping[str, str]  # for each of DISPLAY one of its words
    step: int | None  # where the playhead stands; None at the end
    values: Mapping[str, float]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Scene":
        """The scene of a URL's query; what is missing, unknown or out of range becomes the surface's default."""
        surface = query.get("surface", DEFAULT_SURFACE)
        if surface == FORMULA:
            return _read(query, _opening(surface, own_formula(query)))
        return _read(query, _opening(surface if surface in SURFACES else DEFAULT_SURFACE))

    def to_query(self) -> dict[str, str]:
        """The shortest query that `read` turns into this scene: what is at its surface's default is left out."""
        default = self.defaults()
        words = default._words()
        kept = {key: word for key, word in self._words().items() if word != words.get(key)}
        kept |= {key: repr(value) for key, value in self.values.items() if value != _usual(default, key)}
        ground = {"surface": self.surface} if self.surface != DEFAULT_SURFACE else {}
        if self.own:
            ground |= {"surface.f": self.own[0], "surface.domain": ",".join(map(repr, self.own[1]))}
        return ground | kept

    def to_url(self) -> str:
        """The query as text, without the question mark."""
        return urlencode(self.to_query(), safe=",")

    def flat(self) -> dict[str, object]:
        """Every setting by its URL key, as plain data for the browser."""
        return {
            "surface": self.surface,
            **({"surface.f": self.own[0], "surface.domain": list(self.own[1])} if self.own else {}),
            "start": list(self.start),
            "schedule": self.schedule,
            "noise.model": self.noise_model,
            "on": list(self.on),
            **self.display,
            "step": self.step,
            **self.values,
        }

    def defaults(self) -> "Scene":
        """The scene that this surface opens with, and the T that this scene's schedule has by default."""
        opening = _opening(self.surface, self.own)
        usual = usual_time(self.schedule, self.values)
        if usual == opening.values[TIME]:
            return opening
        return replace(opening, values=MappingProxyType({**opening.values, TIME: usual}))

    def hypers(self, owner: str) -> dict[str, float]:
        """The values of one owner: `surface`, `schedule` or an entry."""
        if owner == "surface":
            member = surface_of(self)
        else:
            member = SCHEDULES[self.schedule] if owner == "schedule" else OPTIMIZERS[optimizer_of(owner)]
        return {h.id: self.values[f"{owner}.{h.id}"] for h in member.hypers}

    def rate_of(self, entry: str) -> float:
        """The learning rate that an entry runs with: its own times the one for all."""
        return self.values[f"{entry}.lr"] * self.values["rate"]

    def names(self) -> list[str]:
        """What tells the entries that are on from each other, in their order."""
        return names_of([(OPTIMIZERS[optimizer_of(e)], {**self.hypers(e), "lr": self.rate_of(e)}) for e in self.on])

    def _words(self) -> dict[str, str]:
        """All but the numbers, as a query spells them."""
        words = {
            "start": f"{self.start[0]!r},{self.start[1]!r}",
            "schedule": self.schedule,
            "noise.model": self.noise_model,
            "on": ",".join(self.on),
            **self.display,
        }
        return words if self.step is None else {**words, "step": str(self.step)}


def usual_time(schedule: str, values: Mapping[str, float]) -> float:
    """The default of a schedule's T: that of its hyper, or where it is meant to end with the run, the run's steps less
    those of a warm-up; `usualTime` in ui/stage/state/whole_run.js says the same.
    """
    rule, hyper = SCHEDULES[schedule], controls(DEFAULT_SURFACE)[TIME]
    if not rule.whole_run:
        return hyper.default
    warm_up = values["schedule.W"] if "W" in rule.defaults else 0.0
    return max(hyper.low, float(values[STEPS.id] - warm_up))


def surface_of(scene: Scene) -> Surface:
    """The surface that a scene stands on."""
    return formula_surface(*scene.own) if scene.own else SURFACES[scene.surface]


@lru_cache(maxsize=256)
def controls(
    surface: str, on: tuple[str, ...] = (), own: tuple[str, tuple[float, ...]] | None = None
) -> Mapping[str, Hyper]:
    """Every number of a scene on that surface with those entries, by its URL key; `own` is the reader's formula."""
    schedule_hypers = {h.id: h for s in SCHEDULES.values() for h in s.hypers}
    owned = {
        "surface": formula_surface(*(own or OWN)).hypers if surface == FORMULA else SURFACES[surface].hypers,
        "schedule": tuple(schedule_hypers.values()),
        **{id: optimizer.hypers for id, optimizer in OPTIMIZERS.items()},
        **{entry: OPTIMIZERS[optimizer_of(entry)].hypers for entry in on if number_of(entry) > 1},
    }
    owners = {f"{owner}.{h.id}": h for owner, hypers in owned.items() for h in hypers}
    return MappingProxyType({h.id: h for h in SETTINGS} | owners)


@lru_cache(maxsize=256)
def _opening(surface: str, own: tuple[str, tuple[float, ...]] | None = None) -> Scene:
    """The scene that a surface opens with: its own steps and batch, tuned learning rates, and what it teaches with.

    An optimizer that the table of openings lacks opens with its defaults, as all of them do on the reader's formula.
    """
    member = formula_surface(*own) if own else SURFACES[surface]
    plain = Scene(
        surface=surface,
        own=own,
        start=member.start,
        schedule="constant",
        noise_model=DEFAULT_NOISE,
        on=tuple(id for id, optimizer in OPTIMIZERS.items() if optimizer.basic),
        display=MappingProxyType({key: next(iter(words)) for key, words in DISPLAY.items()}),
        step=None,
        values=MappingProxyType({key: h.default for key, h in controls(surface, (), own).items()}),
    )
    opening = {STEPS.id: str(member.steps)}
    if member.data and member.data.batch:
        opening[BATCH.id] = str(member.data.batch)
    opening |= {f"{id}.lr": repr(rate) for id, rate in openings.read().get(surface, {}).items()}
    opening |= {f"{lesson.optimizer}.{lesson.hyper}": repr(lesson.value) for lesson in member.lessons}
    return _read(opening, plain)


def read_domain(words: str) -> tuple[float, ...]:
    """Four numbers, x low, x high, y low, y high. Raises ValueError in words for the reader."""
    numbers = [number for number in map(_number, words.split(",")) if number is not None]
    if (
        words.count(",") != 3
        or len(numbers) != 4
        or not all(0 < b - a < float("inf") for a, b in (numbers[:2], numbers[2:]))
    ):
        what = "domain: expected x low, x high, y low, y high such as -2, 2, -1, 3, got {words}."
        raise ValueError(Text(what, words=repr(words)))
    return tuple(numbers)


def own_formula(query: Mapping[str, str]) -> tuple[str, tuple[float, ...]]:
    """The formula and the domain of a query; one that cannot be drawn becomes the default."""
    try:
        own = query.get("surface.f", OWN[0]), read_domain(query.get("surface.domain", ",".join(map(str, OWN[1]))))
        check_formula(*own)
    except ValueError:  # FormulaError is one
        return OWN
    return own


def _read(query: Mapping[str, str], base: Scene) -> Scene:
    """The query laid over a scene of the same surface."""
    on = base.on
    if "on" in query:
        asked = query["on"].split(",")
        on = tuple(entry for entry in ENTRIES if entry in asked)
        if query["on"] and not on:
            on = base.on
    values = {}
    for key, hyper in controls(base.surface, on, base.own).items():
        number = _number(query[key]) if key in query else None
        value = _usual(base, key) if number is None or not hyper.accepts(number) else number
        values[key] = int(value) if hyper.whole else value
    scene = replace(base, on=on, values=MappingProxyType(values))

    xy = tuple(map(_number, query.get("start", "").split(",")))
    domain = surface_of(base).domain
    if len(xy) == 2 and all(v is not None and low <= v <= high for v, (low, high) in zip(xy, domain, strict=True)):
        scene = replace(scene, start=xy)
    if query.get("schedule") in SCHEDULES:
        scene = replace(scene, schedule=query["schedule"])
    asked = _number(query.get(TIME, ""))
    if asked is None or not controls(DEFAULT_SURFACE)[TIME].accepts(asked):
        usual = usual_time(scene.schedule, scene.values)
        scene = replace(scene, values=MappingProxyType({**scene.values, TIME: usual}))
    if query.get("noise.model") in NOISES:
        scene = replace(scene, noise_model=query["noise.model"])
    chosen = {key: query[key] for key in DISPLAY if _displays(key, query.get(key, ""))}
    scene = replace(scene, display=MappingProxyType({**scene.display, **chosen}))
    step = _number(query.get("step", ""))
    if step is not None and step == int(step) and 0 <= step <= scene.values["steps"]:
        scene = replace(scene, step=int(step))
    return scene


def _usual(base: Scene, key: str) -> float:
    """A number of a scene; a further entry begins with those of its optimizer's first one: `sgd.2.lr` with `sgd.lr`."""
    if key in base.values:
        return base.values[key]
    owner, _, hyper = key.rpartition(".")
    return base.values[f"{optimizer_of(owner)}.{hyper}"]


def _displays(key: str, word: str) -> bool:
    """Whether a word is one of a display setting's."""
    return word in DISPLAY[key] or (key in OTHER_WORDS and re.fullmatch(OTHER_WORDS[key], word) is not None)


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None  # nan compares false
