"""Readers before the proxy of deploy/, behind which two processes serve, fail and come back."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.asking import get, metrics
from tests.conftest import LAPTOP, opened
from tests.driver import CONNECTED, READY, STAGE, goes_on, is_dialog_free, settled, slider, stage, visit
from tests.proxy import SOON, Lab, becomes, certificate, checked, count, environment, lab_in, more, proxied, until
from tests.serving import free_port, serve
from ui import static
from ui.routes import MEASURED, NAMES
from ui.version import PLOTLY_PATH

# A question for each route; together they need few programs.
ASKED = {
    "paths": "steps=200",
    "grid": "",
    "fan": "vary=rate&on=sgd&steps=20",
    "formula": "formula=x^2&domain=-1,1,-1,1",
    "code": "optimizer=adam&library=optax",
    "csv": "optimizer=adam",
    "figure": "steps=200",
    "inside": "optimizer=adam",
    "graph": "",
    "ways": "optimizer=sgd&way=numpy",
    "map": "entry=sgd&x=sgd.lr&y=start.x&steps=20",
    "search": "entry=sgd&axes=sgd.lr&method=random&runs=16&steps=20",
    "study": "entry=sgd&axes=sgd.lr&method=random&runs=16&steps=20&form=optax",
    "tune": "on=sgd&steps=20",
}
FILES = ("/", static.SCRIPT, static.STYLES, PLOTLY_PATH, "/favicon.png", "/_stcore/host-config")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with lab_in(tmp_path_factory.mktemp("lab")) as made:
        yield made


def refused(address: str, path: str, method: str = "GET", **more) -> int:
    """The status of an answer without anything behind it."""
    line = HTTPConnection(urlsplit(address).netloc)
    line.request(method, path, **more)
    status = line.getresponse().status
    line.close()
    return status


@contextmanager
def page_of(lab: Lab, cookie: str, origin: str | None = None):
    """A websocket as a page opens it that has this cookie."""
    address = lab.proxy.address.replace("http", "ws") + "/_stcore/stream"
    headers = {"Cookie": cookie} if cookie else {}
    with connect(
        address,
        additional_headers=headers,
        origin=origin or lab.proxy.address,  # type: ignore
        subprotocols=[Subprotocol("streamlit")],
    ) as line:
        yield line


def process_of(browser) -> str:
    """The process that a browser's cookie names."""
    return next(cookie["value"] for cookie in browser.cookies() if cookie["name"] == "descent")


def test_haproxy_finds_nothing_to_remark_on(tmp_path):
    addresses = [f"127.0.0.1:{port}" for port in (8501, 8502, 8503, 8504)]
    for few in (addresses[:2], addresses[:3], addresses):
        assert checked(environment(tmp_path, *few)) == ""


def test_every_route_and_file_comes_through_unchanged(lab):
    assert ASKED.keys() == set(NAMES)
    for path in (*FILES, *(f"/{route}?{query}" for route, query in ASKED.items())):
        headers, body = get(lab.proxy.address, path)
        expected, whole = get(lab.processes["p1"].address, path)
        assert body == whole or path.strip("/").partition("?")[0] in MEASURED, path
        for name in ("Content-Type", "Content-Encoding", "Cache-Control", "Content-Security-Policy"):
            if not (name == "Cache-Control" and headers["Set-Cookie"]):
                assert headers[name] == expected[name], (path, name)


def test_a_reader_elsewhere_gets_packed_answers_and_no_address_is_logged(lab):
    line = HTTPConnection(urlsplit(lab.proxy.address).netloc, source_address=("127.0.0.2", 0))
    line.request("GET", "/grid?mark=1", headers={"Accept-Encoding": "gzip, br"})
    answer = line.getresponse()
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.read()) < 40_000
    line.close()
    until(lambda: [row for row in lab.proxy.lines() if row["path"] == "/grid" and row["bytes"] < 40_000])
    logged = lab.proxy.lines()
    assert all(row.keys() == logged[0].keys() for row in logged)
    assert "127.0.0" not in "".join(map(str, logged))
    assert "mark" not in lab.proxy.log()


def test_a_request_has_one_name_in_the_answer_and_in_the_log(lab):
    with pytest.raises(HTTPError, match="400") as failed:
        get(lab.proxy.address, "/code?library=none")
    failed.value.close()
    until(lambda: lab.proxy.lines()[-1]["status"] == 400)
    assert failed.value.headers["X-Request-ID"] == lab.proxy.lines()[-1]["request"]


def test_a_question_has_one_process_and_all_questions_have_both(lab):
    name = ("descent_answers_total", "grid", "200")
    before = count(lab, *name)
    for _ in range(8):
        get(lab.proxy.address, "/grid?same=1")
    assert sorted(more(lab, before, *name).values()) == [0, 8]
    before = count(lab, *name)
    for k in range(24):
        get(lab.proxy.address, f"/grid?other={k}")
    assert min(more(lab, before, *name).values()) > 0
    assert sum(more(lab, before, *name).values()) == 24


def test_all_questions_about_a_formula_have_one_process(lab):
    name = ("descent_answers_total", "grid", "200")
    for formula in ("x^2%2B7.5y^2", "x^2%2B8.5y^2"):
        before = count(lab, *name)
        for k in range(6):
            get(lab.proxy.address, f"/grid?surface=formula&surface.f={formula}&surface.domain=-1,1,-1,1&other={k}")
        assert sorted(more(lab, before, *name).values()) == [0, 6]


def test_only_what_readers_need_is_public(lab):
    for path in ("/metrics", "/_stcore/metrics", "/readyz", "/_stcore/agent/openapi.json", "/media/x", "/component/x"):
        assert refused(lab.proxy.address, path) == 404
    for path in ("/metrics", "/readyz", "/_stcore/metrics"):
        assert get(lab.processes["p1"].address, path)[1], "it is the proxy that refuses"
    assert get(lab.proxy.address, "/_stcore/health")[1] == b"ok"
    assert refused(lab.proxy.address, "/_stcore/upload_file/a/b", "PUT") == 404
    assert "descent" not in get(lab.proxy.metrics, "/metrics")[0]
    assert b"haproxy_server_status" in get(lab.proxy.metrics, "/metrics")[1]


def test_nothing_can_be_sent(lab):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert refused(lab.proxy.address, "/grid", method) == 405
    assert refused(lab.proxy.address, "/grid", headers={"Content-Length": "5"}) == 413
    assert refused(lab.proxy.address, "/grid", headers={"Transfer-Encoding": "chunked"}) == 413
    assert refused(lab.proxy.address, f"/grid?{'x' * 9000}") == 414, "the app's own limit is reached"
    assert refused(lab.proxy.address, f"/grid?{'x' * 20_000}") in (400, 414)


def test_a_slow_head_is_cut(lab):
    host, port = urlsplit(lab.proxy.address).netloc.split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"GET /grid HTTP/1.1\r\nHost: lab\r\n")
        answer = b""
        while part := line.recv(4096):  # until the proxy hangs up
            answer += part
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_reader_stays_with_a_process_that_has_the_session(lab):
    headers, _ = get(lab.proxy.address, "/")
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert re.fullmatch("descent=p[12]", cookie)
    for place in ("p1", "p2", "p1", "p1"):
        other = {"p1": "p2", "p2": "p1"}[place]
        with page_of(lab, f"descent={place}"):
            until(lambda place=place: count(lab, "descent_websockets")[place] == 1)
            assert count(lab, "descent_websockets")[other] == 0
        until(lambda: not any(count(lab, "descent_websockets").values()))
    assert get(lab.proxy.address, "/grid")[0]["Set-Cookie"] is None
    assert get(lab.proxy.address, static.SCRIPT)[0]["Set-Cookie"] is None


def test_a_websocket_of_another_site_is_refused(lab):
    with pytest.raises(InvalidStatus, match="403"), page_of(lab, "", "http://elsewhere.example"):
        pass


def test_a_process_that_is_drained_gets_no_new_readers(lab):
    for backend, server in (("sessions", "p1"), ("up", "up1")):
        lab.proxy.tell(f"set server {backend}/{server} state drain")
    try:
        becomes(lab.proxy, "answers", p1="DRAIN")
        before = count(lab, "descent_answers_total", "grid", "200")
        for k in range(12):
            get(lab.proxy.address, f"/grid?drained={k}")
            assert "descent=p2" in get(lab.proxy.address, "/")[0]["Set-Cookie"]
        assert more(lab, before, "descent_answers_total", "grid", "200") == {"p1": 0, "p2": 12}
        with page_of(lab, "descent=p1"):  # a session that it has already
            until(lambda: count(lab, "descent_websockets") == {"p1": 1, "p2": 0})
    finally:
        for backend, server in (("sessions", "p1"), ("up", "up1")):
            lab.proxy.tell(f"set server {backend}/{server} state ready")
    becomes(lab.proxy, "answers", p1="UP")


def test_while_no_process_is_ready_those_that_run_serve(tmp_path):
    ready = tmp_path / "ready"
    with (
        serve(*SOON, READY_FILE=str(ready)) as first,
        serve(*SOON, READY_FILE=str(tmp_path / "never")) as second,
        proxied(environment(tmp_path, first.address, second.address)) as proxy,
    ):
        becomes(proxy, "sessions", p1="DOWN", p2="DOWN", up1="UP", up2="UP")
        _, grid = get(proxy.address, "/grid")
        assert get(proxy.address, "/_stcore/health")[1] == b"ok"
        until(lambda: proxy.lines())
        assert proxy.lines()[0]["server"] in ("answers/up1", "answers/up2")
        ready.touch()
        becomes(proxy, "answers", p1="UP", p2="DOWN")
        assert all(get(proxy.address, f"/grid?once={k}")[1] == grid for k in range(8))
        until(lambda: len(proxy.lines()) == 10)
        assert {row["server"] for row in proxy.lines()[-8:]} == {"answers/p1"}


def test_a_process_that_is_killed_is_not_missed(tmp_path):
    formula = "surface=formula&surface.f=x^2%2B9.5y^2&surface.domain=-1,1,-1,1"
    slow = f"/fan?{formula}&vary=rate&on=sgd,adam"
    questions = [f"/grid?other={k}" for k in range(16)]
    with lab_in(tmp_path) as lab, ThreadPoolExecutor(4) as readers:
        _, expected = get(lab.proxy.address, "/grid")
        get(lab.proxy.address, f"/grid?{formula}")
        until(lambda: lab.proxy.lines()[-1]["path"] == "/grid" and len(lab.proxy.lines()) == 2)
        name = lab.proxy.lines()[-1]["server"].partition("/")[2]  # of the process that will compile the formula
        asked = readers.submit(get, lab.proxy.address, slow)
        until(lambda: lab.proxy.at_work("answers")[name] == 1)
        lab.processes[name].process.kill()
        # The proxy has not noticed yet, and then it has.
        found = readers.map(lambda question: get(lab.proxy.address, question)[1], questions * 4)
        assert all(body == expected for body in found)
        assert asked.result()[1] == get(lab.proxy.address, slow)[1], "what it was computing comes from the other"
        assert any(row["retries"] != "0" for row in lab.proxy.lines()), "it was met dead"
        becomes(lab.proxy, "answers", **{name: "DOWN"})
        port = urlsplit(lab.processes[name].address).port
        with serve(*SOON, port=port, READY_FILE=str(tmp_path / "ready")):
            becomes(lab.proxy, "answers", **{name: "UP"})
            seen = len(lab.proxy.lines())
            assert {get(lab.proxy.address, question)[1] for question in questions} == {expected}
            until(lambda: f"answers/{name}" in {row["server"] for row in lab.proxy.lines()[seen:]})


def test_a_page_goes_on_while_its_process_is_killed_and_finds_the_other(chromium, tmp_path):
    """By TLS and HTTP/2, as on a server."""
    secure = f"127.0.0.1:{free_port()}"
    variables = {"DESCENT_CERTIFICATE": certificate(tmp_path), "DESCENT_LISTEN_TLS": secure}
    with lab_in(tmp_path, **variables) as lab:
        assert refused(lab.proxy.address, "/") == 301, "readers are sent to TLS"
        with opened(chromium, f"https://{secure}", **LAPTOP, ignore_https_errors=True) as page:
            visit(page, "steps=1000&adam.lr=0.03")
            assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
            page.get_by_text("Loop").click()
            page.locator(f"{STAGE} .play").click()
            goes_on(page)
            expect(page.locator(CONNECTED)).to_have_count(1)
            place = process_of(page.context)
            (other,) = (process for name, process in lab.processes.items() if name != place)
            until(lambda: count(lab, "descent_websockets")[place] == 1)
            lab.processes[place].process.kill()
            until(lambda: metrics(other.address)["descent_websockets",] == 1)
            expect(page.locator(CONNECTED)).to_have_count(1)
            goes_on(page)
            is_dialog_free(page)
            slider(page, "adam.lr").press("ArrowLeft")
            scene = settled(page, r"adam\.lr=0\.0[12]")
            assert process_of(page.context) != place
            page.reload()
            page.wait_for_function(READY)
            assert f"adam.lr={scene['adam.lr']}" in stage(page, "scene")
            assert stage(page, "source") == "exact"
            is_dialog_free(page)
