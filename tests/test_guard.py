"""What answers say to browsers, and who may open a websocket."""

import urllib.error
import urllib.request

import pytest

from tests.loop import run
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
