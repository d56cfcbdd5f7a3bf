"""What the server says of itself: readiness, metrics, log lines."""

import json
import logging
import re
import urllib.error
import urllib.request
from collections import Counter

import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.asking import get, metrics
from ui import logs
from ui.watching import ANSWERS, READY, WATCHING, Watch


def test_it_is_ready_once_everything_is_compiled(app_server):
    app_server.wait_for("everything is compiled")
    _, words = get(app_server.address, "/readyz")
    assert words == b"Everything is compiled."
    assert metrics(app_server.address)["descent_ready",] == 1


def test_before_that_it_says_when_to_ask_again():
    before = REGISTRY.get_sample_value("descent_ready") or 0
    READY.set(0)
    try:
        with TestClient(Starlette(routes=WATCHING)) as client:
            answer = client.get("/readyz")
    finally:
        READY.set(before)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_metrics_count_answers_caches_and_lanes(server):
    question = "/paths?surface=booth&steps=37&on=sgd"
    before = metrics(server)
    for _ in range(3):
        get(server, question)
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        get(server, "/code?library=none")
    refused.value.close()
    after = metrics(server)

    def more(*name):
        return after[name] - before.get(name, 0)

    assert more("descent_answers_total", "paths", "200") >= 3
    assert more("descent_answers_total", "code", "400") >= 1
    assert more("descent_answer_seconds_count", "paths") == more("descent_answers_total", "paths", "200")
    assert more("descent_cache_hits_total", "sent") >= 2
    assert more("descent_cache_misses_total", "sent") >= 1
    assert after["descent_cache_bytes", "sent"] > 0
    assert after["descent_cache_bytes", "programs loaded"] > 1e6
    lanes = {name[1] for name in after if name[0] == "descent_waiting"}
    assert lanes == {"computing", "compiling", "measuring", "mapping", "searching"}
    assert after["process_resident_memory_bytes",] > 1e8


def test_metrics_hold_no_question_and_no_address(server):
    get(server, "/grid?surface=formula&surface.f=x^2%2B7.03125y^2&surface.domain=-1,1,-1,1")
    text = get(server, "/metrics")[1].decode()
    assert "7.03125" not in text
    assert "127.0.0.1" not in text


def test_a_refusal_names_its_request(server):
    for given, expected in (("abc-123", "abc-123"), ("a\tb<c>", None), ("caf\xe9", None), ("", None)):
        request = urllib.request.Request(f"{server}/code?library=none", headers={"X-Request-ID": given})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        named = refused.value.headers["X-Request-ID"]
        refused.value.close()
        assert named == expected or (expected is None and re.fullmatch(r"[0-9a-f]{16}", named))


def test_a_question_is_counted_behind_a_proxy_that_cuts_a_path_off():
    """Uvicorn's --root-path puts it before what was asked for."""

    def missing():
        """How many answers of each route were 404."""
        (family,) = ANSWERS.collect()
        found = {sample.labels["route"]: sample.value for sample in family.samples if sample.labels["status"] == "404"}
        return Counter(found)

    before = missing()
    with TestClient(Watch(Starlette(), "/lab", frozenset({"/lab/file"})), root_path="/x") as client:
        for path in ("/x/lab/grid", "/x/lab/file", "/x/lab/metrics"):
            assert client.get(path).status_code == 404
    assert missing() - before == {"grid": 1, "file": 1, "other": 1}


@pytest.fixture
def lines(monkeypatch):
    """Log through the project's filter and formatter; the lines that are written."""
    written = []

    class Kept(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Kept()
    handler.addFilter(logs.Sparing())
    handler.setFormatter(logs.Json())
    log = logging.Logger("lab")
    log.addHandler(handler)
    return log, written


def test_a_line_is_one_object_with_its_request(lines):
    log, written = lines
    token = logs.REQUEST.set("abc")
    try:
        log.error("a %s\nwith two lines", "word", exc_info=ValueError("seven"))
    finally:
        logs.REQUEST.reset(token)
    log.info("another")
    first, second = map(json.loads, written)
    assert first["message"] == "a word\nwith two lines"
    assert first["request"] == "abc"
    assert "seven" in first["traceback"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert second.keys() == {"time", "level", "logger", "message"}


def test_what_a_client_breaks_has_no_traceback_and_fills_no_disk(lines):
    log, written = lines
    for k in range(3 * logs.MOST):
        log.warning("Error deserializing message", exc_info=ValueError(f"byte {k}"))
    log.warning("something else")
    assert len(written) == logs.MOST + 1
    assert "traceback" not in written[0]
    assert json.loads(written[0])["message"] == "Error deserializing message: byte 0"
    assert "left out for a minute" in written[-2]
