"""Descent Lab as one ASGI app: `uvicorn app:app`, `streamlit run app.py` and `python app.py` serve the same."""

import asyncio
import gc
import gzip
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path

import anyio
import plotly
import streamlit as st
from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.routes import ROUTES
from ui.version import VERSION

ROOT = Path(__file__).parent
sys.setswitchinterval(0.0005)  # s: a page is sixty small files, and none may wait 5 ms while a program is traced
# Ours live below the same path as Streamlit's own, which reads its environment only when the server starts.
_base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH") or st.get_option("server.baseUrlPath")
BASE = f"/{_base.strip('/')}".rstrip("/")  # "" or "/path"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address holds the version
PLOTLY = f"{BASE}/vendor/plotly-{plotly.__version__}.js"
MODULES = ROOT / "ui" / "stage"
KEPT = [PLOTLY, *(f"{BASE}/stage/{VERSION}/{file.name}" for file in sorted(MODULES.glob("*.*")))]
# What a picture needs, named in the head of the page: a browser fetches it while Streamlit's own scripts still start.
# Of those the ones that carry a component belong to it: Streamlit asks for them once the script has named one.
_scripts = Path(st.__file__).parent / "static" / "static" / "js"
_carriers = [
    file.name for part in ("BidiComponent", "serialization", "recordbatch") for file in _scripts.glob(f"{part}.*")
]
HINTS = {PLOTLY: "preload; as=script", ".css": "preload; as=style", ".js": "modulepreload"}
EARLY = ", ".join(
    f"<{path}>; rel={HINTS.get(path) or HINTS[Path(path).suffix]}"
    for path in [*KEPT, *(f"{BASE}/static/js/{name}" for name in _carriers)]
)
PAUSE = 0.5  # s without a request, after which a page has all that its first picture needs
QUIET = 2  # s without one, after which nobody is in the middle of something
PATIENCE = 30  # s after which what can wait goes on beside the readers


class Early:
    """Middleware: tells the browser early what a page will need, and notes when somebody last asked for anything."""

    asked = 0.0  # in time.monotonic()

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Link"] = EARLY
            await send(message)

        Early.asked = time.monotonic()
        await self.app(scope, receive, send_with_head)


def plotly_file() -> bytes:
    """plotly.js as the stage needs it: quicker to start, and otherwise as its wheel has it.

    Of its trace types none but the built-in scatter is registered, as in a bundle of one's own, since an axis needs no
    more; and its one great function stands in brackets: a browser compiles such a one while it arrives.
    """
    script = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes().rstrip()
    script = re.sub(rb"\.register\(\[(\w+\(\),?)+\]\)", b".register([])", script)
    before, opening, body = script.partition(b"this, () => {")
    if opening and body.endswith(b"}));"):
        return before + b"this, (() => {" + body.removesuffix(b"));") + b")));"
    return script  # another version, built otherwise


@lru_cache
def contents(path: str) -> tuple[bytes, bytes]:
    """A file that a browser keeps, and the same packed: once, not for each reader."""
    file = plotly_file() if path == PLOTLY else (MODULES / path.rpartition("/")[2]).read_bytes()
    return file, gzip.compress(file, compresslevel=6)


async def kept(request: Request) -> Response:
    packs = "gzip" in request.headers.get("accept-encoding", "")
    headers = {**FOREVER, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packs else {})}
    file, packed = await run_sync(contents, request.url.path)
    kind = "text/css" if request.url.path.endswith(".css") else "text/javascript"
    return Response(packed if packs else file, media_type=kind, headers=headers)


async def quiet(seconds: float) -> None:
    """Wait until nobody has asked for anything for so long, or for as long as is fair."""
    began = time.monotonic()
    while (now := time.monotonic()) - Early.asked < seconds and now - began < PATIENCE:
        await anyio.sleep(seconds / 4)


def load() -> list[Callable[[], None]]:
    """Load JAX and all that needs it, behind the open port; what there is to compile then."""
    gc.disable()  # collections that can find nothing would be a third of the time
    try:
        return [*import_module("ui.warm").work()]
    finally:
        gc.freeze()  # what is loaded by now stays: no collection needs to look at it again
        gc.enable()


async def warm(ready: anyio.Event) -> None:
    """Have what the first page needs at hand at once, and compile all else whenever nobody asks for anything."""
    first, second, *others = await run_sync(load)
    await run_sync(first)
    ready.set()
    Early.asked = time.monotonic()  # whoever waited for it goes on now
    await quiet(PAUSE)
    await run_sync(second)
    for job in others:
        await quiet(QUIET)
        await run_sync(job)
    print("Descent Lab: everything is compiled.", flush=True)  # for whoever starts it before a lesson


def tell_if_failed(ready: anyio.Event, task: asyncio.Task) -> None:
    """Say why warming failed. A server without a first picture ends; later, whoever asks for the same is told."""
    if task.cancelled() or not (error := task.exception()):
        return
    logging.getLogger(__name__).critical("Descent Lab could not compile ahead.", exc_info=error)
    if not ready.is_set():
        signal.raise_signal(signal.SIGTERM)


@asynccontextmanager
async def lifespan(app):
    """The server is there at once; what it needs is loaded and compiled meanwhile."""
    ready = anyio.Event()
    task = asyncio.create_task(warm(ready))
    task.add_done_callback(partial(tell_if_failed, ready))
    yield
    task.cancel()


app = st.App(
    ROOT / "ui" / "page.py",
    routes=[
        *(Route(BASE + route.path, route.endpoint) for route in ROUTES),
        *(Route(path, kept) for path in KEPT),
    ],
    middleware=[Middleware(Early)],
    lifespan=lifespan,
)

if __name__ == "__main__":
    app.run()
