"""One of two processes behind the proxy of deploy/ is killed in the middle of a class."""

import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path

from benchmarks.load.crowd import Room, crowd, named, times, troubles
from benchmarks.load.student import DRAGGED, Site, Student, Tally, scene
from benchmarks.measure import Row, Server, serve
from tests.asking import metrics
from tests.proxy import Proxy, environment, proxied

EVERY = 10.0  # s between two drags of a student
AGAIN = 0.5  # s after which a page whose connection was refused tries again
SESSIONS = ("descent_websockets",)


class Class:
    """Students who drag on scenes of their own, and come back to these when their connection is gone."""

    def __init__(self, before: float, after: float) -> None:
        now = time.monotonic()
        self.killed = asyncio.Event()
        self.moment = now + before  # when a process is killed
        self.end = self.moment + after
        self.dragging, self.returning, self.attempts = Tally(), Tally(), Tally()

    async def attend(self, student: Student) -> None:
        query = scene(student.random)
        await student.visit(query)
        before = await student.ask("paths", query)
        while (left := self.end - time.monotonic()) > 0:
            assert student.listening
            pause = min(left, student.random.uniform(0.5, 1.5) * EVERY)
            gone, _ = await asyncio.wait([student.listening], timeout=pause)
            if gone:
                await self.come_back(student, query)
            elif left > EVERY:
                await student.drag(query, student.random.choice(DRAGGED))
        if await student.ask("paths", query) != before:
            self.returning.errors["another picture than before"] += 1

    async def come_back(self, student: Student, query: dict[str, str]) -> None:
        """Connect again as a page does, whose attempts may fail, and see the same scene."""
        await self.killed.wait()
        student.tally = self.attempts
        while not await student.connect(query):
            await asyncio.sleep(AGAIN)
        student.tally = self.returning
        if await student.draw(query):
            self.returning.note("back", self.moment)
        student.tally = self.dragging


async def kill(room: Room) -> list[Row]:
    """A hundred students of two processes, of which one is killed."""
    students, before, after = (10, 6.0, 8.0) if room.small else (100, 20.0, 30.0)
    with tempfile.TemporaryDirectory() as folder:
        async with serve() as one, serve() as other:
            with proxied(environment(Path(folder), one.address, other.address, DESCENT_CONNECTIONS="4000")) as proxy:
                await _both_are_up(proxy)
                lesson = Class(before, after)
                site = Site(proxy.address, room.site.files)
                attending = asyncio.create_task(
                    crowd(site, lesson.dragging, named("killed", students), lesson.attend, before / 2)
                )
                await asyncio.sleep(lesson.moment - time.monotonic())
                victim, lost = _fuller(one, other)
                lesson.moment = time.monotonic()
                os.kill(victim.process, signal.SIGKILL)
                lesson.killed.set()
                await attending
    back = lesson.returning.ms("back")
    name = f"{students} students, one of two processes is killed"
    return [
        *times(f"{name}: back with the same scene", back),
        Row(f"{name}: connections that it held", [lost], "students"),
        Row(f"{name}: of these not back", [lost - len(back)], "students"),
        *troubles(f"{name}: who come back", lesson.returning),
        *troubles(f"{name}: drags, of all", lesson.dragging),
    ]


async def _both_are_up(proxy: Proxy) -> None:
    while set(proxy.states("sessions").values()) != {"UP"}:
        await asyncio.sleep(0.1)


def _fuller(*servers: Server) -> tuple[Server, int]:
    """The server with the most connections, and their number."""
    counts = [int(metrics(server.address)[SESSIONS]) for server in servers]
    most = max(counts)
    return servers[counts.index(most)], most
