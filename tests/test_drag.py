"""Sliders dragged by mouse and keyboard: the fan bends the paths, the release brings the exact ones."""

import re

import pytest
from playwright.sync_api import expect

from tests.driver import (
    STAGE,
    drawn,
    drawn_with_its_axes,
    fingerprint,
    is_stage,
    let_go,
    painted,
    room,
    settled,
    shown,
    slider,
    stage,
    thumb,
    visit,
    watch,
)
from ui.scene import STEPS, Scene, controls


@pytest.mark.parametrize("key", ["adam.lr", "rate", "surface.kappa", "noise"])
def test_a_drag_of_many_moves_asks_once_and_a_second_one_only_for_where_it_ends(page, key):
    visit(page, "on=newton,adam")
    address, asked = page.url, watch(page)
    x, y = thumb(page, key)
    far = room(page, key)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + far / 30, y)
    page.mouse.move(x + far / 10, y)
    is_stage(page, "source", "fan")
    seen, grounds = set(), set()
    for k in range(4, 25):
        drawn(page, lambda k=k: page.mouse.move(x + far * k / 30, y))
        seen.add(fingerprint(page, "contour"))
        grounds.add(fingerprint(page, "contour", corner=True))
        assert stage(page, "source") == "fan"
    assert len(seen) > 15, "the paths follow the hand"
    assert (len(grounds) > 15) if key.startswith("surface.") else (len(grounds) == 1)
    assert page.url == address, "while it moves, the address stands still"
    assert asked.count("/fan") == 1
    assert asked.count("/paths") <= 1
    assert asked.count("/grid") <= asked.count("/paths")
    value = let_go(page, key)
    assert float(settled(page, re.escape(key))[key]) == value != controls("ravine")[key].default
    assert asked.count("/paths") <= 2
    assert key.startswith("surface.") or len(asked) <= 3

    asked.clear()
    x, y = thumb(page, key)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 11):
        drawn(page, lambda k=k: page.mouse.move(x - far * k / 30, y))
        assert stage(page, "source") == "fan", "from the first move on"
    assert asked == []
    assert let_go(page, key) != value
    assert asked == (["/paths", "/grid"] if key.startswith("surface.") else ["/paths"])


def test_the_ground_stands_still_under_a_slider_that_is_not_its_own(page):
    """The surface is the same, so the ground keeps its resolution during the drag."""
    visit(page, "on=newton,adam")
    ground = fingerprint(page, "contour", corner=True)
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 10, y)
    is_stage(page, "source", "fan")
    drawn(page, lambda: page.mouse.move(x - 20, y))
    assert fingerprint(page, "contour", corner=True) == ground
    let_go(page, "adam.lr")
    assert fingerprint(page, "contour", corner=True) == ground


def test_the_ground_goes_back_with_the_hand(page):
    """The same place of a slider of the surface shows the same ground again."""
    visit(page, "on=newton")
    x, y = thumb(page, "surface.kappa")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 10, y)
    is_stage(page, "source", "fan")

    def seen(shift):
        drawn(page, lambda: page.mouse.move(x + shift, y))
        return fingerprint(page, "contour", corner=True)

    first = seen(-30)
    for _ in range(20):  # the ground may get finer while the JIT warms up
        before, elsewhere, first = first, seen(30), seen(-30)
        assert elsewhere != first
        if first == before:
            break
    assert first == before
    let_go(page, "surface.kappa")


def test_the_steps_slider_cuts_and_lengthens_what_it_has(page):
    visit(page, "on=sgd,adam")
    address, asked = page.url, watch(page)
    x, y = thumb(page, "steps")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y)
    is_stage(page, "source", "fan")
    for k in [*range(8, 40, 4), *range(30, -20, -6)]:
        drawn(page, lambda k=k: page.mouse.move(x + k, y))
        steps = STEPS.low + int(slider(page, "steps").input_value())
        expect(page.locator(f"{STAGE} .count")).to_have_text(f"{steps} / {steps}")
        expect(page.locator("[data-key=steps] .number")).to_have_value(str(steps))
        ends = "JSON.parse(document.querySelector('.chart').dataset.axes)[1][1]"
        page.wait_for_function(f"{ends} === {steps}")
    assert page.url == address
    assert len(asked) <= 2
    assert let_go(page, "steps") != Scene.read({}).values["steps"]
    assert set(asked) == {"/paths"}
    assert len(asked) <= 3


def test_the_charts_axis_follows_the_steps_slider(page):
    visit(page, "on=sgd,adam")
    x, y = thumb(page, "steps")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y)
    is_stage(page, "source", "fan")
    drawn_with_its_axes(page, "chart", lambda: page.mouse.move(x + 40, y))
    let_go(page, "steps")


def test_a_slider_that_comes_back_to_where_it_was_lets_go(page):
    visit(page, "adam.lr=0.3333")
    x, y = thumb(page, "adam.lr")
    stop = slider(page, "adam.lr").input_value()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y)
    is_stage(page, "source", "fan")
    for k in range(-12, 13):  # steps of an eighth of the distance between two stops
        page.mouse.move(x + k / 8, y)
        if slider(page, "adam.lr").input_value() == stop:
            break
    assert slider(page, "adam.lr").input_value() == stop
    painted(page, page.mouse.up)
    is_stage(page, "source", "exact")
    assert shown(page, "adam.lr") == 0.3333
    assert "adam.lr=0.3333" in stage(page, "scene")


def test_arrow_keys_take_the_fan_and_end_exact(page):
    visit(page)
    asked = watch(page)
    page.locator("[data-optimizer=adam] .door").first.focus()
    assert asked == []
    with page.expect_response(re.compile(r"/fan\?.*vary=adam\.lr")):
        page.keyboard.press("Tab")
    assert slider(page, "adam.lr").evaluate("el => el === document.activeElement")
    value = shown(page, "adam.lr")
    for _ in range(5):
        drawn(page, lambda: page.keyboard.press("ArrowLeft"))
    assert shown(page, "adam.lr") < value
    let_go(page, "adam.lr")
    assert asked.count("/fan") == 1
    assert asked.count("/paths") <= 5
