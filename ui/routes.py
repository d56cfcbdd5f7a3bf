"""The stateless routes: an answer is a pure function of its query and of `VERSION`, so any cache may keep it."""

from functools import lru_cache, partial
from importlib import import_module

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.version import VERSION

NAMES = ("paths", "grid", "fan", "formula", "code", "csv", "figure")
AT_ONCE = 16  # answers that are computed or waited for; a page's files must not wait for a thread meanwhile


@lru_cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


async def _respond(name: str, request: Request) -> Response:
    def find() -> Response:
        # Loaded when first needed: JAX takes longer to load than all that a page wants before its first paths.
        answers = import_module("ui.answers")
        try:
            return Response(**answers.ANSWERS[name](dict(request.query_params))._asdict())
        except answers.Refused as error:
            return Response(str(error), 400)

    # JAX never runs on the event loop; even to read a scene may compile a formula.
    response = await run_sync(find, limiter=_limiter())
    ours = request.query_params.get("v") == VERSION  # during an update another version may be asked for
    response.headers["Cache-Control"] = "public, max-age=86400" if ours and response.status_code == 200 else "no-store"
    if request.client and request.client.host in {"127.0.0.1", "::1"}:
        # Streamlit packs what says nothing of its packing; on the same machine that takes longer than to send it, 4 ms.
        response.headers.setdefault("Content-Encoding", "identity")
    return response


ROUTES = [Route(f"/{name}", partial(_respond, name)) for name in NAMES]
