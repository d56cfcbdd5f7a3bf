"""The app in a real browser: served by uvicorn, driven by mouse and keyboard."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from engine import SCHEDULES
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.browser import browser_path
from ui.scene import Scene, controls

ROOT = Path(__file__).parent.parent
# WebGL in software: the machine may have no graphics card. The rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STAGE = "[data-stage]"
READY = f"document.querySelector('{STAGE}')?.dataset.paths > 0"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="module")
def server(log):
    """The app on a free loopback port; its log names every compilation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "JAX_LOG_COMPILES": "1"}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health").close()
                break
            except urllib.error.URLError:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.1)
                assert process.poll() is None, log.read_text()
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, server):
    """A laptop's page on which any error of the console and any request to another host is a failure."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=server)
    page = context.new_page()
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: wrong.append(r.url) if not r.url.startswith((server, "data:", "blob:")) else None)
    yield page
    context.close()
    assert wrong == []


def visit(page: Page, query: str = "") -> Page:
    page.goto(f"/?{query}")
    page.wait_for_function(READY)
    return page


def stage(page: Page, name: str) -> str:
    return page.locator(STAGE).get_attribute(f"data-{name}") or ""


def painted(page: Page, action) -> None:
    """Do something and wait until a new set of paths has been painted."""
    before = stage(page, "paths")
    action()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.paths !== '{before}'")


def settled(page: Page, pattern: str) -> dict[str, str]:
    """Wait until the address bar matches; its query."""
    page.wait_for_url(re.compile(pattern))
    return {key: words[-1] for key, words in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def slider(page: Page, key: str):
    return page.locator(f"[data-key='{key}'] input[type=range]")


def pixels(page: Page, panel: str) -> list[int]:
    """How many pixels of each panel's canvas are painted."""
    return page.eval_on_selector_all(
        f"{STAGE} .{panel} canvas:not(.plot canvas)",
        """canvases => canvases.map((canvas) => {
             const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
             let count = 0;
             for (let i = 3; i < data.length; i += 4) if (data[i]) count++;
             return count;
           })""",
    )


def box(page: Page, panel: str) -> dict[str, float]:
    found = page.locator(f"{STAGE} div.{panel}").bounding_box()
    assert found
    return found


def test_it_comes_up_with_every_path_painted(page):
    visit(page)
    assert stage(page, "scene") == "surface=ravine"
    for panel in ("contour", "relief", "chart"):
        (count,) = pixels(page, panel)
        assert count > 1000, panel
    rows = page.locator(f"{STAGE} .row")
    expect(rows).to_have_count(len(OPTIMIZERS))
    colours = rows.evaluate_all("rows => rows.map((row) => row.style.getPropertyValue('--colour'))")
    found = page.eval_on_selector(
        f"{STAGE} .contour canvas",
        """canvas => {
             const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
             const seen = new Set();
             for (let i = 0; i < data.length; i += 4)
               if (data[i + 3] === 255)
                 seen.add("#" + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, "0")).join(""));
             return [...seen];
           }""",
    )
    assert len(set(colours)) == len(OPTIMIZERS)
    assert set(colours) <= set(found), "every optimizer's colour is on the contour"


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_opens(page, surface):
    visit(page, f"surface={surface}")
    assert all(count > 500 for panel in ("contour", "relief", "chart") for count in pixels(page, panel))


def test_one_screen_without_scrolling(page):
    visit(page)
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
    before = pixels(page, "contour")
    for i in range(1, 6):
        painted(page, lambda i=i: page.mouse.move(x - 5 * i, y))
    assert pixels(page, "contour") != before
    assert page.url.endswith("/?"), "while it moves, the address stands still"
    page.mouse.up()
    query = settled(page, r"momentum\.lr=")
    shown = page.locator("[data-key='momentum.lr'] .number").input_value()
    assert float(query["momentum.lr"]) == float(shown) < 0.02
    assert page.evaluate("history.length") == length
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('momentum.lr={shown}')")


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
    painted(page, lambda: slider(page, "adam.lr").press("ArrowRight"))
    query = settled(page, r"adam\.lr=0\.3\d")
    assert query["embed"] == "true", "a parameter that is not the scene's stays"
    scene = stage(page, "scene")
    page.reload()
    page.wait_for_function(READY)
    assert stage(page, "scene") == scene


def test_playing_asks_nothing_of_the_server(page):
    visit(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.locator(f"{STAGE} .play").click()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step > 20")
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step < 200")
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
    page.get_by_label("one step on").click()
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


def test_a_click_on_the_contour_moves_the_start_and_a_drag_moves_it_along(page):
    visit(page)
    area = box(page, "contour")
    x, y = area["x"] + 0.6 * area["width"], area["y"] + 0.3 * area["height"]
    painted(page, lambda: page.mouse.click(x, y))
    u, v = map(float, settled(page, "start=")["start"].split(","))
    ((left, right), (bottom, top)) = SURFACES["ravine"].domain
    assert left < u < right
    assert bottom < v < top
    page.mouse.move(x, y)
    page.mouse.down()
    painted(page, lambda: page.mouse.move(x - 40, y + 50))
    page.mouse.up()
    a, b = map(float, settled(page, rf"start=(?!{re.escape(str(u))})")["start"].split(","))
    assert a < u
    assert b < v


def test_camera_and_playhead_survive_a_slider(page):
    visit(page)
    area = box(page, "relief")
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    camera = "JSON.stringify(document.querySelector('.relief .plot')._fullLayout.scene._scene.getCamera().eye)"
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


def test_side_by_side_gives_every_optimizer_its_panel(page):
    visit(page)
    page.get_by_text("Side by side").click()
    page.wait_for_function(f"document.querySelectorAll('{STAGE} .cell').length === {len(OPTIMIZERS)}")
    assert page.locator(f"{STAGE} .caption").all_inner_texts() == [o.name for o in OPTIMIZERS.values()]
    assert all(count > 200 for count in pixels(page, "contour"))
    assert page.locator(f"{STAGE} .cell .contourlayer").count() == len(OPTIMIZERS), "each on its own ground"
    assert settled(page, "view=")["view"] == "panels"


def test_an_optimizer_is_switched_off_and_on(page):
    visit(page)
    painted(page, lambda: page.get_by_label("show Adam").uncheck())
    assert "adam" not in settled(page, "on=")["on"]
    painted(page, lambda: page.get_by_label("show Adam").check())
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
    painted(page, lambda: page.get_by_label("Adam learning rate: back to the default").click())
    settled(page, r"surface=ravine$")


def test_the_legend_tells_what_became_of_a_run(page):
    visit(page, "surface=saddle")
    expect(page.locator("[data-optimizer=sgd] .status")).to_have_text(re.compile(r"^left the picture at step \d+$"))
    expect(page.locator("[data-optimizer=newton] .status")).to_have_text("")
    visit(page, "surface=rosenbrock&sgd.lr=1")
    expect(page.locator("[data-optimizer=sgd] .status")).to_have_text(re.compile(r"^diverged at step \d+$"))
    expect(page.locator("[data-optimizer=sgd] .loss")).to_have_text("")


def test_another_surface_keeps_what_was_changed_by_hand(page):
    visit(page, "adam.lr=0.123&surface.kappa=50")
    painted(page, lambda: page.get_by_label("surface").select_option("rosenbrock"))
    query = settled(page, "surface=rosenbrock")
    assert query == {"surface": "rosenbrock", "adam.lr": "0.123"}
    expect(page.locator("[data-key='surface.b'] .number")).to_have_value("100")


def test_formulas_follow_the_scene(page):
    visit(page, "on=adam")
    page.get_by_test_id("stExpandSidebarButton").click()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("heading", name="Adam")).to_be_visible()
    painted(page, lambda: page.get_by_label("show SGD").check())
    expect(sidebar.get_by_role("heading", name="SGD")).to_be_visible()


def test_nothing_compiles_while_every_slider_of_the_default_scene_moves(page, log):
    visit(page)
    for door in page.locator(f"{STAGE} .door").all():
        if door.is_visible():
            door.click()
    # Other surfaces are compiled in the background after the start: wait until the server has done them all.
    for surface in SURFACES:
        urllib.request.urlopen(urlsplit(page.url)._replace(path="/paths", query=f"surface={surface}").geturl()).close()
    before = log.read_text().count("Compiling")
    for key in controls("ravine"):
        press = "ArrowRight" if float(slider(page, key).input_value()) < 100 else "ArrowLeft"
        painted(page, lambda key=key, press=press: slider(page, key).press(press))
    for schedule in SCHEDULES:
        if schedule != "constant":
            painted(page, lambda schedule=schedule: page.locator(f"{STAGE} .shared select").select_option(schedule))
    assert before > 0, "the log does name compilations"
    assert log.read_text().count("Compiling") == before


def test_a_dark_theme_is_followed_while_the_page_is_open(page):
    visit(page)
    light = page.eval_on_selector(f"{STAGE} .row", "row => row.style.getPropertyValue('--colour')")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"document.querySelector('{STAGE} .row').style.getPropertyValue('--colour') !== '{light}'")


def test_a_lost_connection_keeps_the_picture_and_mends_itself(chromium, server):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=server)
    page = visit(context.new_page())
    context.set_offline(True)
    before = pixels(page, "contour")
    slider(page, "adam.lr").press("ArrowRight")
    expect(page.locator(f"{STAGE} .note")).to_contain_text("No answer from the server")
    assert pixels(page, "contour") == before
    painted(page, lambda: context.set_offline(False))
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    context.close()


def test_a_phone_stacks_the_panels(chromium, server):
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=server, has_touch=True, is_mobile=True
    )
    page = visit(context.new_page())
    tops = [box(page, panel)["y"] for panel in ("contour", "relief", "chart", "rail")]
    assert tops == sorted(tops)
    assert len(set(tops)) == 4
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


RUNNERS = ["browser", *(["node"] if shutil.which("node") else [])]


@pytest.mark.parametrize("runner", RUNNERS)
def test_pure_modules(runner, chromium):
    """The laws of tests/stage_cases.js."""
    if runner == "node":
        subprocess.run(["node", "--test", "tests/stage.test.js"], cwd=ROOT, check=True)
        return
    page = chromium.new_page()
    page.route(
        "http://modules.test/**", lambda route: route.fulfill(path=ROOT / urlsplit(route.request.url).path.lstrip("/"))
    )
    page.route("http://modules.test/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto("http://modules.test/")
    failures = page.evaluate("""async () => {
        const { cases } = await import("/tests/stage_cases.js");
        const failures = Object.keys(cases).length ? [] : ["no cases"];
        for (const [name, run] of Object.entries(cases)) {
          try { await run(); } catch (error) { failures.push(`${name}: ${error.message}`); }
        }
        return failures;
    }""")
    page.close()
    assert failures == []
