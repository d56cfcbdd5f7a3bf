"""The app as the tests serve it: impatient, and with a log that names what was asked.

It compiles ahead after a tenth of a second without a request, not after two seconds: a test that waits until everything
is compiled would otherwise wait for most of that time while nothing happens.
"""

import app as served

served.QUIET = 0.1


async def app(scope, receive, send) -> None:
    """The app; once a request is answered its query is printed."""
    await served.app(scope, receive, send)
    if scope["type"] == "http":
        print(f"answered {scope['path']}?{scope['query_string'].decode()}", flush=True)
