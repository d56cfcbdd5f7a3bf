"""The points that a line search tries: they are those of the search that ran, with the losses there."""

from dataclasses import replace

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import Setting, rollout
from engine.inside import TRIALS, inside, trials
from optimizers import OPTIMIZERS
from tests.test_optimizers import BOWL
from ui.paths import unpack
from ui.routes import ROUTES

client = TestClient(Starlette(routes=ROUTES))
HESSIAN = np.array([[5.0, -4.0], [-4.0, 5.0]])  # of the bowl
STEPS = 30
SEARCHING = [id for id, optimizer in OPTIMIZERS.items() if optimizer.equations and optimizer.equations.trials]
every_search = pytest.mark.parametrize("id", SEARCHING)


def searched(id):
    setting = Setting(BOWL, steps=STEPS, noise=0.5, seed=4)
    run = rollout(setting, OPTIMIZERS[id])
    within = inside(run, setting)
    return within.values, trials(run, setting, within)


def test_whoever_keeps_a_length_says_what_was_tried():
    kept = [id for id, o in OPTIMIZERS.items() if any(e.measured == "nearest_minimum" for e in o.system.equations)]
    assert set(kept) < set(SEARCHING)


@every_search
def test_the_losses_are_those_of_the_steps_own_objective(id):
    """f_t(w) = w . H w / 2 + tilt . w, whose tilt the recorded gradient tells."""
    values, (direction, tried) = searched(id)
    tilt = values["g"] - values["w"] @ HESSIAN
    assert tried.shape == (STEPS, TRIALS, 2)
    lengths, losses = tried[..., 0], tried[..., 1]
    points = values["w"][:, None] + lengths[..., None] * direction[:, None]
    due = ((points @ HESSIAN) * points).sum(axis=-1) / 2 + (points * tilt[:, None]).sum(axis=-1)
    assert np.isfinite(lengths[:, 0]).all()
    np.testing.assert_allclose(losses, due, rtol=1e-9, atol=1e-9)  # nan at the same places
    np.testing.assert_array_equal(np.isnan(lengths), np.isnan(losses))


@every_search
def test_the_trials_lead_to_where_the_run_went(id):
    values, (direction, tried) = searched(id)
    rate = 1.0 if id == "armijo" else values["lr"][:, None]
    went = values["w"] + rate * values["a"][:, None] * direction
    np.testing.assert_allclose(values["w_next"], went, rtol=1e-9, atol=1e-12)
    nearest = np.nanmin(np.abs(tried[..., 0] / values["a"][:, None] - 1), axis=1)
    assert nearest.max() < 1e-3
    best = np.nanmin(tried[..., 1], axis=1)
    slope = -(values["g"] * direction).sum(axis=1)
    assert (slope > 0).all()  # it looks downhill
    assert (best <= tried[:, 0, 1]).all()


@every_search
def test_a_search_that_ends_elsewhere_is_left_out(id, monkeypatch):
    true = OPTIMIZERS[id].equations
    monkeypatch.setitem(
        vars(OPTIMIZERS[id]), "equations", replace(true, trials=lambda *at, **hypers: 1.01 * true.trials(*at, **hypers))
    )
    _, (_, tried) = searched(id)
    assert np.isnan(tried).all()


@pytest.mark.parametrize("id", OPTIMIZERS)
def test_they_are_sent_where_there_is_a_search(id):
    answer = client.get("/inside", params={"optimizer": id, "steps": "20", "surface": "ravine"})
    _, arrays = unpack(answer.content)
    assert ({"direction", "trials"} <= arrays.keys()) == (id in SEARCHING)
    if id in SEARCHING:
        assert arrays["trials"].shape == (20, TRIALS, 2)
        assert arrays["trials"].dtype == arrays["direction"].dtype == np.float32
