"""What every answer says about itself to browsers, and which pages may open a websocket."""

import os
from urllib.parse import urlsplit

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


class Guard:
    """Middleware round everything else.

    A websocket from another site is refused here: Streamlit would ask an address service on the internet whether it
    might be its own, and everybody would wait for that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and _is_foreign(scope):
            await receive()
            return await send({"type": "websocket.close", "code": 1008})

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def _is_foreign(scope: Scope) -> bool:
    """Whether a page of another site asks, as the browser says."""
    words = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"origin", b"host")}
    origin = words.get(b"origin")
    return origin is not None and urlsplit(origin).netloc != words.get(b"host")
