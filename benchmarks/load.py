"""The first picture: from navigation on a warm server, and from the start of the server's process."""

import tempfile
from typing import NamedTuple

from playwright.async_api import Browser

from benchmarks.measure import Row, Server, Traffic, fresh, serve
from tests.driver import READY

OURS, HELLO = "Descent Lab", "empty Streamlit page"
APPS = {OURS: "app:app", HELLO: "benchmarks.rivals.host:app"}
COMPLETE = {OURS: READY, HELLO: "[...document.querySelectorAll('p')].some((p) => p.textContent === 'hello')"}
CACHE = "JAX_COMPILATION_CACHE_DIR"
# Looked at once a frame, so that the answer is late by less than one frame.
WATCH = """(() => {
    const look = () => {
        if (%s) window.complete = performance.timeOrigin + performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})();"""


class Load(NamedTuple):
    began: float  # of the navigation, ms since 1970
    complete: float  # likewise
    received: float  # kB


async def first_load(browser: Browser, server: Server, name: str) -> Load:
    async with fresh(browser, WATCH % COMPLETE[name]) as page:
        traffic = await Traffic.of(page)
        await page.goto(server.address)
        await page.wait_for_function("window.complete")
        began, complete = await page.evaluate("[performance.timeOrigin, complete]")
        await page.wait_for_load_state("networkidle")
        return Load(began, complete, (sum(traffic.requests) + sum(traffic.messages)) / 1000)


async def from_process(browser: Browser, name: str, environment: dict[str, str]) -> float:
    """ms from the start of the server's process to the whole picture."""
    async with serve(APPS[name], environment, idle=False) as server:
        return (await first_load(browser, server, name)).complete - server.began


async def load(browser: Browser, n: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        hello, filled = {"RIVAL": "hello.py"}, {CACHE: folder}
        warm: dict[str, list[Load]] = {OURS: [], HELLO: []}
        async with serve(APPS[OURS], filled) as ours, serve(APPS[HELLO], hello) as theirs:
            for _ in range(n):
                for name, server in ((OURS, ours), (HELLO, theirs)):
                    warm[name].append(await first_load(browser, server, name))
        rows = []
        for name, loads in warm.items():
            rows.append(Row(f"{name}, warm server", [load.complete - load.began for load in loads], "ms"))
            rows.append(Row(f"{name}, received", [load.received for load in loads], "kB"))
        first = f"{OURS}, started for the first time"
        started: dict[str, list[float]] = {f"{OURS}, restarted": [], first: [], HELLO: []}
        for _ in range(min(n, 5)):
            with tempfile.TemporaryDirectory() as empty:
                for (name, samples), variables in zip(started.items(), (filled, {CACHE: empty}, hello), strict=True):
                    app = HELLO if name == HELLO else OURS
                    samples.append(await from_process(browser, app, variables))
    return rows + [Row(f"{name}, its process included", samples, "ms") for name, samples in started.items()]
