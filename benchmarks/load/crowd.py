"""Many students at once, how they spend a lesson, and what is said of it."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from playwright.async_api import Browser

from benchmarks.load.student import DRAGGED, Site, Student, Tally, scene, typed
from benchmarks.measure import Row, Server

HABITS = {"drag": 86, "reload": 6, "type": 4, "vanish": 4}  # how often of a hundred times


class Room(NamedTuple):
    """What a scene happens in."""

    browser: Browser
    server: Server
    site: Site
    small: bool = False  # to see whether it runs
    minutes: float | None = None  # that a scene of the server's memory takes
    users: int = 50  # of `soak`
    out: Path | None = None  # a file for the curve of such a scene


async def crowd(
    site: Site, tally: Tally, names: list[str], life: Callable[[Student], Awaitable[object]], spread: float = 0.0
) -> None:
    """Students who come one after the other within `spread` s and each live as told."""

    async def one(k: int, name: str) -> None:
        await asyncio.sleep(spread * k / len(names))
        async with Student(name, site, tally) as student:
            await life(student)

    ends = await asyncio.gather(*(one(k, name) for k, name in enumerate(names)), return_exceptions=True)
    tally.errors.update(repr(end)[:200] for end in ends if isinstance(end, Exception))


def named(what: str, students: int) -> list[str]:
    """Their names, which also make their choices: another scene is another crowd."""
    return [f"{what} {k}" for k in range(students)]


def drags(every: float, until: float) -> Callable[[Student], Awaitable[None]]:
    """A life: visit, then drag about every so many s until a time of time.monotonic()."""

    async def life(student: Student) -> None:
        await student.visit()
        while (pause := student.random.uniform(0.5, 1.5) * every) < until - time.monotonic():
            await asyncio.sleep(pause)
            await student.drag(scene(student.random), student.random.choice(DRAGGED))

    return life


def studies(every: float, until: float) -> Callable[[Student], Awaitable[None]]:
    """A life with everything in it: about every so many s one of HABITS."""

    async def life(student: Student) -> None:
        random = student.random
        await student.visit()
        while (pause := random.uniform(0.5, 1.5) * every) < until - time.monotonic():
            await asyncio.sleep(pause)
            await one_of(student, random.choices([*HABITS], [*HABITS.values()])[0])

    return life


async def one_of(student: Student, habit: str) -> None:
    """What a student does next. Who has typed a formula drags on it, and who vanished comes back."""
    query = scene(student.random)
    if habit == "drag":
        await student.drag(query, student.random.choice(DRAGGED))
    elif habit == "reload":
        await student.reload(query)
    elif habit == "type":
        query = typed(student.random)
        if await student.type(query):
            await student.drag(query, "adam.lr")
    else:
        await student.vanish(query, reading=student.random.random() < 0.5)
        await student.reload(query)


def times(name: str, *rounds: list[float]) -> list[Row]:
    """The times of all rounds, in ms, and of each round the worse end."""
    full = [one for one in rounds if one]
    return [
        Row(name, [ms for one in full for ms in one], "ms"),
        Row(f"{name}, p95", [float(np.percentile(one, 95)) for one in full], "ms"),
        Row(f"{name}, worst", [max(one) for one in full], "ms"),
    ]


def troubles(name: str, *tallies: Tally) -> list[Row]:
    """How many errors there were, whose reasons are printed, and how many were asked to wait."""
    for tally in tallies:
        for reason, count in tally.errors.items():
            print(f"{name}: {count} x {reason}", file=sys.stderr)
    return [
        Row(f"{name}: errors", [tally.errors.total() for tally in tallies], "errors"),
        Row(f"{name}: asked to wait (429, 503)", [tally.waits.total() for tally in tallies], "answers"),
    ]


def p95(samples: list[float]) -> float:
    return float(np.percentile(samples, 95)) if samples else float("nan")
