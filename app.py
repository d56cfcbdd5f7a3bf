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
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.runtime.metrics_util import Installation

from ui import logs, memory, static
from ui.aside import MAPPING, MEASURING, SEARCHING
from ui.guard import Guard
from ui.routes import ROUTES
from ui.watching import READY, WATCHING, Watch

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parent
sys.setswitchinterval(0.0001)  # s: neither a small file nor a fan should wait 5 ms, again and again, while JAX traces
# A page that finds itself at another machine, after its own has failed, would throw its stage away: Streamlit tells
# machines apart by this, which is also sent to every reader.
Installation.instance().installation_id_v3 = "descent-lab"
# Our routes are below the same path as Streamlit's, which reads its environment only when the server starts.
_base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH") or st.get_option("server.baseUrlPath")
BASE = f"/{_base.strip('/')}".rstrip("/")  # "" or "/path"
STREAMLIT = Path(st.__file__).parent / "static"
FILES = {BASE + path: file for path, file in {**static.theirs(STREAMLIT), **static.ours()}.items()}
PAUSE = 0.5  # s without a request, after which a page has all that its first picture needs
QUIET = 2  # s without a request, after which the server counts as idle
LONGEST_WAIT = 30  # s after which a job runs although the server is not idle
PRUNING = 3600  # s between two looks at the size of the compiled programs on disk
GIVING_BACK = 10  # s after which memory that was freed goes back to the system


async def idle(seconds: float) -> None:
    """Wait until there was no request for so long, but no longer than LONGEST_WAIT."""
    began = time.monotonic()
    while (now := time.monotonic()) - Watch.last_request < seconds and now - began < LONGEST_WAIT:
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
    Watch.last_request = time.monotonic()  # a page that waited for it goes on now
    done = []
    for job, quiet in ((second, PAUSE), *((job, QUIET) for job in others)):
        await idle(quiet)
        done.append(await attempt(job, "compile ahead"))
        await run_sync(memory.give_back)
    failed = done.count(False)
    result = f"the rest is compiled; failed jobs: {failed}" if failed else "everything is compiled"
    print(f"Descent Lab: {result}.", flush=True)  # for whoever starts it before a lesson
    READY.set(1)
    await attempt(partial(static.pack_well, FILES), "pack the files of the page")
    async with anyio.create_task_group() as group:
        group.start_soon(repeat, PRUNING, import_module("engine.device").prune_cache, "delete old programs")
        group.start_soon(repeat, GIVING_BACK, memory.give_back, "give memory back")


async def repeat(seconds: float, job: Callable[[], None], what: str) -> None:
    """Run a job every so many seconds."""
    while True:
        await anyio.sleep(seconds)
        await attempt(job, what)


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
    device = sys.modules.get("engine.device")
    if device and isinstance(error, device.DeviceError):
        LOG.critical("Descent Lab cannot start: %s", error)  # whoever set it up needs no traceback
    else:
        LOG.critical("Descent Lab could not compile ahead.", exc_info=error)
    if not ready.is_set():
        signal.raise_signal(signal.SIGTERM)


@asynccontextmanager
async def lifespan(app):
    """The port opens at once; imports and compilations go on behind it."""
    logs.set_up()
    memory.keep()
    ready = anyio.Event()
    task = asyncio.create_task(warm(ready))
    task.add_done_callback(partial(tell_if_failed, ready))
    yield
    task.cancel()
    for process in (MEASURING, MAPPING, SEARCHING):
        process.end()


app = st.App(
    ROOT / "ui" / "page.py",
    routes=[Route(BASE + route.path, route.endpoint) for route in (*ROUTES, *WATCHING)],
    middleware=[
        Middleware(Guard, base=BASE),
        Middleware(Watch, base=BASE, files=frozenset(FILES)),
        Middleware(static.Static, all=FILES),
    ],
    lifespan=lifespan,
)

if __name__ == "__main__":
    app.run()
