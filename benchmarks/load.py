"""The first picture: from navigation on a warm server, and from the start of the server's process."""

import tempfile
from itertools import product

from playwright.async_api import Browser, Page

from benchmarks.measure import Row, Traffic, fresh, serve
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


async def first_load(page: Page, address: str) -> tuple[float, float]:
    """When the navigation began and when the picture was complete, ms since 1970."""
    await page.goto(address)
    await page.wait_for_function("window.complete")
    return await page.evaluate("[performance.timeOrigin, complete]")


async def from_process(browser: Browser, name: str, environment: dict[str, str]) -> float:
    """ms from the start of the server's process to the whole picture; the browser's window stands open before."""
    async with fresh(browser, WATCH % COMPLETE[name]) as page, serve(APPS[name], environment, idle=False) as server:
        return (await first_load(page, server.address))[1] - server.began


async def load(browser: Browser, n: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        hello, filled = {"RIVAL": "hello.py"}, {CACHE: folder}
        took: dict[str, list[float]] = {OURS: [], HELLO: []}
        received: dict[str, list[float]] = {OURS: [], HELLO: []}
        async with serve(APPS[OURS], filled) as ours, serve(APPS[HELLO], hello) as theirs:
            for _, (name, server) in product(range(n), ((OURS, ours), (HELLO, theirs))):
                async with fresh(browser, WATCH % COMPLETE[name]) as page:
                    traffic = await Traffic.of(page)
                    began, complete = await first_load(page, server.address)
                    await page.wait_for_load_state("networkidle")
                took[name].append(complete - began)
                received[name].append((sum(traffic.requests) + sum(traffic.messages)) / 1000)
        rows = [Row(f"{name}, warm server", samples, "ms") for name, samples in took.items()]
        rows += [Row(f"{name}, received", samples, "kB") for name, samples in received.items()]
        first = f"{OURS}, started for the first time"
        started: dict[str, list[float]] = {f"{OURS}, restarted": [], first: [], HELLO: []}
        for _ in range(min(n, 5)):
            with tempfile.TemporaryDirectory() as empty:
                for (name, samples), variables in zip(started.items(), (filled, {CACHE: empty}, hello), strict=True):
                    app = HELLO if name == HELLO else OURS
                    samples.append(await from_process(browser, app, variables))
    return rows + [Row(f"{name}, its process included", samples, "ms") for name, samples in started.items()]
