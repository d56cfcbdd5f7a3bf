"""Descent Lab as one ASGI app: `uvicorn app:app`, `streamlit run app.py` and `python app.py` serve the same."""

import gc
import gzip
import os
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from engine import SCHEDULES
from surfaces import SURFACES
from ui.fan import fan
from ui.paths import grid, paths
from ui.routes import ROUTES, VERSION
from ui.scene import NOISE, Scene

ROOT = Path(__file__).parent
# Ours live below the same path as Streamlit's own, which reads its environment only when the server starts.
_base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH") or st.get_option("server.baseUrlPath")
BASE = f"/{_base.strip('/')}".rstrip("/")  # "" or "/path"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address holds the version


class Stage(StaticFiles):
    """The browser modules, to be kept for ever: a changed one has another address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(FOREVER)
        return response


# plotly.js is 4.8 MB: packed once here, not for each reader, and sent from our own server.
_plotly = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()
_packed = gzip.compress(_plotly, compresslevel=6)


async def plotly_js(request: Request) -> Response:
    packs = "gzip" in request.headers.get("accept-encoding", "")
    headers = {**FOREVER, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packs else {})}
    return Response(_packed if packs else _plotly, media_type="text/javascript", headers=headers)


def warm(surface: str) -> None:
    """Compile a surface's programs, so that nobody waits for them."""
    paths(Scene.read({"surface": surface}))
    grid(Scene.read({"surface": surface}))


def warm_fans(surface: str) -> None:
    """Compile what a dragged slider needs: a drag that comes before asks for its paths one by one."""
    fan(Scene.read({"surface": surface}), NOISE.id)


def warm_schedules() -> None:
    """Compile the schedules: they are the same on every surface."""
    for schedule in SCHEDULES:
        scene = Scene.read({"schedule": schedule})
        paths(scene)
        fan(scene, NOISE.id)


@asynccontextmanager
async def lifespan(app):
    """Compile the default scene before the port opens and the other surfaces right after."""
    first, *others = [Scene.read({}).surface, *(id for id in SURFACES if id != Scene.read({}).surface)]
    await anyio.to_thread.run_sync(warm, first)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: collections need not look at it again
    async with anyio.create_task_group() as tasks:

        async def warm_others():
            await anyio.to_thread.run_sync(warm_fans, first)
            await anyio.to_thread.run_sync(warm_schedules)
            for surface in others:  # their fans wait until somebody drags there
                await anyio.to_thread.run_sync(warm, surface)

        tasks.start_soon(warm_others)
        yield
        tasks.cancel_scope.cancel()


app = st.App(
    ROOT / "ui" / "page.py",
    routes=[
        *(Route(BASE + route.path, route.endpoint) for route in ROUTES),
        Route(f"{BASE}/vendor/plotly-{plotly.__version__}.js", plotly_js),
        Mount(f"{BASE}/stage/{VERSION}", Stage(directory=ROOT / "ui" / "stage")),
    ],
    lifespan=lifespan,
)

if __name__ == "__main__":
    app.run()
