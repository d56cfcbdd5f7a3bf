"""Searches: an entry's lowest loss at the end, looked for along some numbers of the scene with a budget of runs.

What may be varied is what may lie along a map (`ui/maps.py`), and so is what a run ends with: float32, above the lowest
declared minimum. The methods are those of `engine/search.py`. An answer is a pure function of its query.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

import numpy as np

from engine.search import METHODS
from optimizers import OPTIMIZERS
from ui.cost import cost_of_minima, cost_of_runs
from ui.fan import NONE
from ui.lanes import Refusal
from ui.maps import axes, coded, one_of, outcome
from ui.paths import pack
from ui.scene import Scene

RUNS = (16, 32, 64, 128, 256, 512, 1024)
MOST_AXES = 5
SEEDS = 100  # 0, 1, ..., 99
AT_ONCE = (20, 10, 5, 4, 2, 1)  # searches by different seeds in one answer
MOST = 7.0  # s that an answer may take on a plain scene
LONGEST = 15.0  # s that it may take on any: after 25 its process is ended
# What a search takes, in s, (a, b) for a runs + b runs^2: one core of a small cloud server, five axes, 300 steps.
SAMPLING = {"tpe": (1e-3, 4.5e-6), "gp": (40e-3, 50e-6), "cmaes": (1e-3, 0.0)}
RUNNING = 0.5e-3  # s that a run adds
JOURNAL = "journal"
STUDIES = ("pictures", JOURNAL)  # forms of a finished search, beside programs for the engine's LIBRARIES
CHUNK = 64  # runs computed at a time: four take as long as with a smaller one, and a thousand a tenth
LEAST = float(np.finfo(np.float32).tiny)  # a loss that is modelled, at least: 0 has no logarithm


class Asked(NamedTuple):
    """Which search."""

    entry: str
    axes: tuple[str, ...]  # the numbers that are varied, by key
    method: str
    runs: int
    seed: int
    seeds: int  # so many searches, with this seed and those after it; 0: one, with its trials


class Found(NamedTuple):
    """The n trials of a search in their order."""

    values: np.ndarray  # (n, axes), float64
    modelled: np.ndarray  # (n,), what a method compares: log10 of the loss, or with f's sign; inf or nan if it diverged
    loss: np.ndarray  # (n,) int16, as `ui.maps.coded` has it
    share: np.ndarray  # (n,), of the steps that were run
    bounded: bool  # whether the surface declares a minimum


def at_once(method: str) -> Mapping[int, int]:
    """For each number of runs that a search may have, how many such searches one answer may hold."""
    seconds = {runs: _seconds(method, runs) for runs in RUNS}
    return {
        runs: next(seeds for seeds in AT_ONCE if seeds * time <= MOST) for runs, time in seconds.items() if time <= MOST
    }


def _seconds(method: str, runs: int) -> float:
    each, grows = SAMPLING.get(method, (0.0, 0.0))
    return (each + RUNNING) * runs + grows * runs**2


def search_of(query: dict[str, str]) -> tuple[Scene, Asked]:
    """The scene and the search that a query asks for. Raises Refusal."""
    words = {key: query.pop(key, "") for key in Asked._fields}
    scene = Scene.read(query)
    entry = one_of("entry", words["entry"], [*OPTIMIZERS, *scene.on])
    along = tuple(words["axes"].split(","))
    known = axes(scene, entry)
    for key in along:
        one_of("axes", key, known)
    if len(set(along)) < len(along) or len(along) > MOST_AXES:
        what = "axes must be 1 to {most} different numbers of the scene; got {got}."
        raise Refusal(400, what, most=MOST_AXES, got=words["axes"])
    method = METHODS[one_of("method", words["method"], METHODS)]
    if method.missing:
        what = "{method} needs libraries that this server lacks: pip install {missing}."
        raise Refusal(501, what, method=method.name, missing=" ".join(method.missing))
    most = at_once(method.id)
    runs = int(one_of("runs", words["runs"] or "64", map(str, most)))
    seeds = _whole("seeds", words["seeds"], 1, most[runs]) if words["seeds"] else 0
    seed = _whole("seed", words["seed"] or "0", 0, SEEDS - max(1, seeds))
    all_runs = runs * max(1, seeds)
    seconds = _seconds(method.id, runs) * max(1, seeds) + cost_of_runs(scene, (entry,), all_runs)
    seconds += all_runs * max(cost_of_minima(scene, key) for key in along)
    if seconds > LONGEST:
        what = (
            "A search may take {most} s of the server's time, and this one takes {seconds}: "
            "try fewer runs, seeds or steps, or a shorter formula."
        )
        raise Refusal(400, what, most=f"{LONGEST:g}", seconds=f"{seconds:.1f}")
    return scene, Asked(entry, along, method.id, runs, seed, seeds)


def _whole(what: str, word: str, low: int, high: int) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 4 and low <= int(word) <= high):
        words = "{what} must be a whole number from {low} to {high}; got {got}."
        raise Refusal(400, words, what=what, low=low, high=high, got=word)
    return int(word)


def searched(scene: Scene, asked: Asked, seed: int) -> Found:
    """The trials of one search. Those asked for lately are kept: their studies come next."""
    return _searched(scene.to_url(), asked._replace(seed=seed, seeds=0))


@lru_cache(maxsize=32)
def _searched(url: str, asked: Asked) -> Found:
    scene = Scene.read(dict(parse_qsl(url, keep_blank_values=True)))
    sides = [axes(scene, asked.entry)[key] for key in asked.axes]
    tried, modelled, codes, shares, bounded = [], [], [], [], True

    def evaluate(places: np.ndarray, share: float) -> np.ndarray:
        nonlocal bounded
        n = len(places)
        # A run alone would be another program: its numbers would have no axis of runs.
        columns = np.repeat(places, 2, axis=0).T if n == 1 else places.T
        values = [
            np.array([side.at(at) for at in column]) for side, column in zip(sides, columns.tolist(), strict=True)
        ]
        found = outcome(scene, asked.entry, dict(zip(asked.axes, values, strict=True)), share=share, chunk=CHUNK)
        bounded, gap = found.bounded, found.gap[:n]
        tried.append(np.stack(values, axis=1)[:n])
        codes.append(coded(gap, bounded))
        shares.append(np.full(n, share))
        with np.errstate(all="ignore"):  # of what diverged
            low = np.log10(np.maximum(gap, LEAST)) if bounded else np.sign(gap) * np.log10(1 + np.abs(gap))
        modelled.append(low)
        return low

    for _ in METHODS[asked.method].search(evaluate, len(sides), asked.runs, asked.seed):
        pass
    values, compared, loss, share = map(np.concatenate, (tried, modelled, codes, shares))
    return Found(values, compared, loss, share, bounded)


def best_of(found: Found) -> np.ndarray:
    """After each trial the lowest code of a whole run, (n,) int16; NONE before there is one."""
    none = np.iinfo(np.int16).max
    codes = np.where((found.share == 1) & (found.loss != NONE), found.loss, none)
    best = np.minimum.accumulate(codes)
    return np.where(best == none, NONE, best).astype(np.int16)


def computed(scene: Scene, asked: Asked) -> bytes:
    """A search, its n trials in their order:

    - values (n, axes) float64, in the order of the axes;
    - loss (n,) int16, as in a map, after `share` (n,) float32 of the steps;
    - spent (n,) float32: the runs that were spent after the trial;
    - best (n,) int16: the lowest loss of a whole run so far, coded likewise; NONE before there is one.

    Of several searches: spent (runs,) = 1, 2, ..., and best (seeds, runs) int16, each search's once so much was spent.

    Head: the search, and whether the surface declares a minimum, above which losses are (`bounded`).
    """
    if asked.seeds:
        spent = np.arange(1, asked.runs + 1)
        every = [searched(scene, asked, asked.seed + k) for k in range(asked.seeds)]
        arrays = {"spent": spent.astype(np.float32), "best": np.stack([_curve(found, spent) for found in every])}
        return pack(_head(asked, every[0]), arrays)
    found = searched(scene, asked, asked.seed)
    arrays = {
        "values": found.values.astype(np.float64),
        "share": found.share.astype(np.float32),
        "spent": np.cumsum(found.share).astype(np.float32),
        "loss": found.loss,
        "best": best_of(found),
    }
    return pack(_head(asked, found), arrays)


def _head(asked: Asked, found: Found) -> dict:
    return {**asked._asdict(), "bounded": found.bounded}


def _curve(found: Found, spent: Iterable[int]) -> np.ndarray:
    """The best once so many runs were spent: (m,) int16 for m numbers of runs."""
    after = np.cumsum(found.share)
    count = np.searchsorted(after, np.asarray(spent) + 1e-6, side="right")  # of trials: thirds and ninths are rounded
    return np.concatenate([[NONE], best_of(found)])[count].astype(np.int16)
