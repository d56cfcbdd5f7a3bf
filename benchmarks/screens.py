"""Playing and dragging in windows of several sizes, idle and with a processor core kept busy by somebody else.

Without a graphics card the browser composes each frame with the processor, at a cost for each pixel of the screen: a
large window is slow whatever it shows. So each rate stands beside that of an empty page which repaints canvases of the
same sizes in the same places, measured in turns, and what counts is the share.
"""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product

import numpy as np
from playwright.async_api import Browser, Page

from benchmarks.measure import WINDOW, Row, Screen, Server, fresh, serve, stage
from benchmarks.stage import (
    ALWAYS,
    BARE,
    CANVASES,
    ON_INPUT,
    RECORDER,
    REPAINTED,
    SCENE,
    painting,
    pull,
    smooth,
    sweep,
)

SCREENS = (Screen(1920, 1080), Screen(1440, 900, 2), Screen(2560, 1440), Screen(3840, 2160))
CORES = (0, 1)  # kept busy
TURNS = 2  # of the stage and the empty page, one after the other


@asynccontextmanager
async def busy(cores: int) -> AsyncIterator[None]:
    """So many processes that only count."""
    counting = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for process in counting:
            process.kill()
            process.wait()


async def playing(page: Page, windows: int) -> list[float]:
    await page.locator(".stage .play").click()
    rates = await painting(page, windows)
    await page.locator(".stage .play").click()
    return rates


async def dragging(page: Page, key: str, windows: int) -> list[float]:
    await page.evaluate("take()")
    seconds = (windows + 1) * WINDOW / 1000
    if key == "bare":
        await sweep(page, key, seconds)
        await page.mouse.up()
    else:
        await pull(page, key, seconds, 0)
    return smooth([await page.evaluate("take()")])[1][:windows]


async def turn(
    browser: Browser, server: Server, screen: Screen, windows: int
) -> dict[tuple[str, str, int], list[float]]:
    """Frames a second by what happens, where, and how many cores are busy: on the stage, then in the empty page."""
    found = {}
    async with stage(browser, server, screen, **SCENE) as page:
        await page.evaluate(RECORDER)
        await page.get_by_role("button", name="Loop").click()
        canvases = await page.evaluate(CANVASES)
        await dragging(page, "rate", 1)  # the browser compiles as it runs
        for cores in CORES:
            async with busy(cores):
                found["dragging all rates", "stage", cores] = await dragging(page, "rate", windows)
                found["playing 8 x 500", "stage", cores] = await playing(page, windows)
    for what, script in {"dragging all rates": ON_INPUT, "playing 8 x 500": ALWAYS}.items():
        async with fresh(browser, screen=screen) as page:
            await page.set_content(BARE % (canvases, REPAINTED, script))
            await page.evaluate(RECORDER)
            for cores in CORES:
                async with busy(cores):
                    drag = script == ON_INPUT
                    rates = await (dragging(page, "bare", windows) if drag else painting(page, windows))
                    found[what, "empty", cores] = rates
    return found


async def screens(browser: Browser, n: int) -> list[Row]:
    rows = []
    async with serve() as server:
        for screen in SCREENS:
            turns = [await turn(browser, server, screen, max(2, n // TURNS)) for _ in range(TURNS)]
            for cores, what in product(CORES, ("playing 8 x 500", "dragging all rates")):
                ours, empty = ([one[what, where, cores] for one in turns] for where in ("stage", "empty"))
                shares = [float(np.mean(a) / np.mean(b)) for a, b in zip(ours, empty, strict=True)]
                name = f"{screen}, {'one core busy' if cores else 'idle'}, {what}"
                rows += [
                    Row(name, [rate for one in ours for rate in one], "frames/s"),
                    Row(f"{name} / an empty page that repaints the same canvases", shares, "x"),
                ]
    return rows
