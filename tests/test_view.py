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
    expected = page.evaluate(
        """([x, y]) => {
             const plot = document.querySelector(".contour .plot");
             const { left, top } = plot.getBoundingClientRect();
             const { xaxis, yaxis } = plot._fullLayout;
             return [xaxis.p2c(x - left - xaxis._offset), yaxis.p2c(y - top - yaxis._offset)];
           }""",
        [x, y],
    )
    assert (u, v) == pytest.approx(expected, rel=1e-3)
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
    ranges = "document.querySelector('.contour .plot')._fullLayout.xaxis.range.join()"
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
        painted(page, lambda key=key: slider(page, key).press("ArrowRight"))
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


# Which texts and ticks of Plotly's are missing from the canvas, and how many pixels of ink are none of theirs.
INK_ROUND = """([panel, axes]) => {
    const box = document.querySelector(`.stage div.${panel}`);
    const canvas = box.querySelector(":scope > canvas");
    const { left, top } = canvas.getBoundingClientRect();
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const background = getComputedStyle(box.closest(".stage")).backgroundColor.match(/[0-9]+/g).map(Number);
    const set = [...box.querySelectorAll(".plot text, .plot path.ticks")]
        .filter((el) => el.matches("path") || el.textContent.trim());
    const places = set.map((el) => el.getBoundingClientRect());
    const texts = set.filter((el) => el.matches("text")).length;
    const found = new Set();
    let astray = 0;
    for (let y = 2; y < height; y++) for (let x = 2; x < width; x++) {
      if (x > axes[0] - 1 && x < axes[2] + 8 && y > axes[1] - 8 && y < axes[3] + 1) continue;
      const i = 4 * (y * width + x);
      if ([0, 1, 2].every((k) => Math.abs(data[i + k] - background[k]) < 12)) continue;
      const here = [...places.keys()].filter((k) => x + left > places[k].left - 2 && x + left < places[k].right + 2
        && y + top > places[k].top - 2 && y + top < places[k].bottom + 2);
      if (!here.length) astray++;
      for (const k of here) found.add(k);
    }
    return { texts, astray, missing: set.filter((_, k) => !found.has(k)).map((el) => el.outerHTML) };
}"""


@pytest.mark.parametrize("panel", ["contour", "chart"])
def test_the_axes_are_printed_where_plotly_set_them(page, panel):
    visit(page)
    axes = page.evaluate(
        """panel => {
             const { _size: { l, t, w, h } } = document.querySelector(`.${panel} .plot`)._fullLayout;
             return [l, t, l + w, t + h];
           }""",
        panel,
    )
    ink = page.evaluate(INK_ROUND, [panel, axes])
    assert ink["texts"] > 8
    assert ink["missing"] == [], "every text and tick is there"
    assert ink["astray"] == 0, "and nothing else"


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
