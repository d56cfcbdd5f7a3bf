"""Descent Lab as one ASGI app: `uvicorn app:app`, `streamlit run app.py` and `python app.py` serve the same."""

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path

import anyio
import streamlit as st
from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import static
from ui.routes import ROUTES
from ui.version import PLOTLY_PATH

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parent
sys.setswitchinterval(0.0005)  # s: a page asks for many small files, and none should wait 5 ms while JAX traces
# Our routes are below the same path as Streamlit's, which reads its environment only when the server starts.
_base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH") or st.get_option("server.baseUrlPath")
BASE = f"/{_base.strip('/')}".rstrip("/")  # "" or "/path"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address holds the version
FILES = {BASE + path: parts for path, parts in static.files().items()}
# What the first picture needs is named in the head of the page: the browser fetches it while Streamlit's own scripts
# still start. Streamlit's chunks that carry a component belong to it: it asks for them only once the script names one.
_scripts = Path(st.__file__).parent / "static" / "static" / "js"
_carriers = [
    file.name for part in ("BidiComponent", "serialization", "recordbatch") for file in _scripts.glob(f"{part}.*")
]
PRELOADED = ", ".join(
    [
        *(f"<{path}>; rel=modulepreload" for path in FILES if path.endswith(".js") and path != BASE + PLOTLY_PATH),
        f"<{BASE}{static.STYLES}>; rel=preload; as=style",
        *(f"<{BASE}/static/js/{name}>; rel=modulepreload" for name in _carriers),
    ]
)
PAUSE = 0.5  # s without a request, after which a page has all that its first picture needs
QUIET = 2  # s without a request, after which the server counts as idle
LONGEST_WAIT = 30  # s after which a job runs although the server is not idle
PRUNING = 3600  # s between two looks at the size of the compiled programs on disk


class Preload:
    """Middleware that names in the head of a page what it will need, and that notes the time of the last request."""

    last_request = 0.0  # in time.monotonic()

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Link"] = PRELOADED
            await send(message)

        Preload.last_request = time.monotonic()
        await self.app(scope, receive, send_with_head)


async def static_file(request: Request) -> Response:
    """One of FILES."""
    packs = "gzip" in request.headers.get("accept-encoding", "")
    headers = {**FOREVER, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packs else {})}
    file, packed = await run_sync(static.contents, FILES[request.url.path])
    kind = "text/css" if request.url.path.endswith(".css") else "text/javascript"
    return Response(packed if packs else file, media_type=kind, headers=headers)


async def idle(seconds: float) -> None:
    """Wait until there was no request for so long, but no longer than LONGEST_WAIT."""
    began = time.monotonic()
    while (now := time.monotonic()) - Preload.last_request < seconds and now - began < LONGEST_WAIT:
        await anyio.sleep(seconds / 4)


def load() -> list[Callable[[], None]]:
    """Import JAX and all that needs it, while the port is open already; the jobs of `ui.warm`."""
    gc.disable()  # while modules are imported there is nothing to collect: it would take a third of the time
    try:
        return [*import_module("ui.warm").work()]
    finally:
        gc.freeze()  # what is imported by now is never collected: later collections skip it
        gc.enable()


async def warm(ready: anyio.Event) -> None:
    """Compute what the first page needs at once, and compile everything else while the server is idle."""
    first, second, *others = await run_sync(load)
    await run_sync(first)
    ready.set()
    Preload.last_request = time.monotonic()  # a page that waited for it goes on now
    done = []
    for job, quiet in ((second, PAUSE), *((job, QUIET) for job in others)):
        await idle(quiet)
        done.append(await attempt(job, "compile ahead"))
    failed = done.count(False)
    result = f"the rest is compiled; failed jobs: {failed}" if failed else "everything is compiled"
    print(f"Descent Lab: {result}.", flush=True)  # for whoever starts it before a lesson
    while True:
        await anyio.sleep(PRUNING)
        await attempt(import_module("engine.device").prune_cache, "delete old programs")


async def attempt(job: Callable[[], None], what: str) -> bool:
    """Run a job in a thread, and say whether it succeeded. An error is logged: later jobs do not depend on it."""
    (error,) = await asyncio.gather(run_sync(job), return_exceptions=True)
    if error:
        LOG.error("Descent Lab could not %s: %s", what, job, exc_info=error)
    return not error


def tell_if_failed(ready: anyio.Event, task: asyncio.Task) -> None:
    """Log why compiling ahead ended. A server without a first picture ends, too."""
    if task.cancelled() or not (error := task.exception()):
        return
    LOG.critical("Descent Lab could not compile ahead.", exc_info=error)
    if not ready.is_set():
        signal.raise_signal(signal.SIGTERM)


@asynccontextmanager
async def lifespan(app):
    """The port opens at once; imports and compilations go on behind it."""
    ready = anyio.Event()
    task = asyncio.create_task(warm(ready))
    task.add_done_callback(partial(tell_if_failed, ready))
    yield
    task.cancel()


app = st.App(
    ROOT / "ui" / "page.py",
    routes=[
        *(Route(BASE + route.path, route.endpoint) for route in ROUTES),
        *(Route(path, static_file) for path in FILES),
    ],
    middleware=[Middleware(Preload)],
    lifespan=lifespan,
)

if __name__ == "__main__":
    app.run()
