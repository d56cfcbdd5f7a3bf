"""A scene becomes bytes: the two stateless routes that every trajectory and every surface travels by.

An answer is a pure function of its query and of `VERSION`, so browsers and HTTP caches may keep it. Its layout: the
length of the head in bytes as a uint32, the head as JSON (padded with blanks so that it ends at a multiple of 8), then
the arrays that the head names, little-endian, row-major, one after the other, the wider ones first.
"""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import parse_qsl

import anyio.to_thread
import jax
import jax.numpy as jnp
import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine import race
from engine.device import rollout_device
from engine.metrics import first_non_finite, first_outside
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.scene import Scene

GRID = 121  # points along each axis of a surface's grid
ROOT = Path(__file__).parent.parent


def _version() -> str:
    digest = hashlib.sha256(jax.__version__.encode())
    for folder in ("engine", "optimizers", "surfaces", "ui"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in {".py", ".js", ".css"}:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


VERSION = _version()  # changes with any file that could change an answer


def paths(scene: Scene) -> bytes:
    """Every path of a scene, ready to draw.

    Arrays: gap (runs, steps + 1) float64, the true loss above the lowest declared minimum, or above 0 where there is
    none; position (runs, steps + 1, 2) float32. Head: the scene's values, its defaults, and for each run the steps at
    which it left the domain and at which it stopped being finite (null: never).
    """
    surface = SURFACES[scene.surface]
    rate = scene.values["rate"]
    entries = []
    for id in scene.on:
        hypers = scene.hypers(id)
        entries.append((OPTIMIZERS[id], {**hypers, "lr": hypers["lr"] * rate}))
    settings = {
        "start": scene.start,
        "steps": int(scene.values["steps"]),
        "surface_hypers": scene.hypers("surface"),
        "schedule": scene.schedule,
        "schedule_hypers": scene.hypers("schedule"),
        "noise": scene.values["noise"],
        "seed": int(scene.values["seed"]),
    }
    runs = race(surface, entries, **settings)
    floor = _floor(scene)
    head = {
        "values": scene.flat(),
        "defaults": scene.defaults().flat(),
        "runs": [
            {"id": id, "left": first_outside(run, surface), "diverged": first_non_finite(run)}
            for id, run in zip(scene.on, runs, strict=True)
        ],
    }
    n = settings["steps"] + 1
    gap = np.array([run.loss - floor for run in runs]).reshape(-1, n)
    position = np.array([run.position for run in runs]).reshape(-1, n, 2)
    with np.errstate(over="ignore"):  # beyond 3e38 a path is drawn as infinite
        return _pack(head, {"gap": gap, "position": position.astype(np.float32)})


def grid(scene: Scene) -> bytes:
    """The surface of a scene: f (GRID, GRID), row j at y_j and column i at x_i, evenly over the domain."""
    surface = SURFACES[scene.surface]
    hypers = scene.hypers("surface")
    head = {
        "surface": scene.surface,
        "domain": surface.domain,
        "log_height": surface.log_height,
        "floor": _floor(scene),
        "minima": surface.minima(**hypers),
        "saddles": surface.saddles(**hypers),
    }
    with jax.default_device(rollout_device()):
        f = _grid(surface.f, surface.domain)(hypers)
    return _pack(head, {"f": np.asarray(f, dtype=np.float32)})


@lru_cache(maxsize=64)
def _grid(f, domain):
    """Compiled: f on the grid, (GRID, GRID)."""
    x, y = (np.linspace(low, high, GRID) for low, high in domain)
    points = jnp.stack(jnp.meshgrid(x, y), axis=-1)
    return jax.jit(lambda hypers: jax.vmap(jax.vmap(partial(f, **hypers)))(points))


def _floor(scene: Scene) -> float:
    """The lowest declared minimum, or 0 where there is none."""
    minima = SURFACES[scene.surface].minima(**scene.hypers("surface"))
    return min((value for _, value in minima), default=0.0)


def _pack(head: dict, arrays: dict[str, np.ndarray]) -> bytes:
    listed = [{"name": name, "shape": a.shape, "dtype": a.dtype.str[1:]} for name, a in arrays.items()]
    text = json.dumps({**head, "arrays": listed}, allow_nan=False).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return b"".join([np.uint32(len(text)).tobytes(), text, *(a.tobytes() for a in arrays.values())])


@lru_cache(maxsize=256)
def _answer(kind, url: str) -> bytes:
    return kind(Scene.read(dict(parse_qsl(url, keep_blank_values=True))))


def _route(path: str, kind, keys: Callable[[str], bool]) -> Route:
    async def answer(request: Request) -> Response:
        query = {key: word for key, word in request.query_params.items() if keys(key)}
        url = Scene.read(query).to_url()  # however it was spelled, a scene is computed once
        body = await anyio.to_thread.run_sync(_answer, kind, url)  # JAX never runs on the event loop
        ours = request.query_params.get("v") == VERSION  # during an update another version may be asked for
        headers = {"Cache-Control": "public, max-age=86400" if ours else "no-store"}
        return Response(body, media_type="application/octet-stream", headers=headers)

    return Route(path, answer)


ROUTES = [
    _route("/paths", paths, lambda key: True),
    _route("/grid", grid, lambda key: key == "surface" or key.startswith("surface.")),
]
