"""Equal questions that share one answer, and how many a client may begin in a minute."""

import asyncio
from functools import partial

import pytest

from tests.loop import run
from ui.lanes import Allowance, Flights, Refusal


def test_an_allowance_is_for_a_minute_and_for_different_things(monkeypatch):
    now = 1000.0
    monkeypatch.setattr("ui.lanes.monotonic", lambda: now)
    allowance = Allowance(2, "At most 2 things")
    for thing in "abab":
        allowance.begin("one", thing)
        now += 10
    with pytest.raises(Refusal, match="At most 2 things") as refusal:
        allowance.begin("one", "c")
    assert refusal.value.retry_after == 20
    allowance.begin("other", "c")
    now += 20
    allowance.begin("one", "c")
    with pytest.raises(Refusal):
        allowance.begin("one", "a")
    now += 61
    allowance.begin("new", "a")
    assert list(allowance._begun) == ["new"], "who is gone is forgotten"


def test_equal_questions_share_an_answer_and_end_with_the_last_who_waits():
    async def scene():
        flights, calls, landed = Flights(), [], asyncio.Event()

        async def work():
            calls.append("begun")
            try:
                await landed.wait()
            except asyncio.CancelledError:
                calls.append("cancelled")
                raise
            return "answer"

        one, other = (asyncio.create_task(flights.join("key", work)) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        await asyncio.sleep(0)
        landed.set()
        assert await other == "answer"
        landed.clear()
        lonely = asyncio.create_task(flights.join("key", work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        lonely.cancel()
        await asyncio.gather(lonely, return_exceptions=True)
        await asyncio.sleep(0)
        again = asyncio.create_task(flights.join("key", work))
        await asyncio.sleep(0)
        landed.set()
        assert await again == "answer"
        return calls

    assert run(scene()) == ["begun", "begun", "cancelled", "begun"]


def test_what_fails_fails_for_all_and_is_tried_again():
    async def scene():
        flights, calls = Flights(), []

        async def work():
            calls.append(1)
            await asyncio.sleep(0)
            raise ValueError(len(calls))

        found = await asyncio.gather(*(flights.join("key", work) for _ in range(3)), return_exceptions=True)
        later = await asyncio.gather(flights.join("key", work), return_exceptions=True)
        return [str(error) for error in (*found, *later)]

    assert run(scene()) == ["1", "1", "1", "2"]


def test_who_shares_a_question_is_not_refused_for_its_owner():
    """The owner has too much waiting; those who joined ask anew, once for all of them. What cannot be answered for
    anybody is not asked again.
    """

    async def scene(retry_after):
        flights, asked = Flights(), []

        async def work(client):
            asked.append(client)
            await asyncio.sleep(0)
            if client == "greedy" or not retry_after:
                raise Refusal(429, client, retry_after)
            return client

        joined = (flights.join("key", partial(work, client)) for client in ("greedy", "one", "other"))
        found = await asyncio.gather(*joined, return_exceptions=True)
        return [str(answer) for answer in found], asked

    assert run(scene(2)) == (["greedy", "one", "one"], ["greedy", "one"])
    assert run(scene(None)) == (["greedy"] * 3, ["greedy"])
