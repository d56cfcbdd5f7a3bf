"""The routes /paths and /grid over HTTP: their numbers are those of the engine."""

import json
from functools import partial

import jax
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import rollout
from engine.metrics import shown
from surfaces import SURFACES
from tests.driver import BASIC
from ui.paths import FINE_GRID, GRID, INTERNALS
from ui.routes import ROUTES
from ui.scene import Scene

client = TestClient(Starlette(routes=ROUTES))


def get(route, **query):
    """The answer's head and its arrays, read by the layout that ui/paths.py describes."""
    answer = client.get(route, params=query)
    assert answer.status_code == 200
    body = answer.content
    size = int(np.frombuffer(body, "<u4", 1)[0])
    assert (4 + size) % 8 == 0, "an array of float64 in a browser must start at a multiple of 8"
    head, offset, arrays = json.loads(body[4 : 4 + size]), 4 + size, {}
    for array in head["arrays"]:
        block = np.frombuffer(body, f"<{array['dtype']}", int(np.prod(array["shape"])), offset)
        arrays[array["name"]] = block.reshape(array["shape"])
        offset += block.nbytes
    assert offset == len(body)
    return head, arrays


@pytest.mark.parametrize("surface", SURFACES)
def test_paths_are_the_engines_own(surface):
    query = {"surface": surface, "steps": "40", "noise": "0.5", "seed": "3", "rate": "0.5", "schedule": "linear"}
    head, arrays = get("/paths", **query)
    scene = Scene.read(query)
    assert [run["id"] for run in head["runs"]] == list(BASIC)
    floor = min((value for _, value in SURFACES[surface].minima(**scene.hypers("surface"))), default=0.0)
    for k, (id, optimizer) in enumerate(BASIC.items()):
        hypers = scene.hypers(id)
        run = rollout(
            SURFACES[surface],
            optimizer,
            start=scene.start,
            steps=40,
            hypers={**hypers, "lr": hypers["lr"] * 0.5},
            schedule="linear",
            schedule_hypers=scene.hypers("schedule"),
            noise=0.5,
            seed=3,
            batch=scene.values["batch"] if SURFACES[surface].data else None,
        )
        np.testing.assert_array_equal(arrays["position"][k], run.position)
        np.testing.assert_array_equal(arrays["gap"][k], run.loss - floor)
        np.testing.assert_array_equal(arrays["gradient"][k], run.gradient.astype("f4"))
        np.testing.assert_array_equal(arrays["lr"][k, :-1], run.lr.astype("f4"))


@pytest.mark.parametrize("surface", SURFACES)
def test_what_a_run_shows_of_its_inside_is_what_the_engine_says(surface):
    scene = Scene.read({"surface": surface, "steps": "30"})
    head, arrays = get("/paths", surface=surface, steps="30")
    met = dict.fromkeys(INTERNALS, 0)
    for k, (id, optimizer) in enumerate(BASIC.items()):
        run = rollout(
            SURFACES[surface],
            optimizer,
            start=scene.start,
            steps=30,
            hypers=scene.hypers(id),
            surface_hypers=scene.hypers("surface"),
            batch=scene.values["batch"] if SURFACES[surface].data else None,
        )
        expected = shown(run, optimizer, scene.hypers(id))
        expected.setdefault("rates", np.repeat(run.lr[:, None], 2, axis=1))  # lr for both coordinates
        if optimizer.spends.hessians:
            f = partial(SURFACES[surface].f, **scene.hypers("surface"))
            H = jax.jit(jax.vmap(jax.hessian(f)))(run.position[:-1])
            expected["hessian"] = np.asarray(H)[:, [0, 0, 1], [0, 1, 1]]
        assert head["runs"][k]["shows"] == [word for word in INTERNALS if word in expected]
        for word in head["runs"][k]["shows"]:
            array = arrays[word][met[word]]
            met[word] += 1
            np.testing.assert_allclose(array[:-1], expected[word], rtol=1e-5, atol=1e-30)
            assert np.isnan(array[-1]).all(), "after the last row no step follows"
    assert {word: len(arrays[word]) for word in INTERNALS} == met


@pytest.mark.parametrize("surface", SURFACES)
def test_the_grid_holds_the_surface(surface):
    head, arrays = get("/grid", surface=surface)
    member = SURFACES[surface]
    (x0, x1), (y0, y1) = head["domain"]
    # On a coarse grid the contour lines along a crease or a narrow valley would fall apart into beads.
    n = FINE_GRID if member.log_height or not member.smooth else GRID
    assert arrays["f"].shape == (n, n)
    for j, i in [(0, 0), (0, n - 1), (n - 1, 0), (7, 50)]:
        xy = np.array([x0 + (x1 - x0) * i / (n - 1), y0 + (y1 - y0) * j / (n - 1)])
        np.testing.assert_allclose(arrays["f"][j, i], member.f(xy, **member.defaults), rtol=1e-6, atol=1e-6)


def test_a_run_that_overflows_says_when():
    """Gradient descent on the ravine beyond 2 / lambda_max grows by |1 - lr kappa| a step until it overflows."""
    head, arrays = get(
        "/paths", **{"surface": "ravine", "sgd.lr": "1", "surface.kappa": "1000", "on": "sgd", "steps": "1000"}
    )
    (run,) = head["runs"]
    growth = 1000 - 1
    # y_t = 5 * 999^t leaves the domain at the first step; kappa y^2 / 2 overflows first
    expected = int(np.ceil((np.log(np.finfo(float).max / 500) / 2 - np.log(5)) / np.log(growth)))
    assert run["left"] == 1
    assert run["diverged"] == expected
    assert not np.isfinite(arrays["gap"][0, expected:]).any()


def test_a_run_that_comes_back_has_not_diverged():
    """Gradient descent on log x: where x < 0 there is no loss, but a slope of 1 / x, which leads back."""
    lr, x = 0.05, 0.1
    query = {"surface": "formula", "surface.f": "log(x)", "surface.domain": "-2,2,-2,2", "start": f"{x},1", "on": "sgd"}
    head, arrays = get("/paths", **query, **{"sgd.lr": str(lr), "steps": "20"})
    expected = [x]
    for _ in range(20):
        expected.append(expected[-1] - lr / expected[-1])
    defined = np.array(expected) > 0
    assert 0 < defined.sum() < 20
    np.testing.assert_array_equal(np.isfinite(arrays["gap"][0]), defined)
    assert head["runs"][0]["diverged"] == (None if defined[-1] else np.flatnonzero(defined)[-1] + 1)


def test_no_optimizer_is_a_picture_too():
    head, arrays = get("/paths", on="")
    assert head["runs"] == []
    assert arrays["position"].shape[0] == 0


def test_any_query_is_answered():
    head, _ = get("/paths", surface="nowhere", start="here", steps="-3", junk="1", on="nobody")
    assert head["values"] == head["defaults"]


def test_the_same_scene_spelled_differently_is_the_same_answer():
    a = client.get("/paths?adam.lr=0.1&steps=50").content
    assert a == client.get("/paths?steps=5e1&adam.lr=1e-1&surface=ravine&v=7").content
