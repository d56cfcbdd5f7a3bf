"""The app behind a bad network: every answer is late, and of three answers with numbers one ends early."""

import asyncio
from itertools import count

import app as served
from ui.routes import NAMES

LATE = 0.3  # s
_order = count()


async def app(scope, receive, send) -> None:
    """The app. What ends early is cut in the middle of its body, as when a connection is lost."""
    if scope["type"] != "http":
        return await served.app(scope, receive, send)
    await asyncio.sleep(LATE)  # the fault itself
    cut = scope["path"][1:] in NAMES and next(_order) % 3 == 0

    async def lossy(message) -> None:
        if cut and message["type"] == "http.response.body":
            body = message["body"]
            await send({**message, "body": body[: len(body) // 2], "more_body": True})
            raise ConnectionResetError("the network lost it")
        await send(message)

    await served.app(scope, receive, lossy)
