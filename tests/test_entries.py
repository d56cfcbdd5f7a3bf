"""The same optimizer several times in a scene: its link, its paths, its fan, its name, its look, its code."""

import json

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import race
from optimizers import OPTIMIZERS
from tests.test_fan import unpacked
from ui.catalogue import catalogue
from ui.entries import ENTRIES, MOST, names_of, number_of, optimizer_of
from ui.fan import fan
from ui.paths import paths, race_of
from ui.picture import picture_of
from ui.routes import ROUTES
from ui.scene import Scene
from ui.theme import DASHES, GROUND, PALETTE, SHADES, look

client = TestClient(Starlette(routes=ROUTES))
THREE = {"on": "sgd,sgd.2,sgd.3", "sgd.2.lr": "0.09", "sgd.3.lr": "0.101", "sgd.lr": "0.01", "steps": "50"}


def luminance(color):
    channels = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_an_entry_has_settings_of_its_own_and_its_optimizers_defaults():
    scene = Scene.read({"surface": "beale", "on": "adam.2,sgd.3", "adam.2.b1": "0.5", "sgd.lr": "0.03"})
    assert scene.on == ("sgd.3", "adam.2")
    opening = scene.defaults()
    assert scene.hypers("adam.2") == {**opening.hypers("adam"), "b1": 0.5}
    assert scene.hypers("sgd.3") == opening.hypers("sgd") != scene.hypers("sgd")
    assert "sgd.2.lr" not in scene.values, "what is not on has no settings"


@pytest.mark.parametrize("on", ["sgd.1", "sgd.7", "sgd.02", "sgd.2.2", ".2", "no.2"])
def test_what_names_no_entry_is_not_shown(on):
    assert Scene.read({"on": f"adam,{on}"}).on == ("adam",)


def test_every_optimizer_can_be_entered_six_times():
    scene = Scene.read({"on": ",".join(ENTRIES)})
    assert len(scene.on) == MOST * len(OPTIMIZERS) == 6 * len(OPTIMIZERS)
    assert scene.on == ENTRIES


def test_a_link_without_further_entries_means_what_it_meant():
    scene = Scene.read({"on": "adam,sgd", "adam.lr": "0.2"})
    assert scene.to_url() == "on=sgd,adam&adam.lr=0.2"


def test_the_paths_of_an_entry_are_those_of_its_optimizer_with_its_settings():
    scene = Scene.read(THREE)
    head, arrays = unpacked(paths(scene))
    assert [run["id"] for run in head["runs"]] == ["sgd", "sgd.2", "sgd.3"]
    for k, rate in enumerate((0.01, 0.09, 0.101)):
        alone = Scene.read({"on": "sgd", "sgd.lr": repr(rate), "steps": "50"})
        entries, setting = race_of(alone)
        np.testing.assert_array_equal(arrays["position"][k], race(setting, entries)[0].position)


@pytest.mark.parametrize("vary", ["sgd.lr", "sgd.2.lr", "rate"])
def test_a_slider_of_an_entry_moves_that_entry_alone(vary):
    head, _ = unpacked(fan(Scene.read(THREE), vary))
    moved = [vary.removesuffix(".lr")] if vary != "rate" else ["sgd", "sgd.2", "sgd.3"]
    assert [run["id"] for run in head["runs"]] == moved
    assert client.get("/fan", params={**THREE, "vary": vary}).status_code == 200


def test_a_slider_of_an_entry_that_is_not_shown_is_refused():
    answer = client.get("/fan", params={"on": "sgd", "vary": "sgd.2.lr"})
    assert answer.status_code == 400


NAMED = [
    {},
    THREE,
    {"on": "sgd,sgd.2,sgd.3", "sgd.2.lr": "0.0005"},
    {"on": "momentum,momentum.2", "momentum.2.momentum": "0.5"},
    {"on": "sgd,sgd.2", "sgd.lr": "0.01", "sgd.2.lr": "0.09", "rate": "2.4"},
    {"on": "adam,adam.2,adam.4", "adam.2.b2": "0.5", "adam.4.lr": "1e-4", "adam.2.eps": "1.5e-7"},
]


@pytest.mark.parametrize("query", NAMED, ids=str)
def test_entries_have_the_same_names_in_a_figure_and_on_the_stage(modules, query):
    scene = Scene.read(query)
    named = """async ([values, optimizers]) => {
        const { namesOf } = await import("/ui/stage/state/entries.js");
        return [...namesOf(values, optimizers).values()];
    }"""
    own = [(OPTIMIZERS[optimizer_of(id)], {**scene.hypers(id), "lr": scene.rate_of(id)}) for id in scene.on]
    ours = names_of(own)
    assert modules.evaluate(named, [scene.flat(), catalogue()["optimizers"]]) == ours
    assert [path.name.split(" (")[0] for path in picture_of(scene).paths] == [name.split(" (")[0] for name in ours]
    assert len(set(ours)) == len(ours)


def test_the_entries_of_an_optimizer_look_alike_and_different():
    looks = [look(3, entry) for entry in range(MOST)]
    assert len({one.mark for one in looks}) == len({one.entry for one in looks}) == MOST == len(set(DASHES))
    assert {one.color for one in looks} == {looks[0].color}
    for scheme, ground in GROUND.items():
        for color in range(len(PALETTE[scheme])):
            colors = [look(0, entry)._replace(color=color).color_in(scheme) for entry in range(MOST)]
            assert len(set(colors)) == MOST
            assert len(SHADES[scheme][color]) == MOST - 1
            for one in colors:
                assert min(contrast(one, ground.low), contrast(one, ground.high)) >= 3, (scheme, one)


def test_the_stage_and_a_figure_have_one_look_for_each_entry(modules):
    read = """async ([optimizers, theme]) => {
        const { lookOf, readTheme } = await import("/ui/stage/paint/theme.js");
        const light = readTheme(document.body, theme);
        return optimizers.map((one) => [1, 2, 3, 4, 5, 6].map((number) => lookOf(light, one, number)));
    }"""
    known = catalogue()
    marks = known["theme"]["marks"]
    for k, shown in enumerate(modules.evaluate(read, [known["optimizers"], known["theme"]])):
        for entry, one in enumerate(shown):
            ours = look(k, entry)
            assert one["color"] == ours.color_in("light")
            assert len(one["mark"]) == marks[ours.mark]["sides"]
            assert one["dash"] == known["theme"]["lines"][entry]["pattern"]


def test_an_entry_is_taken_home_with_its_own_settings():
    answer = client.get("/code", params={**THREE, "optimizer": "sgd.2", "library": "torch"})
    assert "lr_0 = 0.09" in json.loads(answer.content)["code"]
    own, other = (client.get("/csv", params={**THREE, "optimizer": id}).text for id in ("sgd.2", "sgd"))
    assert own != other
    assert client.get("/csv", params={**THREE, "optimizer": "sgd.4"}).status_code == 400
    assert number_of("sgd.4") == 4
