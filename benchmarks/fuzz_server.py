"""Requests, headers and messages that no page sends: none may crash the server, hold it up or fill its memory.

python -m benchmarks.fuzz_server [--n 1000000] [--seed 0]

Half of the requests are questions with values from the edge of what is allowed and beyond, a fifth ask again for what
was asked before, others are for paths that do not exist, or bytes that are no request. One connection in fifty is a
websocket that sends messages of Streamlit's with bytes changed.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, urlsplit

import numpy as np
from playwright.async_api import Browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets import ConnectionClosed, InvalidHandshake, Subprotocol, connect

from benchmarks.measure import Row, Server, serve
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.routes import NAMES
from ui.scene import SETTINGS, controls

PROTOCOL = Subprotocol("streamlit")
QUICK = 20_000
CLIENTS = 8  # connections at a time
LONGEST = 1.0  # s that an answer may take
PATIENCE = 30.0  # s after which nobody waits any more
PER_CONNECTION = 200
# Whose programs are compiled: to compile another takes as long as it takes.
WARMED = list(SURFACES)[:4]
COMPILED = [id for id, optimizer in OPTIMIZERS.items() if optimizer.basic]
WORDS = (
    "", "0", "-1", "1e-300", "1e309", "nan", "inf", "-inf", "1_000", "٣", "0x10", "1,2", "1,2,3", "true", "null", "%",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "'; drop table", "../../etc/passwd", "\x00", "\u202e", "💥" * 9,
    "__import__('os')", "x" * 3000, "a=b&c=d", "\r\nSet-Cookie: a=b", "../" * 40,
)  # fmt: skip
PATHS = (
    "/", "/..%2f..%2fetc/passwd", "/static/../../app.py", "/stage/x/stage.js", "/_stcore/health", "/" * 50,
    "/_stcore/upload_file/a/b", "/_stcore/message", "/media/x", "/component/x/y", "/readyz", "/metrics", "/%00",
    "/_stcore/host-config", "/vendor/plotly.js", "/app/static/x", "/_stcore/agent", "//evil.example/", "/paths/",
    "/PATHS", "/favicon.png",
)  # fmt: skip
T = TypeVar("T")
METHODS = ("GET",) * 20 + ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "GE T", "")


@dataclass
class Found:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    slow: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    closed: int = 0  # connections that the server ended
    unfinished: int = 0  # requests without the body that they announce: nobody can answer them
    sent: int = 0
    worst: float = 0.0


def one(draw: np.random.Generator, choices: Sequence[T]) -> T:
    """One of them: `draw.choice` makes an array of all first, which takes as long as an answer."""
    return choices[int(draw.integers(len(choices)))]


def questions(draw: np.random.Generator) -> Iterator[str]:
    """Endless queries: known keys and others, values of every kind."""
    keys = {surface: list(controls(surface, tuple(OPTIMIZERS), None)) for surface in WARMED}
    names = ("surface", "on", "vary", "v", "optimizer", "library", "format", "formula", "domain", "start", "schedule")

    def value(key: str) -> str:
        kind = draw.integers(4)
        if kind == 0:
            return one(draw, WORDS)
        if key in ("on", "optimizer"):
            return f"{one(draw, COMPILED)},{one(draw, COMPILED)}"
        if kind == 1:
            return f"{10 ** draw.uniform(-9, 9):.4g}"
        return f"{draw.uniform(-3, 3):.4f}"

    while True:
        surface = one(draw, WARMED)
        chosen = {"surface": surface, "steps": str(draw.integers(1, 60)), "on": "sgd,adam"}
        for key in (one(draw, keys[surface]), one(draw, keys[surface]), one(draw, names), one(draw, WORDS)):
            chosen[key] = value(key)
        chosen["vary"] = one(draw, [*SETTINGS_OF_ALL, chosen.get("vary", "")])
        if draw.integers(3):
            chosen |= {"surface": surface, "library": "optax", "optimizer": "adam"}
        pairs = [f"{quote(key)}={quote(word)}" for key, word in chosen.items()]
        draw.shuffle(pairs)
        yield "&".join(pairs)


SETTINGS_OF_ALL = [hyper.id for hyper in SETTINGS] + ["sgd.lr", "adam.lr"]


def headers(draw: np.random.Generator) -> bytes:
    """Some lines of a head, mostly well formed."""
    lines = [b"Accept-Encoding: " + one(draw, (b"br, gzip", b"gzip", b"", b"\xff", b"br;q=0"))]
    lines.append(b"X-Descent-Client: " + one(draw, (b"one", b"two", b"three", draw.bytes(20).hex().encode())))
    if not draw.integers(8):
        lines.append(b"X-%d: %s" % (draw.integers(99), draw.bytes(int(draw.integers(60))).hex().encode()))
    if not draw.integers(40):
        lines.append(
            one(draw, (b"Content-Length: 10", b"Transfer-Encoding: chunked", b"Host: evil", b"Range: bytes=1-"))
        )
    return b"\r\n".join(lines)


async def answer(reader: asyncio.StreamReader, method: str) -> tuple[int, bytes]:
    """The status and the body of an answer. Raises asyncio.IncompleteReadError where the server ends before."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if method == "HEAD" or status in (204, 304):
        return status, b""
    if length:
        return status, await reader.readexactly(int(length[1]))
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):  # it is chunked
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return status, body


async def requests(server: Server, draw: np.random.Generator, found: Found, most: int) -> None:
    """One client: a connection after another."""
    host = urlsplit(server.address)
    ask, before = questions(draw), ["/grid?surface=beale"]
    while found.sent < most:
        if not draw.integers(50):
            await messages(server, draw, found)
            continue
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        try:
            for _ in range(PER_CONNECTION):
                kind, method = draw.integers(10), one(draw, METHODS)
                if kind < 5:
                    target = f"/{one(draw, NAMES)}?{next(ask)}"
                    before = [*before[-99:], target]
                elif kind < 7:
                    target = one(draw, before)
                elif kind < 9:
                    target = one(draw, PATHS) + one(draw, ("", "?x=1", "?" + "y" * 9000))
                else:
                    target = quote(one(draw, WORDS), safe="/:%") or "*"
                head = f"{method} {target} HTTP/1.1\r\nHost: {host.netloc}\r\n".encode() + headers(draw) + b"\r\n\r\n"
                if not draw.integers(100):
                    head = draw.bytes(int(draw.integers(1, 300))) + b"\r\n\r\n"
                found.sent += 1
                began = time.perf_counter()
                writer.write(head)
                announces = b"Content-Length" in head or b"chunked" in head
                try:
                    async with asyncio.timeout(LONGEST if announces else PATIENCE):
                        status, body = await answer(reader, method)
                except TimeoutError:
                    if announces:
                        found.unfinished += 1
                    else:
                        found.slow.append((PATIENCE, target[:200]))
                    break
                note(found, target, status, body, time.perf_counter() - began)
                if announces:
                    break  # what came next would be taken for its body
        except (asyncio.IncompleteReadError, ConnectionError):
            found.closed += 1
        finally:
            writer.close()


def note(found: Found, target: str, status: int, body: bytes, took: float) -> None:
    """Keep what is worth a look."""
    found.statuses[status] += 1
    found.worst = max(found.worst, took)
    if took > LONGEST:
        found.slow.append((took, target[:200]))
    if (status >= 500 and status != 503) or b"Traceback" in body or b"root:" in body:
        found.wrong.append(f"{status} {target[:300]}")


async def messages(server: Server, draw: np.random.Generator, found: Found) -> None:
    """A websocket whose messages are Streamlit's own with bytes changed."""
    whole = BackMsg()
    whole.rerun_script.query_string = next(questions(draw))[:200]
    plain = whole.SerializeToString()
    try:
        async with connect(
            f"ws{server.address[4:]}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        ) as socket:
            for k in range(20):
                message = bytearray(plain)
                for _ in range(int(draw.integers(5)) if k else 0):
                    message[draw.integers(len(message))] = draw.integers(256)
                found.sent += 1
                await socket.send(bytes(message) if draw.integers(20) else "text")
            async with asyncio.timeout(LONGEST):
                await socket.recv()
    except (ConnectionClosed, InvalidHandshake, ConnectionError):
        found.closed += 1
    except TimeoutError:
        found.slow.append((LONGEST, "websocket"))


async def attacks(_: Browser | None, n: int, most: int = 0, seed: int = 0) -> list[Row]:
    """Rows of a fuzzed server."""
    most = most or QUICK * n // 30
    found, memory = Found(), []
    with tempfile.TemporaryFile("w+") as log:
        async with serve(errors=log) as server:
            # What every reader of these surfaces has compiled by then.
            clients = [requests(server, np.random.default_rng((seed, k)), found, most) for k in range(CLIENTS)]
            running = asyncio.gather(*clients)
            for share in (0.25, 0.5, 0.75, 1):
                while not running.done() and found.sent < share * most:
                    await asyncio.sleep(0.05)
                memory.append(server.resident())
            await running
        log.seek(0)
        lines = log.read().splitlines()
    exceptions = [line for line in lines if "Traceback" in line]
    for took, target in sorted(found.slow, reverse=True)[:20]:
        print(f"{took:.1f} s: {target}", file=sys.stderr)
    for line in (*found.wrong[:20], *lines[-40:]):
        print(line, file=sys.stderr)
    print(dict(found.statuses), file=sys.stderr)
    return [
        Row("requests and messages that no page sends", [found.sent], "in all"),
        Row("requests without the body that they announce", [found.unfinished], "of these"),
        Row("answers of 5xx, or with a traceback", [len(found.wrong)], "answers"),
        Row("uncaught exceptions in the log", [len(exceptions)], "tracebacks"),
        Row(f"answers over {LONGEST:g} s", [len(found.slow)], "answers"),
        Row("the longest answer", [found.worst * 1000], "ms"),
        Row("the server's memory after a quarter", memory[:1], "MB"),
        Row("the server's memory at the end", memory[-1:], "MB"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_server", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for row in asyncio.run(attacks(None, 30, asked.n, asked.seed)):
        print(f"{row.name}: {row.samples[0]:,.0f} {row.unit}")
