"""What answers say to browsers, and who may open a websocket."""

import urllib.error
import urllib.request
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse
from streamlit import get_option
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.asking import get
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


@contextmanager
def session(server):
    """The id of a session of Streamlit's, as long as its page stands open."""
    address = server.replace("http", "ws") + "/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")]) as line:
        line.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        while not (id := ForwardMsg.FromString(line.recv(60)).new_session.initialize.session_id):
            pass
        yield id


@pytest.mark.parametrize("size", [0, 100])
def test_nothing_can_be_uploaded(server, size):
    """Streamlit takes files of 200 MB into memory otherwise, from anybody who has a page open."""
    cookie = get(server, "/_stcore/health")[0]["Set-Cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]}
    headers["Content-Type"] = "multipart/form-data; boundary=end"
    body = b'--end\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n%s\r\n--end--\r\n' % bytes(size)
    line = HTTPConnection(urlsplit(server).netloc)
    with session(server) as id:
        # In chunks: Streamlit cannot know the size before it has read them.
        line.request("PUT", f"/_stcore/upload_file/{id}/1", iter([body]), headers, encode_chunked=True)
        assert line.getresponse().status == 405
    line.close()
    assert get_option("server.maxUploadSize") == 0, "nor would Streamlit take it"


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
