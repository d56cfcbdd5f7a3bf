"""What fingers do on a phone: dragging, scrolling, tapping, two of them zooming and tilting."""

import re

import pytest
from playwright.sync_api import expect

from surfaces import SURFACES
from tests.conftest import PHONE, opened
from tests.driver import (
    RANGE,
    STAGE,
    box,
    drawn,
    fingerprint,
    is_stage,
    painted,
    pixel,
    plane,
    settled,
    shown,
    slider,
    stage,
    start_of,
    thumb,
    visit,
    watch,
)
from ui.scene import Scene


class Fingers:
    """Fingers on a screen: Chromium dispatches the same touch and pointer events as for a real touch."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)

    def __call__(self, kind, *points):
        self.session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]},
        )


def test_the_start_is_dragged_by_a_finger(phone):
    page = visit(phone)
    tops = "[...document.querySelectorAll('*')].map((el) => el.scrollTop).filter(Boolean)"
    stood = page.evaluate(tops)
    x, y = pixel(page, *Scene.read({}).start)
    touch = Fingers(page)
    touch("touchStart", (x, y))
    for k in range(1, 6):
        painted(page, lambda k=k: touch("touchMove", (x + 14 * k, y + 12 * k)))
    touch("touchEnd")
    found = list(map(float, settled(page, "start=")["start"].split(",")))
    assert found == pytest.approx(plane(page, x + 70, y + 60), rel=1e-3)
    assert page.evaluate(tops) == stood, "the page stands still under the finger"


def test_a_second_finger_lets_the_start_go(phone):
    page = visit(phone)
    x, y = pixel(page, *Scene.read({}).start)
    touch = Fingers(page)
    touch("touchStart", (x, y))
    painted(page, lambda: touch("touchMove", (x + 40, y + 40)))
    touch("touchStart", (x + 40, y + 40), (x + 120, y + 60))
    found = list(map(float, settled(page, "start=")["start"].split(",")))
    assert found == pytest.approx(plane(page, x + 40, y + 40), rel=1e-3)
    touch("touchEnd")


def taken_by_a_finger(page, key):
    """Touch the thumb of a slider and move it until its fan has arrived; the finger, and where it touched."""
    x, y = thumb(page, key)
    touch = Fingers(page)
    touch("touchStart", (x, y))
    touch("touchMove", (x - 20, y))
    touch("touchMove", (x - 24, y))
    is_stage(page, "source", "fan")
    return touch, x, y


def test_a_slider_is_dragged_by_a_finger(phone):
    page = visit(phone)
    asked = watch(page)
    touch, x, y = taken_by_a_finger(page, "adam.lr")
    for k in range(13, 20):
        drawn(page, lambda k=k: touch("touchMove", (x - 2 * k, y)))
    assert asked.count("/fan") == 1
    assert asked.count("/paths") <= 1
    touch("touchEnd")
    query = settled(page, r"adam\.lr=")
    assert float(query["adam.lr"]) == shown(page, "adam.lr") < Scene.read({}).values["adam.lr"]
    is_stage(page, "source", "exact")
    assert asked.count("/fan") == 1
    assert asked.count("/paths") <= 2


def test_the_contour_above_a_scrolled_page_follows_the_finger(phone):
    """The contour stays in view there, possibly between two pixels of the screen."""
    page = visit(phone)
    touch, x, y = taken_by_a_finger(page, "sgd.lr")
    drawn(page, lambda: touch("touchMove", (x - 28, y)))
    first = fingerprint(page, "contour")
    drawn(page, lambda: touch("touchMove", (x - 44, y)))
    assert fingerprint(page, "contour") != first
    touch("touchEnd")


def test_side_by_side_stays_in_sight_above_the_sliders(phone):
    page = visit(phone, "view=panels")
    slider(page, "adam.lr").scroll_into_view_if_needed()
    moved, picture = slider(page, "adam.lr").bounding_box(), box(page, "contour")
    assert picture["y"] >= 0
    assert picture["y"] + picture["height"] <= moved["y"], "it lies above what the finger moves"
    assert moved["y"] + moved["height"] <= box(page, "transport")["y"]


def test_a_finger_adds_further_rates(phone):
    """Where nothing can hover, what a row offers is in sight."""
    page = visit(phone, "on=sgd")
    row = page.locator(f"{STAGE} .row").filter(has_text="SGD").first
    row.scroll_into_view_if_needed()
    row.get_by_text("+5", exact=True).tap()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.entries.split(',').length === 6")


def test_a_finger_that_scrolls_the_page_moves_nothing_else(phone):
    page = visit(phone)
    camera = page.locator(f"{STAGE} .relief").get_attribute("data-camera")
    tops = "Math.max(...[...document.querySelectorAll('*')].map((el) => el.scrollTop))"
    step, value = stage(page, "step"), page.locator("[data-key='momentum.lr'] .number").input_value()

    def swipe(x, y):
        stood = page.evaluate(tops)
        touch = Fingers(page)
        touch("touchStart", (x, y))
        for k in range(1, 10):
            touch("touchMove", (x, y - 12 * k))
        touch("touchEnd")
        page.wait_for_function(f"{tops} !== {stood}")

    page.locator(f"{STAGE} .relief").evaluate("el => el.scrollIntoView({ block: 'end' })")
    area = box(page, "relief")
    swipe(area["x"] + 150, area["y"] + area["height"] / 2)
    page.locator(f"{STAGE} .chart").scroll_into_view_if_needed()
    area = box(page, "chart")
    swipe(area["x"] + 150, area["y"] + 100)
    slider(page, "momentum.lr").evaluate("el => el.scrollIntoView({ block: 'center' })")
    x, y = thumb(page, "momentum.lr")
    swipe(x - 40, y)
    settled(page, "surface=ravine$")
    assert page.locator("[data-key='momentum.lr'] .number").input_value() == value
    assert stage(page, "step") == step
    assert page.locator(f"{STAGE} .relief").get_attribute("data-camera") == camera


def test_fingers_turn_tilt_and_approach_the_relief(phone):
    page = visit(phone)
    relief = page.locator(f"{STAGE} .relief")
    relief.evaluate("el => el.scrollIntoView({ block: 'end' })")
    area = box(page, "relief")
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    touch = Fingers(page)
    camera = [float(number) for number in relief.get_attribute("data-camera").split(",")]

    def moved(right=0.0, up=0.0, away=1.0):
        """Wait until the camera has moved by this azimuth and elevation, and its distance by this factor."""
        camera[:] = [camera[0] + right, camera[1] + up, camera[2] * away]
        page.wait_for_function(
            """goal => document.querySelector(".relief").dataset.camera.split(",")
                .every((at, i) => Math.abs(at - goal[i]) < 2e-3)""",
            arg=camera,
        )

    touch("touchStart", (x, y))
    for k in range(1, 11):
        touch("touchMove", (x - 8 * k, y))
    touch("touchEnd")
    moved(right=80 * 0.008)
    touch("touchStart", (x - 30, y), (x + 30, y))
    for k in range(1, 11):
        touch("touchMove", (x - 30 - k, y), (x + 30 + k, y))
    moved(away=60 / 80)
    for k in range(1, 11):
        touch("touchMove", (x - 40, y - 3 * k), (x + 40, y - 3 * k))
    moved(up=-30 * 0.008)
    touch("touchEnd")


def test_a_phone_on_its_side_shows_the_contour_beside_what_moves_it(chromium, server):
    for width, height in (667, 375), (844, 390), (932, 430):
        sides = {"viewport": {"width": width, "height": height}}
        with opened(chromium, server, **{**PHONE, **sides}) as page:
            visit(page)
            thumb(page, "adam.lr")  # scrolls the row into view
            contour, row = box(page, "contour"), slider(page, "adam.lr").bounding_box()
            below = page.locator(f"{STAGE} .transport").bounding_box()
            assert contour["y"] >= 0
            assert contour["y"] + contour["height"] <= below["y"]
            assert contour["height"] > height / 2
            assert row["x"] > contour["x"] + contour["width"]
            assert row["y"] < below["y"]
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_tap_on_the_chart_sets_the_playhead(phone):
    page = visit(phone)
    page.locator(f"{STAGE} .chart").scroll_into_view_if_needed()
    area = box(page, "chart")
    touch = Fingers(page)
    touch("touchStart", (area["x"] + 150, area["y"] + 100))
    touch("touchEnd")
    page.wait_for_function(f"Number(document.querySelector('{STAGE}').dataset.step) < 150")


def test_two_fingers_zoom_and_a_button_brings_the_domain_back(phone):
    page = visit(phone)
    whole = page.evaluate(RANGE)
    assert whole == list(SURFACES["ravine"].domain[0])
    expect(page.get_by_role("button", name="Whole domain")).to_be_hidden()
    area = box(page, "contour")
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    touch = Fingers(page)
    touch("touchStart", (x - 30, y))
    touch("touchStart", (x - 30, y), (x + 30, y))
    under = plane(page, x, y)
    for k in range(1, 9):
        touch("touchMove", (x - 30 - 5 * k, y), (x + 30 + 5 * k, y))
    touch("touchEnd")
    spread = 60 / 140 * (whole[1] - whole[0])
    page.wait_for_function(f"Math.abs({RANGE}[1] - {RANGE}[0] - {spread}) < {spread / 50}")
    assert plane(page, x, y) == pytest.approx(under, abs=spread / 100), "what is between the fingers stays there"
    assert "start" not in stage(page, "scene"), "two fingers set no start"
    page.get_by_role("button", name="Whole domain").tap()
    page.wait_for_function(f"{RANGE}.join() === '{','.join(f'{side:g}' for side in whole)}'")
    expect(page.get_by_role("button", name="Whole domain")).to_be_hidden()
    assert "start" not in stage(page, "scene"), "nor does the button"


def test_the_contour_is_pinched_again_and_again(phone):
    page = visit(phone)
    at = box(page, "contour")
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    touch = Fingers(page)
    for far in (2, 4, 8):
        touch("touchStart", (x - 40, y), (x + 40, y))
        for apart in range(44, 81, 4):
            touch("touchMove", (x - apart, y), (x + apart, y))
        touch("touchEnd")
        page.wait_for_function(
            """([stage, width]) => {
                 const [, [low, high]] = JSON.parse(document.querySelector(`${stage} .contour`).dataset.axes);
                 return Math.abs((high - low) / width - 1) < 0.02;
               }""",
            arg=[STAGE, 20 / far],
        )


def test_a_tap_beside_a_line_that_is_lit_only_puts_the_note_away(phone):
    page = visit(phone, "on=sgd")
    start = list(Scene.read({}).start)
    at = box(page, "contour")
    empty = at["x"] + 0.7 * at["width"], at["y"] + 0.2 * at["height"]
    tip = page.locator(f"{STAGE} > .tip")
    page.touchscreen.tap(*pixel(page, *start))
    expect(tip).to_be_visible()
    page.touchscreen.tap(*empty)
    expect(tip).to_be_hidden()
    assert start_of(page) == start
    painted(page, lambda: page.touchscreen.tap(*empty))
    assert start_of(page) != start


def test_nothing_above_a_slider_grows_while_it_is_dragged(phone):
    """That a run diverges is said below its sliders."""
    page = visit(phone, "on=sgd")
    rate = slider(page, "sgd.lr")
    rate.scroll_into_view_if_needed()
    stood = rate.bounding_box()
    painted(page, lambda: rate.press("End"))
    expect(page.locator(f"{STAGE} .row[data-optimizer=sgd] .status")).to_have_text(re.compile("^diverged"))
    assert rate.bounding_box()["y"] == pytest.approx(stood["y"], abs=0.5)
