"""What a hand does by mouse and keyboard: dragging sliders and the start, zooming and panning."""

import re

import pytest
from playwright.sync_api import expect

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import (
    RANGE,
    STAGE,
    box,
    drawn,
    fingerprint,
    is_stage,
    let_go,
    painted,
    pixel,
    plane,
    room,
    settled,
    shown,
    slider,
    stage,
    start_of,
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
    """Not even coarser while the hand drags: it is the same surface."""
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
    """What was seen at a place of the surface's slider is seen there again."""
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
    for _ in range(20):  # a browser warms up: the ground may grow sharper meanwhile
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
        ends = "document.querySelector('.chart .plot')._fullLayout.xaxis.range[1]"
        page.wait_for_function(f"{ends} === {steps}")
    assert page.url == address
    assert len(asked) <= 2
    assert let_go(page, "steps") != Scene.read({}).values["steps"]
    assert set(asked) == {"/paths"}
    assert len(asked) <= 3


def drawn_with_its_axes(page, panel, action):
    """Do something that moves a panel's axes: its picture is drawn at once, and again when they are set."""
    part, count, more = (".contour", "axes", 1) if panel == "contour" else (STAGE, "frames", 2)
    before = int(page.locator(part).first.get_attribute(f"data-{count}"))
    action()
    page.wait_for_function(f"Number(document.querySelector('{part}').dataset.{count}) >= {before + more}")
    seen = fingerprint(page, panel)
    drawn(page, lambda: page.locator(f"{STAGE} .scrub").dispatch_event("input"))
    assert fingerprint(page, panel) == seen, "what was drawn is of these axes"


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
    for k in range(-12, 13):  # an eighth of a stop
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


def test_the_start_is_dragged_by_mouse(page):
    visit(page)
    address, asked = page.url, watch(page)
    x, y = pixel(page, *Scene.read({}).start)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 6):
        painted(page, lambda k=k: page.mouse.move(x + 12 * k, y + 9 * k))
        assert start_of(page) == pytest.approx(plane(page, x + 12 * k, y + 9 * k), rel=1e-3)
    assert page.url == address
    assert set(asked) == {"/paths"}
    page.mouse.up()
    found = list(map(float, settled(page, "start=")["start"].split(",")))
    assert found == start_of(page) == pytest.approx(plane(page, x + 60, y + 45), rel=1e-3)
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('start={found[0]:g}')")


def test_the_axes_say_what_is_seen_and_it_stays_in_the_domain(page):
    visit(page, "on=sgd,adam")
    (low, high), _ = SURFACES["ravine"].domain
    area = box(page, "contour")
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    page.mouse.move(x, y)
    drawn_with_its_axes(page, "contour", lambda: page.mouse.wheel(0, -300))
    drawn_with_its_axes(page, "contour", page.get_by_role("button", name="Zoom out").click)
    for _ in range(4):
        page.mouse.move(area["x"] + 80, y)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] - 20, y)
        page.mouse.up()
    page.wait_for_function(f"{RANGE}[0] + {RANGE}[1] === {2 * low}")
    assert page.evaluate(f"{RANGE}[1] - {RANGE}[0]") == high - low


def test_a_finer_screen_is_drawn_on_as_finely(page):
    """As where the window is taken from a projector to a laptop: its size in CSS pixels stays."""
    visit(page, "surface=linear_regression")
    session = page.context.new_cdp_session(page)
    size = page.viewport_size
    for ratio in (2, 1):
        session.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": ratio, "mobile": False})
        for panel in ("contour", "relief", "chart", "data"):
            page.keyboard.press("End")
            canvas = f"document.querySelector('{STAGE} .{panel} > canvas')"
            page.wait_for_function(
                f"Math.abs({canvas}.width / {canvas}.getBoundingClientRect().width - {ratio}) < 0.01"
            )
            drawn(page, lambda: page.keyboard.press("End"))
            at_the_end = fingerprint(page, panel)
            drawn(page, lambda: page.keyboard.press("Home"))
            assert fingerprint(page, panel) != at_the_end


def test_zoomed_and_panned_the_paths_stand_on_the_axes(page):
    visit(page, "on=adam&step=60")
    scene = Scene.read({})
    run = rollout(
        SURFACES["ravine"],
        OPTIMIZERS["adam"],
        start=scene.start,
        steps=int(scene.values["steps"]),
        hypers=scene.hypers("adam"),
        surface_hypers=scene.hypers("surface"),
    )
    head = list(run.position[60])
    colour = page.eval_on_selector("[data-optimizer=adam]", "row => row.style.getPropertyValue('--colour')")

    def at_the_head():
        """The colour painted where Plotly's axes put the head of the path."""
        x, y = pixel(page, *head)
        return page.eval_on_selector(
            f"{STAGE} .contour > canvas",
            """(canvas, [x, y]) => {
                 const { left, top, width } = canvas.getBoundingClientRect();
                 const fine = canvas.width / width;
                 const at = [(x - left) * fine, (y - top) * fine].map(Math.floor);
                 const { data } = canvas.getContext("2d").getImageData(...at, 1, 1);
                 return "#" + [...data].slice(0, 3).map((v) => v.toString(16).padStart(2, "0")).join("");
               }""",
            [x, y],
        )

    assert at_the_head() == colour
    x, y = pixel(page, *head)
    page.mouse.move(x, y)
    ranges = f"{RANGE}.join()"
    for _ in range(4):
        before = page.evaluate(ranges)
        page.mouse.wheel(0, -120)
        page.wait_for_function(f"{ranges} !== '{before}'")
    fine = (page.evaluate(RANGE)[1] - page.evaluate(RANGE)[0]) / box(page, "contour")["width"]  # of the plane a pixel
    assert plane(page, x, y) == pytest.approx(head, abs=fine), "the wheel zooms round the pointer"
    assert at_the_head() == colour
    page.mouse.move(x + 90, y + 90)
    page.mouse.down()
    before = page.evaluate(ranges)
    page.mouse.move(x + 60, y + 70, steps=5)
    page.mouse.up()
    page.wait_for_function(
        """([x, y, head]) => {
             const plot = document.querySelector(".contour .plot");
             const { left, top } = plot.getBoundingClientRect();
             const { xaxis, yaxis } = plot._fullLayout;
             const at = [left + xaxis._offset + xaxis.c2p(head[0]), top + yaxis._offset + yaxis.c2p(head[1])];
             return Math.hypot(at[0] - x, at[1] - y) < 0.5;
           }""",
        arg=[x - 30, y - 20, head],
    )
    assert page.evaluate(ranges) != before
    assert at_the_head() == colour
    assert "start" not in stage(page, "scene"), "a pan is no click"
    painted(page, lambda: page.mouse.click(x + 40, y + 60))
    found = list(map(float, settled(page, "start=")["start"].split(",")))
    assert found == pytest.approx(plane(page, x + 40, y + 60), rel=1e-3)


def test_without_its_fan_a_drag_asks_for_its_paths_one_by_one(troubled_page):
    page = troubled_page
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    visit(page)
    page.route("**/fan*", lambda route: route.fulfill(status=503))
    asked = watch(page)
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    with page.expect_response(re.compile("/fan")):
        page.mouse.down()
    seen = set()
    for k in range(1, 6):
        painted(page, lambda k=k: page.mouse.move(x - 4 * k, y))
        assert stage(page, "source") == "exact"
        seen.add(fingerprint(page, "contour"))
    assert len(seen) == 5
    let_go(page, "adam.lr")
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    assert asked.count("/fan") == 1
    assert asked.count("/paths") >= 5
    assert [text for text in wrong if "503" not in text] == []
    assert len(wrong) == 1

    page.unroute("**/fan*")  # the next hold asks again
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 4, y)
    is_stage(page, "source", "fan")
    let_go(page, "adam.lr")
    assert len(wrong) == 1


def test_a_fan_that_fails_late_lets_the_drag_go_on(troubled_page):
    """The hand has moved on while its fan was on the way: where it stands is asked for."""
    page = visit(troubled_page)
    held = []
    page.route("**/fan*", lambda route: held.append(route))
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    page.mouse.down()
    painted(page, lambda: page.mouse.move(x - 10, y))  # the one request that it may make meanwhile
    page.mouse.move(x - 20, y)
    value = shown(page, "adam.lr")
    for route in held:
        painted(page, lambda route=route: route.fulfill(status=503))
    assert float(dict(pair.split("=") for pair in stage(page, "scene").split("&"))["adam.lr"]) == value
    let_go(page, "adam.lr")


def test_playing_goes_on_without_a_server_and_what_was_moved_meanwhile_comes_after(troubled_page):
    page = visit(troubled_page, "steps=1000")
    page.get_by_text("Loop").click()
    page.locator(f"{STAGE} .play").click()
    page.context.set_offline(True)

    def goes_on():
        frames, step = int(stage(page, "frames")), stage(page, "step")
        page.wait_for_function(
            f"(({{ frames, step }}) => frames > {frames + 5} && step !== '{step}')"
            f"(document.querySelector('{STAGE}').dataset)"
        )

    goes_on()
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    slider(page, "adam.lr").press("ArrowLeft")
    expect(page.locator(f"{STAGE} .note")).to_contain_text("No answer from the server")
    goes_on()
    value = shown(page, "adam.lr")
    assert f"adam.lr={value:g}" not in stage(page, "scene")
    page.context.set_offline(False)
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    page.wait_for_function(
        f"Number(new URLSearchParams(document.querySelector('{STAGE}').dataset.scene).get('adam.lr')) === {value}"
    )
    is_stage(page, "source", "exact")
    goes_on()
