"""What the contour and the relief show: zoom, pan, camera, axes, and the start set by mouse."""

import re

import pytest

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import (
    RANGE,
    STAGE,
    box,
    drawn_with_its_axes,
    painted,
    pixel,
    plane,
    settled,
    slider,
    stage,
    start_of,
    visit,
    watch,
)
from ui.scene import Scene


def test_a_click_on_the_contour_moves_the_start_and_a_drag_moves_it_along(page):
    visit(page)
    area = box(page, "contour")
    x, y = area["x"] + 0.6 * area["width"], area["y"] + 0.3 * area["height"]
    painted(page, lambda: page.mouse.click(x, y))
    u, v = map(float, settled(page, "start=")["start"].split(","))
    assert (u, v) == pytest.approx(plane(page, x, y), rel=1e-3)
    page.mouse.move(x, y)
    page.mouse.down()
    painted(page, lambda: page.mouse.move(x - 40, y + 50))
    page.mouse.up()
    a, b = map(float, settled(page, rf"start=(?!{re.escape(str(u))})")["start"].split(","))
    assert a < u
    assert b < v


def test_zoom_stays_and_leaves_the_scene_alone(page):
    visit(page, "on=sgd")
    area = box(page, "contour")
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    ranges = "document.querySelector('.contour').dataset.axes"
    whole = page.evaluate(ranges)
    page.mouse.wheel(0, 400)
    page.wait_for_function(f"{ranges} !== '{whole}'")
    zoomed = page.evaluate(ranges)
    painted(page, lambda: slider(page, "sgd.lr").press("ArrowLeft"))
    assert page.evaluate(ranges) == zoomed
    settled(page, "sgd.lr=")
    page.mouse.click(area["x"] + 70, area["y"] + 20)  # beyond the domain
    painted(page, lambda: slider(page, "sgd.lr").press("ArrowLeft"))
    assert "start" not in settled(page, "sgd.lr=")


def test_camera_and_playhead_survive_a_slider(page):
    visit(page)
    area = box(page, "relief")
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    camera = "document.querySelector('.relief').dataset.camera"
    first = page.evaluate(camera)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 20, steps=4)
    page.mouse.up()
    page.wait_for_function(
        f"""async (first) => {{
        const now = {camera};
        for (let n = 0; n < 10; n++) await new Promise(requestAnimationFrame);
        return now !== first && now === {camera};  // turned, and come to rest
    }}""",
        arg=first,
    )
    turned = page.evaluate(camera)
    page.locator(f"{STAGE} .scrub").fill("50")
    for key in ("adam.lr", "surface.kappa"):
        painted(page, lambda key=key: slider(page, key).press("ArrowLeft"))
        assert page.evaluate(camera) == turned
        assert stage(page, "step") == "50"


def test_the_view_turns_by_mouse_wheel_and_keys_and_goes_back(page):
    visit(page)
    relief = page.locator(f"{STAGE} .relief")

    def camera_after(act) -> list[float]:
        before = relief.get_attribute("data-camera")
        act()
        page.wait_for_function("before => document.querySelector('.relief').dataset.camera !== before", arg=before)
        return [float(number) for number in relief.get_attribute("data-camera").split(",")]

    azimuth, elevation, distance = home = [float(v) for v in relief.get_attribute("data-camera").split(",")]
    relief.hover()
    further = camera_after(lambda: page.mouse.wheel(0, 200))
    assert further[2] > distance
    assert further[:2] == home[:2]
    page.locator(STAGE).focus()
    turned = camera_after(lambda: page.keyboard.press("d"))
    assert turned[0] > azimuth
    raised = camera_after(lambda: page.keyboard.press("w"))
    assert raised[1] > elevation
    assert camera_after(relief.dblclick) == home


# Of the rows and columns around a panel's axes: how many hold ink in the margins on the left and below.
INK_ROUND = """panel => {
    const box = document.querySelector(`.stage div.${panel}`);
    const canvas = box.querySelector(":scope > canvas");
    const [[left, top, width, height]] = JSON.parse(box.dataset.axes).map((part) => part.map(Math.round));
    const context = canvas.getContext("2d");
    const inked = (...at) => {
      const words = new Uint32Array(context.getImageData(...at).data.buffer);
      return words.filter((word) => word !== words[0]).length;
    };
    const bottom = top + height + 1;
    return { left: inked(2, top, left - 2, height), below: inked(left, bottom, width, canvas.height - bottom),
             above: inked(left, 2, width, Math.min(6, top - 4)) };
}"""


@pytest.mark.parametrize("panel", ["contour", "chart"])
def test_the_axes_have_numbers_on_the_left_and_below(page, panel):
    """Where the numbers stand, that none covers another and none is cut is tested in tests/stage."""
    visit(page)
    ink = page.evaluate(INK_ROUND, panel)
    assert ink["left"] > 300
    assert ink["below"] > 300
    assert ink["above"] == 0


def test_the_axes_are_those_of_the_landmarks(page):
    """The mark of the only minimum lies where the axes, and so every click, have it."""
    visit(page, "on=")
    x, y = pixel(page, 0, 0)
    darkest = page.eval_on_selector(
        f"{STAGE} .contour > canvas",
        """(canvas, [x, y]) => {
             const { left, top } = canvas.getBoundingClientRect();
             const [cx, cy, reach] = [Math.round(x - left), Math.round(y - top), 14];
             const { data } = canvas.getContext("2d").getImageData(cx - reach, cy - reach, 2 * reach, 2 * reach);
             let [sx, sy, sum] = [0, 0, 0];
             for (let i = 0; i < data.length; i += 4) {
               const ink = Math.max(0, 160 - data[i]);
               sx += ink * ((i / 4) % (2 * reach) + 0.5);
               sy += ink * (Math.floor(i / 8 / reach) + 0.5);
               sum += ink;
             }
             return [left + cx - reach + sx / sum, top + cy - reach + sy / sum];
           }""",
        [x, y],
    )
    assert darkest == pytest.approx([x, y], abs=1)


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
    drawn_with_its_axes(page, "contour", page.get_by_role("button", name="Whole domain").click)
    for _ in range(4):
        page.mouse.move(area["x"] + 80, y)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] - 20, y)
        page.mouse.up()
    page.wait_for_function(f"{RANGE}[0] + {RANGE}[1] === {2 * low}")
    assert page.evaluate(f"{RANGE}[1] - {RANGE}[0]") == high - low


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
        """The colour painted where the axes have the head of the path."""
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
    x, y = map(round, pixel(page, *head))  # a wheel's event counts whole pixels
    under = plane(page, x, y)
    page.mouse.move(x, y)
    ranges = f"{RANGE}.join()"
    for _ in range(4):
        before = page.evaluate(ranges)
        page.mouse.wheel(0, -120)
        page.wait_for_function(f"{ranges} !== '{before}'")
    fine = (page.evaluate(RANGE)[1] - page.evaluate(RANGE)[0]) / box(page, "contour")["width"]  # of the plane a pixel
    assert plane(page, x, y) == pytest.approx(under, abs=fine / 10), "the wheel zooms round the pointer"
    assert at_the_head() == colour
    page.mouse.move(x + 90, y + 90)
    page.mouse.down()
    before, (hx, hy) = page.evaluate(ranges), pixel(page, *head)
    page.mouse.move(x + 60, y + 70, steps=5)
    page.mouse.up()
    page.wait_for_function(f"{ranges} !== '{before}'")
    assert pixel(page, *head) == pytest.approx([hx - 30, hy - 20], abs=0.5)
    assert page.evaluate(ranges) != before
    assert at_the_head() == colour
    assert "start" not in stage(page, "scene"), "a pan is no click"
    painted(page, lambda: page.mouse.click(x + 40, y + 60))
    found = list(map(float, settled(page, "start=")["start"].split(",")))
    assert found == pytest.approx(plane(page, x + 40, y + 60), rel=1e-3)
