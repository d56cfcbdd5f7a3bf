"""The page in a browser: it opens every surface, plays, and its controls do what they say."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.conftest import LAPTOP, opened, without_errors
from tests.driver import BASIC, STAGE, painted, pixels, settled, slider, stage, visit


def test_it_comes_up_with_every_path_painted(page):
    visit(page)
    assert stage(page, "scene") == "surface=ravine"
    for panel in ("contour", "relief", "chart"):
        (count,) = pixels(page, panel)
        assert count > 500, panel
    rows = page.locator(f"{STAGE} .row")
    expect(rows).to_have_count(len(OPTIMIZERS))
    colours = rows.evaluate_all("rows => rows.map((row) => row.style.getPropertyValue('--colour'))")
    found = page.eval_on_selector(
        f"{STAGE} .contour > canvas",
        """canvas => {
             const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
             const seen = new Set();
             for (let i = 0; i < data.length; i += 4)
               if (data[i + 3] === 255)
                 seen.add("#" + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, "0")).join(""));
             return [...seen];
           }""",
    )
    assert len(set(colours)) == len(BASIC)
    assert set(colours) <= set(found), "every optimizer's colour is on the contour"


@pytest.fixture(scope="module")
def open_page(chromium, server):
    """One page for many tests: to open a page takes two seconds of processor time."""
    with opened(chromium, server, **LAPTOP) as page, without_errors(page, server):
        yield visit(page)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_drawn(open_page, surface):
    page = open_page

    def drawn():
        return parse_qs(stage(page, "scene"))["surface"]

    if drawn() != [surface]:
        painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option(surface))
    assert drawn() == [surface]
    panels = ("contour", "relief", "chart", *(["examples"] if SURFACES[surface].data else []))
    assert all(count > 200 for panel in panels for count in pixels(page, panel))


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
    assert len(pixels(page, "contour")) == len(BASIC)
    assert all(count > 20 for count in pixels(page, "contour"))
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
