"""The whole lecture as a presenter's remote gives it: `python -m docs.lecture`, which writes docs/lecture.webm.

Every step is shown as long as it takes to read the question, is played, explained, and left for the next one; nothing
but Page Down is pressed. ffmpeg must be on the PATH.
"""

import asyncio
import base64
import subprocess
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright

from benchmarks.measure import serve
from tests.conftest import FLAGS, NOT_NEW
from tests.driver import STAGE
from tests.programs import CHROMIUM, program_path
from ui.lessons import lessons

OUT = Path(__file__).with_name("lecture.webm")
SIZE: ViewportSize = {"width": 1920, "height": 1080}
READING, LOOKING, WHY = 0.9, 0.4, 1.2  # s that a question, the end of the run and its explanation stay
FRAMES = 6  # a second
ASKED, SEEN, EXPLAINED = (f"{STAGE} .lesson[data-phase={phase}]" for phase in ("ask", "see", "why"))


async def film(page: Page, folder: Path) -> list[tuple[float, Path]]:
    """When each picture of the page came, and its file."""
    pictures: list[tuple[float, Path]] = []
    session = await page.context.new_cdp_session(page)

    async def keep(event: dict) -> None:
        file = folder / f"{len(pictures):06}.jpg"
        pictures.append((time.monotonic(), file))
        file.write_bytes(base64.b64decode(event["data"]))
        await session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", lambda event: asyncio.ensure_future(keep(event)))
    await session.send("Page.startScreencast", {"format": "jpeg", "quality": 80, "everyNthFrame": 4})
    for k in range(sum(len(lesson.steps) for lesson in lessons()[0])):
        await page.wait_for_selector(ASKED)
        await page.wait_for_timeout(1000 * READING * (3 if k == 0 else 1))
        await page.keyboard.press("PageDown")
        await page.wait_for_selector(SEEN)
        await page.wait_for_timeout(1000 * LOOKING)
        await page.keyboard.press("PageDown")
        await page.wait_for_selector(EXPLAINED)
        await page.wait_for_timeout(1000 * WHY)
        await page.keyboard.press("PageDown")
    await session.send("Page.stopScreencast")
    return [*pictures, (time.monotonic(), pictures[-1][1])]


def encode(pictures: list[tuple[float, Path]], folder: Path) -> None:
    lines = [f"file '{file}'\nduration {after - now:.3f}\n" for (now, file), (after, _) in pairwise(pictures)]
    (folder / "list.txt").write_text("".join(lines))
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(folder / "list.txt")]
    command += ["-vf", f"fps={FRAMES}", "-c:v", "libvpx-vp9", "-crf", "56", "-b:v", "0", "-g", "400"]
    subprocess.run([*command, "-row-mt", "1", "-cpu-used", "3", str(OUT)], check=True)


async def main() -> None:
    async with serve() as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program_path(CHROMIUM), args=FLAGS)
        page = await browser.new_page(viewport=SIZE)
        await page.add_init_script(NOT_NEW)
        await page.goto(f"{server.address}/?lesson={lessons()[0][0].id}.1")
        with tempfile.TemporaryDirectory() as folder:
            encode(await film(page, Path(folder)), Path(folder))
        await browser.close()
    print(f"{OUT.name}: {OUT.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    asyncio.run(main())
