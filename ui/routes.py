"""The stateless routes: an answer is a pure function of its query and of `VERSION`, so any cache may keep it."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qsl

import jax
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine import LIBRARIES
from engine.formula import formula_surface, parse, to_mathml
from optimizers import OPTIMIZERS
from ui.fan import fan
from ui.paths import grid, paths
from ui.scene import STEPS, Scene, controls, read_domain
from ui.takehome import program, table

ROOT = Path(__file__).parent.parent


def _version() -> str:
    digest = hashlib.sha256(jax.__version__.encode())
    for folder in ("engine", "optimizers", "surfaces", "ui"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in {".py", ".js", ".css"}:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


VERSION = _version()  # changes with any file that could change an answer


@lru_cache(maxsize=128)
def _place(kind: Callable[..., bytes], url: str, *more: str) -> tuple[Lock, list[bytes]]:
    """Where the answer to a question is put, and the lock that whoever computes it holds."""
    return Lock(), []


_places = Lock()  # two threads that ask a cache for what it lacks would both get a place of their own


def answer(kind: Callable[..., bytes], query: dict[str, str], *more: str) -> bytes:
    """`kind` of a query's scene; who asks for what is being computed waits for it: a class computes it once."""
    url = Scene.read(query).to_url()  # however it was spelled, a scene is computed once
    with _places:
        lock, found = _place(kind, url, *more)
    with lock:
        if not found:
            found.append(kind(Scene.read(dict(parse_qsl(url, keep_blank_values=True))), *more))
    return found[0]


async def _respond(request: Request, kind: Callable[..., bytes], query: dict[str, str], *more: str, **headers: str):
    # JAX never runs on the event loop; even to read a scene may compile a formula.
    body = await run_sync(answer, kind, query, *more)
    ours = request.query_params.get("v") == VERSION  # during an update another version may be asked for
    headers = {"Cache-Control": "public, max-age=86400" if ours else "no-store", **headers}
    return Response(body, media_type="application/octet-stream", headers=headers)


async def _paths(request: Request) -> Response:
    return await _respond(request, paths, dict(request.query_params))


async def _grid(request: Request) -> Response:
    query = {k: word for k, word in request.query_params.items() if k == "surface" or k.startswith("surface.")}
    return await _respond(request, grid, query)


async def _fan(request: Request) -> Response:
    query = dict(request.query_params)
    vary = query.pop("vary", "")
    scene = await run_sync(Scene.read, query)
    varied = [key for key in controls(scene.surface) if key != STEPS.id]
    if vary not in varied:
        return Response(f"vary must be one of {', '.join(varied)}; got {vary!r}.", 400)
    # A browser without gzip does not exist; whoever asks otherwise unpacks by hand.
    return await _respond(request, fan, query, vary, **{"Content-Encoding": "gzip"})


async def _formula(request: Request) -> Response:
    """Whether a formula can be drawn over a domain: {mathml}, how it was read, or {error} in words for the reader."""
    formula, domain = (request.query_params.get(name, "") for name in ("formula", "domain"))
    try:
        await run_sync(lambda: formula_surface(formula, read_domain(domain)))
    except ValueError as error:
        return JSONResponse({"error": str(error)})
    return JSONResponse({"mathml": to_mathml(parse(formula))})


async def _code(request: Request) -> Response:
    """A run as a program of another library: {grade, code}."""
    query = dict(request.query_params)
    optimizer, library = query.pop("optimizer", ""), query.pop("library", "")
    if optimizer not in OPTIMIZERS or library not in LIBRARIES:
        return Response(
            f"optimizer must be one of {', '.join(OPTIMIZERS)}, and library one of {', '.join(LIBRARIES)}; "
            f"got {optimizer!r} and {library!r}.",
            400,
        )
    answer = await run_sync(lambda: program(Scene.read(query), optimizer, library))
    return JSONResponse(answer._asdict())


async def _csv(request: Request) -> Response:
    """A run as a table."""
    query = dict(request.query_params)
    optimizer = query.pop("optimizer", "")
    if optimizer not in OPTIMIZERS:
        return Response(f"optimizer must be one of {', '.join(OPTIMIZERS)}; got {optimizer!r}.", 400)
    return Response(await run_sync(lambda: table(Scene.read(query), optimizer)), media_type="text/csv")


ROUTES = [
    Route("/paths", _paths),
    Route("/grid", _grid),
    Route("/fan", _fan),
    Route("/formula", _formula),
    Route("/code", _code),
    Route("/csv", _csv),
]
