"""The first picture: from navigation on a warm server, and from the start of the server's process."""

import tempfile
from itertools import product

from playwright.async_api import Browser

from benchmarks.measure import Direct, Row, Traffic, alone, fresh, serve
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


DONE = """new Promise((resolve) => {
    const look = () => window.complete ? resolve([performance.timeOrigin, window.complete]) : setTimeout(look, 50);
    look();
})"""


# A classroom's line, to one of its browsers: 10 Mbit/s, and 40 ms until an answer begins.
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}


async def first_load(page: Direct, address: str) -> tuple[float, float]:
    """When the navigation began and when the picture was complete, ms since 1970."""
    await page.ask("Page.navigate", url=address)
    found = await page.ask("Runtime.evaluate", expression=DONE, awaitPromise=True, returnByValue=True)
    began, complete = found["result"]["value"]
    return began, complete


async def from_process(name: str, environment: dict[str, str]) -> float:
    """ms from the start of the server's process to the whole picture; the browser's window stands open before."""
    async with alone(WATCH % COMPLETE[name]) as page, serve(APPS[name], environment, idle=False) as server:
        return (await first_load(page, server.address))[1] - server.began


async def start(browser: Browser, n: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        hello, filled = {"RIVAL": "hello.py"}, {CACHE: folder}
        took: dict[str, list[float]] = {OURS: [], HELLO: []}
        received: dict[str, list[float]] = {OURS: [], HELLO: []}
        async with serve(APPS[OURS], filled) as ours, serve(APPS[HELLO], hello) as theirs:
            for _, (name, server) in product(range(n), ((OURS, ours), (HELLO, theirs))):
                async with alone(WATCH % COMPLETE[name]) as page:
                    began, complete = await first_load(page, server.address)
                took[name].append(complete - began)
            over: dict[str, list[float]] = {OURS: [], HELLO: []}
            for _, (name, server) in product(range(min(n, 9)), ((OURS, ours), (HELLO, theirs))):
                async with alone(WATCH % COMPLETE[name]) as page:
                    await page.ask("Network.enable")
                    await page.ask("Network.emulateNetworkConditions", **LINE)
                    began, complete = await first_load(page, server.address)
                over[name].append(complete - began)
            for name, server in ((OURS, ours), (HELLO, theirs)):
                async with fresh(browser) as watched:
                    traffic = await Traffic.of(watched)
                    await watched.goto(server.address)
                    await watched.wait_for_function(COMPLETE[name])
                    await watched.wait_for_load_state("networkidle")
                received[name].append((sum(traffic.requests) + sum(traffic.messages)) / 1000)
        rows = [Row(f"{name}, warm server", samples, "ms") for name, samples in took.items()]
        rows += [Row(f"{name}, over 10 Mbit/s and 40 ms", samples, "ms") for name, samples in over.items()]
        rows += [Row(f"{name}, received", samples, "kB") for name, samples in received.items()]
        first = f"{OURS}, started for the first time"
        started: dict[str, list[float]] = {f"{OURS}, restarted": [], first: [], HELLO: []}
        for _ in range(n):
            with tempfile.TemporaryDirectory() as empty:
                for (name, samples), variables in zip(started.items(), (filled, {CACHE: empty}, hello), strict=True):
                    samples.append(await from_process(HELLO if name == HELLO else OURS, variables))
    return rows + [Row(f"{name}, its process included", samples, "ms") for name, samples in started.items()]
