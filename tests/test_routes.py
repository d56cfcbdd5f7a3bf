"""Many readers at once: different questions do not wait for each other, and each gets its own answer."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import brotli
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from surfaces import SURFACES
from tests.loop import run
from ui import answer_cache, answers, routes
from ui.lanes import LONG, Allowance, Crowd, Flights, Lane, Refusal
from ui.routes import ROUTES

TIMEOUT_S = 60  # after which a test no longer waits


@pytest.fixture
def client(monkeypatch):
    """The routes, with nothing kept yet and no folder to keep anything in."""
    monkeypatch.setattr(answer_cache, "cache_folder", lambda: None)
    answer_cache.answers.clear()
    with TestClient(Starlette(routes=ROUTES)) as client:
        yield client


@pytest.mark.parametrize("route", ["paths", "grid"])
def test_a_question_is_answered_while_another_is_computed(client, monkeypatch, route):
    """The first question is computed only once the second has its answer: were either to wait, none would come."""
    begun, answered = Event(), Event()

    def slow(scene):
        if scene.surface == "beale":
            begun.set()
            assert answered.wait(TIMEOUT_S), "the second question waits for the first"
        return scene.surface.encode()

    monkeypatch.setattr(answers, route, slow)
    with ThreadPoolExecutor(1) as reader:
        first = reader.submit(client.get, f"/{route}?surface=beale")
        assert begun.wait(TIMEOUT_S)
        assert client.get(f"/{route}?surface=saddle").text == "saddle"
        assert not first.done()
        answered.set()
        assert first.result().text == "beale"


def test_questions_asked_at_the_same_moment_are_answered_as_one_by_one(client):
    """Among them two formulas that nobody has typed before, which are compiled for it."""
    formula = "/paths?surface=formula&surface.domain=-2,2,-2,2&steps=10&on=sgd&surface.f="
    asked = [
        *(
            f"/{route}?surface={surface}&steps=10&on=sgd"
            for route in ("paths", "grid")
            for surface in list(SURFACES)[:2]
        ),
        *(formula + text for text in ("x^2+7y^2", "x^4+y^2")),
    ]
    everybody = Barrier(len(asked))

    def ask(question):
        everybody.wait(TIMEOUT_S)
        return client.get(question)

    with ThreadPoolExecutor(len(asked)) as readers:
        together = list(readers.map(ask, asked))
    assert [answer.status_code for answer in together] == [200] * len(asked)
    answer_cache.answers.clear()
    assert [answer.content for answer in together] == [client.get(question).content for question in asked]
    assert len({answer.content for answer in together}) == len(asked)


def test_a_formula_that_nobody_typed_before_is_compiled_in_two_rounds(client):
    """Its minima and its paths at once: one after the other the picture would come later."""
    rounds = []
    attempt = routes._attempt

    def counted(name, query, coding):
        found = attempt(name, query, coding)
        rounds.append(sorted(key[0].__name__ for key in found) if isinstance(found, dict) else name)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes, "_attempt", counted)
        question = "/paths?surface=formula&surface.f=x^2 %2B 8.125 y^2&surface.domain=-2,2,-2,2&on=sgd,newton&steps=10"
        assert client.get(question).status_code == 200
    assert rounds[0] == ["_hessian_of", "_runs", "_runs", "_search_of"]
    assert rounds[-1] == "paths"
    assert len(rounds) <= 3, "and another one where the surface has kinks"


def test_a_question_of_a_page_that_was_closed_is_not_computed(client, monkeypatch):
    """It waits for a thread; those that are computed go on."""
    held, begun, asked = Event(), Event(), []

    def slow(scene):
        asked.append(scene.surface)
        begun.set()
        assert held.wait(TIMEOUT_S)
        return b"slow"

    monkeypatch.setattr(answers, "grid", slow)
    lanes = [Lane(1, Crowd()) for _ in range(2)]
    monkeypatch.setattr(routes, "_desk", lambda _: routes.Desk(*lanes, Flights(), Allowance(1, "")))

    async def closed(surface):
        """Ask as a page that is closed at once."""
        messages = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
        scope = {"type": "http", "method": "GET", "path": "/grid", "query_string": f"surface={surface}".encode()}
        scope |= {"headers": [], "client": ("127.0.0.1", 1), "root_path": "", "scheme": "http", "server": ("test", 80)}

        async def receive():
            return messages.pop(0)

        async def send(message):
            pass

        await client.app(scope, receive, send)

    with ThreadPoolExecutor(2) as readers:
        first = readers.submit(client.get, "/grid?surface=beale")
        assert begun.wait(TIMEOUT_S)
        client.portal.call(closed, "saddle")
        held.set()
        assert first.result().status_code == 200
    assert client.get("/grid?surface=booth").status_code == 200
    assert asked == ["beale", "booth"]


@pytest.mark.parametrize(
    "question", ["/paths?surface=booth&steps=50", "/figure?steps=20", "/figure?format=html&steps=20"]
)
def test_answers_are_packed_once_for_a_network_and_not_for_the_same_machine(client, question):
    sent = {}
    for host, coding in (
        ("192.168.0.7", "br, gzip"),
        ("192.168.0.7", "br;q=0, gzip"),
        ("192.168.0.7", "br;q=0"),
        ("::1", "br"),
    ):
        with (
            TestClient(client.app, client=(host, 1)) as reader,
            reader.stream("GET", question, headers={"Accept-Encoding": coding}) as answer,
        ):
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["Content-Length"]
            sent[answer.headers["Content-Encoding"], host] = b"".join(answer.iter_raw())
    assert {coding for coding, _ in sent} == {"br", "gzip", "identity"}
    whole = sent["identity", "::1"]
    assert sent["identity", "192.168.0.7"] == whole
    assert brotli.decompress(sent["br", "192.168.0.7"]) == whole
    assert gzip.decompress(sent["gzip", "192.168.0.7"]) == whole
    assert len(sent["br", "192.168.0.7"]) < 0.8 * len(whole)


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        (f"/grid?surface={'x' * 9000}", 414, "at most 8192 characters"),
        ("/code?optimizer=none", 400, "library must be one of"),
    ],
)
def test_a_refusal_says_why_in_plain_text(client, question, status, words):
    answer = client.get(question)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_may_draw_so_many_new_formulas_a_minute(client, monkeypatch):
    monkeypatch.setattr(routes, "NEW_FORMULAS", 2)
    routes._desk.cache_clear()
    own = "/grid?surface=formula&surface.domain=-2,2,-2,2&surface.f="
    try:
        for k in (3, 5, 3):
            assert client.get(f"{own}x^2 %2B {k}.0625 y^2").status_code == 200
        refused = client.get(f"{own}x^2 %2B 7.0625 y^2")
        other = client.get(f"{own}x^2 %2B 7.0625 y^2", headers={routes.CLIENT: "another page"})
        again = client.get(f"{own}x^2 %2B 5.0625 y^2")
        library = client.get("/grid?surface=beale")
    finally:
        routes._desk.cache_clear()
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "At most 2 new formulas" in refused.text
    assert [answer.status_code for answer in (other, again, library)] == [200] * 3


def test_too_many_questions_are_refused_with_a_time_to_come_back(client, monkeypatch):
    def full(*_):
        raise Refusal(429, "please ask again", 2)

    monkeypatch.setattr(Lane, "_refuse_too_much", full)
    answer = client.get("/grid?surface=beale")
    assert (answer.status_code, answer.headers["Retry-After"], answer.text) == (429, "2", "please ask again")


def test_an_answer_at_hand_weighs_as_much_as_its_question(client):
    """What the server does not know of a question is ignored, and must not fill the memory."""
    routes._desk.cache_clear()
    try:
        for k in range(20):
            assert client.get(f"/formula?formula=x&domain=0,1,0,1&unknown={k}{'z' * 7000}").status_code == 200
        assert client.portal.call(routes.desk).at_hand.weight > 20 * 7000
    finally:
        routes._desk.cache_clear()


def test_one_refused_program_leaves_no_other_of_its_question_waiting(client, monkeypatch):
    """And what the place of all of them cost is given back."""
    lane = Lane(1, Crowd())
    held, begun, asked = Event(), Event(), []

    def hold():
        begun.set()
        held.wait(TIMEOUT_S)

    async def scene():
        desk = routes.Desk(Lane(1, Crowd()), lane, Flights(), Allowance(9, "formulas"))
        busy = asyncio.create_task(lane.run("busy", 0.1, hold))
        await asyncio.to_thread(begun.wait, TIMEOUT_S)
        run = lane.run

        async def run_or_refuse(client, cost, work, place):
            asked.append(client)
            if len(asked) == 3:
                raise Refusal(503, "full", 5)
            return await run(client, cost, work, place)

        monkeypatch.setattr(lane, "run", run_or_refuse)
        monkeypatch.setattr(routes, "_attempt", lambda *_: dict.fromkeys("abc", Event))
        with pytest.raises(Refusal, match="full"):
            await routes._compute(desk, "grid", {}, "one", "identity")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting, used = lane.waiting, lane._used.get("one", 0.0)
        held.set()
        await busy
        return waiting, round(used, 9)

    assert run(scene()) == (0, 0.0)
    assert asked == ["one"] * 3


def test_the_search_for_the_minima_of_a_letter_that_is_dragged_is_long_work():
    query = {"surface": "formula", "surface.f": "a x^2", "on": "sgd", "steps": "100"}
    assert routes._cost("fan", {**query, "vary": "surface.a"}) > LONG
    assert routes._cost("fan", {**query, "vary": "sgd.lr"}) < LONG
