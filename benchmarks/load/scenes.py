"""What a class does to the server: everybody comes at once, drags, types; and one asks for more than his share."""

import asyncio
import time
from random import Random

from benchmarks.load.browsers import beside
from benchmarks.load.crowd import Room, crowd, drags, named, p95, times, troubles
from benchmarks.load.student import Student, Tally, scene, typed
from benchmarks.measure import Row
from surfaces import SURFACES

EVERY = 10.0  # s between two drags of a student
GREEDY = 64  # questions that one client has under way at a time
AT_HAND = {"surface": "ravine"}  # a question whose answer the server has at hand


async def burst(room: Room) -> list[Row]:
    """First visits within 10 s, three times over."""
    students, seconds, rounds = (30, 1.0, 1) if room.small else (300, 10.0, 3)
    tallies, server, client = [], [], []
    for turn in range(rounds):
        tally = Tally()
        until = time.monotonic() + seconds + 2

        async def visit(student: Student, until: float = until) -> None:
            await student.visit()
            await asyncio.sleep(until - time.monotonic())  # the page stays open

        taken, own = room.server.processor(), time.process_time()
        await crowd(room.site, tally, named(f"burst {turn}", students), visit, seconds)
        server.append((room.server.processor() - taken) * 1000 / students)
        client.append((time.process_time() - own) * 1000 / tally.requests)
        tallies.append(tally)
    name = f"{students} first visits within {seconds:g} s"
    return [
        *times(f"{name}: asked to complete", *(tally.ms("visit") for tally in tallies)),
        *troubles(name, *tallies),
        Row("a first visit: the server's processor time, files, script and answers", server, "ms"),
        Row("a request: the processor time of the student who asks", client, "ms"),
    ]


async def class_(room: Room) -> list[Row]:
    """Students who drag, many and few, and what a browser among them shows meanwhile."""
    rows = []
    every, spread = (2.0, 2.0) if room.small else (EVERY, EVERY)
    for students, seconds in ((30, 8.0),) if room.small else ((300, 60.0), (50, 30.0)):
        tally = Tally()
        visited = time.monotonic() + spread
        life = drags(every, visited + seconds)
        dragging = asyncio.create_task(crowd(room.site, tally, named(f"class of {students}", students), life, spread))
        await asyncio.sleep(spread)
        taken = room.server.processor()
        await dragging
        taken = room.server.processor() - taken
        name = f"{students} who drag every {every:g} s"
        for what in ("fan", "release"):
            rows += times(f"{name}: {what}", tally.ms(what, visited))
        rows += [
            *troubles(name, tally),
            Row(f"{name}: cores that the server keeps busy", [taken / (time.monotonic() - visited)], "cores"),
            Row(f"{name}: the server's time for a drag", [1000 * taken / len(tally.ms("release", visited))], "ms"),
        ]
    return rows + await beside(room, every)


async def greedy(room: Room) -> list[Row]:
    """The fans of one student, alone and beside a client that asks for fans and formulas without end."""
    seconds = 4 if room.small else 20
    alone, pressed, others = Tally(), Tally(), Tally()

    async def drag(student: Student) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await student.drag(scene(student.random), "rate")
            await asyncio.sleep(0.2)

    async def ask(student: Student, kind: int) -> None:
        while True:
            query = scene(student.random) if kind < 2 else typed(student.random)
            text = {"formula": query.get("surface.f", ""), "domain": "-2,2,-2,2"}
            await (student.ask("formula", text) if kind == 3 else student.ask("fan", {**query, "vary": "rate"}))

    async with Student("one of all", room.site, alone) as student:
        await student.open(AT_HAND)
        await drag(student)
        student.tally = pressed
        async with Student("greedy", room.site, others, GREEDY) as client:
            asking = [asyncio.create_task(ask(client, k % 4)) for k in range(GREEDY)]
            await drag(student)
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
    name = f"a fan beside {GREEDY} questions of one client"
    return [
        *times("a fan of one student alone", alone.ms("fan")),
        *times(name, pressed.ms("fan")),
        Row(f"{name}, p95 / alone", [p95(pressed.ms("fan")) / p95(alone.ms("fan"))], "x"),
        *troubles(name, pressed),
        *troubles("the client that asks for them", others),
    ]


async def cold(room: Room) -> list[Row]:
    """What nobody asked for before: the first drag of each surface, and formulas."""
    return [*await first_fans(room), *await one_formula(room), *await drawn(room), *await many_formulas(room)]


async def first_fans(room: Room) -> list[Row]:
    tally, surfaces = Tally(), list(SURFACES)[:4] if room.small else list(SURFACES)

    async def life(student: Student) -> None:
        await student.open(AT_HAND)
        for surface in surfaces:
            await student.drag(scene(student.random, surface), "adam.lr")

    await crowd(room.site, tally, ["the first who drags"], life)
    return [*times("the first fan on a surface", tally.ms("fan")), *troubles("the first fan on a surface", tally)]


async def one_formula(room: Room) -> list[Row]:
    """Twenty ask for the same new formula, while another asks again and again for what is at hand."""
    tally, other, query = Tally(), Tally(), typed(Random("one formula"))

    async def patient(student: Student) -> None:
        await student.ask("paths", AT_HAND)
        asking = asyncio.create_task(crowd(room.site, tally, named("of one formula", 20), lambda one: one.type(query)))
        while not asking.done():
            began = time.monotonic()
            await student.ask("paths", AT_HAND)
            other.note("at hand", began)
            await asyncio.sleep(0.02)
        await asking

    await crowd(room.site, other, ["patient"], patient)
    name = "20 who type one new formula at once"
    return [
        *times(f"{name}: its picture", tally.ms("formula")),
        *times(f"{name}: another's answer that is at hand", other.ms("at hand")),
        *troubles(name, tally, other),
    ]


async def drawn(room: Room) -> list[Row]:
    """New formulas one after the other: the formula as it was read, paths and surface."""
    tally, count = Tally(), 3 if room.small else 20
    taken = room.server.processor()

    async def life(student: Student) -> None:
        for _ in range(count):
            await student.type(typed(student.random))

    await crowd(room.site, tally, ["draws"], life)
    taken = (room.server.processor() - taken) * 1000 / count
    return [
        *times("a new formula: its picture", tally.ms("formula")),
        Row("a new formula: the server's processor time", [taken], "ms"),
        *troubles("a new formula", tally),
    ]


async def many_formulas(room: Room) -> list[Row]:
    students, seconds = (5, 5.0) if room.small else (30, 30.0)
    tally = Tally()
    await crowd(room.site, tally, named("types", students), lambda one: one.type(typed(one.random)), seconds)
    name = f"{students} who each type a formula within {seconds:g} s"
    return [*times(f"{name}: the own picture", tally.ms("formula")), *troubles(name, tally)]
