"""Real browsers in the class: what they paint while the others drag, beside the same browsers alone.

Browsers, students and server share one machine here. In a class each browser has its own, so the ratios say what the
machine gives away, and are the worse end of what a server does to a page.
"""

import asyncio
import os
import sys
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


async def all_at_once(pages: list[Page], seeds: Iterator[int]) -> Samples:
    """What all pages show at once. A page that gets no fan within 30 s has no samples."""
    found = await asyncio.gather(*(one(page, next(seeds)) for page in pages), return_exceptions=True)
    samples: Samples = {what: [] for what in UNITS}
    for page in found:
        if isinstance(page, TimeoutError):
            print("a browser of this machine had no fan within 30 s", file=sys.stderr)
        elif isinstance(page, BaseException):
            raise page
        else:
            samples = {what: samples[what] + page[what] for what in UNITS}
    return samples


async def beside(room: Room, every: float) -> list[Row]:
    """Frames and delays of browsers, no more than there are cores, alone and while students drag every so many s."""
    students, wanted = (20, (1,)) if room.small else (300, (1, 2, 5))
    counts = [k for k in wanted if k <= (os.cpu_count() or 1)]
    tally, rows, alone, among = Tally(), [], {}, {}
    seeds = iter(range(2, 100))  # each once
    async with AsyncExitStack() as opened:
        pages: list[Page] = []
        for k in range(counts[-1]):
            pages.append(await opened.enter_async_context(stage(room.browser, room.server, **SCENE)))
            await pages[k].evaluate(RECORDER)
            await pages[k].get_by_role("button", name="Loop").click()
            await one(pages[k], next(seeds))  # the browser compiles as it runs
        for k in counts:
            alone[k] = await all_at_once(pages[:k], seeds)
        spread = 2.0 if room.small else 10.0
        life = drags(every, time.monotonic() + 600)
        dragging = asyncio.create_task(crowd(room.site, tally, named("beside browsers", students), life, spread))
        await asyncio.sleep(spread)
        since = time.monotonic()
        for k in counts:
            since = time.monotonic()
            among[k] = await all_at_once(pages[:k], seeds)
        dragging.cancel()
        await asyncio.gather(dragging, return_exceptions=True)
    for k in counts:
        for what, unit in UNITS.items():
            name = f"{_browsers(k)}, {what}"
            both = among[k][what] and alone[k][what]
            ratio = [float(np.median(among[k][what]) / np.median(alone[k][what]))] if both else []
            rows += [
                Row(f"{name}, nobody else", alone[k][what], unit),
                Row(f"{name}, among {students} who drag", among[k][what], unit),
                Row(f"{name}, among {students} / nobody else", ratio, "x"),
            ]
    name = f"{students} who drag beside {_browsers(counts[-1])}"
    rows += [Row(f"{_browsers(k)}: not run, it has fewer cores", [], "-") for k in wanted if k not in counts]
    return [*rows, *times(f"{name}: fan", tally.ms("fan", since)), *troubles(name, tally)]


def _browsers(count: int) -> str:
    return "a browser of this machine" if count == 1 else f"{count} browsers of this machine"
