"""What the proxy of deploy/ lets one address do, behind which a reader may sit, or a whole hall."""

import re
import socket
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.proxy import CONFIGURATION, becomes, environment, proxied, until
from tests.serving import ROOT, free_port

HALL = 300  # students
LIMITS = {"DESCENT_ADDRESS_REQUESTS": "9", "DESCENT_ADDRESS_QUESTIONS": "3", "DESCENT_ADDRESS_CONNECTIONS": "4"}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """With small limits. It counts before it looks for a process, and there is none."""
    nobody = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    with proxied(environment(tmp_path_factory.mktemp("proxy"), *nobody, **LIMITS)) as proxy:
        becomes(proxy, "up", up1="DOWN", up2="DOWN")
        yield proxy


def asked(proxy, path: str, reader: str):
    """The answer to a reader at this address."""
    line = HTTPConnection(urlsplit(proxy.address).netloc, source_address=(reader, 0))
    line.request("GET", path)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


@pytest.mark.parametrize(("path", "status", "most"), [("/nothing", 404, 9), ("/grid", 503, 3)])
def test_an_address_that_asks_too_much_waits_and_others_do_not_notice(proxy, path, status, most):
    reader = f"127.0.1.{most}"
    assert [asked(proxy, path, reader).status for _ in range(most)] == [status] * most
    refused = asked(proxy, path, reader)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    assert asked(proxy, path, "127.0.0.2").status == status


def is_answered(line: socket.socket) -> bool:
    """Whether the proxy answers on a connection, and has not cut it."""
    try:
        line.sendall(b"GET /nothing HTTP/1.1\r\nHost: lab\r\n\r\n")
        return line.recv(4096) != b""
    except ConnectionError:
        return False


def test_an_address_has_no_more_connections_than_its_share(proxy):
    host, port = urlsplit(proxy.address).netloc.split(":")
    with ExitStack() as lines:

        def line(reader: str) -> socket.socket:
            return lines.enter_context(socket.create_connection((host, int(port)), source_address=(reader, 0)))

        held = [line("127.0.0.4") for _ in range(4)]
        assert all(map(is_answered, held))
        assert not is_answered(line("127.0.0.4"))
        assert is_answered(line("127.0.0.5"))
        held[0].close()
        until(lambda: is_answered(line("127.0.0.4")))


def test_a_hall_behind_one_address_meets_no_limit():
    """All come within 10 s, each with six connections and a websocket, or all drag a slider every 3 s."""
    defaults = re.findall(r"presetenv DESCENT_(\w+) (\d+)\n", CONFIGURATION.read_text())
    most = {name: int(number) for name, number in defaults}
    requests = int(re.findall(r"visit makes (\d+) requests", (ROOT / "docs" / "architecture.md").read_text())[0])
    drag = 3  # requests of one that is faster than its fan
    assert HALL * 7 < most["ADDRESS_CONNECTIONS"] < most["CONNECTIONS"], "and others have room beside it"
    assert HALL * (requests + drag) < most["ADDRESS_REQUESTS"]
    assert HALL * drag * 10 / 3 < most["ADDRESS_QUESTIONS"]
