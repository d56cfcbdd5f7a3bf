"""What a hand does: dragging sliders and the start, zooming and panning, by mouse, keyboard and touch."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import STAGE, box, painted, settled, slider, stage, visit
from ui.scene import STEPS, Scene, controls

RANGE = "document.querySelector('.contour .plot')._fullLayout.xaxis.range"


@pytest.fixture
def phone(chromium, server):
    """A phone's page on which any error is a failure."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        base_url=server,
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    page = context.new_page()
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def watch(page):
    """The routes that are asked from now on, in their order."""
    asked = []

    def note(request):
        route = urlsplit(request.url).path
        if route in {"/fan", "/paths", "/grid"}:
            asked.append(route)

    page.on("request", note)
    return asked


def thumb(page, key):
    """The middle of a slider's thumb."""
    slider(page, key).scroll_into_view_if_needed()
    grip = slider(page, key).bounding_box()
    place = float(slider(page, key).evaluate("el => el.style.getPropertyValue('--place')"))
    return grip["x"] + 7 + place * (grip["width"] - 14), grip["y"] + grip["height"] / 2


def room(page, key):
    """Pixels from a slider's thumb to the further end of its way, with a sign."""
    grip = slider(page, key).bounding_box()
    place = float(slider(page, key).evaluate("el => el.style.getPropertyValue('--place')"))
    return (1 - place if place < 0.5 else -place) * (grip["width"] - 14)


def is_stage(page, name, value):
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.{name} === '{value}'")


def drawn(page, action):
    """Do something and wait until the panels were drawn anew, by whatever paths there are."""
    before = stage(page, "frames")
    action()
    page.wait_for_function(f"Number(document.querySelector('{STAGE}').dataset.frames) > {before}")


def fingerprint(page, panel, corner=False):
    """A number that changes with any pixel of a panel's canvas, or of its lower right corner."""
    return page.eval_on_selector(
        f"{STAGE} .{panel} canvas:not(.plot canvas)",
        """(canvas, corner) => {
             const [x, y] = corner ? [canvas.width - 80, canvas.height - 80] : [0, 0];
             const { data } = canvas.getContext("2d").getImageData(x, y, canvas.width - x, canvas.height - y);
             let sum = 0;
             for (const word of new Uint32Array(data.buffer)) sum = (Math.imul(sum, 31) + word) | 0;
             return sum;
           }""",
        corner,
    )


def plane(page, x, y):
    """The point of the plane that Plotly's own axes say is under a pixel of the window."""
    return page.evaluate(
        """([x, y]) => {
             const plot = document.querySelector(".contour .plot");
             const { left, top } = plot.getBoundingClientRect();
             const { xaxis, yaxis } = plot._fullLayout;
             return [xaxis.p2c(x - left - xaxis._offset), yaxis.p2c(y - top - yaxis._offset)];
           }""",
        [x, y],
    )


def pixel(page, x, y):
    """The pixel of the window at which Plotly's own axes put a point of the plane."""
    return page.evaluate(
        """([x, y]) => {
             const plot = document.querySelector(".contour .plot");
             const { left, top } = plot.getBoundingClientRect();
             const { xaxis, yaxis } = plot._fullLayout;
             return [left + xaxis._offset + xaxis.c2p(x), top + yaxis._offset + yaxis.c2p(y)];
           }""",
        [x, y],
    )


def shown(page, key):
    return float(page.locator(f"[data-key='{key}'] .number").input_value())


def let_go(page, key):
    """Release, and wait for the exact paths and the address: the value that was let go at."""
    page.mouse.up()
    settled(page, rf"[?&]{re.escape(key)}=")
    value = shown(page, key)
    page.wait_for_function(
        """([stage, key, value]) => {
             const { scene, source } = document.querySelector(stage).dataset;
             return source === "exact" && Number(new URLSearchParams(scene).get(key)) === value;
           }""",
        arg=[STAGE, key, value],
    )
    return value


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


def start_of(page):
    return [float(page.get_by_label(f"start {axis}").input_value()) for axis in "xy"]


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


class Fingers:
    """Fingers on a screen: Chromium makes of them the touches and pointers that a hand would cause."""

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
    """A slider's thumb, moved a little until its fan is there: the finger, and where it came down."""
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
    assert float(query["adam.lr"]) == shown(page, "adam.lr") < controls("ravine")["adam.lr"].default
    is_stage(page, "source", "exact")
    assert asked.count("/fan") == 1
    assert asked.count("/paths") <= 2


def test_the_contour_above_a_scrolled_page_follows_the_finger(phone):
    """It stays in sight there, at places between two pixels of the screen."""
    page = visit(phone)
    touch, x, y = taken_by_a_finger(page, "sgd.lr")
    drawn(page, lambda: touch("touchMove", (x - 28, y)))
    first = fingerprint(page, "contour")
    drawn(page, lambda: touch("touchMove", (x - 44, y)))
    assert fingerprint(page, "contour") != first
    touch("touchEnd")


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
        """The camera has come to stand there: azimuth, elevation and distance."""
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
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=server, has_touch=True, is_mobile=True
        )
        page = visit(context.new_page())
        thumb(page, "adam.lr")  # scrolls to it
        contour, row = box(page, "contour"), slider(page, "adam.lr").bounding_box()
        below = page.locator(f"{STAGE} .transport").bounding_box()
        assert contour["y"] >= 0
        assert contour["y"] + contour["height"] <= below["y"]
        assert contour["height"] > height / 2
        assert row["x"] > contour["x"] + contour["width"]
        assert row["y"] < below["y"]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        context.close()


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
    expect(page.get_by_role("button", name="Zoom out")).to_be_hidden()
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
    page.get_by_role("button", name="Zoom out").tap()
    page.wait_for_function(f"{RANGE}.join() === '{','.join(f'{side:g}' for side in whole)}'")
    expect(page.get_by_role("button", name="Zoom out")).to_be_hidden()
    assert "start" not in stage(page, "scene"), "nor does the button"


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
