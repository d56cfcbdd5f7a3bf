"""The page in a browser: it opens every surface, plays, and its controls do what they say."""

import re
from urllib.parse import parse_qs

import numpy as np
import pytest
from playwright.sync_api import expect

from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC, READ, STAGE, painted, pixels, settled, slider, stage, visit
from tests.test_fan import unpacked


def test_it_comes_up_with_every_path_painted(page):
    visit(page)
    assert stage(page, "scene") == "surface=ravine"
    for panel in ("contour", "relief", "chart"):
        (count,) = pixels(page, panel)
        assert count > 500, panel
    expect(page.locator(f"{STAGE} .row")).to_have_count(len(OPTIMIZERS))


MARK = 30  # pixels that no mark of an optimizer spans: what spans more is a path
ROWS = """[...document.querySelectorAll(".stage .row:not(.off)")].map((row) =>
    parseInt(row.style.getPropertyValue("--colour").slice(1), 16))"""
# For each optimizer that is on, the longer side of the box around the pixels of exactly its colour within an element.
SPANS = f"""part => {{
    const {{ data, width }} = ({READ})(part);
    const boxes = new Map({ROWS}.map((colour) => [colour, [Infinity, Infinity, -Infinity, -Infinity]]));
    for (let i = 0; i < data.length; i += 4) {{
      const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      if (!boxes.has(colour)) continue;
      const [[l, t, r, b], x, y] = [boxes.get(colour), (i / 4) % width, Math.floor(i / 4 / width)];
      boxes.set(colour, [Math.min(l, x), Math.min(t, y), Math.max(r, x), Math.max(b, y)]);
    }}
    return [...boxes.values()].map(([l, t, r, b]) => Math.max(0, r - l + 1, b - t + 1));
}}"""
# Whether each of some points of the plane has an optimizer's colour on the contour, it or a pixel beside it.
PAINTED = f"""points => {{
    const panel = document.querySelector(".stage .contour");
    const canvas = panel.querySelector(":scope > canvas");
    const colours = new Set({ROWS});
    const fine = canvas.width / canvas.getBoundingClientRect().width;
    const [[l, t, w, h], [x0, x1], [y0, y1]] = JSON.parse(panel.dataset.axes);
    return points.map(([x, y]) => {{
      const at = [l + (w * (x - x0)) / (x1 - x0), t + (h * (y1 - y)) / (y1 - y0)].map((v) => Math.floor(v * fine) - 1);
      const {{ data }} = canvas.getContext("2d").getImageData(...at, 3, 3);
      for (let i = 0; i < data.length; i += 4)
        if (colours.has((data[i] << 16) | (data[i + 1] << 8) | data[i + 2])) return true;
      return false;
    }});
}}"""


def along_the_paths(page) -> np.ndarray:
    """(n, 2): points of the paths that the server has for the scene, within the contour and off all marks."""
    _, arrays = unpacked(page.request.get(f"/paths?{stage(page, 'scene')}").body())
    frame, *sides = page.evaluate(f"JSON.parse(document.querySelector('{STAGE} .contour').dataset.axes)")
    low, high = np.transpose(sides)
    paths, size = arrays["position"], np.array(frame[2:])
    pixels = (paths - low) / (high - low) * size  # from below, as the plane has them
    ends = pixels[:, -1]
    shown = ((pixels > 2) & (pixels < size - 2)).all(axis=-1)
    away = np.array(
        [[np.hypot(*(ends - point).T).min() if np.isfinite(point).all() else 0 for point in path] for path in pixels]
    )
    return paths[shown & (away > MARK / 2)]


@pytest.fixture(scope="module")
def at_first(open_page):
    return visit(open_page)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_drawn(at_first, surface):
    page = at_first

    def drawn():
        return parse_qs(stage(page, "scene"))["surface"]

    if drawn() != [surface]:
        painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option(surface))
    assert drawn() == [surface]
    for panel in ("contour", "relief", "chart", *(["examples"] if SURFACES[surface].data else [])):
        spans = page.eval_on_selector(f"{STAGE} .{panel} {'.axes' if panel == 'contour' else 'canvas'}", SPANS)
        assert max(spans) > MARK, f"no path in {panel}"
    points = along_the_paths(page)
    assert len(points) > 50
    assert np.mean(page.evaluate(PAINTED, points.tolist())) > 0.85, "a few points lie under signs of minima and saddles"


def test_one_screen_without_scrolling(page):
    visit(page, "surface=logistic_regression")  # whose rail is the longest
    for width, height in [(1366, 768), (1920, 1080)]:
        page.set_viewport_size({"width": width, "height": height})
        over = page.evaluate("""() => [...document.querySelectorAll(".stMain, .stage, .stage .rail, .stage .bar")].map(
            (el) => [el.scrollWidth - el.clientWidth, el.scrollHeight - el.clientHeight])""")
        assert over == [[0, 0]] * 4


def test_a_drag_bends_the_paths_and_its_release_changes_the_address(page):
    visit(page)
    length = page.evaluate("history.length")
    grip = slider(page, "momentum.lr").bounding_box()
    place = float(slider(page, "momentum.lr").evaluate("el => el.style.getPropertyValue('--place')"))
    x, y = grip["x"] + 7 + place * (grip["width"] - 14), grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 2, y)
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.source === 'fan'")
    before = pixels(page, "contour")
    for i in range(1, 6):
        frames = stage(page, "frames")
        page.mouse.move(x - 5 * i, y)
        page.wait_for_function(f"document.querySelector('{STAGE}').dataset.frames !== '{frames}'")
    assert pixels(page, "contour") != before
    assert page.url.endswith("/?"), "while it moves, the address stands still"
    page.mouse.up()
    query = settled(page, r"momentum\.lr=")
    shown = page.locator("[data-key='momentum.lr'] .number").input_value()
    assert float(query["momentum.lr"]) == float(shown) < 0.02
    assert page.evaluate("history.length") == length
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('momentum.lr={shown}')")


def test_playing_asks_nothing_of_the_server(page):
    asked = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: asked.append(socket.url)))
    visit(page, "steps=1000")  # which play for long enough to be interrupted
    assert asked, "the page did talk over its socket while it opened"
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.append(request.url))
    asked.clear()
    page.locator(f"{STAGE} .play").click()
    page.wait_for_function(f"(({{ step }}) => step > 20 && step < 900)(document.querySelector('{STAGE}').dataset)")
    assert asked == []
    page.locator(f"{STAGE} .play").click()
    step = stage(page, "step")
    assert settled(page, "step=")["step"] == step


def test_stepping_scrubbing_and_looping(page):
    visit(page, "steps=100")
    assert stage(page, "step") == "100"
    page.get_by_label("one step back").click()
    assert stage(page, "step") == "99"
    page.get_by_label("to the start").click()
    page.get_by_label("one step forward").click()
    assert stage(page, "step") == "1"
    page.locator(f"{STAGE} .scrub").fill("40")
    assert stage(page, "step") == "40"
    page.locator(f"{STAGE} h1").click()
    page.locator(STAGE).focus()
    for key, step in [("ArrowRight", "41"), ("Shift+ArrowLeft", "31"), ("Home", "0"), ("End", "100")]:
        page.keyboard.press(key)
        assert stage(page, "step") == step
    page.get_by_label("speed").select_option("250")
    page.get_by_text("Loop").click()
    page.locator(f"{STAGE} .play").click()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step > 50")
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step < 50")


def test_side_by_side_gives_every_optimizer_its_panel(page):
    visit(page)
    page.get_by_text("Side by side").click()
    page.wait_for_function(f"document.querySelectorAll('{STAGE} .cell').length === {len(BASIC)}")
    cells = page.locator(f"{STAGE} .cell")
    assert [cell.get_attribute("aria-label") for cell in cells.all()] == [o.name for o in BASIC.values()]
    colours = page.evaluate(ROWS)
    assert len(set(colours)) == len(BASIC)
    for cell, colour in zip(cells.all(), colours, strict=True):
        spans = dict(zip(colours, cell.evaluate(SPANS), strict=True))
        assert spans.pop(colour) > MARK
        assert set(spans.values()) == {0}, "each path has a panel of its own"
    assert settled(page, "view=")["view"] == "panels"


def test_an_optimizer_is_switched_off_and_on(page):
    visit(page)
    painted(page, lambda: page.get_by_label("show Adam", exact=True).uncheck())
    assert "adam" not in settled(page, "on=")["on"]
    painted(page, lambda: page.get_by_label("show Adam", exact=True).check())
    settled(page, r"surface=ravine$")


def test_a_slider_takes_typed_numbers_and_finds_back(page):
    visit(page)
    field = page.locator("[data-key='adam.lr'] .number")
    field.fill("7")
    field.press("Enter")
    expect(page.locator("[data-key='adam.lr'] .complaint")).to_have_text("a number from 1e-4 to 1, please")
    expect(field).to_have_value("7")
    field.fill("0.0123")
    painted(page, lambda: field.press("Enter"))
    assert settled(page, r"adam\.lr=")["adam.lr"] == "0.0123"
    painted(page, lambda: page.get_by_label("Adam learning rate: back to the default", exact=True).click())
    settled(page, r"surface=ravine$")


def test_a_complaint_about_the_start_goes_when_the_start_is_set(page):
    visit(page)
    complaint = page.locator(f"{STAGE} .start .complaint")
    page.get_by_label("start x").fill("99")
    page.get_by_label("start x").press("Enter")
    expect(complaint).to_have_text("x: a number from -10 to 10, please")
    expect(page.get_by_label("start x")).to_have_value("99")
    painted(page, lambda: page.locator(f"{STAGE} .contour .axes").click())
    expect(complaint).to_be_empty()
    expect(page.get_by_label("start x")).not_to_have_value("99")


def test_the_legend_tells_what_became_of_a_run(page):
    visit(page, "surface=saddle&sgd.lr=0.1")
    expect(page.locator(".row[data-optimizer=sgd] .status")).to_have_text(re.compile(r"^left the picture at step \d+$"))
    expect(page.locator(".row[data-optimizer=newton] .status")).to_have_text("stands at a saddle")
    visit(page, "surface=rosenbrock&sgd.lr=1")
    expect(page.locator(".row[data-optimizer=sgd] .status")).to_have_text(re.compile(r"^diverged at step \d+$"))
    expect(page.locator(".row[data-optimizer=sgd] .loss")).to_have_text("")
