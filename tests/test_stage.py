"""The stage in a real browser, driven by mouse and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC, READY, STAGE, box, painted, pixels, settled, slider, stage, visit
from ui.scene import Scene


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


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_opens(page, surface):
    visit(page, f"surface={surface}")
    panels = ("contour", "relief", "chart", *(["data"] if SURFACES[surface].data else []))
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
    asked = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: asked.append(socket.url)))
    visit(page)
    assert asked, "the page did talk over its socket while it opened"
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.append(request.url))
    asked.clear()
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


def test_the_playhead_travels_in_the_link(page):
    visit(page, "step=37")
    assert stage(page, "step") == "37"
    page.locator(f"{STAGE} .scrub").fill("40")
    settled(page, "step=40")
    page.reload()
    page.wait_for_function(READY)
    assert stage(page, "step") == "40"


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


def test_keys_work_from_the_first_moment_and_on_a_slider(page):
    visit(page, "step=5")
    page.keyboard.press("ArrowRight")
    assert stage(page, "step") == "6"
    slider(page, "sgd.lr").focus()
    page.keyboard.press(" ")
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step > 12")


def test_reset_brings_the_opening_back(page):
    visit(page, "adam.lr=0.123&on=adam&steps=50&view=panels")
    painted(page, lambda: page.get_by_text("Reset").click())
    assert settled(page, r"\?surface=ravine&view=panels$") == {"surface": "ravine", "view": "panels"}


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


def test_side_by_side_gives_every_optimizer_its_panel(page):
    visit(page)
    page.get_by_text("Side by side").click()
    page.wait_for_function(f"document.querySelectorAll('{STAGE} .cell').length === {len(BASIC)}")
    cells = page.locator(f"{STAGE} .cell")
    assert [cell.get_attribute("aria-label") for cell in cells.all()] == [o.name for o in BASIC.values()]
    assert len(pixels(page, "contour")) == len(BASIC)
    assert all(count > 20 for count in pixels(page, "contour"))
    assert settled(page, "view=")["view"] == "panels"


# Where a panel shows a path, whichever: kept, or compared with what was kept. A pixel is alone if the other picture
# shows no path within two pixels of it.
SHOWN = """panel => {
    const canvas = document.querySelector(`.stage div.${panel} > canvas`);
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const paths = new Set([...document.querySelectorAll(".stage .row")].map((row) =>
        row.style.getPropertyValue("--colour")).map((c) => parseInt(c.slice(1), 16)));
    const ink = Uint8Array.from({ length: width * height }, (_, i) =>
        paths.has((data[4 * i] << 16) | (data[4 * i + 1] << 8) | data[4 * i + 2]));
    window.kept ??= {};
    const before = window.kept[panel];
    window.kept[panel] = ink;
    if (!before) return null;
    const near = (mask, i) => [-2, -1, 0, 1, 2].some((y) => [-2, -1, 0, 1, 2].some((x) => mask[i + y * width + x]));
    const alone = (one, other) => one.reduce((n, inked, i) => n + (inked && !near(other, i)), 0);
    return { painted: before.reduce((n, inked) => n + inked, 0), alone: alone(before, ink) + alone(ink, before) };
}"""


@pytest.mark.parametrize("view", ["overlay", "panels"])
def test_a_picture_painted_bit_by_bit_is_the_one_painted_at_once(page, view):
    """While it plays only what is new is painted: the result is the same but for who, halo included, covers whom."""
    visit(page, f"steps=60&view={view}")
    panels = ("contour", "relief", "chart")
    page.wait_for_function(
        "() => { const c = document.querySelector('.stage .relief > canvas'); return c.width > 300; }"
    )  # the surface in 3D comes last
    for panel in panels:
        page.evaluate(SHOWN, panel)
    page.get_by_label("speed").select_option("250")
    page.keyboard.press("Home")
    page.locator(f"{STAGE} .play").click()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step === '60'")
    expect(page.get_by_label("play", exact=True)).to_be_visible()
    for panel in panels:
        shown = page.evaluate(SHOWN, panel)
        assert shown["painted"] > 100, panel
        assert shown["alone"] < 0.1 * shown["painted"], (panel, shown)


# Of the ink round a panel's axes: how much lies where Plotly set a text or a tick, and how much does not.
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


def test_a_link_shows_what_was_looked_at(page):
    visit(page)
    area = box(page, "contour")
    page.mouse.move(area["x"] + 200, area["y"] + 200)
    page.mouse.wheel(0, -200)
    page.keyboard.press("d")
    page.wait_for_function(
        """() => {
            const told = new URLSearchParams(location.search).get("camera")?.split(",");
            const at = document.querySelector(".relief").dataset.camera.split(",");
            return told?.every((v, i) => Math.abs(v - at[i]) < 1e-3);
        }"""
    )
    query = settled(page, "seen=")
    seen = [float(word) for word in query["seen"].split(",")]
    relief = page.locator(f"{STAGE} .relief")
    camera = relief.get_attribute("data-camera")
    ranges = "['x', 'y'].flatMap((a) => document.querySelector('.contour .plot')._fullLayout[`${a}axis`].range)"
    page.wait_for_function(f"{ranges}.every((v, i) => Math.abs(v - {seen}[i]) < 1e-3)")
    visit(page, page.url.partition("?")[2])
    assert page.evaluate(ranges) == seen
    at, again = ([float(word) for word in words.split(",")] for words in (camera, relief.get_attribute("data-camera")))
    assert again == pytest.approx(at, abs=1e-3)
    expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
    page.get_by_role("button", name="Turn back").click()
    expect(page.get_by_role("button", name="Turn back")).to_be_hidden()
    page.wait_for_url(lambda url: "camera" not in url and "seen" in url)
    painted(page, page.get_by_role("button", name="Reset", exact=True).click)
    page.wait_for_url(re.compile(r"surface=ravine$"))
    expect(page.get_by_role("button", name="Zoom out")).to_be_hidden()
    assert page.evaluate(ranges) == [side for sides in SURFACES["ravine"].domain for side in sides]


def test_another_surface_is_seen_as_a_whole(page):
    visit(page, "seen=0,1,0,1")
    expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("beale"))
    expect(page.get_by_role("button", name="Zoom out")).to_be_hidden()
    settled(page, "surface=beale$")


@pytest.mark.parametrize("view", ["overlay", "panels"])
def test_a_scene_of_nobody_is_drawn(page, view):
    visit(page, f"on=&view={view}&adam.b1=0.8")
    door = page.get_by_label("more settings of Adam", exact=True)
    door.click()
    page.get_by_role("button", name="Side by side").click()
    page.get_by_role("button", name="Overlay").click()
    expect(door).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("sight", ["seen=1,2&camera=a,b,c", "seen=,,,&camera=", "seen=1,1,1,1&camera=1,2,NaN"])
def test_a_link_with_nonsense_shows_the_whole(page, sight):
    visit(page, sight)
    expect(page.get_by_role("button", name="Zoom out")).to_be_hidden()
    expect(page.get_by_role("button", name="Turn back")).to_be_hidden()
    assert all(count > 100 for count in pixels(page, "contour"))


def test_a_link_opens_the_settings_that_it_changes(page):
    visit(page, "adam.b1=0.8")
    expect(page.locator("[data-key='adam.b1']")).to_be_visible()
    expect(page.locator("[data-key='rmsprop.rho']")).to_be_hidden()


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
    visit(page, "surface=saddle")
    expect(page.locator(".row[data-optimizer=sgd] .status")).to_have_text(re.compile(r"^left the picture at step \d+$"))
    expect(page.locator(".row[data-optimizer=newton] .status")).to_have_text("stands at a saddle")
    visit(page, "surface=rosenbrock&sgd.lr=1")
    expect(page.locator(".row[data-optimizer=sgd] .status")).to_have_text(re.compile(r"^diverged at step \d+$"))
    expect(page.locator(".row[data-optimizer=sgd] .loss")).to_have_text("")


def test_another_surface_keeps_what_was_changed_by_hand(page):
    visit(page, "adam.lr=0.123&adam.b1=0.5&surface.kappa=50")
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("rosenbrock"))
    query = settled(page, "surface=rosenbrock")
    assert query == {"surface": "rosenbrock", "adam.b1": "0.5"}, "but not what suited the old surface"
    expect(page.locator("[data-key='surface.b'] .number")).to_have_value("100")
