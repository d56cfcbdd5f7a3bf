"""What the server holds after a busy hour, and whether memory and answers stay as they are however long it goes on."""

import asyncio
import csv
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import NamedTuple

import numpy as np

from benchmarks.load.crowd import Room, crowd, named, p95, studies, times, troubles
from benchmarks.load.student import Query, Student, Tally, scene, typed
from benchmarks.measure import Row
from optimizers import OPTIMIZERS
from surfaces import SURFACES

CLIENTS = 8  # of the busy hour
AT_ONCE = 6  # optimizers in one of its questions
FORMULAS = 300


class Point(NamedTuple):
    """A line of a curve: what came before it, since the line before."""

    seconds: float  # since the first line's beginning
    resident_mb: float
    answers: int
    fan_p50_ms: float
    fan_p95_ms: float


@asynccontextmanager
async def curve(room: Room, tally: Tally, every: float) -> AsyncIterator[list[Point]]:
    """Points every so many s while the body runs; at its end they are written to the file of the room."""
    points: list[Point] = []
    began = time.monotonic()

    async def note() -> None:
        since, requests = began, 0
        while True:
            await asyncio.sleep(every)
            fans, now = tally.ms("fan", since), time.monotonic()
            middle = float(np.median(fans)) if fans else float("nan")
            resident = room.server.resident()
            points.append(Point(now - began, resident, tally.requests - requests, middle, p95(fans)))
            since, requests = now, tally.requests

    noting = asyncio.create_task(note())
    try:
        yield points
    finally:
        noting.cancel()
        if room.out:
            with room.out.open("w", newline="") as file:
                csv.writer(file).writerows([Point._fields, *points])


def at(points: list[Point], share: float) -> float:
    """The memory after a share of the time."""
    return points[round(share * (len(points) - 1))].resident_mb


def everything() -> list[Query]:
    """Scenes that have every optimizer on every surface between them, and formulas; in every run in the same order."""
    random, queries = Random(0), []
    ids = list(OPTIMIZERS)
    for surface in SURFACES:
        random.shuffle(ids)
        for k in range(0, len(ids), AT_ONCE):
            queries.append({**scene(random, surface), "on": ",".join(ids[k : k + AT_ONCE])})
    queries += [{**typed(random), "on": ",".join(random.sample(ids, AT_ONCE))} for _ in range(FORMULAS)]
    random.shuffle(queries)
    return queries


async def busy_hour(room: Room) -> list[Row]:
    """Every surface, every optimizer, their fans and 300 formulas, in the order of chance, by a few who do not wait."""
    minutes = room.minutes or (0.2 if room.small else 1.0)
    queries, tally = everything(), Tally()
    left = iter(queries)
    end = time.monotonic() + 60 * minutes

    async def life(student: Student) -> None:
        await student.open({})
        for query in left:
            await (student.type(query) if query["surface"] == "formula" else student.ask("paths", query))
            await student.drag(query, "rate")
            if time.monotonic() > end:
                break

    before = room.server.resident()
    async with curve(room, tally, 2.0) as points:
        await crowd(room.site, tally, named("busy", CLIENTS), life)
    asked = len(queries) - sum(1 for _ in left)
    name = f"a busy hour, its first {minutes:g} minutes"
    return [
        Row(f"{name}: scenes asked for, of {len(queries)}", [asked], "scenes"),
        Row(f"{name}: resident before", [before], "MB"),
        Row(f"{name}: resident after", [points[-1].resident_mb], "MB"),
        Row(f"{name}: most that was resident", [max(point.resident_mb for point in points)], "MB"),
        Row(f"{name}: resident at the end / in the middle", [at(points, 1) / at(points, 0.5)], "x"),
        *troubles(name, tally),
    ]


async def soak(room: Room) -> list[Row]:
    """Users who do everything that users do, for as long as is asked."""
    minutes = room.minutes or (0.5 if room.small else 3.0)
    tally, began, seconds = Tally(), time.monotonic(), 60 * minutes
    async with curve(room, tally, 10.0 if seconds > 60 else 2.0) as points:
        await crowd(room.site, tally, named("soak", room.users), studies(10.0, began + seconds), 10.0)
    quarters = [[ms for when, ms in tally.took["fan"] if k <= 4 * (when - began) / seconds < k + 1] for k in range(4)]
    name = f"{room.users} users for {minutes:g} minutes"
    return [
        *times(f"{name}: fan", tally.ms("fan")),
        Row(f"{name}: fan's p95 in the last quarter / in the second", [p95(quarters[3]) / p95(quarters[1])], "x"),
        Row(f"{name}: resident at the end", [at(points, 1)], "MB"),
        Row(f"{name}: resident at the end / after a quarter", [at(points, 1) / at(points, 0.25)], "x"),
        Row(f"{name}: requests", [tally.requests], "requests"),
        *troubles(name, tally),
    ]
