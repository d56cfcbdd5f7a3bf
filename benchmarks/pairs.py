"""`python -m benchmarks.pairs FOLDER [--minutes M]`: drags and playing of this checkout and another one, in pairs.

Both servers run at once. One page after the other is opened, dragged and played, in the order a b b a, so that a
machine whose speed swings within minutes slows both alike. The table says medians, and the median ratio of the pairs.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import ROOT, Server, chromium, serve, stage, tree
from benchmarks.stage import DRAGGED, RECORDER, SCENE, SETTLED, painting, pull, smooth
from benchmarks.start import CACHE

Samples = dict[tuple[str, str], list[float]]


async def turn(browser: Browser, server: Server, k: int, samples: Samples) -> None:
    """Open a page, drag each slider, and play. A first drag of each is not counted: the browser compiles as it runs."""
    async with stage(browser, server, **SCENE) as page:
        await page.evaluate(RECORDER)
        seed = page.locator("[data-key='seed'] .number")
        for j, key in enumerate([*DRAGGED, *DRAGGED]):
            await seed.fill(str(1 + (6 * k + j) % 100))  # nobody has an answer about it at hand
            await seed.press("Enter")
            await page.wait_for_function(SETTLED, arg="seed")
            await page.evaluate("take()")
            await pull(page, key, 2, k)
            taken = await page.evaluate("take()")
            if j < len(DRAGGED):
                continue
            delays, speeds = smooth([taken])
            samples[f"{key}: hand to picture", "ms"].append(float(np.median(delays)))
            samples[f"{key}: painted while dragging", "frames/s"].append(float(np.median(speeds)))
            samples[f"{key}: let go to exact paths painted", "ms"].append(taken["exact"] - taken["acted"])
        await page.get_by_role("button", name="Loop").click()
        await page.locator(".stage .play").click()
        samples["8 x 500, overlay: playing", "frames/s"].append(float(np.median(await painting(page, 3))))


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__)
    parser.add_argument("folder", type=Path, help="the other checkout")
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    trees = {"before": asked.folder.resolve(), "now": ROOT}
    found: dict[str, Samples] = {which: defaultdict(list) for which in trees}
    async with chromium() as browser, AsyncExitStack() as stack:
        servers = {}
        for which, folder in trees.items():
            tree.set(folder)
            os.environ[CACHE] = tempfile.mkdtemp(prefix=f"descent-lab-{which}-")
            servers[which] = await stack.enter_async_context(serve())
        end, k = time.monotonic() + 60 * asked.minutes, 0
        while time.monotonic() < end:
            for which in sorted(trees, reverse=k % 2 == 1):
                await turn(browser, servers[which], k, found[which])
            k += 1
    print(f"{k} pairs", "", "| what | before | now | now / before | unit |", "|---|---:|---:|---:|---|", sep="\n")
    for what, unit in found["now"]:
        before, now = (np.array(found[which][what, unit]) for which in trees)
        print(f"| {what} | {np.median(before):.4g} | {np.median(now):.4g} | {np.median(now / before):.2f} | {unit} |")


if __name__ == "__main__":
    asyncio.run(main())
