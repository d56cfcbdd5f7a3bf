"""Actions on the page, and waiting for their effect."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from optimizers import OPTIMIZERS

BASIC = {id: optimizer for id, optimizer in OPTIMIZERS.items() if optimizer.basic}  # those that are on at first
STAGE = "[data-stage]"
RANGE = "JSON.parse(document.querySelector('.contour').dataset.axes)[1]"
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
READY = f"document.querySelector('{STAGE}')?.dataset.paths > 0"


def visit(page: Page, query: str = "") -> Page:
    page.goto(f"/?{query}")
    page.wait_for_function(READY)
    return page


TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def resize(page: Page, width: int, height: int) -> None:
    """Give the window a size, and wait until the page is laid out in it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(TWO_FRAMES)


def stage(page: Page, name: str) -> str:
    return page.locator(STAGE).get_attribute(f"data-{name}") or ""


def painted(page: Page, action) -> None:
    """Do something and wait until a new set of paths has been painted."""
    before = stage(page, "paths")
    action()
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.paths !== '{before}'")


def settled(page: Page, pattern: str) -> dict[str, str]:
    """Wait until the address matches a pattern; its query."""
    page.wait_for_url(re.compile(pattern))
    return {key: words[-1] for key, words in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def slider(page: Page, key: str):
    return page.locator(f"[data-key='{key}'] input[type=range]")


def decay(page: Page):
    """The select of the schedules."""
    return page.locator(f"{STAGE} .shared .choice", has_text="decay").locator("select")


# The part of a panel's canvas that lies below one of its elements, as an ImageData.
READ = """(part) => {
    const canvas = part.closest(".panel").querySelector(":scope > canvas");
    const [all, own] = [canvas, part].map((el) => el.getBoundingClientRect());
    const fine = canvas.width / all.width;
    const at = [own.left - all.left, own.top - all.top, own.width, own.height].map((v) => Math.round(v * fine));
    return canvas.getContext("2d").getImageData(...at);
}"""


def pixels(page: Page, panel: str) -> list[int]:
    """How many pixels have exactly an optimizer's colour: on a panel's canvas, or within each axes of the contour."""
    within = ".axes" if panel == "contour" else "canvas"
    return page.eval_on_selector_all(
        f"{STAGE} .{panel} {within}",
        f"""parts => parts.map((part) => {{
             const {{ data }} = ({READ})(part);
             const rows = [...document.querySelectorAll(".stage .row")];
             const colours = rows.map((row) => row.style.getPropertyValue("--colour"));
             const wanted = new Set(colours.map((c) => parseInt(c.slice(1), 16)));
             let count = 0;
             for (let i = 0; i < data.length; i += 4)
               if (wanted.has((data[i] << 16) | (data[i + 1] << 8) | data[i + 2])) count++;
             return count;
           }})""",
    )


def box(page: Page, panel: str) -> dict[str, float]:
    found = page.locator(f"{STAGE} div.{panel}").bounding_box()
    assert found
    return found


def watch(page):
    """A list to which every request for paths, grids and fans is added from now on."""
    asked = []

    def note(request):
        route = urlsplit(request.url).path
        if route in {"/fan", "/paths", "/grid"}:
            asked.append(route)

    page.on("request", note)
    return asked


def thumb(page, key):
    """Where the middle of a slider's thumb is in the window; the slider is scrolled into view."""
    slider(page, key).scroll_into_view_if_needed()
    grip = slider(page, key).bounding_box()
    place = float(slider(page, key).evaluate("el => el.style.getPropertyValue('--place')"))
    return grip["x"] + 7 + place * (grip["width"] - 14), grip["y"] + grip["height"] / 2


def room(page, key):
    """Signed distance in pixels from a slider's thumb to the end of its track that is further away."""
    grip = slider(page, key).bounding_box()
    place = float(slider(page, key).evaluate("el => el.style.getPropertyValue('--place')"))
    return (1 - place if place < 0.5 else -place) * (grip["width"] - 14)


def is_stage(page, name, value):
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.{name} === '{value}'")


def drawn(page, action):
    """Do something and wait until the panels were drawn again."""
    before = stage(page, "frames")
    action()
    page.wait_for_function(f"Number(document.querySelector('{STAGE}').dataset.frames) > {before}")


def fingerprint(page, panel, corner=False):
    """A number that changes with any pixel of a panel's canvas, or of its lower right corner."""
    return page.eval_on_selector(
        f"{STAGE} .{panel} canvas",
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
    """The point of the plane that the contour's axes have under a pixel of the window."""
    return page.evaluate(
        """([x, y]) => {
             const panel = document.querySelector(".contour");
             const { left, top } = panel.querySelector("canvas").getBoundingClientRect();
             const [[l, t, w, h], [x0, x1], [y0, y1]] = JSON.parse(panel.dataset.axes);
             return [x0 + ((x - left - l) / w) * (x1 - x0), y1 - ((y - top - t) / h) * (y1 - y0)];
           }""",
        [x, y],
    )


def pixel(page, x, y):
    """The pixel of the window at which the contour's axes have a point of the plane."""
    return page.evaluate(
        """([x, y]) => {
             const panel = document.querySelector(".contour");
             const { left, top } = panel.querySelector("canvas").getBoundingClientRect();
             const [[l, t, w, h], [x0, x1], [y0, y1]] = JSON.parse(panel.dataset.axes);
             return [left + l + (w * (x - x0)) / (x1 - x0), top + t + (h * (y1 - y)) / (y1 - y0)];
           }""",
        [x, y],
    )


def shown(page, key):
    return float(page.locator(f"[data-key='{key}'] .number").input_value())


def let_go(page, key):
    """Release a dragged slider, wait for its exact paths and for the address; the slider's value."""
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


def start_of(page):
    return [float(page.get_by_label(f"start {axis}").input_value()) for axis in "xy"]


def drawn_with_its_axes(page, panel, action):
    """Do something that moves a panel's axes: it is drawn on the new ones at once."""
    axes = f"document.querySelector('{STAGE} .{panel}').dataset.axes"
    before = page.evaluate(axes)
    action()
    page.wait_for_function(f"{axes} !== '{before}'")
    seen = fingerprint(page, panel)
    drawn(page, lambda: page.locator(f"{STAGE} .scrub").dispatch_event("input"))
    assert fingerprint(page, panel) == seen, "what was drawn is of these axes"


def goes_on(page):
    """The stage plays: frames are drawn, the playhead moves."""
    frames, step = int(stage(page, "frames")), stage(page, "step")
    page.wait_for_function(
        f"(({{ frames, step }}) => frames > {frames + 5} && step !== '{step}')"
        f"(document.querySelector('{STAGE}').dataset)"
    )


def is_dialog_free(page):
    """Nothing lies over the stage, and a hand reaches it."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    at_its_middle = "document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('[data-stage]') !== null"
    assert page.evaluate(at_its_middle)
    assert page.evaluate(f"!document.querySelector('{STAGE}').closest('[inert], [aria-hidden=true]')")
