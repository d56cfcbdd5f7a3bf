"""A contact sheet: every optimizer on every surface, as the page opens them.

python docs/contact.py URL SHEET.webp     URL of a running page; needs the requirements of the tests
"""

import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from PIL import Image
from playwright.sync_api import sync_playwright

from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.browser import browser_path
from tests.conftest import FLAGS
from tests.driver import READY

COLUMNS, WIDE, HIGH = 4, 1000, 700


def main(url: str, sheet: str) -> None:
    rows = -(-len(SURFACES) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * WIDE, rows * HIGH), "white")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1900, "height": 1300})
        for k, surface in enumerate(SURFACES):
            page.goto(f"{url}/?surface={surface}&view=panels&on={','.join(OPTIMIZERS)}")
            page.wait_for_function(READY, timeout=120_000)
            page.wait_for_function("performance.now() > 0 && document.querySelector('.stage .caption')?.textContent")
            shot = Image.open(io.BytesIO(page.locator(".stage .contour").screenshot()))
            whole.paste(shot.resize((WIDE, HIGH)), ((k % COLUMNS) * WIDE, k // COLUMNS * HIGH))
            print(surface, flush=True)
        browser.close()
    whole.save(sheet, quality=60)


if __name__ == "__main__":
    main(*sys.argv[1:])
