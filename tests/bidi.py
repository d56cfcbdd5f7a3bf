"""A page in Firefox, driven through WebDriver BiDi (https://w3c.github.io/webdriver-bidi).

Playwright drives its own build of Firefox alone; the protocol works with the Firefox that people have.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

TIMEOUT_S = 60  # that a page may take to fulfil a condition


class BidiPage:
    """The first tab of a browser, and the errors that its console has shown."""

    def __init__(self, socket: ClientConnection):
        self._socket = socket
        self._sent = 0
        self.errors: list[str] = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        (tab,) = self.command("browsingContext.getTree")["contexts"]
        self._tab = tab["context"]

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command. Raises RuntimeError with the browser's own words if it fails."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=2 * TIMEOUT_S))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(message["params"]["text"])
            if message.get("id") == self._sent:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]

    def resize(self, width: int, height: int) -> None:
        self.command("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})

    def goto(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, or of the promise that it makes. Raises RuntimeError if it throws."""
        result = self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._tab},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true; it is looked at once a frame."""
        self.evaluate(
            f"""new Promise((done, fail) => {{
                setTimeout(() => fail(new Error("still waiting for " + {json.dumps(condition)})), {TIMEOUT_S * 1000});
                const look = () => ({condition}) ? done() : requestAnimationFrame(look);
                look();
            }})"""
        )

    def pointer(self, *actions: dict[str, Any]) -> None:
        """What a mouse does, one action after the other: pointerMove to x, y, pointerDown, pointerUp."""
        for action in actions:
            # The button is the left one; a move takes no time.
            full = {"button": 0} if action["type"] != "pointerMove" else {"duration": 0, **action}
            self.command(
                "input.performActions",
                context=self._tab,
                actions=[{"type": "pointer", "id": "mouse", "actions": [{**action, **full}]}],
            )


@contextmanager
def firefox(path: str, profile: Path) -> Iterator[BidiPage]:
    """A Firefox without a window, and its page. The profile is an empty folder."""
    command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if listens := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                break
        else:
            raise RuntimeError(
                f"{path} does not offer WebDriver BiDi: it is no Firefox of 2023 or later.\n{''.join(said)}"
            )
        with connect(f"{listens[1]}/session", max_size=None, proxy=None) as socket:
            page = BidiPage(socket)
            yield page
            page.command("browser.close")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
