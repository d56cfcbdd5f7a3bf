"""Every panel is drawn again when the window, the screen or the theme changes, and while a run plays."""

import pytest
from playwright.sync_api import expect

from tests.driver import (
    STAGE,
    drawn,
    fingerprint,
    pixels,
    visit,
)


def test_no_picture_needs_webgl(page):
    page.add_init_script("""{
        const before = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind.startsWith("webgl") ? null : before.call(this, kind, ...rest);
        };
    }""")
    visit(page, "steps=60")
    for panel in ("contour", "relief", "chart"):
        assert min(pixels(page, panel)) > 20, panel


def test_another_window_size_redraws_every_panel(page):
    visit(page, "surface=logistic_regression")  # which has all of them
    before = page.locator(f"{STAGE} .panels canvas").evaluate_all(
        "canvases => canvases.map((canvas) => [canvas.width, canvas.height])"
    )
    assert len(before) == 4
    page.set_viewport_size({"width": 1100, "height": 700})
    page.wait_for_function(
        """(before) => [...document.querySelectorAll(".panels canvas")].every(
             (canvas, k) => canvas.width !== before[k][0] && canvas.height !== before[k][1]
               && Math.abs(canvas.getBoundingClientRect().width - canvas.width / devicePixelRatio) <= 1)""",
        arg=before,
    )
    for panel in ("contour", "relief", "examples", "chart"):
        assert pixels(page, panel)[0] > 100, panel
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_function(
        """(before) => [...document.querySelectorAll(".panels canvas")].every(
             (canvas, k) => canvas.width === before[k][0] && canvas.height === before[k][1])""",
        arg=before,
    )


COMMONEST = """canvas => {
     const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
     const counts = new Map();
     for (const word of new Uint32Array(data.buffer)) counts.set(word, (counts.get(word) ?? 0) + 1);
     const [word] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
     return ((word & 255) + ((word >> 8) & 255) + ((word >> 16) & 255)) / 3;
   }"""


def test_another_theme_redraws_every_panel(page):
    visit(page)
    panels = ("contour", "relief", "chart")

    def grounds():
        return [page.eval_on_selector(f"{STAGE} .{panel} canvas", COMMONEST) for panel in panels]

    assert all(light > 170 for light in grounds())
    for scheme, test in (("dark", "< 110"), ("light", "> 170")):
        page.emulate_media(color_scheme=scheme)
        for panel in panels:
            canvas = f"document.querySelector('{STAGE} div.{panel} > canvas')"
            page.wait_for_function(f"({COMMONEST})({canvas}) {test}")


# Keeps which pixels of a panel show a path; the second call compares them with those kept. A pixel is alone if the
# other picture shows no path within two pixels of it.
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
    """Playing paints only what is new. The result is the same, except for which path covers which where they cross."""
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


def test_a_finer_screen_is_drawn_on_as_finely(page):
    """The ratio of pixels changes when a window moves to another screen, while its size in CSS pixels stays."""
    visit(page, "surface=linear_regression")
    session = page.context.new_cdp_session(page)
    size = page.viewport_size
    for ratio in (2, 1):
        session.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": ratio, "mobile": False})
        for panel in ("contour", "relief", "chart", "examples"):
            page.keyboard.press("End")
            canvas = f"document.querySelector('{STAGE} .{panel} > canvas')"
            page.wait_for_function(
                f"Math.abs({canvas}.width / {canvas}.getBoundingClientRect().width - {ratio}) < 0.01"
            )
            drawn(page, lambda: page.keyboard.press("End"))
            at_the_end = fingerprint(page, panel)
            drawn(page, lambda: page.keyboard.press("Home"))
            assert fingerprint(page, panel) != at_the_end
