"""What answers say to browsers, and who may open a websocket."""

import urllib.error
import urllib.request

import pytest
from starlette.responses import PlainTextResponse

from tests.loop import run
from ui import guard
from ui.guard import Guard


@pytest.mark.parametrize("path", ["/", "/grid", "/code?library=none", "/_stcore/health", "/favicon.png"])
def test_every_answer_tells_the_browser_what_it_may_do(server, path):
    try:
        answer = urllib.request.urlopen(server + path)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "object-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "http" not in policy, "nothing comes from another site"


@pytest.mark.parametrize(
    ("origin", "host", "accepted"),
    [
        ("http://lab.example:8501", "lab.example:8501", True),
        ("https://lab.example", "lab.example", True),
        (None, "lab.example", True),
        ("http://evil.example", "lab.example", False),
        ("http://lab.example:9000", "lab.example:8501", False),
        ("null", "lab.example", False),
        ("http://[", "lab.example", False),
        ("http://[::1]:8501", "[::1]:8501", True),
    ],
)
def test_a_websocket_of_another_site_never_reaches_streamlit(origin, host, accepted):
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope)

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    run(Guard(app)({"type": "websocket", "path": "/_stcore/stream", "headers": headers}, receive, send))
    assert len(reached) == accepted
    assert sent == ([] if accepted else [{"type": "websocket.close", "code": 1008}])


def test_nothing_can_be_uploaded(server):
    """Streamlit takes files of 200 MB into memory otherwise, from anybody."""
    request = urllib.request.Request(f"{server}/_stcore/upload_file/a/b", data=b"x" * 100, method="PUT")
    with pytest.raises(urllib.error.HTTPError, match=r"4\d\d") as refused:
        urllib.request.urlopen(request)
    refused.value.close()


def reaching(app, scope, *messages):
    """What an app behind the guard is told, and what is sent, for messages of a client."""
    messages, sent = list(messages), []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    run(app(scope, receive, send))
    return sent


SOCKET = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"host", b"lab.example")]}


def test_a_websocket_that_sends_text_is_closed_before_streamlit_logs_a_traceback():
    told = []

    async def app(scope, receive, send):
        while (message := await receive())["type"] != "websocket.disconnect":
            told.append(message)

    binary = {"type": "websocket.receive", "bytes": b"\0", "text": None}
    text = {"type": "websocket.receive", "bytes": None, "text": "hello"}
    assert reaching(Guard(app), SOCKET, binary, text, binary) == [{"type": "websocket.close", "code": 1008}]
    assert told == [binary]


def test_no_more_websockets_than_fit_in_memory(monkeypatch):
    monkeypatch.setattr(guard, "MOST_WEBSOCKETS", 2)
    opened = []

    async def app(scope, receive, send):
        opened.append(scope)
        if len(opened) < 4:
            refused.append(await inner())

    async def inner():
        sent = []

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        await guarded(SOCKET, receive, send)
        return sent

    refused = []
    guarded = Guard(app)
    reaching(guarded, SOCKET)
    assert len(opened) == 2
    assert refused[0] == [{"type": "websocket.close", "code": 1013}]
    reaching(guarded, SOCKET)
    assert len(opened) == 4, "who is gone makes room"


@pytest.mark.parametrize(
    ("client", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.168.0.7", 403), ("not an address", 403)]
)
def test_metrics_are_for_this_machine_alone(client, status):
    async def app(scope, receive, send):
        await PlainTextResponse("metrics")(scope, receive, send)

    scope = {"type": "http", "method": "GET", "headers": [], "client": (client, 1)}
    for root in ("", "/x"):  # as Uvicorn's --root-path puts it before what was asked for
        for path in ("/lab/metrics", "/lab/_stcore/metrics"):
            answer = reaching(Guard(app, "/lab"), {**scope, "root_path": root, "path": root + path})
            assert answer[0]["status"] == status
        answer = reaching(Guard(app, "/lab"), {**scope, "root_path": root, "path": root + "/lab/grid"})
        assert answer[0]["status"] == 200
