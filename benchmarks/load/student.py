"""A student: what a browser and the stage in it ask of the server, without the browser.

It does not draw: one process plays hundreds of them beside the server that they ask.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import aiohttp
from playwright.async_api import Browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui.routes import CLIENT, NAMES
from ui.version import VERSION

CONNECTIONS = 6  # that a browser opens to one server
PATIENCE = 30  # s that the stage waits for an answer
ENCODINGS = {"Accept-Encoding": "br, gzip"}
STREAM = "/_stcore/stream"
BINARY = "application/octet-stream"
KINDS = {"paths": BINARY, "grid": BINARY, "fan": BINARY, "formula": "application/json"}
LEAST = {"paths": 10_000, "grid": 10_000, "fan": 2_000, "formula": 30}  # bytes of an answer
SMALLER = 0.7  # a file is packed better once the server is idle, but not by more than this
SURFACES = ("ravine", "saddle", "rosenbrock", "himmelblau", "beale", "double_well")
DRAGGED = ("adam.lr", "rate", "momentum.momentum", "noise", "sgd.lr", "rmsprop.lr")
SHAPES = (
    "x^2 + {a} y^2",
    "(x^2 + y - {a})^2 + (x + y^2 - {b})^2",
    "{a} sin(x) cos({b} y) + x^2 / 5",
    "exp(-x^2) + {a} y^2 + {b} x",
)
Query = dict[str, str]


class Expected(NamedTuple):
    """What a file is: its path, its content type and the fewest bytes in which it comes."""

    path: str
    kind: str
    least: float


class Site(NamedTuple):
    """What is visited: the server's address, and the files of its page, the page itself first."""

    address: str
    files: list[Expected]


class Wrong(Exception):
    """An answer that is not what it should be."""


@dataclass
class Tally:
    """What all students of a scene met."""

    # By what was asked: when the answer was there, in s of time.monotonic(), and how many ms it took.
    took: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    requests: int = 0
    waits: Counter[int] = field(default_factory=Counter)  # answers 429 and 503 with a time to come back
    errors: Counter[str] = field(default_factory=Counter)

    def ms(self, what: str, since: float = 0.0) -> list[float]:
        return [took for when, took in self.took[what] if when >= since]

    def note(self, what: str, began: float) -> None:
        now = time.monotonic()
        self.took[what].append((now, (now - began) * 1000))


async def seen_by(browser: Browser, address: str) -> Site:
    """The site as a browser asks for it that has never been there."""
    context = await browser.new_context()
    try:
        page, urls = await context.new_page(), []
        page.on("request", lambda request: urls.append(request.url))
        await page.goto(address)
        await page.wait_for_function("document.querySelector('[data-stage]')?.dataset.paths > 0")
        await page.wait_for_load_state("networkidle")
    finally:
        await context.close()
    return await site_of(address, urls)


async def site_of(address: str, urls: Iterable[str]) -> Site:
    """The site by the addresses that a browser asked for in a visit: those of files, each asked for once more alone."""
    parts = [urlsplit(url) for url in urls if url.startswith(address)]
    paths = [part.path for part in parts if part.path[1:] not in NAMES]
    found = []
    async with aiohttp.ClientSession(headers=ENCODINGS, auto_decompress=False) as session:
        for path in paths:
            async with session.get(address + path) as answer:
                body = await answer.read()
                if answer.status != 200:
                    raise Wrong(f"{path} was answered {answer.status}")
                found.append(Expected(path, answer.content_type, SMALLER * len(body)))
    return Site(address, found)


def scene(random: Random, surface: str | None = None) -> Query:
    """A scene that nobody else has."""
    start = f"{random.uniform(-1, 1):.3f},{random.uniform(-0.9, 1):.3f}"
    rate = f"{random.uniform(0.01, 0.5):.4f}"
    return {"surface": surface or random.choice(SURFACES), "adam.lr": rate, "start": start}


def typed(random: Random) -> Query:
    """A formula that nobody typed before."""
    text = random.choice(SHAPES).format(a=f"{random.uniform(1, 9):.4f}", b=f"{random.uniform(1, 9):.4f}")
    return {"surface": "formula", "surface.f": text, "surface.domain": "-2,2,-2,2"}


class Student:
    """A page in a browser of its own. Errors are counted, and the student goes on.

    `async with` gives the browser and closes it, with every connection that it holds.
    """

    def __init__(self, name: str, site: Site, tally: Tally, connections: int = CONNECTIONS) -> None:
        self.name, self.tally = name, tally
        self.address, self.files = site
        self.places = asyncio.Semaphore(connections)
        self.random = Random(name)
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self.listening: asyncio.Task | None = None

    async def __aenter__(self) -> "Student":
        # Connections of its own, as a browser has. The websocket is not one of the six, so that `places` counts them.
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # of addresses without a name, too
            auto_decompress=False,
            headers=ENCODINGS,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.listening:
            self.listening.cancel()
            with suppress(asyncio.CancelledError):
                await self.listening
        await self.session.close()

    async def visit(self, query: Query | None = None) -> None:
        """A first visit: every file, the script, the first paths and the surface."""
        began = time.monotonic()
        page, *others = self.files
        if all([await self.file(page), *await asyncio.gather(*map(self.file, others))]) and await self.open(
            query or {}
        ):
            self.tally.note("visit", began)

    async def reload(self, query: Query | None = None) -> None:
        """The page once more: the browser has kept its files."""
        began = time.monotonic()
        if await self.file(self.files[0]) and await self.open(query or {}):
            self.tally.note("reload", began)

    async def open(self, query: Query) -> bool:
        """Connect to the script, and once it has run ask for paths and surface; whether all of it came."""
        return await self.connect(query) and await self.draw(query)

    async def draw(self, query: Query) -> bool:
        """Ask for paths and surface at once; whether both came."""
        ground = {key: word for key, word in query.items() if key.startswith("surface")}
        return None not in await asyncio.gather(self.ask("paths", query), self.ask("grid", ground))

    async def drag(self, query: Query, key: str) -> None:
        """Grab a slider, and let go of it: its fan, then the paths of a value. The script hears nothing of it."""
        began = time.monotonic()
        if await self.ask("fan", {**query, "vary": key}) is None:
            return
        self.tally.note("fan", began)
        await self.release({**query, key: f"{self.random.uniform(0.01, 0.09):.4f}"})

    async def release(self, query: Query) -> None:
        began = time.monotonic()
        if await self.ask("paths", query) is not None:
            self.tally.note("release", began)

    async def type(self, query: Query) -> bool:
        """Type a formula, and wait for its picture; whether it came."""
        began = time.monotonic()
        text = {"formula": query["surface.f"], "domain": query["surface.domain"]}
        if await self.ask("formula", text) is None or not await self.draw(query):
            return False
        self.tally.note("formula", began)
        return True

    async def vanish(self, query: Query, *, reading: bool) -> None:
        """Ask for a fan and close the page before its answer has come, or with `reading` while it comes."""
        parts = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = f"GET /fan?{self.spell({**query, 'vary': 'rate'})} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        writer.write(f"{head}{CLIENT}: {self.name}\r\n\r\n".encode())
        self.tally.requests += 1
        if reading:
            async with asyncio.timeout(PATIENCE):
                if not await reader.read(1):
                    self.tally.errors["/fan: the server closed the connection"] += 1
        writer.transport.abort()
        if self.socket:
            await self.socket.close()

    # --- one at a time ---

    async def connect(self, query: Query) -> bool:
        """Open the websocket and run the script; whether it has run to its end."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self.socket:
                    await self.socket.close()
                address = self.address + STREAM
                self.socket = await self.session.ws_connect(address, protocols=["streamlit"], max_msg_size=0)
                finished = asyncio.Event()
                self.listening = asyncio.create_task(self._listen(self.socket, finished))
                await self.tell(query)
                await finished.wait()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.tally.errors[f"websocket: {error!r}"[:200]] += 1
            return False
        return True

    async def tell(self, query: Query) -> None:
        """Have the script run for a scene; nobody waits for it, since the stage has its paths."""
        if not self.socket or self.socket.closed:
            self.tally.errors["websocket: the server has closed it"] += 1
            return
        message = BackMsg()
        message.rerun_script.query_string = urlencode(query)
        await self.socket.send_bytes(message.SerializeToString())

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, finished: asyncio.Event) -> None:
        """Read what the script sends, for as long as the page is open."""
        async for message in socket:
            told = ForwardMsg.FromString(message.data)
            kind = told.WhichOneof("type")
            if kind == "script_finished":
                finished.set()
            elif kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
                self.tally.errors[f"the script: {told.delta.new_element.exception.message}"[:200]] += 1

    async def file(self, file: Expected) -> bool:
        """A file; whether it came as it should."""
        return await self._get(file.path, file.kind, file.least) is not None

    async def ask(self, route: str, query: Query) -> bytes | None:
        """An answer, or None where there was an error."""
        return await self._get(f"/{route}?{self.spell(query)}", KINDS[route], LEAST[route])

    def spell(self, query: Query) -> str:
        return urlencode({**query, "v": VERSION})

    async def _get(self, path: str, kind: str, least: float) -> bytes | None:
        """What the server answers; as the stage does, once more as often as it asks to wait. None after an error."""
        route = path.partition("?")[0]
        try:
            while True:
                async with self.places:
                    status, body, wait = await self._once(path, kind, least)
                if status == 200:
                    return body
                self.tally.waits[status] += 1
                await asyncio.sleep(wait * (1 + self.random.random()))
        except (aiohttp.ClientError, TimeoutError, Wrong) as error:
            self.tally.errors[f"{route}: {error!r}"[:200]] += 1
            return None

    async def _once(self, path: str, kind: str, least: float) -> tuple[int, bytes, float]:
        self.tally.requests += 1
        async with (
            asyncio.timeout(PATIENCE),
            self.session.get(f"{self.address}{path}", headers={CLIENT: self.name}) as answer,
        ):
            body = await answer.read()
            wait = float(answer.headers.get("Retry-After", 0))
            if answer.status == 200 and answer.content_type == kind and len(body) >= least:
                return 200, body, 0.0
            if answer.status in (429, 503) and wait:
                return answer.status, body, wait
            raise Wrong(f"{answer.status}, {answer.content_type}, {len(body)} bytes: {body[:80]!r}")
