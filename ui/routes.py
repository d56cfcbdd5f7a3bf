"""The stateless routes: an answer is a pure function of its query and of `VERSION`, so any HTTP cache may store it."""

from functools import lru_cache, partial
from importlib import import_module

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.version import VERSION

NAMES = ("paths", "grid", "fan", "formula", "code", "csv", "figure")
# Threads for answers that are computed or waited for; the files of pages have threads of their own.
AT_ONCE = 16


@lru_cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


async def _respond(name: str, request: Request) -> Response:
    def compute() -> Response:
        # Imported with the first request: JAX takes longer to import than a page takes to ask for its first paths.
        answers = import_module("ui.answers")
        try:
            return Response(**answers.ANSWERS[name](dict(request.query_params))._asdict())
        except answers.Refused as error:
            return Response(str(error), 400, media_type="text/plain")

    # JAX never runs on the event loop: even to read a scene may compile a formula.
    response = await run_sync(compute, limiter=_limiter())
    ours = request.query_params.get("v") == VERSION  # during an update a page may still ask for another version
    response.headers["Cache-Control"] = "public, max-age=86400" if ours and response.status_code == 200 else "no-store"
    if request.client and request.client.host in {"127.0.0.1", "::1"}:
        # Streamlit gzips responses that lack a Content-Encoding; on the same machine that takes 4 ms longer than to
        # send them as they are.
        response.headers.setdefault("Content-Encoding", "identity")
    return response


ROUTES = [Route(f"/{name}", partial(_respond, name)) for name in NAMES]
