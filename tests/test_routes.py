"""Many readers at once: different questions do not wait for each other, and each gets its own answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from surfaces import SURFACES
from ui import answer_cache, answers
from ui.routes import ROUTES

TIMEOUT_S = 60  # after which a test no longer waits


@pytest.fixture
def client(monkeypatch):
    """The routes, with nothing kept yet and no folder to keep anything in."""
    monkeypatch.setattr(answer_cache, "cache_folder", lambda: None)
    answer_cache._answer.cache_clear()
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
    answer_cache._answer.cache_clear()
    assert [answer.content for answer in together] == [client.get(question).content for question in asked]
    assert len({answer.content for answer in together}) == len(asked)
