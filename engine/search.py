"""Searching for hyperparameters: several methods, each with the same budget of runs.

A method looks for the lowest value of a function on the unit cube; whoever calls it says which hyperparameter a side of
the cube is, and evaluates many places at once. A budget counts whole runs; a run that is stopped after a third of its
steps costs a third.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any, NamedTuple

import numpy as np

BATCH = 4  # places that a sampler chooses before it hears of any of them
KEPT = 3  # one in so many goes on to the next rung of successive halving
RUNGS = (1 / 9, 1 / 3, 1.0)  # the shares of the steps after which it chooses

# (places (n, d) in the unit cube, share of the steps) -> values (n,), of which inf and nan are worse than all others
Evaluate = Callable[[np.ndarray, float], np.ndarray]


class Trial(NamedTuple):
    """One run of a search."""

    place: tuple[float, ...]  # in the unit cube
    value: float
    share: float  # of the steps that were run


Search = Callable[[Evaluate, int, int, int], Iterator[list[Trial]]]


class Sampler(NamedTuple):
    """One of Optuna's samplers: its class in `optuna.samplers`, and its arguments beside the seed."""

    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Method:
    """`search(evaluate, dimensions, budget, seed)` gives the trials in batches, as they are made."""

    id: str
    name: str
    about: str
    search: Search
    needs: tuple[str, ...] = ()  # modules that may be absent
    sampler: Sampler | None = None  # that decides, if it is one of Optuna's

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that are."""
        return tuple(module for module in self.needs if find_spec(module) is None)


def best_so_far(trials: list[Trial]) -> tuple[np.ndarray, np.ndarray]:
    """After each trial: how much of the budget is spent, and the lowest value of a whole run so far; inf before one."""
    values = np.array([trial.value if trial.share == 1 else np.inf for trial in trials])
    spent = np.cumsum([trial.share for trial in trials])
    return spent, np.minimum.accumulate(np.where(np.isnan(values), np.inf, values))


def side_of_grid(budget: int, dimensions: int) -> int:
    """How many values along each side a budget of runs allows."""
    return int((budget + 0.5) ** (1 / dimensions))  # the half is for roots that are rounded down


def _grid(evaluate: Evaluate, dimensions: int, budget: int, seed: int) -> Iterator[list[Trial]]:
    side = side_of_grid(budget, dimensions)
    along = (np.arange(side) + 0.5) / side
    places = np.array(list(product(along, repeat=dimensions))).reshape(-1, dimensions)
    for k in range(0, len(places), side):  # row by row
        yield _tried(evaluate, places[k : k + side])


def _random(evaluate: Evaluate, dimensions: int, budget: int, seed: int) -> Iterator[list[Trial]]:
    places = np.random.default_rng(seed).random((budget, dimensions))
    for k in range(0, budget, BATCH):
        yield _tried(evaluate, places[k : k + BATCH])


def _halving(evaluate: Evaluate, dimensions: int, budget: int, seed: int) -> Iterator[list[Trial]]:
    survivors = [KEPT**-k for k in range(len(RUNGS))]  # of one that begins
    cost = sum(share * left for share, left in zip(RUNGS, survivors, strict=True))
    unit = KEPT ** (len(RUNGS) - 1)  # of those that begin, so that whole numbers go on
    places = np.random.default_rng(seed).random((max(unit, int(budget / cost / unit) * unit), dimensions))
    for rung, share in enumerate(RUNGS):
        trials = _tried(evaluate, places, share)
        yield trials
        if rung < len(RUNGS) - 1:
            order = np.argsort([trial.value for trial in trials], kind="stable")  # nan comes last
            places = places[np.sort(order[: len(places) // KEPT])]


def _sampled(sampler: Sampler) -> Search:
    """A search by one of Optuna's samplers."""

    def search(evaluate: Evaluate, dimensions: int, budget: int, seed: int) -> Iterator[list[Trial]]:
        optuna = import_module("optuna")
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        made = getattr(optuna.samplers, sampler.name)(seed=seed, **sampler.options)
        study = optuna.create_study(sampler=made)
        sides = {f"x{k}": optuna.distributions.FloatDistribution(0.0, 1.0) for k in range(dimensions)}
        worst = 0.0  # of the finite values so far
        for k in range(0, budget, BATCH):
            asked = [study.ask(sides) for _ in range(min(BATCH, budget - k))]
            trials = _tried(evaluate, np.array([[trial.params[side] for side in sides] for trial in asked]))
            worst = max([worst, *(trial.value for trial in trials if np.isfinite(trial.value))])
            for trial, done in zip(asked, trials, strict=True):
                # A sampler models values: that of a run that diverged is a little worse than the worst.
                study.tell(trial, done.value if np.isfinite(done.value) else worst + 1)
            yield trials

    return search


def _tried(evaluate: Evaluate, places: np.ndarray, share: float = 1.0) -> list[Trial]:
    values = np.asarray(evaluate(places, share), float)
    return [Trial(tuple(place), value, share) for place, value in zip(places.tolist(), values.tolist(), strict=True)]


TPE = Sampler("TPESampler", {"multivariate": True, "constant_liar": True})
GP = Sampler("GPSampler", {})
CMAES = Sampler("CmaEsSampler", {})

METHODS = {
    method.id: method
    for method in (
        Method(
            id="grid",
            name="grid",
            about="The same number of values along each side: with a side more, its runs are multiplied.",
            search=_grid,
        ),
        Method(
            id="random",
            name="random",
            about="Anywhere with equal chance (Bergstra & Bengio 2012): no value is tried twice.",
            search=_random,
        ),
        Method(
            id="tpe",
            name="TPE",
            about="Tree-structured Parzen estimator (Bergstra et al. 2011): more trials where good ones are dense.",
            search=_sampled(TPE),
            sampler=TPE,
            needs=("optuna",),
        ),
        Method(
            id="gp",
            name="Gaussian process",
            about="A model of the function and its uncertainty (Snoek et al. 2012): where most can be gained.",
            search=_sampled(GP),
            sampler=GP,
            needs=("optuna", "torch", "scipy"),
        ),
        Method(
            id="cmaes",
            name="CMA-ES",
            about="A cloud of trials that moves and stretches towards the better half (Hansen & Ostermeier 2001).",
            search=_sampled(CMAES),
            sampler=CMAES,
            needs=("optuna", "cmaes"),
        ),
        Method(
            id="halving",
            name="successive halving",
            about="Many short runs, of which the best third goes on (Jamieson & Talwalkar 2016).",
            search=_halving,
        ),
    )
}
