"""The fan of a slider: what the browser reads from it is what the engine computes at the slider's stops."""

import base64
import json
from functools import lru_cache

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from surfaces import SURFACES
from tests.driver import BASIC
from ui.fan import FAR, GROUND_EVERY, STOPS, fan
from ui.paths import GRID, grid, paths
from ui.routes import ROUTES
from ui.scene import STEPS, Scene, controls, surface_of

client = TestClient(Starlette(routes=ROUTES))

LOG = {"surface": "formula", "surface.f": "log(x)", "surface.domain": "-2,2,-2,2"}
BOWL = {"surface": "formula", "surface.f": "a x^2 + b y^2", "surface.domain": "-2,2,-2,2"}
# By name, a query and the slider that is dragged: a slider of every kind, on several surfaces.
SLIDERS = {
    "own lr": ({}, "adam.lr"),
    "lr that diverges": ({"surface": "rosenbrock"}, "sgd.lr"),
    "decay rate": ({"surface": "himmelblau"}, "momentum.momentum"),
    "every lr": ({"surface": "beale", "on": "sgd,momentum,nesterov,adagrad,adadelta,rmsprop,adam"}, "rate"),
    "second order": ({"surface": "himmelblau", "on": "newton"}, "rate"),
    "every lr, no minimum": ({"surface": "saddle", "steps": "1000"}, "rate"),
    "decay time": ({"surface": "double_well", "schedule": "exponential", "noise": "0.5"}, "schedule.T"),
    "noise": ({"surface": "himmelblau", "seed": "3"}, "noise"),
    "seed": ({"surface": "ravine", "noise": "2", "on": "sgd,adam"}, "seed"),
    "condition": ({"steps": "77"}, "surface.kappa"),
    "tilt": ({"surface": "double_well"}, "surface.c"),
    "undefined for half the plane": ({**LOG, "on": "sgd,adam"}, "rate"),
    "letter, a minimum where it is positive": ({**BOWL, "surface.b": "3", "on": "sgd,adam"}, "surface.a"),
    "letter, in the middle": ({**BOWL, "surface.f": "(a - x)^2 + 100 (y - x^2)^2", "on": "adam"}, "surface.a"),
    "letter, undefined beyond it": ({**BOWL, "surface.f": "sqrt(x - a/10) + a/x + y^2", "on": "adam"}, "surface.a"),
    "letter, undefined where it is negative": ({**BOWL, "surface.f": "sqrt(a) x^2", "on": "adam"}, "surface.a"),
    "valley": ({"surface": "rosenbrock", "on": "newton,adam,nesterov"}, "surface.b"),
}
PICKED = (0, 13, 37, 50, 63, 88, STOPS - 1)


def unpacked(body):
    """Head and arrays of an answer."""
    size = int(np.frombuffer(body, "<u4", 1)[0])
    head, offset, arrays = json.loads(body[4 : 4 + size]), 4 + size, {}
    for array in head["arrays"]:
        block = np.frombuffer(body, f"<{array['dtype']}", int(np.prod(array["shape"])), offset)
        arrays[array["name"]] = block.reshape(array["shape"])
        offset += block.nbytes
    return head, arrays


@lru_cache(maxsize=32)
def fan_of(name):
    query, vary = SLIDERS[name]
    return fan(Scene.read(query), vary)


def moved(name, value):
    """The scene with the slider at this value."""
    query, vary = SLIDERS[name]
    return Scene.read({**query, vary: repr(value)})


def text(body):
    return base64.b64encode(body).decode()


READ = """async ([fan, grid, places, what]) => {
    const { createFan } = await import("/ui/stage/data/fan.js");
    const { terrainOf } = await import("/ui/stage/data/terrain.js");
    const { unpack } = await import("/ui/stage/data/wire.js");
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
    const text = (array) => {
        const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        let out = "";
        for (let i = 0; i < view.length; i += 4096) out += String.fromCharCode(...view.subarray(i, i + 4096));
        return btoa(out);
    };
    const read = createFan(unpack(bytes(fan)), terrainOf(unpack(bytes(grid))));
    if (what === "terrain") return places.map((place) => {
        const { heights, low, high, floor, minima, saddles } = read.terrain(place);
        return { heights: text(heights), low, high, floor, minima, saddles };
    });
    return places.map((place) => read.runs(place).map(({ id, left, diverged, position, gap }) =>
        ({ id, left, diverged, position: text(position), gap: text(gap) })));
}"""


def read_back(modules, name, places, what="runs"):
    """What ui/stage/data/fan.js makes of a fan at some places of its slider."""
    query, _ = SLIDERS[name]
    return modules.evaluate(READ, [text(fan_of(name)), text(grid(Scene.read(query))), places, what])


def numbers(words, kind="<f8"):
    return np.frombuffer(base64.b64decode(words), kind)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_place_stands_for_the_same_value_on_both_sides(modules, surface):
    sliders = controls(surface)
    asked = {
        key: sorted(
            {k / 200 for k in range(201)}
            | ({k / (h.high - h.low) for k in range(int(h.high - h.low) + 1)} if h.whole else set())
        )
        for key, h in sliders.items()
    }
    found = modules.evaluate(
        """async ([sliders, asked]) => {
            const { toValue } = await import("/ui/stage/state/hyper.js");
            return sliders.map(([key, hyper]) => [key, asked[key].map((place) => toValue(hyper, place))]);
        }""",
        [
            [
                (key, {"low": h.low, "high": h.high, "log": h.log, "near_one": h.near_one, "whole": h.whole})
                for key, h in sliders.items()
            ],
            asked,
        ],
    )
    assert {key: list(map(float, values)) for key, values in found} == {
        key: [float(h.at(place)) for place in asked[key]] for key, h in sliders.items()
    }


@pytest.mark.parametrize("name", SLIDERS)
def test_at_its_stops_a_fan_is_what_the_engine_computes(modules, name):
    query, vary = SLIDERS[name]
    head, _ = unpacked(fan_of(name))
    scene = Scene.read(query)
    hyper = controls(scene.surface, scene.on, scene.own)[vary]
    assert head["vary"] == vary
    assert head["values"] == [hyper.at(k / (STOPS - 1)) for k in range(STOPS)]
    surface = surface_of(Scene.read(query))
    low, high = np.transpose(surface.domain)
    for k, runs in zip(PICKED, read_back(modules, name, [k / (STOPS - 1) for k in PICKED]), strict=True):
        exact, arrays = unpacked(paths(moved(name, head["values"][k])))
        rows = {run["id"]: i for i, run in enumerate(exact["runs"])}
        bounded = bool(surface.minima(**moved(name, head["values"][k]).hypers("surface")))
        for run in runs:
            where = f"{run['id']} at stop {k}"
            row = rows[run["id"]]
            assert (run["left"], run["diverged"]) == (exact["runs"][row]["left"], exact["runs"][row]["diverged"]), where
            position, gap = arrays["position"][row], arrays["gap"][row]
            seen, loss = numbers(run["position"]).reshape(-1, 2), numbers(run["gap"])
            assert seen.shape == position.shape
            assert loss.shape == gap.shape

            # Inside the domain they differ by at most half a pixel of a picture 1400 pixels wide.
            inside = ((position >= low) & (position <= high)).all(axis=1)
            assert (np.abs(seen - position)[inside] <= (high - low) / 1400 / 2).all(), where
            # Outside it only the side matters, on which the line leaves the picture.
            sign = np.sign(position - (low + high) / 2)
            out = np.isfinite(seen) & ~((position >= low) & (position <= high))
            assert (np.sign(seen - (low + high) / 2) == sign)[out].all(), where
            # Positions beyond the range of float32 are not encoded.
            with np.errstate(all="ignore"):
                size = np.log(np.abs(position - (low + high) / 2) / ((high - low) / 2))
            assert np.isfinite(seen)[size < np.log(np.finfo("f4").max) - 0.01].all(), where
            assert not np.isfinite(seen)[~(size < FAR + 0.01)].any(), where

            assert np.isnan(loss[~np.isfinite(gap)]).all(), where
            known = np.isfinite(gap)
            with np.errstate(divide="ignore"):
                logs = [
                    np.log10(np.maximum(a, 1e-323)) if bounded else np.sign(a) * np.log10(1 + np.abs(a))
                    for a in (loss, gap)
                ]
            assert np.abs(logs[0] - logs[1])[known].max(initial=0) <= 0.02, where


def test_a_diverging_run_is_in_these_cases(modules):
    """Without one, the test above would say nothing about overflow."""
    runs = [run for name in SLIDERS for run in unpacked(fan_of(name))[0]["runs"]]
    assert any(step is not None for run in runs for step in run["diverged"])
    assert any(step is not None for run in runs for step in run["left"])
    strides = set().union(*(np.unique(unpacked(fan_of(name))[1]["stride"]) for name in SLIDERS))
    assert strides == {1, 2, 4, 8}


@pytest.mark.parametrize("name", [name for name, (_, vary) in SLIDERS.items() if vary.startswith("surface.")])
def test_the_ground_moves_with_its_own_slider(modules, name):
    head, _ = unpacked(fan_of(name))
    stops = range(0, STOPS, GROUND_EVERY)
    log = surface_of(moved(name, head["values"][0])).log_height
    for k, ground in zip(stops, read_back(modules, name, [k / (STOPS - 1) for k in stops], "terrain"), strict=True):
        exact, heights = unpacked(grid(moved(name, head["values"][k])))
        assert ground["floor"] == exact["floor"]
        assert ground["minima"] == exact["minima"]
        assert ground["saddles"] == exact["saddles"]
        every = (len(heights["f"]) - 1) // (GRID - 1)
        f = heights["f"][::every, ::every].astype(float).ravel()
        wanted = np.log10(1 + f - exact["floor"]) if log else np.where(np.isfinite(f), f, np.nan)
        known = wanted[np.isfinite(wanted)]
        span = known.max() - known.min() if len(known) else 0.0
        np.testing.assert_allclose(numbers(ground["heights"], "<f4"), wanted, atol=span / 30000, rtol=1e-5)


def test_between_two_stops_a_path_lies_between_theirs(modules):
    """The browser interpolates: between neighbouring stops a path lies between the paths of both."""
    name = "condition"
    low, middle, high = read_back(modules, name, [0.5, 0.505, 0.51])
    for a, b, c in zip(low, middle, high, strict=True):
        ends = [numbers(run["position"]) for run in (a, c)]
        between = numbers(b["position"])
        assert (between >= np.minimum(*ends) - 1e-9).all()
        assert (between <= np.maximum(*ends) + 1e-9).all()


@pytest.mark.parametrize("vary", ["", None, "nothing", "adam", "adam.nothing", "surface.b", STEPS.id, "surface"])
def test_an_unknown_slider_is_refused_in_words(vary):
    answer = client.get("/fan", params={"surface": "ravine"} | ({} if vary is None else {"vary": vary}))
    assert answer.status_code == 400
    choices = [key for key in controls("ravine") if key != STEPS.id]
    assert answer.text == f"vary must be one of {', '.join(choices)}; got {vary or ''!r}."


def test_every_slider_but_the_steps_has_a_fan():
    for vary in controls("ravine"):
        if vary != STEPS.id:
            answer = client.get("/fan", params={"vary": vary, "steps": "10"})
            assert answer.status_code == 200
            assert unpacked(answer.content)[0]["vary"] == vary


def test_only_the_runs_that_a_slider_moves_are_in_its_fan():
    def ids(vary, **query):
        return [
            run["id"]
            for run in unpacked(client.get("/fan", params={"vary": vary, "steps": "10", **query}).content)[0]["runs"]
        ]

    assert ids("adam.lr") == ["adam"]
    assert ids("adam.b1", on="sgd,adam") == ["adam"]
    assert ids("adam.b1", on="sgd") == []
    for vary in ("rate", "noise", "seed", "schedule.T", "surface.kappa"):
        assert ids(vary) == list(BASIC)
        assert ids(vary, on="sgd,adam") == ["sgd", "adam"]


@pytest.mark.parametrize("vary", ["rate", "adam.lr", "surface.kappa"])
def test_no_optimizer_has_a_fan_too(modules, vary):
    answer = client.get("/fan", params={"on": "", "vary": vary})
    assert answer.status_code == 200
    head, arrays = unpacked(answer.content)
    assert head["runs"] == []
    assert arrays["stride"].shape == (0, STOPS)
    assert arrays["codes"].size == 0
    assert ("ground" in arrays) == vary.startswith("surface.")
    assert modules.evaluate(READ, [text(answer.content), text(grid(Scene.read({}))), [0, 0.5, 1], "runs"]) == [
        [],
        [],
        [],
    ]


def test_the_value_under_the_hand_does_not_change_a_fan():
    """A fan depends neither on the value of its own slider nor on how the scene is viewed."""
    first = client.get("/fan", params={"vary": "adam.lr", "steps": "20"}).content
    assert first == client.get("/fan", params={"vary": "adam.lr", "steps": "20", "adam.lr": "0.01"}).content
    assert first == client.get("/fan", params={"vary": "adam.lr", "steps": "20", "view": "panels", "step": "3"}).content
