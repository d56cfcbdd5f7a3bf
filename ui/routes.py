"""The stateless routes: an answer is a pure function of its query and of `VERSION`, so any cache may keep it."""

from functools import partial
from importlib import import_module

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.version import VERSION

NAMES = ("paths", "grid", "fan", "formula", "code", "csv")  # each is a function of ui/answers.py


async def _respond(name: str, request: Request) -> Response:
    def find():
        # Loaded when first needed: JAX takes longer to load than all that a page wants before its first paths.
        answers = import_module("ui.answers")
        try:
            return Response(**getattr(answers, name)(dict(request.query_params))._asdict())
        except answers.Refused as error:
            return Response(str(error), 400)

    response = await run_sync(find)  # JAX never runs on the event loop; even to read a scene may compile a formula
    ours = request.query_params.get("v") == VERSION  # during an update another version may be asked for
    response.headers["Cache-Control"] = "public, max-age=86400" if ours and response.status_code == 200 else "no-store"
    return response


ROUTES = [Route(f"/{name}", partial(_respond, name)) for name in NAMES]
