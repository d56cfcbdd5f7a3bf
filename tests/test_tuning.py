"""A fair race: the same runs for every entry of a scene, and the rule that made the table of openings."""

import json
from urllib.parse import parse_qsl

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui import openings, routes
from ui.fair import ARRIVED, CRITERION, ROBUST, TIMES, fair
from ui.lanes import Refusal
from ui.paths import floor_of, race_of
from ui.routes import ROUTES
from ui.scene import Scene
from ui.tuning import RUNS, rates

TABLE = openings.read()
# Those on which all hyperparameters but the rates open with their defaults; every sixth of them.
PLAIN = [id for id in TABLE if not SURFACES[id].lessons][::6]


def tuned(query):
    return json.loads(fair(Scene.read(dict(parse_qsl(query)))))


@pytest.mark.parametrize("surface", PLAIN)
def test_at_its_opening_a_scene_is_tuned_to_the_table(surface):
    found = tuned(f"surface={surface}")
    scene = Scene.read({"surface": surface})
    assert [entry["id"] for entry in found["entries"]] == [*scene.on]
    assert {entry["id"]: entry["lr"] for entry in found["entries"]} == {id: TABLE[surface][id] for id in scene.on}


def test_the_page_shows_what_was_chosen():
    """On another scene: the loss is that of its own run, its rate multiplied by the one for all."""
    query = "surface=rosenbrock&steps=120&rate=0.5&noise=1&start=-1,1&on=sgd,adam,adam.2&adam.2.b1=0.5"
    found = tuned(query)
    rates_found = "".join(f"&{entry['id']}.lr={entry['lr']!r}" for entry in found["entries"])
    scene = Scene.read(dict(parse_qsl(query + rates_found)))
    assert scene.on == ("sgd", "adam", "adam.2")
    entries, setting = race_of(scene)
    for entry, run in zip(found["entries"], race(setting, entries), strict=True):
        assert scene.values[f"{entry['id']}.lr"] == entry["lr"], "it is on the slider"
        assert entry["loss"] == pytest.approx(run.loss[-1] - floor_of(scene), rel=1e-6)
    lr, other = (entry["lr"] for entry in found["entries"][1:])
    assert lr != other, "each entry is tuned with its own numbers"


def test_the_share_of_rates_near_to_the_best_has_a_closed_form():
    """SGD on a round bowl: each step multiplies the loss by (1 - lr)^2."""
    found = tuned("surface=ravine&surface.kappa=1&on=sgd&steps=10")
    ends = np.abs(1 - np.array(rates(OPTIMIZERS["sgd"]))) ** 20
    (entry,) = found["entries"]
    assert entry["share"] == (ends <= TIMES * max(ends.min(), ARRIVED)).mean()
    assert 0 < entry["share"] < 1


def test_where_there_is_no_lowest_minimum_the_descent_counts():
    """SGD on x^2 - y^2 falls for ever: the higher the rate, the further."""
    assert not SURFACES["saddle"].minima(**SURFACES["saddle"].defaults)
    scene = Scene.read({"surface": "saddle", "on": "sgd", "steps": "20"})
    (entry,) = json.loads(fair(scene))["entries"]
    _, setting = race_of(scene)
    tried = rates(OPTIMIZERS["sgd"])
    losses = np.array([race(setting, [(OPTIMIZERS["sgd"], {"lr": lr})])[0].loss for lr in tried])
    start, ends = losses[0, 0], losses[:, -1]
    assert entry["share"] == (start - ends >= (1 - 1 / TIMES) * (start - ends.min())).mean()


def test_a_run_that_diverges_has_no_loss():
    """The gradient of this formula is above 1e30 everywhere but on a line, so that all learning rates are too large."""
    found = tuned("surface=formula&surface.f=1e30*(x-y)^4&surface.domain=-2,2,-2,2&start=1,-1&on=sgd&steps=10")
    (entry,) = found["entries"]
    assert (entry["loss"], entry["share"]) == (None, 0.0)


def test_the_criterion_names_the_number_of_runs():
    assert f"run {RUNS} times" in CRITERION
    assert f"of the {RUNS} learning rates" in ROBUST
    assert f"within {TIMES} times" in ROBUST


def test_what_takes_too_long_is_refused_in_words():
    every = ",".join(OPTIMIZERS)
    with pytest.raises(Refusal, match="To tune may take 2 s of the server's time, and this takes") as refusal:
        tuned(f"surface=deep_neuron&steps=1000&on={every}")
    assert refusal.value.status == 400
    assert json.loads(fair(Scene.read({"on": ""})))["entries"] == []


def test_its_programs_are_compiled_in_the_second_lane(monkeypatch):
    compiled = []
    routes._desk.cache_clear()
    with TestClient(Starlette(routes=ROUTES)) as client:
        desk = client.portal.call(routes.desk)
        run = desk.compiling.run

        async def noted(*arguments):
            compiled.append(arguments)
            return await run(*arguments)

        monkeypatch.setattr(desk.compiling, "run", noted)
        answer = client.get("/tune?surface=formula&surface.f=x^2%2B7.015625*y^2&on=sgd,adam&steps=20")
    routes._desk.cache_clear()
    assert answer.status_code == 200
    assert [entry["id"] for entry in answer.json()["entries"]] == ["sgd", "adam"]
    assert len(compiled) >= 2
