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


@pytest.mark.parametrize("view", ["overlay", "panels"])
def test_a_scene_has_the_same_pixels_played_stepped_to_and_freshly_loaded(page, view):
    """While it plays only what is new is painted, which crosses in another order; at rest nothing of that is left."""
    panels = ("contour", "relief", "chart")

    def pictures() -> list[int]:
        page.wait_for_function(f"document.querySelector('{STAGE} .relief').dataset.fine === 'true'")
        return [fingerprint(page, panel) for panel in panels]

    visit(page, f"steps=60&view={view}")
    loaded = pictures()
    drawn(page, lambda: page.keyboard.press("Home"))
    assert all(a != b for a, b in zip(loaded, pictures(), strict=True))
    page.get_by_label("speed").select_option("250")
    page.locator(f"{STAGE} .play").click()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step === '60'")
    expect(page.get_by_label("play", exact=True)).to_be_visible()
    assert pictures() == loaded
    page.keyboard.press("ArrowLeft")
    drawn(page, lambda: page.keyboard.press("ArrowRight"))
    assert pictures() == loaded


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
