"""Searches: the same budget for every method, reproducible by seed, and better than chance where they should be."""

from itertools import pairwise

import numpy as np
import pytest

from engine.search import BATCH, METHODS, RUNGS, best_so_far

LOWEST = np.array([0.3, 0.7])
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))


def bowl(places, share=1.0):
    """Its minimum is 0 at LOWEST; a tenth of the square is not finite, as where runs diverge."""
    values = ((places - LOWEST[: places.shape[1]]) ** 2).sum(axis=1)
    return np.where(places[:, 0] > 0.9, np.inf, values)


def searched(method, budget, *, seed=0, dimensions=2, evaluate=bowl):
    return [trial for batch in method.search(evaluate, dimensions, budget, seed) for trial in batch]


@every_method
def test_a_search_spends_its_budget_and_is_the_same_for_the_same_seed(method):
    first, again, other = (searched(method, 27, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert (first == other) == (method.id == "grid")
    spent = sum(trial.share for trial in first)
    assert 25 - 1e-9 <= spent <= 27 + 1e-9
    assert all(0 <= side <= 1 for trial in first for side in trial.place)
    assert [trial.value for trial in first if trial.share == 1] == [
        bowl(np.array([trial.place]))[0] for trial in first if trial.share == 1
    ]


@pytest.mark.parametrize(("dimensions", "budget", "side"), [(1, 9, 9), (2, 25, 5), (2, 24, 4), (3, 64, 4), (5, 243, 3)])
def test_a_grid_is_even_and_its_cost_grows_exponentially(dimensions, budget, side):
    trials = searched(METHODS["grid"], budget, dimensions=dimensions, evaluate=lambda places, share: places.sum(axis=1))
    places = np.array([trial.place for trial in trials])
    assert len(np.unique(places, axis=0)) == len(places) == side**dimensions <= budget
    for along in places.T:
        np.testing.assert_allclose(np.unique(along), (np.arange(side) + 0.5) / side)


def test_random_places_are_even():
    places = np.array([trial.place for trial in searched(METHODS["random"], 4000)])
    counts, *_ = np.histogram2d(*places.T, bins=4, range=[[0, 1], [0, 1]])
    assert ((counts - 250) ** 2 / 250).sum() < 37.7, "chi squared with 15 degrees of freedom, p = 0.001"


@pytest.mark.parametrize("method", ["tpe", "gp", "cmaes"])
def test_a_sampler_learns(method):
    """Its later trials are nearer to the minimum than chance: the mean distance in a unit square is above 0.4 there."""
    late = [searched(METHODS[method], 60, seed=seed)[40:] for seed in range(3)]
    distances = [np.linalg.norm(np.array(trial.place) - LOWEST) for trials in late for trial in trials]
    assert np.mean(distances) < 0.2


def test_a_sampler_is_told_in_batches():
    sizes = [len(batch) for batch in METHODS["tpe"].search(bowl, 2, 2 * BATCH + 1, 0)]
    assert sizes == [BATCH, BATCH, 1]


def test_halving_keeps_the_best_third_of_short_runs():
    """The longer a run, the lower its value; but the order of any two is the same at all rungs."""
    trials = searched(METHODS["halving"], 27, evaluate=lambda places, share: bowl(places) / share)
    rungs = [[trial for trial in trials if trial.share == share] for share in RUNGS]
    assert [len(rung) for rung in rungs] == [81, 27, 9]
    for before, after in pairwise(rungs):
        best = sorted(before, key=lambda trial: trial.value)[: len(after)]
        assert {trial.place for trial in best} == {trial.place for trial in after}


@every_method
def test_where_nothing_is_finite_a_search_goes_on(method):
    trials = searched(method, 18, evaluate=lambda places, share: np.full(len(places), np.nan))
    assert len(trials) >= 16
    assert (best_so_far(trials)[1] == np.inf).all()


def test_the_best_so_far_counts_whole_runs_only():
    spent, best = best_so_far(searched(METHODS["halving"], 9))
    assert spent[-1] == pytest.approx(9)
    assert (np.diff(best[np.isfinite(best)]) <= 0).all()
    assert np.isinf(best[0]), "a short run is no result"


def test_what_a_method_lacks_is_named(monkeypatch):
    assert [method.id for method in METHODS.values() if method.missing] == []
    monkeypatch.setattr("engine.search.find_spec", lambda module: None if module == "torch" else object())
    assert {method.id: method.missing for method in METHODS.values() if method.missing} == {"gp": ("torch",)}
