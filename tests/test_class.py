"""A class at once: who visits, drags, reloads, types a formula or vanishes gets answers, and the right ones."""

import re
import time
import urllib.request
from urllib.parse import urlencode, urlsplit

import pytest

from benchmarks.load.crowd import crowd, named
from benchmarks.load.student import DRAGGED, Student, Tally, scene, site_of
from tests.conftest import LAPTOP, opened
from tests.driver import visit
from tests.loop import run
from tests.serving import ROOT
from ui.answers import ANSWERS

STUDENTS = 30
SAID = int(re.findall(r"first visit makes (\d+) requests", (ROOT / "docs" / "architecture.md").read_text())[0])
SURFACES = ("ravine", "saddle")
FORMULA = {"surface": "formula", "surface.f": "x^2 + 3.0625 y^2", "surface.domain": "-2,2,-2,2"}


@pytest.fixture(scope="module")
def asked(chromium, server):
    """The addresses that a browser asks for in a first visit: at least as many as the documentation says."""
    urls = []
    with opened(chromium, server, **LAPTOP) as page:
        page.on("requestfinished", lambda request: urls.append(request.url) if request.url.startswith(server) else None)
        visit(page)
        page.wait_for_load_state("networkidle")
        while len(urls) < SAID:  # a busy browser is idle for half a second before it asks for the last ones
            page.wait_for_event("requestfinished")
    return urls


@pytest.fixture
def site(asked, server, monkeypatch):
    # What an answer takes is no matter here: the limit of the test is enough.
    monkeypatch.setattr("benchmarks.load.student.PATIENCE", None)
    return run(site_of(server, asked))


class Since:
    """What the server has answered since now; its log holds a line for every request, also of those who left."""

    def __init__(self, app_server):
        self.server = app_server
        mark = f"/_stcore/health?{time.monotonic_ns()}"
        urllib.request.urlopen(app_server.address + mark).close()
        app_server.wait_for(f"answered {mark}")  # what was answered before it is in the log by now
        self.before = len(app_server.log())

    def answered(self, last: str) -> list[str]:
        """The addresses in the order of their ends, once `last` is among them."""
        self.server.wait_for(f"answered {last}")
        return re.findall(r"^answered (\S+)", self.log(), re.MULTILINE)

    def log(self) -> str:
        return self.server.log()[self.before :]


def test_a_student_asks_for_what_a_browser_asks_for(site, asked, app_server):
    tally, since = Tally(), Since(app_server)

    async def life(student: Student) -> None:
        await student.visit()
        await student.ask("paths", {"surface": "saddle", "seed": "77"})

    run(crowd(site, tally, ["the only one"], life))
    assert tally.errors == {}
    *answered, _ = since.answered("/paths?surface=saddle&seed=77")
    # As sets: a browser may ask for the page's icon once more when it has been closed.
    assert {urlsplit(url).path for url in answered} == {urlsplit(url).path for url in asked}
    assert tally.requests - 1 == len(asked) == SAID


def test_everybody_gets_the_right_answers_and_who_vanishes_leaves_nothing_behind(site, app_server):
    tally, since, kept, left = Tally(), Since(app_server), [], []

    async def life(student: Student) -> None:
        k = int(student.name.split()[-1])
        await student.visit()
        query = scene(student.random, SURFACES[k % 2])
        await student.drag(query, DRAGGED[k % len(DRAGGED)])
        if k % 3 == 0:
            await student.reload(query)
        if k % 10 == 1:
            await student.type(FORMULA)
            await student.drag({**FORMULA, "start": f"1,{k / 100}"}, "adam.lr")
        if k % 5 == 2:
            left.append({**query, "start": f"0.5,{k / 100}"})
            await student.vanish(left[-1], reading=k % 2 == 0)
            await student.reload(query)
        for route, more in {"paths": {}, "grid": {}, "fan": {"vary": "adam.lr"}}.items():
            kept.append((route, {**query, **more}, await student.ask(route, {**query, **more})))

    run(crowd(site, tally, named("student", STUDENTS), life))
    assert (tally.errors, tally.waits) == ({}, {})
    done = {what: len(times) for what, times in tally.took.items()}
    assert done == {"visit": 30, "fan": 33, "release": 33, "reload": 16, "formula": 3}

    for query in left:
        since.answered(f"/fan?{urlencode(query)}")
    own = {"surface": "saddle", "seed": "78"}
    later = Tally()
    run(crowd(site, later, ["later"], lambda student: student.ask("paths", own)))
    assert later.errors == {}
    answered = since.answered("/paths?surface=saddle&seed=78")
    # A browser may ask for the page's icon once more when it has been closed.
    icons = sum(address.startswith("/favicon.png") for address in answered) - STUDENTS
    assert len(answered) - icons == tally.requests + later.requests, "nobody still waits"
    assert "Traceback" not in since.log()

    assert len(kept) == 3 * STUDENTS
    for route, query, body in kept:
        assert body == ANSWERS[route](dict(query)).content, (route, query)
