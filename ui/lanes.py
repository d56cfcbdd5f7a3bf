"""Work in threads, a few at a time, for which clients take turns; and equal questions that share one answer."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from math import ceil
from threading import get_native_id
from time import monotonic, perf_counter
from typing import Any, TypeVar

T = TypeVar("T")

MOST_OF_ONE = 32  # questions that one client may have waiting
MOST = 1024  # that all have together
LATELY = 3.0  # s since its last question, in which a client is one of the crowd
MINUTE = 60.0  # s
LONG = 0.25  # s: longer work leaves one thread to the others
FEW = 4  # pieces of work of one client that may wait without a rest between them: no page asks for more at a time
REST = 0.01  # s: its least rest, as even the shortest work keeps the event loop busy
OVERDUE = 0.5  # s: a client who waits for so long, and had nothing done meanwhile, is next, whoever else has come


class Refusal(Exception):
    """A question that is not answered; the message says why, and what was expected and what came.

    `retry_after` is the number of seconds after which the same question may be answered, if it may. `ui.words.say` says
    the template, with the values in it, in other languages.
    """

    def __init__(self, status: int, template: str, retry_after: int | None = None, **values: object) -> None:
        super().__init__(template.format(**values))
        self.status, self.retry_after = status, retry_after
        self.template, self.values = template, values


@dataclass(eq=False)
class Place:
    """A place in the queue for several pieces of work that belong together."""

    rank: float
    left: float  # s of its cost that no piece has used


@dataclass(eq=False)
class _Waiting:
    client: str
    cost: float  # s, as far as is known before
    order: int
    place: Place | None  # where it belongs together with others
    since: float = field(default_factory=lambda: monotonic())
    turn: asyncio.Future = field(default_factory=lambda: asyncio.get_running_loop().create_future())


def _step_back(nice: int) -> None:
    """Give this thread a lower priority, where the system counts priorities by thread."""
    if nice and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), nice)


class Crowd:
    """Which clients have asked for something lately."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}  # by client, the time of the last question, the latest at the end

    def note(self, client: str) -> None:
        """The client asks for something."""
        now = monotonic()
        self._seen.pop(client, None)
        self._seen[client] = now
        for other, when in list(self._seen.items()):
            if now - when < LATELY:
                break
            del self._seen[other]

    def has_others(self, client: str) -> bool:
        """Whether other clients have asked for something lately, too."""
        now = monotonic()
        return any(now - when < LATELY for other, when in self._seen.items() if other != client)


class Allowance:
    """How many different things each client may begin in a minute; what refuses more has the number at {most}."""

    def __init__(self, most: int, refusal: str) -> None:
        self.most, self.refusal = most, refusal
        self._begun: dict[str, dict[Hashable, float]] = {}  # by client and thing, when; those begun last at the end

    def begin(self, client: str, thing: Hashable) -> None:
        """The client begins with a thing, or goes on with it. Raises Refusal."""
        now = monotonic()
        for other, things in list(self._begun.items()):
            if now - max(things.values()) < MINUTE:
                break
            del self._begun[other]
        mine = {known: when for known, when in self._begun.pop(client, {}).items() if now - when < MINUTE}
        self._begun[client] = mine
        if thing in mine:
            return
        if len(mine) >= self.most:
            wait = ceil(MINUTE + min(mine.values()) - now)
            raise Refusal(429, self.refusal, wait, most=self.most)
        mine[thing] = now


class Lane:
    """Threads that belong to one kind of work. It is used in one event loop.

    The next piece of work is the one after which its client will have had least of the threads' time: short work goes
    before long, and who had little before who had much. The time that clients had is counted from a level, their fair
    share: it rises by the time that is given to one of them divided by all who are there. A client who comes new begins
    at the level, so that nobody saves up time, and nobody waits for ever behind those who come new (weighted fair
    queuing: Demers, Keshav and Shenker 1989). While others of the crowd ask, too, a client has one thread at a time,
    and who has many pieces waiting rests after each for as long as it took. Threads that are nice, in Unix's sense,
    leave the processor to others.
    """

    def __init__(self, threads: int, crowd: Crowd, nice: int = 0) -> None:
        self.threads, self.crowd = threads, crowd
        self._pool = ThreadPoolExecutor(threads, "lane", partial(_step_back, nice))
        self._order = count()
        self._waiting: list[_Waiting] = []
        self._running: list[_Waiting] = []
        self._used: dict[str, float] = {}  # s of threads' time by client, on the scale of the level
        self._level = 0.0  # s that are everybody's fair share
        self._resting: set[str] = set()
        self._served: dict[str, float] = {}  # by client that is present, when work of it was begun last

    @property
    def waiting(self) -> int:
        """How many pieces of work wait."""
        return len(self._waiting)

    def others(self, client: str) -> int:
        """How many clients but this one have work that waits."""
        return len({one.client for one in self._waiting} - {client})

    @contextmanager
    def place(self, client: str, cost: float) -> Iterator[Place]:
        """A place for several pieces of work that belong together, of so much cost in all: they are not done in turn
        with those of other clients, which would end all at the same late time. What is not used of it is given back.
        """
        self._used[client] = max(self._used.get(client, 0.0), self._level) + cost
        place = Place(self._used[client], cost)
        try:
            yield place
        finally:
            if client in self._used:
                self._used[client] -= place.left

    async def run(self, client: str, cost: float, work: Callable[[], T], place: Place | None = None) -> T:
        """Do the work in a thread once it is its turn; cancelled before that, it leaves the queue. Raises Refusal."""
        mine = _Waiting(client, cost, next(self._order), place)
        self._refuse_too_much(mine)
        self.crowd.note(client)
        self._waiting.append(mine)
        self._used[client] = max(self._used.get(client, 0.0), self._level)
        self._next()
        try:
            await mine.turn
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            else:
                self._end(mine, 0.0)
            raise
        began = perf_counter()
        doing = asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, work)
        doing.add_done_callback(lambda _: self._end(mine, perf_counter() - began))
        return await asyncio.shield(doing)  # whoever waits may leave: the thread is taken until it ends

    def _refuse_too_much(self, one: _Waiting) -> None:
        # Pieces of work at one place belong to one question.
        questions = {(other.client, other.place or other) for other in self._waiting}
        if (one.client, one.place) in questions:
            return
        if len(questions) >= MOST:
            raise Refusal(503, "The server has too much to do: please ask again in a moment.", 5)
        if sum(client == one.client for client, _ in questions) >= MOST_OF_ONE:
            what = "At most {most} questions of one page wait at a time: please ask again."
            raise Refusal(429, what, 2, most=MOST_OF_ONE)

    def _next(self) -> None:
        """Give the free threads to those whose turn it is."""
        while self._waiting and len(self._running) < self.threads:
            long = sum(one.cost > LONG for one in self._running)
            fit = self._waiting
            if self.threads > 1 and long >= self.threads - 1:
                fit = [one for one in self._waiting if one.cost <= LONG]
            busy = self._resting.union(one.client for one in self._running)
            fit = [one for one in fit if one.client not in busy or not self.crowd.has_others(one.client)]
            if not fit:
                return
            now = monotonic()
            late = [one for one in fit if now - self._idle_since(one) > OVERDUE]
            client = (min(late, key=self._idle_since) if late else min(fit, key=self._rank)).client
            # Of a client's own, what is short does not go before what waits for long, either, unless it asks too much.
            own = [one for one in fit if one.client == client]
            old = [one for one in own if now - one.since > OVERDUE] if len(own) <= 2 * FEW else []
            chosen = min(old, key=lambda one: one.since) if old else min(own, key=self._rank)
            self._served[client] = now
            self._waiting.remove(chosen)
            self._running.append(chosen)
            if chosen.place:  # which is paid for
                chosen.place.left -= chosen.cost
            else:
                self._level = max(self._level, self._used[chosen.client])
                self._used[chosen.client] += chosen.cost
            if not chosen.turn.done():
                chosen.turn.set_result(None)

    def _idle_since(self, one: _Waiting) -> float:
        """When it came, or when work of its client was begun last."""
        return max(one.since, self._served.get(one.client, 0.0))

    def _rank(self, one: _Waiting) -> tuple[float, int]:
        """What has the lowest is next."""
        return one.place.rank if one.place else self._used[one.client] + one.cost, one.order

    def _present(self) -> set[str]:
        """The clients who wait or are served."""
        return {one.client for one in (*self._waiting, *self._running)}

    def _end(self, one: _Waiting, took: float) -> None:
        self._level += took / len(self._present())
        self._running.remove(one)
        self._used[one.client] += took - one.cost
        if one.place is None and sum(other.client == one.client for other in self._waiting) > FEW:
            self._resting.add(one.client)
            asyncio.get_running_loop().call_later(took + REST, self._rested, one.client)
        self._next()
        present = self._present()
        self._used = {client: used for client, used in self._used.items() if used > self._level or client in present}
        self._served = {client: when for client, when in self._served.items() if client in present}

    def _rested(self, client: str) -> None:
        self._resting.discard(client)
        self._next()


class Flights:
    """Equal questions that are asked while one of them is under way share its answer.

    Whoever asks may go away: once nobody waits any more, the work is cancelled, if it still waits for its turn. Who
    shares the question of a client that has too much waiting, and is refused for it, asks anew.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task] = {}
        self._waiters: Counter[Hashable] = Counter()

    def __contains__(self, key: Hashable) -> bool:
        """Whether such a question is under way."""
        return key in self._tasks

    async def join(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of work(), a coroutine function, or of the one under way for the same key."""
        while True:
            shared = key in self
            try:
                return await self._join(key, work)
            except Refusal as refusal:
                if not shared or not refusal.retry_after:
                    raise

    async def _join(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work())
            task.add_done_callback(partial(self._landed, key))
        self._waiters[key] += 1
        try:
            return await asyncio.shield(task)
        finally:
            self._waiters[key] -= 1
            if not self._waiters[key]:
                del self._waiters[key]
                if not task.done():
                    self._tasks.pop(key, None)
                    task.cancel()

    def _landed(self, key: Hashable, task: asyncio.Task) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()  # it is raised where it is awaited; nobody may be left who does
