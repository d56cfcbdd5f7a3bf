"""Six entries of one optimizer beside six different optimizers: dragging them, their fan, playing them."""

import time
import urllib.request
from urllib.parse import urlencode

import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import EIGHT, Row, Server, serve, stage
from benchmarks.screens import dragging, playing
from benchmarks.stage import RATES, RECORDER
from ui.entries import MOST

TURNS = 3  # of both, one after the other
ONE = [f"adam.{k}" if k > 1 else "adam" for k in range(1, MOST + 1)]
SCENES = {
    "different": {"on": ",".join(EIGHT[-MOST:]), **{f"{id}.lr": RATES[id] for id in EIGHT[-MOST:]}},
    "of one": {"on": ",".join(ONE), **{f"{id}.lr": str(0.1 * (k + 1)) for k, id in enumerate(ONE)}},
}


def fan(server: Server, scene: dict[str, str], k: int) -> float:
    """ms until the fan of all rates is answered, of a scene nobody asked for before."""
    query = urlencode({**scene, "vary": "rate", "seed": k})
    began = time.perf_counter()
    urllib.request.urlopen(f"{server.address}/fan?{query}").read()
    return (time.perf_counter() - began) * 1000


async def entries(browser: Browser, n: int) -> list[Row]:
    scenes = {name: {"surface": "ravine", "steps": "500", **scene} for name, scene in SCENES.items()}
    found: dict[tuple[str, str], list[float]] = {}
    windows = max(2, n // TURNS)
    async with serve() as server:
        for turn in range(TURNS):
            for name, scene in scenes.items():
                fans = [fan(server, scene, 1 + windows * turn + k) for k in range(windows)]
                async with stage(browser, server, **scene) as page:
                    await page.evaluate(RECORDER)
                    await page.get_by_role("button", name="Loop").click()
                    await dragging(page, "rate", 1)  # the browser compiles as it runs
                    rates = await dragging(page, "rate", windows)
                    played = await playing(page, windows)
                for what, samples in {"a fan": fans, "dragging all rates": rates, "playing": played}.items():
                    found.setdefault((what, name), []).append(float(np.median(samples)))
    rows = []
    for what, unit in {"a fan": "ms", "dragging all rates": "frames/s", "playing": "frames/s"}.items():
        different, one = found[what, "different"], found[what, "of one"]
        rows += [
            Row(f"{MOST} x 500, {what}: different optimizers", different, unit),
            Row(f"{MOST} x 500, {what}: entries of one", one, unit),
            Row(f"{MOST} x 500, {what}: entries of one / different", np.divide(one, different).tolist(), "x"),
        ]
    return rows
