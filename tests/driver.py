"""Words for driving the page: what a reader does, and how to wait for what it does."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from optimizers import OPTIMIZERS

BASIC = {id: optimizer for id, optimizer in OPTIMIZERS.items() if optimizer.basic}  # those that a page opens with
STAGE = "[data-stage]"
READY = f"document.querySelector('{STAGE}')?.dataset.paths > 0"


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


# What is painted where an element of a panel lies, as an ImageData.
READ = """(part) => {
    const canvas = part.closest(".contour, .relief, .data, .chart").querySelector(":scope > canvas");
    const [all, own] = [canvas, part].map((el) => el.getBoundingClientRect());
    const fine = canvas.width / all.width;
    const at = [own.left - all.left, own.top - all.top, own.width, own.height].map((v) => Math.round(v * fine));
    return canvas.getContext("2d").getImageData(...at);
}"""


def pixels(page: Page, panel: str) -> list[int]:
    """How many pixels have the very colour of an optimizer: of a panel's canvas, of the contour's within each axes."""
    within = ".axes" if panel == "contour" else "canvas:not(.plot canvas)"
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
