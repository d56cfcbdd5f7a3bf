"""The lanes: whose turn it is, who is refused, who leaves, and who shares."""

import asyncio
from functools import partial
from itertools import count
from threading import Event
from time import perf_counter

import pytest

from tests.loop import run
from ui.lanes import FEW, LATELY, LONG, MOST_OF_ONE, Crowd, Lane, Refusal

TIMEOUT_S = 30


def test_clients_take_turns_and_short_work_goes_first():
    """One thread, held until all others wait: the order in which these are done."""

    async def scene():
        lane, held, done = Lane(1, Crowd()), Event(), []
        first = asyncio.create_task(lane.run("greedy", 0.1, partial(held.wait, TIMEOUT_S)))
        await asyncio.sleep(0)
        others = [
            ("greedy", 0.2, "greedy, long"),
            ("greedy", 0.1, "greedy, short"),
            ("late", 0.2, "late, long"),
            ("late", 0.1, "late, short"),
            ("alone", 0.1, "alone"),
        ]
        tasks = [
            asyncio.create_task(lane.run(client, cost, partial(done.append, what))) for client, cost, what in others
        ]
        await asyncio.sleep(0)
        assert lane.waiting == len(others)
        held.set()
        await asyncio.gather(first, *tasks)
        return done

    done = run(scene())
    assert done[:2] == ["late, short", "alone"], "those who had nothing yet, before the one who had the thread"
    assert done.index("late, short") < done.index("late, long")
    assert done.index("greedy, short") < done.index("greedy, long")


def test_newcomers_without_end_do_not_keep_a_known_client_waiting():
    """Who had a fan asks for a release while there is always somebody who had nothing yet."""

    async def scene():
        lane, done, newcomers = Lane(1, Crowd()), [], count()

        def work(what):
            done.append(what)
            begin = perf_counter()
            while perf_counter() - begin < 0.002:
                pass

        async def come():
            """Somebody new, who is followed by another while the known client waits, and there are a hundred."""
            await lane.run(f"{(k := next(newcomers))}", 0.002, partial(work, "new"))
            if k < 100:
                await come()

        await lane.run("known", 0.002, partial(work, "fan"))
        coming = [asyncio.create_task(come()) for _ in range(3)]
        await asyncio.sleep(0)
        await lane.run("known", 0.0005, partial(work, "release"))
        await asyncio.gather(*coming)
        return done.index("release")

    assert run(scene()) < 20


def test_a_place_of_who_leaves_before_the_turn_costs_nothing():
    """Who comes back is served before who came later."""

    async def scene():
        lane, held, done = Lane(1, Crowd()), Event(), []
        first = asyncio.create_task(lane.run("busy", 0.1, partial(held.wait, TIMEOUT_S)))
        await asyncio.sleep(0)
        with lane.place("left", 10.0) as place:  # for two pieces, the second of which is not even asked for
            left = asyncio.create_task(lane.run("left", 5.0, partial(done.append, "?"), place))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)
        tasks = [asyncio.create_task(lane.run(name, 0.1, partial(done.append, name))) for name in ("left", "later")]
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(first, *tasks)
        return done

    assert run(scene()) == ["left", "later"]


@pytest.mark.parametrize("others", [False, True])
def test_who_has_many_pieces_waiting_rests_between_them_while_others_are_there(others, monkeypatch):
    """A rest that is longer than the test: then pieces are left, although no thread has anything to do."""
    monkeypatch.setattr("ui.lanes.REST", 1000.0)
    pieces = FEW + 3

    async def scene():
        lane, done = Lane(1, Crowd()), []
        if others:
            await lane.run("another", 0.1, partial(done.append, "another's"))
        tasks = [asyncio.create_task(lane.run("greedy", 0.1, partial(done.append, k))) for k in range(pieces)]
        await tasks[0]
        if others:
            await lane.run("another", 0.1, partial(done.append, "another's"))
            assert lane.waiting == pieces - 1
            assert done == ["another's", 0, "another's"]
        else:
            await asyncio.gather(*tasks)
            assert done == [*range(pieces)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(scene())


def test_work_that_belongs_together_is_done_before_that_of_later_clients():
    """Three clients with four pieces each: one after the other, not all at the end. Who asks for more comes later."""

    async def scene():
        lane, held, done = Lane(1, Crowd()), Event(), []
        first = asyncio.create_task(lane.run("busy", 0.1, partial(held.wait, TIMEOUT_S)))
        await asyncio.sleep(0)

        async def ask(what):
            client = what.partition(" ")[0]
            with lane.place(client, 0.4) as place:
                await asyncio.gather(*(lane.run(client, 0.1, partial(done.append, what), place) for _ in range(4)))

        tasks = [asyncio.create_task(ask(what)) for what in ("one", "two", "one again", "three")]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(first, *tasks)
        return done

    assert run(scene()) == [what for what in ("one", "two", "three", "one again") for _ in range(4)]


def test_long_work_leaves_a_thread_to_short_work():
    async def scene():
        lane, held, done = Lane(2, Crowd()), Event(), []
        long = [asyncio.create_task(lane.run(f"{k}", 2 * LONG, partial(held.wait, TIMEOUT_S))) for k in range(3)]
        await asyncio.sleep(0)
        await asyncio.wait_for(lane.run("short", LONG / 9, partial(done.append, 1)), TIMEOUT_S)
        waiting = lane.waiting
        held.set()
        await asyncio.gather(*long)
        return waiting, done

    assert run(scene()) == (2, [1])


def test_a_client_has_one_thread_while_others_ask_and_all_otherwise(monkeypatch):
    async def scene(others):
        crowd = Crowd()
        lane, held, begun = Lane(3, crowd), Event(), []

        def work():
            begun.append(1)
            held.wait(TIMEOUT_S)

        if others:
            crowd.note("other")
        tasks = [asyncio.create_task(lane.run("greedy", 0.1, work)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting = lane.waiting
        held.set()
        await asyncio.gather(*tasks)
        return waiting

    assert run(scene(others=True)) == 2
    assert run(scene(others=False)) == 0
    now = 1000.0
    monkeypatch.setattr("ui.lanes.monotonic", lambda: now)
    crowd = Crowd()
    crowd.note("one")
    crowd.note("other")
    assert crowd.has_others("one")
    now += LATELY + 1
    assert not crowd.has_others("one")
    crowd.note("one")
    assert len(crowd._seen) == 1, "who is gone is forgotten"


def test_a_client_who_asks_too_much_is_told_when_to_come_back():
    async def scene():
        lane, held = Lane(1, Crowd()), Event()
        tasks = [
            asyncio.create_task(lane.run("greedy", 0.1, partial(held.wait, TIMEOUT_S))) for _ in range(MOST_OF_ONE + 1)
        ]
        await asyncio.sleep(0)
        with pytest.raises(Refusal, match="At most 32 questions") as refusal:
            await lane.run("greedy", 0.1, Event)
        other = asyncio.create_task(lane.run("other", 0.1, lambda: "answered"))
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(*tasks)
        return refusal.value.status, refusal.value.retry_after, await other

    assert run(scene()) == (429, 2, "answered")


def test_pieces_of_work_at_one_place_are_one_question():
    """A formula lacks more programs than a client may have questions waiting."""

    async def scene():
        lane, held = Lane(1, Crowd()), Event()
        with lane.place("one", 4.0) as place:
            works = (lane.run("one", 0.1, partial(held.wait, TIMEOUT_S), place) for _ in range(MOST_OF_ONE + 8))
            tasks = [asyncio.create_task(work) for work in works]
            await asyncio.sleep(0)
            assert lane.waiting == MOST_OF_ONE + 7
            held.set()
            return await asyncio.gather(*tasks)

    assert run(scene()) == [True] * (MOST_OF_ONE + 8)


def test_who_goes_away_frees_the_place_and_an_error_frees_the_thread():
    async def scene():
        lane, held, done = Lane(1, Crowd()), Event(), []
        first = asyncio.create_task(lane.run("a", 0.1, partial(held.wait, TIMEOUT_S)))
        await asyncio.sleep(0)
        gone = asyncio.create_task(lane.run("b", 0.1, partial(done.append, "gone")))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert lane.waiting == 0
        held.set()
        await first
        with pytest.raises(ZeroDivisionError):
            await lane.run("c", 0.1, lambda: 1 // 0)
        await lane.run("d", 0.1, partial(done.append, "next"))
        return done

    assert run(scene()) == ["next"]


def test_a_thread_is_free_only_once_its_work_ends_though_nobody_waits_for_it():
    async def scene():
        lane, held, begun, done = Lane(1, Crowd()), Event(), asyncio.Event(), []
        loop = asyncio.get_running_loop()

        def work():
            loop.call_soon_threadsafe(begun.set)
            held.wait(TIMEOUT_S)
            done.append("first")

        gone = asyncio.create_task(lane.run("a", 0.1, work))
        await begun.wait()
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        next = asyncio.create_task(lane.run("b", 0.1, partial(done.append, "next")))
        await asyncio.sleep(0)
        waiting = lane.waiting
        held.set()
        await next
        return waiting, done

    assert run(scene()) == (1, ["first", "next"])
