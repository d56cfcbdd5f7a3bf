"""The lanes: who waits for long is next, whatever came meanwhile."""

import asyncio
from functools import partial
from threading import Event

from tests.loop import run
from ui.lanes import FEW, OVERDUE, Crowd, Lane

TIMEOUT_S = 30


def order(monkeypatch, first, asked, used=0.0):
    """The names of pieces of work in the order in which they are done, after work of the client `first`, who had `used`
    seconds before, has held the lane's only thread until all of them wait. Each is (client, cost, name, s until the
    next one comes).
    """
    now = 0.0
    monkeypatch.setattr("ui.lanes.monotonic", lambda: now)

    async def scene():
        nonlocal now
        lane, held, done = Lane(1, Crowd()), Event(), []
        tasks = [asyncio.create_task(lane.run(first, 0.1, partial(held.wait, TIMEOUT_S)))]
        await asyncio.sleep(0)
        lane._used[first] += used
        for client, cost, name, pause in asked:
            tasks.append(asyncio.create_task(lane.run(client, cost, partial(done.append, name))))
            await asyncio.sleep(0)
            now += pause
        held.set()
        await asyncio.gather(*tasks)
        return done

    return run(scene())


def test_a_client_who_had_much_and_waits_is_next_after_a_while(monkeypatch):
    """Others come whose share is smaller, one after the other: under names that they make up, without end."""
    others = [(f"new {k}", 0.1, f"new {k}", 0.75 * OVERDUE) for k in range(3)]
    done = order(monkeypatch, "had", [("had", 0.1, "had", 0.75 * OVERDUE), *others], used=1000.0)  # a day's work
    assert done == ["had", "new 0", "new 1", "new 2"]


def test_short_work_of_a_client_does_not_keep_its_own_long_work_waiting(monkeypatch):
    asked = [("one", cost, cost, pause) for cost, pause in ((0.2, 1.5 * OVERDUE), (0.1, 0.0), (0.05, 0.0))]
    assert order(monkeypatch, "one", asked) == [0.2, 0.05, 0.1]


def test_who_asks_for_too_much_has_the_short_work_done_first(monkeypatch):
    asked = [("one", 0.2 - 0.01 * k, k, OVERDUE) for k in range(2 * FEW + 1)]
    assert order(monkeypatch, "one", asked)[0] == 2 * FEW, "the shortest, which came last"
