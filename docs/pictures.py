"""Take the README's pictures of the running app: python docs/pictures.py http://localhost:8501"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.conftest import FLAGS, NOT_NEW
from tests.driver import READY
from tests.programs import CHROMIUM, program_path

here = Path(__file__).parent
address = sys.argv[1]

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=program_path(CHROMIUM), args=FLAGS)
    page = browser.new_page(viewport={"width": 1366, "height": 768}, device_scale_factor=1.5)
    page.add_init_script(NOT_NEW)
    page.goto(address)
    page.wait_for_function(READY)
    page.wait_for_load_state("networkidle")
    page.locator("[data-stage]").screenshot(path=here / "page.png")

    page = browser.new_page(viewport={"width": 1180, "height": 700})
    page.add_init_script(NOT_NEW)
    page.goto(f"{address}/?surface=beale")
    page.wait_for_function(READY)
    page.wait_for_load_state("networkidle")
    frames = []

    def take() -> None:
        frames.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))

    slider = page.locator("[data-key='momentum.lr'] input[type=range]")
    for place in [*range(50, 106, 4), *range(106, 60, -4)]:
        slider.fill(str(place))
        page.wait_for_function("document.querySelector('[data-stage]').dataset.scene.includes('surface=beale')")
        page.wait_for_load_state("networkidle")
        take()
    scrub = page.locator("[data-stage] .scrub")
    for step in range(0, 301, 10):
        scrub.fill(str(step))
        take()
    frames[0].save(
        here / "drag.webp", save_all=True, append_images=frames[1:], duration=90, loop=0, quality=60, method=4
    )
    browser.close()
