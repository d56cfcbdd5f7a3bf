"""The scenes, and all of them on one server as a section of the benchmarks."""

import tempfile
from collections.abc import Awaitable, Callable, Collection

from playwright.async_api import Browser

from benchmarks.load.crowd import Room
from benchmarks.load.kill import kill
from benchmarks.load.memory import busy_hour, soak
from benchmarks.load.scenes import burst, class_, cold, greedy
from benchmarks.load.student import seen_by
from benchmarks.measure import Row, serve
from benchmarks.start import CACHE

# The cold one comes first, while nobody has asked for anything.
SCENES: dict[str, Callable[[Room], Awaitable[list[Row]]]] = {
    "cold": cold,
    "burst": burst,
    "class": class_,
    "greedy": greedy,
    "kill": kill,
    "busy_hour": busy_hour,
    "soak": soak,
}


async def play(browser: Browser, names: Collection[str], *, small: bool = False, **more) -> list[Row]:
    """Scenes one after the other on one server, which has compiled everything; `more` are fields of their room.

    Before the cold one the server compiles into an empty folder, which takes two minutes: in the usual one lies what an
    earlier run has asked for. A small run does not wait for that.
    """
    rows, fresh = [], "cold" in names and not small
    with tempfile.TemporaryDirectory() as folder:
        async with serve(environment={CACHE: folder} if fresh else {}) as server:
            room = Room(browser, server, await seen_by(browser, server.address), small, **more)
            for name in names:
                rows += [row._replace(name=f"{name}: {row.name}") for row in await SCENES[name](room)]
    return rows


async def load(browser: Browser, n: int) -> list[Row]:
    return await play(browser, SCENES, small=n < 20)
