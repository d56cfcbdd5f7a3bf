"""The lanes: who waits for long is next, whatever came meanwhile."""

import asyncio
from functools import partial
from threading import Event

from tests.loop import run
from ui.lanes import FEW, OVERDUE, Crowd, Lane

TIMEOUT_S = 30


def test_a_client_who_had_much_and_waits_is_next_after_a_while(monkeypatch):
    """Others come whose share is smaller, one after the other: under names that they make up, without end."""
    now = 0.0
    monkeypatch.setattr("ui.lanes.monotonic", lambda: now)

    async def scene():
        nonlocal now
        lane, held, done = Lane(1, Crowd()), Event(), []
        had = asyncio.create_task(lane.run("had", 5.0, partial(held.wait, TIMEOUT_S)))
        await asyncio.sleep(0)
        lane._used["had"] = 1000.0  # a day's work
        waiting = [asyncio.create_task(lane.run("had", 0.1, partial(done.append, "had")))]
        for k in range(3):
            await asyncio.sleep(0)
            now += 0.75 * OVERDUE
            waiting.append(asyncio.create_task(lane.run(f"new {k}", 0.1, partial(done.append, f"new {k}"))))
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(had, *waiting)
        return done

    assert run(scene()) == ["had", "new 0", "new 1", "new 2"]


def test_short_work_of_a_client_does_not_keep_its_own_long_work_waiting(monkeypatch):
    now = 0.0
    monkeypatch.setattr("ui.lanes.monotonic", lambda: now)

    async def scene():
        nonlocal now
        lane, held, done = Lane(1, Crowd()), Event(), []
        tasks = [asyncio.create_task(lane.run("one", 0.1, partial(held.wait, TIMEOUT_S)))]
        for cost, pause in ((0.2, 1.5 * OVERDUE), (0.1, 0.0), (0.05, 0.0)):
            tasks.append(asyncio.create_task(lane.run("one", cost, partial(done.append, cost))))
            await asyncio.sleep(0)
            now += pause
        held.set()
        await asyncio.gather(*tasks)
        return done

    assert run(scene()) == [0.2, 0.05, 0.1]


def test_who_asks_for_too_much_has_the_short_work_done_first(monkeypatch):
    now = 0.0
    monkeypatch.setattr("ui.lanes.monotonic", lambda: now)

    async def scene():
        nonlocal now
        lane, held, done = Lane(1, Crowd()), Event(), []
        tasks = [asyncio.create_task(lane.run("one", 0.1, partial(held.wait, TIMEOUT_S)))]
        for k in range(2 * FEW + 1):
            cost = 0.2 - 0.01 * k
            tasks.append(asyncio.create_task(lane.run("one", cost, partial(done.append, k))))
            await asyncio.sleep(0)
            now += OVERDUE
        held.set()
        await asyncio.gather(*tasks)
        return done

    assert run(scene())[0] == 2 * FEW, "the shortest, which came last"
