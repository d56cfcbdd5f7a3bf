"""Real browsers in the class: what they paint while the others drag, beside the same browsers alone.

Browsers, students and server share one machine here. In a class each browser has its own, so the ratios say what the
machine gives away, and are the worse end of what a server does to a page.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import numpy as np
from playwright.async_api import Page

from benchmarks.load.crowd import Room, crowd, drags, named, times, troubles
from benchmarks.load.student import Tally
from benchmarks.measure import WINDOW, Row, stage
from benchmarks.stage import RECORDER, SCENE, SETTLED, painting, pull, smooth

WINDOWS = 5  # of one kind in one page
UNITS = {"playing": "frames/s", "dragging": "frames/s", "hand to picture": "ms"}
Samples = dict[str, list[float]]  # by UNITS


async def one(page: Page, seed: int) -> Samples:
    """Play, then drag all rates with a seed whose fan nobody has at hand."""
    field = page.locator("[data-key='seed'] .number")
    await field.fill(str(seed))
    await field.press("Enter")
    await page.wait_for_function(SETTLED, arg="seed")
    await page.locator(".stage .play").click()
    played = await painting(page, WINDOWS)
    await page.locator(".stage .play").click()
    await page.evaluate("take()")
    await pull(page, "rate", (WINDOWS + 1) * WINDOW / 1000, seed)
    delays, speeds = smooth([await page.evaluate("take()")])
    return {"playing": played, "dragging": speeds, "hand to picture": delays}


async def in_turn(pages: list[Page], seeds: Iterator[int]) -> Samples:
    """What each page shows while the others stand still."""
    return _together([await one(page, next(seeds)) for page in pages])


async def at_once(pages: list[Page], seeds: Iterator[int]) -> Samples:
    """What as many pages as there are cores show at once."""
    pages = pages[: os.cpu_count()]
    return _together(await asyncio.gather(*(one(page, next(seeds)) for page in pages)))


def _together(found: list[Samples]) -> Samples:
    return {what: [sample for page in found for sample in page[what]] for what in UNITS}


async def beside(room: Room, every: float) -> list[Row]:
    """Frames and delays of browsers, alone and while students drag every so many s."""
    students, browsers = (20, 1) if room.small else (300, 5)
    ways = {f"each of {browsers} browsers in turn": in_turn}
    if not room.small:
        ways[f"{os.cpu_count()} browsers at once"] = at_once
    tally, rows = Tally(), []
    seeds = iter(range(2, 100))  # each once
    async with AsyncExitStack() as opened:
        pages: list[Page] = []
        for k in range(browsers):
            pages.append(await opened.enter_async_context(stage(room.browser, room.server, **SCENE)))
            await pages[k].evaluate(RECORDER)
            await pages[k].get_by_role("button", name="Loop").click()
            await one(pages[k], next(seeds))  # the browser compiles as it runs
        alone = {name: await way(pages, seeds) for name, way in ways.items()}
        spread = 2.0 if room.small else 10.0
        life = drags(every, time.monotonic() + 600)
        dragging = asyncio.create_task(crowd(room.site, tally, named("beside browsers", students), life, spread))
        await asyncio.sleep(spread)
        since = time.monotonic()
        among = {name: await way(pages, seeds) for name, way in ways.items()}
        dragging.cancel()
        await asyncio.gather(dragging, return_exceptions=True)
    for name in ways:
        for what, unit in UNITS.items():
            ratio = float(np.median(among[name][what]) / np.median(alone[name][what]))
            rows += [
                Row(f"{name}, {what}, nobody else", alone[name][what], unit),
                Row(f"{name}, {what}, among {students} who drag", among[name][what], unit),
                Row(f"{name}, {what}, among {students} / nobody else", [ratio], "x"),
            ]
    name = f"{students} who drag beside {browsers} browsers"
    return [*rows, *times(f"{name}: fan", tally.ms("fan", since)), *troubles(name, tally)]
