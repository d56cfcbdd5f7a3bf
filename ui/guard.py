"""What every answer says about itself to browsers, and which pages may open a websocket."""

import os

from starlette._utils import get_route_path
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Who may show the page in a frame, such as a learning platform: words of CSP, separated by blanks.
FRAMES = os.environ.get("DESCENT_FRAME_ANCESTORS", "'self'")
# Streamlit's page has scripts and styles in line, and loads a component's script from a blob; plotly.js compiles what
# draws, and tools that test a page evaluate code in it.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss: data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        f"frame-ancestors {FRAMES}",
    ]
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


# What only this machine may ask, unless DESCENT_METRICS=open: a program that collects metrics may run elsewhere.
PRIVATE = () if os.environ.get("DESCENT_METRICS") == "open" else ("/metrics", "/_stcore/metrics")
METHODS = ("GET", "HEAD")  # Streamlit keeps empty files that are sent to it, by any number and with long names
LOOPBACK = {"127.0.0.1", "::1"}
MOST_WEBSOCKETS = 1000  # of all pages: each takes up to half a megabyte
VIOLATION, LATER = 1008, 1013  # codes of a websocket's end


class Guard:
    """Middleware round everything else.

    A websocket from another site is refused here: Streamlit would ask an address service on the internet whether it
    might be its own, and everybody would wait for that.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app, self.private = app, {base + path for path in PRIVATE}
        self.websockets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self.websocket(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["method"] not in METHODS:
            refusal = PlainTextResponse("Only GET and HEAD.", 405, {"Allow": ", ".join(METHODS)})
            return await refusal(scope, receive, guarded)
        if get_route_path(scope) in self.private and not _is_here(scope):
            return await PlainTextResponse("Only for this machine.", 403)(scope, receive, guarded)
        await self.app(scope, receive, guarded)

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a websocket on, or end it."""
        if (foreign := _is_foreign(scope)) or self.websockets >= MOST_WEBSOCKETS:
            await receive()
            return await send({"type": "websocket.close", "code": VIOLATION if foreign else LATER})

        async def binary() -> Message:
            """What the page sends. Streamlit's pages send no text, and a traceback for each would fill the log."""
            message = await receive()
            if message.get("text") is None:
                return message
            await send({"type": "websocket.close", "code": VIOLATION})
            return {"type": "websocket.disconnect", "code": VIOLATION}

        self.websockets += 1
        try:
            await self.app(scope, binary, send)
        finally:
            self.websockets -= 1


def _is_here(scope: Scope) -> bool:
    """Whether a program of this machine asks."""
    return scope["client"] is not None and scope["client"][0] in LOOPBACK


def _is_foreign(scope: Scope) -> bool:
    """Whether a page of another site asks, as the browser says."""
    words = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"origin", b"host")}
    origin = words.get(b"origin")
    return origin is not None and origin.partition("://")[2] != words.get(b"host")  # urlsplit fails on "http://["
