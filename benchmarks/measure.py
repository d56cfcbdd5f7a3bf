"""What every section needs: rows made of samples, an app with a server of its own, a page that says when it paints."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from playwright.async_api import Browser, Page, async_playwright
from websockets import ClientConnection, connect

from tests.conftest import FLAGS, NOT_NEW
from tests.driver import READY
from tests.programs import CHROMIUM, program_path

ROOT = Path(__file__).parent.parent
tree = ContextVar("tree", default=ROOT)  # the checkout whose app is served: another one where two are compared
EIGHT = ("sgd", "momentum", "nesterov", "newton", "adagrad", "rmsprop", "adadelta", "adam")
WINDOW = 500  # ms over which painted frames are counted for one sample of a rate


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


BROWSER_PORT = free_port()  # where the browser can be spoken to without Playwright between


class Row(NamedTuple):
    """One line of the table; without samples it only says why there are none."""

    name: str
    samples: Sequence[float]
    unit: str


def line(section: str, row: Row) -> str:
    """A row as a line of the table: its median and its worse end."""
    worse = 10 if row.unit.endswith("/s") else 90
    found = [_number(float(np.percentile(row.samples, q))) for q in (50, worse)] if row.samples else ["-", "-"]
    return f"| {section} | {row.name} | {found[0]} | {found[1]} | {len(row.samples)} | {row.unit} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Screen(NamedTuple):
    """The size of a window in CSS pixels, and device pixels for each."""

    width: int
    height: int
    scale: int = 1

    def __str__(self) -> str:
        return f"{self.width} x {self.height}" + (f" at {self.scale}x" if self.scale > 1 else "")


class Server(NamedTuple):
    address: str
    began: float  # when its process was started, ms since 1970, as the browser counts
    process: int  # its id

    def resident(self) -> float:
        """The memory of the process that is in RAM, in MB."""
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(self.process)])) * 1024 / 1e6

    def processor(self) -> float:
        """The processor time that the process has taken so far, in s, as Linux counts it."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


LAPTOP = Screen(1366, 768)


@asynccontextmanager
async def serve(
    app: str = "app:app",
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    idle: bool = True,
    errors: IO[str] | None = None,
) -> AsyncIterator[Server]:
    """An ASGI app in a process of its own on a free loopback port, once it answers.

    With `idle`, only once it has also finished what it does after its port is open, such as compiling. Its errors are
    shown, or written to a file.
    """
    port = str(free_port())
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", port, "--log-level", "warning"]
    began = time.time() * 1000
    # What the server prints would stand in the middle of our table; its errors are still seen.
    process = subprocess.Popen(
        command, cwd=tree.get(), env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=errors
    )

    def still_runs(seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            raise RuntimeError(f"the server of {app} ended with {process.wait(seconds)}")

    def computed() -> bytes:  # in whole seconds
        return subprocess.check_output(["ps", "-o", "time=", "-p", str(process.pid)])

    try:
        while not _answers(address):
            still_runs(0.01)
        while idle:
            before = computed()
            still_runs(3)
            idle = computed() != before
        yield Server(address, began, process.pid)
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/_stcore/health").close()
    except urllib.error.URLError:
        return False
    return True


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser of the tests, with their flags."""
    async with async_playwright() as playwright:
        flags = [*FLAGS, f"--remote-debugging-port={BROWSER_PORT}"]
        browser = await playwright.chromium.launch(executable_path=program_path(CHROMIUM), args=flags)
        yield browser
        await browser.close()


@asynccontextmanager
async def fresh(browser: Browser, script: str = "", screen: Screen = LAPTOP) -> AsyncIterator[Page]:
    """A page of a browser that has never been anywhere; `script` runs before anything of the page's own."""
    viewport: Any = {"width": screen.width, "height": screen.height}  # Any: Playwright wants its own TypedDict
    context = await browser.new_context(viewport=viewport, device_scale_factor=screen.scale)
    context.set_default_timeout(120_000)  # ms; rivals take their time
    try:
        await context.add_init_script(script)
        yield await context.new_page()
    finally:
        await context.close()


@asynccontextmanager
async def stage(browser: Browser, server: Server, screen: Screen = LAPTOP, /, **query: str) -> AsyncIterator[Page]:
    """A page with that scene painted."""
    async with fresh(browser, NOT_NEW, screen) as page:
        await page.goto(f"{server.address}/?{'&'.join(f'{key}={word}' for key, word in query.items())}")
        await page.wait_for_function(READY)
        yield page


class Direct:
    """The browser's own protocol: what goes by way of Playwright costs 3 ms a call, and lets a page feel a debugger."""

    def __init__(self, socket: ClientConnection):
        self.socket = socket
        self.sent: list[asyncio.Future[dict]] = []

    async def send(self, method: str, **params: Any) -> "asyncio.Future[dict]":
        """Send a command; the browser's answer to it is still to come."""
        self.sent.append(asyncio.get_running_loop().create_future())
        await self.socket.send(json.dumps({"id": len(self.sent) - 1, "method": method, "params": params}))
        return self.sent[-1]

    async def ask(self, method: str, **params: Any) -> dict:
        """Send a command and wait for what the browser answers."""
        return await (await self.send(method, **params))

    async def listen(self) -> None:
        async for text in self.socket:
            answer = json.loads(text)
            if "id" in answer:
                self.sent[answer["id"]].set_result(answer.get("result", answer))


@asynccontextmanager
async def direct(to: str) -> AsyncIterator[Direct]:
    """A line to the browser or to one of its pages, by the path of its address."""
    async with connect(f"ws://127.0.0.1:{BROWSER_PORT}{to}", compression=None, max_size=None) as socket:
        line = Direct(socket)
        listening = asyncio.create_task(line.listen())
        yield line
        await asyncio.gather(*line.sent)
        listening.cancel()


@asynccontextmanager
async def hand(page: Page) -> AsyncIterator[Callable[[float, float], Awaitable[None]]]:
    """Moves of a pressed mouse. Nobody waits for the browser's answers before the end: a hand moves on, too."""
    session = await page.context.new_cdp_session(page)
    target = (await session.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
    async with direct(f"/devtools/page/{target}") as browser:

        async def move(x: float, y: float) -> None:
            await browser.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)

        yield move


@asynccontextmanager
async def alone(script: str) -> AsyncIterator[Direct]:
    """A page of a browser that has never been anywhere and that no debugger watches; `script` runs before its own.

    Under a debugger V8 notes where each exception was thrown, caught ones too, and reads whole scripts again to know
    it: 0.6 s for plotly.js.
    """
    with urllib.request.urlopen(f"http://127.0.0.1:{BROWSER_PORT}/json/version") as answer:
        browser = urlsplit(json.load(answer)["webSocketDebuggerUrl"]).path
    async with direct(browser) as whole:
        context = await whole.ask("Target.createBrowserContext")
        target = await whole.ask(
            "Target.createTarget", url="about:blank", width=LAPTOP.width, height=LAPTOP.height, **context
        )
        async with direct(f"/devtools/page/{target['targetId']}") as page:
            await page.ask("Page.enable")
            await page.ask("Page.addScriptToEvaluateOnNewDocument", source=script)
            yield page
        await whole.ask("Target.disposeBrowserContext", **context)


class Traffic(NamedTuple):
    """What a page has received so far, in bytes; the lists grow by themselves."""

    requests: list[float]  # one for each finished request, its head included
    messages: list[float]  # one for each message of a websocket

    @classmethod
    async def of(cls, page: Page) -> "Traffic":
        session = await page.context.new_cdp_session(page)
        traffic = cls([], [])

        def message(event: dict) -> None:
            frame = event["response"]  # a binary one comes in base64: 4 letters for 3 bytes
            traffic.messages.append(len(frame["payloadData"]) * (0.75 if frame["opcode"] == 2 else 1))

        session.on("Network.loadingFinished", lambda event: traffic.requests.append(event["encodedDataLength"]))
        session.on("Network.webSocketFrameReceived", message)
        await session.send("Network.enable")
        return traffic


def rates(frames: Sequence[Sequence[float]]) -> list[float]:
    """Painted frames a second, in windows; of each painting: when, in which frame of the screen, from which source.

    What is painted twice within one frame of the screen counts once, as it is seen once.
    """
    times = np.array([when for k, (when, frame, _) in enumerate(frames) if not k or frame != frames[k - 1][1]])
    counts, _ = np.histogram(times, np.arange(times[0], times[-1], WINDOW))
    return list(counts * 1000 / WINDOW)
