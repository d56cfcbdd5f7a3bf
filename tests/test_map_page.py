"""The map on the page: it is refined, read, taken from, and moved by hand."""

import re

import pytest

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import STAGE, box, is_stage, settled, slider, stage, visit
from ui.aside import MAPPING

WHOLE = f"document.querySelector('{STAGE}').dataset.map === '256'"
MOMENTUM = "view=map&surface=ravine&on=momentum&steps=60"
RING = f"{STAGE} .map .ring"


@pytest.fixture(autouse=True)
def _ends():
    yield
    MAPPING.end()


def mapped(page, query=MOMENTUM):
    """The page with a map that is complete."""
    visit(page, query)
    page.wait_for_function(WHOLE)
    page.wait_for_function(f"document.querySelector('{STAGE} .map .progress').hidden")
    return page


def centre(page, k=0):
    ring = page.locator(RING).nth(k).bounding_box()
    return ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2


def test_a_map_is_asked_for_in_pieces_and_stands_beside_the_contour(page):
    asked = []
    page.on("request", lambda request: "/map?" in request.url and asked.append(request.url))
    mapped(page)
    sides = [re.search(r"side=(\d+)", url)[1] for url in asked]
    assert sides == sorted(sides, key=int)
    assert sides.count("32") == 1
    assert len(set(asked)) == len(asked), "each piece once"
    left, right = box(page, "map"), box(page, "contour")
    assert left["x"] + left["width"] <= right["x"] + 1
    assert not page.locator(f"{STAGE} .relief").is_visible()
    said = page.locator(f"{STAGE} .readout")
    assert re.match(r"◆ learning rate \S+, momentum \S+: loss ", said.inner_text())
    page.locator("[data-view=overlay]").click()
    is_stage(page, "map", "")
    assert page.locator(f"{STAGE} .relief").is_visible()
    assert not page.locator(f"{STAGE} .map.panel").is_visible()


def test_pointing_tells_the_run_and_a_click_takes_its_numbers(page):
    mapped(page)
    x, y = centre(page)
    page.mouse.move(x - 60, y + 30)
    said = page.locator(f"{STAGE} .readout")
    page.wait_for_function(f"!document.querySelector('{STAGE} .readout').textContent.startsWith('◆')")
    rate, momentum, loss = map(
        float, re.match(r"learning rate (\S+), momentum (\S+): loss ≈ (\S+),", said.inner_text()).groups()
    )
    run = rollout(SURFACES["ravine"], OPTIMIZERS["momentum"], hypers={"lr": rate, "momentum": momentum}, steps=60)
    assert loss == pytest.approx(run.loss[-1], rel=0.1), "two digits"
    with page.expect_response(lambda answer: "/paths?" in answer.url):
        page.mouse.move(x - 62, y + 32)
    page.mouse.click(x - 60, y + 30)
    found = settled(page, "momentum.lr=.*momentum.momentum=")
    assert float(found["momentum.lr"]) == pytest.approx(rate, rel=0.05)
    assert float(found["momentum.momentum"]) == pytest.approx(momentum, abs=0.02)
    assert stage(page, "map") == "256", "the map itself does not depend on them"
    page.keyboard.press("Control+z")
    settled(page, r"^(?!.*momentum\.lr)")


def test_the_ring_is_a_slider_with_two_hands(page):
    mapped(page)
    x, y = centre(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 30, y - 40, steps=4)
    page.mouse.up()
    found = settled(page, "momentum.lr=.*momentum.momentum=")
    assert float(found["momentum.lr"]) < 0.0116
    assert float(found["momentum.momentum"]) > 0.9
    page.locator(RING).focus()
    page.keyboard.press("ArrowRight")
    moved = settled(page, f"momentum.lr=(?!{re.escape(found['momentum.lr'])}&)")
    assert float(moved["momentum.lr"]) == pytest.approx(float(found["momentum.lr"]) * 1e4 ** (1 / 255), rel=0.01)


def test_a_slider_that_moves_the_map_is_followed_coarsely_and_sharpens(page):
    mapped(page)
    grip = slider(page, "surface.kappa").bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(grip["x"] + grip["width"] / 2 + 20, grip["y"] + grip["height"] / 2, steps=5)
    is_stage(page, "map", "32")
    page.mouse.up()
    page.wait_for_function(WHOLE)


def test_stop_stops_and_refine_goes_on(page):
    page.route("**/map?*side=64*", lambda route: None)  # no answer comes
    with page.expect_request("**/map?*side=64*"):
        visit(page, MOMENTUM)
    is_stage(page, "map", "32")
    asked = []
    page.on("request", lambda request: "/map?" in request.url and asked.append(request.url))
    with page.expect_event("requestfailed", lambda request: "side=64" in request.url):
        page.get_by_role("button", name="Stop").click()
    page.locator("[data-rail=leaderboard]").click()
    page.locator("[data-rail=settings]").click()
    assert not asked
    page.unroute("**/map?*side=64*")
    page.get_by_role("button", name="Refine").click()
    page.wait_for_function(WHOLE)


def test_several_entries_have_a_map_each_and_basins_are_seen(page):
    mapped(page, "view=map&surface=himmelblau&on=sgd,adam&steps=100&map=start.x,start.y,ended,0.01")
    assert page.locator(RING).count() == 2
    x, y = centre(page, 1)
    page.mouse.click(x + 30, y - 10)
    settled(page, "start=")
    (first, second) = (page.locator(RING).nth(k).bounding_box() for k in (0, 1))
    assert first["x"] == pytest.approx(second["x"], abs=1), "one start for all"
    page.locator(f"{STAGE} .map select").first.select_option("own.lr")
    settled(page, "map=own.lr,start.y,ended,0.01")
    page.wait_for_function(WHOLE)
