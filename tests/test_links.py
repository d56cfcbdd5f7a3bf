"""The address of the page: what it holds, and what a link opens."""

import re

import pytest
from playwright.sync_api import expect

from surfaces import SURFACES
from tests.driver import READY, STAGE, box, painted, pixels, settled, slider, stage, visit
from ui.scene import Scene


def test_a_reload_and_a_link_show_the_same_scene(page):
    visit(
        page,
        "surface=rosenbrock&surface.b=20&adam.lr=0.3&on=adam,sgd&start=-1,2&schedule=linear&schedule.T=77&view=panels&embed=true",
    )
    scene = stage(page, "scene")
    assert Scene.read(dict(pair.split("=") for pair in scene.split("&"))) == Scene.read(
        {
            "surface": "rosenbrock",
            "surface.b": "20",
            "adam.lr": "0.3",
            "on": "adam,sgd",
            "start": "-1,2",
            "schedule": "linear",
            "schedule.T": "77",
            "view": "panels",
        }
    )
    painted(page, lambda: slider(page, "adam.lr").press("ArrowLeft"))
    query = settled(page, r"adam\.lr=0\.2\d")
    assert query["embed"] == "true", "a parameter that is not the scene's stays"
    scene = stage(page, "scene")
    page.reload()
    page.wait_for_function(READY)
    assert stage(page, "scene") == scene


def test_the_playhead_travels_in_the_link(page):
    visit(page, "step=37")
    assert stage(page, "step") == "37"
    page.locator(f"{STAGE} .scrub").fill("40")
    settled(page, "step=40")
    page.reload()
    page.wait_for_function(READY)
    assert stage(page, "step") == "40"


def test_reset_brings_the_opening_back(page):
    visit(page, "adam.lr=0.123&on=adam&steps=50&view=panels")
    painted(page, lambda: page.get_by_role("button", name="Reset", exact=True).click())
    assert settled(page, r"\?surface=ravine&view=panels$") == {"surface": "ravine", "view": "panels"}


def test_a_link_shows_what_was_looked_at(page):
    visit(page)
    area = box(page, "contour")
    page.mouse.move(area["x"] + 200, area["y"] + 200)
    page.mouse.wheel(0, -200)
    page.keyboard.press("d")
    page.wait_for_function(
        """() => {
            const told = new URLSearchParams(location.search).get("camera")?.split(",");
            const at = document.querySelector(".relief").dataset.camera.split(",");
            return told?.every((v, i) => Math.abs(v - at[i]) < 1e-3);
        }"""
    )
    query = settled(page, "seen=")
    seen = [float(word) for word in query["seen"].split(",")]
    relief = page.locator(f"{STAGE} .relief")
    camera = relief.get_attribute("data-camera")
    ranges = "JSON.parse(document.querySelector('.contour').dataset.axes).slice(1).flat()"
    page.wait_for_function(f"{ranges}.every((v, i) => Math.abs(v - {seen}[i]) < 1e-3)")
    visit(page, page.url.partition("?")[2])
    assert page.evaluate(ranges) == seen
    at, again = ([float(word) for word in words.split(",")] for words in (camera, relief.get_attribute("data-camera")))
    assert again == pytest.approx(at, abs=1e-3)
    expect(page.get_by_role("button", name="Whole domain")).to_be_visible()
    page.get_by_role("button", name="Reset view").click()
    expect(page.get_by_role("button", name="Reset view")).to_be_hidden()
    page.wait_for_url(lambda url: "camera" not in url and "seen" in url)
    painted(page, page.get_by_role("button", name="Reset", exact=True).click)
    page.wait_for_url(re.compile(r"surface=ravine$"))
    expect(page.get_by_role("button", name="Whole domain")).to_be_hidden()
    assert page.evaluate(ranges) == [side for sides in SURFACES["ravine"].domain for side in sides]


def test_another_surface_is_seen_as_a_whole(page):
    visit(page, "seen=0,1,0,1")
    expect(page.get_by_role("button", name="Whole domain")).to_be_visible()
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("beale"))
    expect(page.get_by_role("button", name="Whole domain")).to_be_hidden()
    settled(page, "surface=beale$")


@pytest.mark.parametrize("view", ["overlay", "panels"])
def test_a_scene_of_nobody_is_drawn(page, view):
    visit(page, f"on=&view={view}&adam.b1=0.8")
    door = page.get_by_label("more settings of Adam", exact=True)
    door.click()
    page.get_by_role("button", name="Side by side").click()
    page.get_by_role("button", name="Overlay").click()
    expect(door).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("sight", ["seen=1,2&camera=a,b,c", "seen=,,,&camera=", "seen=1,1,1,1&camera=1,2,NaN"])
def test_a_link_with_nonsense_shows_the_whole(page, sight):
    visit(page, sight)
    expect(page.get_by_role("button", name="Whole domain")).to_be_hidden()
    expect(page.get_by_role("button", name="Reset view")).to_be_hidden()
    assert all(count > 100 for count in pixels(page, "contour"))


def test_a_link_opens_the_settings_that_it_changes(page):
    visit(page, "adam.b1=0.8")
    expect(page.locator("[data-key='adam.b1']")).to_be_visible()
    expect(page.locator("[data-key='rmsprop.rho']")).to_be_hidden()


def test_another_surface_keeps_what_was_changed_by_hand(page):
    visit(page, "adam.lr=0.123&adam.b1=0.5&surface.kappa=50")
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("rosenbrock"))
    query = settled(page, "surface=rosenbrock")
    assert query == {"surface": "rosenbrock", "adam.b1": "0.5"}, "but not what suited the old surface"
    expect(page.locator("[data-key='surface.b'] .number")).to_have_value("100")
