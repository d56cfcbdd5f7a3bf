"""Searches as the page asks for them: whole runs of the scene, a budget that is kept, a process of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from engine import rollout
from engine.search import METHODS, RUNGS
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui import answers, searches
from ui.aside import SEARCHING, Aside
from ui.catalogue import catalogue
from ui.fan import DECADE, NONE
from ui.lanes import Refusal
from ui.paths import unpack
from ui.scene import Scene
from ui.searches import RUNS, at_once, computed, search_of

TIMEOUT_S = 60
SCENE = "surface=ravine&steps=40&entry=adam&axes=adam.lr,adam.b1&runs=16"
every_method = pytest.mark.parametrize("method", METHODS)


def asked(query):
    return unpack(computed(*search_of(dict(parse_qsl(query)))))


def test_a_trial_is_the_run_of_the_scene_with_its_values():
    head, arrays = asked(f"{SCENE}&method=tpe&seed=3")
    assert head["bounded"]
    lr, b1 = arrays["values"].T
    scene = Scene.read({"surface": "ravine", "steps": "40"})
    surface = {key: scene.values[f"surface.{key}"] for key in SURFACES["ravine"].defaults}
    hypers = {**scene.hypers("adam"), "lr": lr, "b1": b1}
    run = rollout(
        SURFACES["ravine"], OPTIMIZERS["adam"], start=scene.start, steps=40, hypers=hypers, surface_hypers=surface
    )
    np.testing.assert_allclose(arrays["loss"] / DECADE, np.log10(run.loss[:, -1]), atol=0.02)


def test_any_number_of_the_scene_may_be_searched():
    """Newton's first step of length 1 ends in the minimum of a quadratic, wherever it starts and whatever its shape."""
    along = "newton.lr,surface.kappa,start.x,start.y,rate"
    _, arrays = asked(f"surface=ravine&steps=10&entry=newton&axes={along}&method=random&runs=64&noise=0")
    lr, _, x, y, rate = arrays["values"].T
    assert len({*x}) == len({*y}) == 64
    step = lr * rate
    found = np.where(arrays["loss"] == NONE, np.inf, arrays["loss"])
    # A quadratic is multiplied by (1 - step)^2 with each step.
    assert (found[np.abs(1 - step) < 0.1] < -10 * DECADE).all()
    assert (found[step > 3] > 0).all()


@every_method
def test_the_budget_is_kept(method):
    _, arrays = asked(f"{SCENE}&runs=32&method={method}")
    spent, share, loss, best = (arrays[name] for name in ("spent", "share", "loss", "best"))
    np.testing.assert_allclose(spent, np.cumsum(share), rtol=1e-5)
    assert 25 <= spent[-1] <= 32 + 1e-4
    shares = RUNGS if method == "halving" else (1.0,)
    np.testing.assert_allclose(np.unique(share), shares, rtol=1e-6)
    whole = np.where((share == 1) & (loss != NONE), loss.astype(float), np.inf)
    expected = np.minimum.accumulate(whole)
    np.testing.assert_array_equal(best, np.where(np.isinf(expected), NONE, expected))


def test_short_runs_of_halving_are_the_beginnings_of_whole_ones():
    _, arrays = asked(f"{SCENE}&method=halving&surface=beale&steps=90")
    scene = Scene.read({"surface": "beale"})
    lr, b1 = arrays["values"].T
    hypers = {**scene.hypers("adam"), "lr": lr, "b1": b1}
    run = rollout(SURFACES["beale"], OPTIMIZERS["adam"], start=scene.start, steps=90, hypers=hypers)
    last = np.rint(90 * arrays["share"]).astype(int)
    with np.errstate(over="ignore"):
        log = np.log10(run.loss[np.arange(len(last)), last])
    assert np.mean(np.abs(arrays["loss"] / DECADE - log) < 0.02) > 0.95, "but for chaotic ones"


@every_method
def test_many_searches_are_those_of_their_seeds(method):
    head, many = asked(f"{SCENE}&method={method}&seed=5&seeds=3")
    assert (head["seed"], head["seeds"]) == (5, 3)
    np.testing.assert_array_equal(many["spent"], np.arange(1, 17))
    for row, seed in zip(many["best"], (5, 6, 7), strict=True):
        _, one = asked(f"{SCENE}&method={method}&seed={seed}")
        for spent in (1, 7, 16):
            before = one["best"][one["spent"] <= spent + 1e-4]
            assert row[spent - 1] == (before[-1] if len(before) else NONE)


def test_a_surface_without_a_lowest_point_is_searched_on_a_logarithm_with_signs():
    assert not SURFACES["saddle"].minima(**SURFACES["saddle"].defaults)
    head, arrays = asked("surface=saddle&steps=30&entry=sgd&axes=sgd.lr&method=random&runs=16")
    assert not head["bounded"]
    scene = Scene.read({"surface": "saddle"})
    hypers = {"lr": arrays["values"][:, 0]}
    f = rollout(SURFACES["saddle"], OPTIMIZERS["sgd"], start=scene.start, steps=30, hypers=hypers).loss[:, -1]
    np.testing.assert_allclose(arrays["loss"] / DECADE, np.sign(f) * np.log10(1 + np.abs(f)), atol=0.02)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("entry=nobody", "entry must be one of sgd,"),
        ("axes=,", "axes must be one of adam.lr,"),
        ("axes=adam.lr,seed", "axes must be one of adam.lr,"),
        ("axes=adam.lr,adam.lr", "axes must be 1 to 5 different numbers of the scene; got adam.lr,adam.lr"),
        ("axes=adam.lr,adam.b1,adam.b2,adam.eps,rate,noise", "axes must be 1 to 5"),
        ("method=luck", "method must be one of grid, random,"),
        ("runs=17", "runs must be one of 16, 32,"),
        ("method=gp&runs=1024", "runs must be one of 16, 32, 64, 128; got 1024"),
        ("seed=100", "seed must be a whole number from 0 to 99; got 100"),
        ("seed=-1", "seed must be a whole number from 0 to 99; got -1"),
        ("seeds=21", "seeds must be a whole number from 1 to 20; got 21"),
        ("seeds=20&seed=81", "seed must be a whole number from 0 to 80; got 81"),
    ],
)
def test_what_is_no_search_is_refused_in_words(change, words):
    with pytest.raises(Refusal, match=words) as refusal:
        search_of(dict(parse_qsl(f"{SCENE}&method=tpe&{change}")))
    assert refusal.value.status == 400


def test_what_takes_too_long_is_refused():
    """Each value of a letter has minima of its own, which are searched for."""
    scene = "surface=formula&surface.f=exp(-x^2)*sin(a*x)%2By^2&entry=sgd&axes=surface.a&method=random&runs=512"
    search_of(dict(parse_qsl(scene)))
    with pytest.raises(Refusal, match="A search may take 15 s of the server's time, and this one takes") as refusal:
        search_of(dict(parse_qsl(f"{scene}&seeds=10")))
    assert refusal.value.status == 400


def test_a_method_says_what_it_lacks(monkeypatch):
    monkeypatch.setattr("engine.search.find_spec", lambda module: None if module == "torch" else object())
    with pytest.raises(Refusal, match=r"Gaussian process needs .* pip install torch") as refusal:
        search_of(dict(parse_qsl(f"{SCENE}&method=gp")))
    assert refusal.value.status == 501
    told = {method["id"]: method for method in catalogue()["methods"]}
    assert list(told) == list(METHODS)
    assert [id for id in told if told[id]["missing"]] == ["gp"]


def test_what_takes_long_is_asked_for_in_parts():
    most = {method: at_once(method) for method in METHODS}
    assert all(most[method].keys() == set(RUNS) for method in METHODS if method != "gp")
    for seeds in most.values():
        assert all(20 % n == 0 for n in seeds.values()), "twenty seeds are a whole number of parts"
        assert list(seeds.values()) == sorted(seeds.values(), reverse=True)
    assert max(most["gp"]) == 128
    assert most["random"][512] == 20


def test_two_fresh_processes_give_the_same_bytes_and_other_seeds_others():
    found = {}
    for name in ("one", "other"):
        process = Aside("-m", "ui.searching")
        for method in METHODS:
            query = dict(parse_qsl(f"{SCENE}&method={method}&seed={0 if name == 'one' else 1}"))
            found[name, method] = process.ask(["search", query])
            if name == "other":
                found["again", method] = process.ask(["search", {**query, "seed": "0"}])
        process.end()
    for method in METHODS:
        assert found["one", method] == found["again", method], method
        assert found["one", method] != found["other", method], "the head has the seed"
    for method in ("random", "tpe", "gp", "cmaes", "halving"):
        _, one = unpack(answers.b64decode(found["one", method]))
        _, other = unpack(answers.b64decode(found["other", method]))
        assert not np.array_equal(one["values"], other["values"]), method


def test_a_process_of_its_own_answers(client):
    answer = client.get(f"/search?{SCENE}&method=random")
    assert answer.status_code == 200
    head, there = unpack(answer.content)
    assert (head["entry"], head["axes"], head["method"], head["runs"]) == ("adam", ["adam.lr", "adam.b1"], "random", 16)
    _, here = asked(f"{SCENE}&method=random")
    np.testing.assert_array_equal(there["values"], here["values"])
    assert np.abs(there["loss"].astype(int) - here["loss"]).max() <= 3, "its arithmetic is fused and reordered"
    questions = SEARCHING._questions
    assert client.get(f"/search?{SCENE}&method=random").content == answer.content
    assert SEARCHING._questions == questions, "it is at hand"
    assert client.get(f"/search?{SCENE}&method=luck").status_code == 400


def test_neither_a_map_nor_a_stage_waits_for_a_search(client, monkeypatch):
    begun, held = Event(), Event()

    def slow(_):
        begun.set()
        assert held.wait(TIMEOUT_S)
        return ""

    monkeypatch.setattr(answers, "SEARCHING", SimpleNamespace(ask=slow))
    monkeypatch.setattr(answers, "MAPPING", SimpleNamespace(ask=lambda _: ""))
    with ThreadPoolExecutor(1) as readers:
        search = readers.submit(client.get, f"/search?{SCENE}&method=tpe")
        assert begun.wait(TIMEOUT_S)
        assert client.get("/map?entry=sgd&x=sgd.lr&y=rate").status_code == 200
        assert client.get("/paths?surface=booth&on=sgd&steps=20").status_code == 200
        held.set()
        assert search.result().status_code == 200


def test_a_run_alone_is_the_same_program():
    """Sixteen runs along five axes are a grid of one cell."""
    axes = "adam.lr,adam.b1,adam.b2,adam.eps,rate"
    scene, question = search_of(dict(parse_qsl(f"surface=ravine&entry=adam&axes={axes}&runs=16&method=grid")))
    found = searches.searched(scene, question, 0)
    assert found.values.shape == (1, 5)
    assert len(found.loss) == len(found.share) == 1
