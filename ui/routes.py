"""The stateless routes: an answer is a pure function of its query and of `VERSION`, so any HTTP cache may store it.

Nobody waits for somebody else's work: what is at hand is answered on the event loop; equal questions share one
computation; others take turns in the threads of two lanes. What needs a program that is not compiled yet leaves the
first lane at once, and comes back to it when the second has compiled that program, one at a time.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui import codings
from ui.guard import LOOPBACK
from ui.lanes import Allowance, Crowd, Flights, Lane, Refusal
from ui.version import VERSION
from ui.words import ENGLISH, choose, say

NAMES = (
    "paths",
    "grid",
    "fan",
    "formula",
    "code",
    "csv",
    "figure",
    "inside",
    "graph",
    "ways",
    "map",
    "search",
    "study",
    "tune",
)
# Those whose answers hold words for the reader, in the language that `lang` names.
SPOKEN = ("formula", "code", "figure", "study")
MEASURED = ("ways",)  # answers that are times: each is measured anew, one at a time, and none is kept
# What processes beside this one compute, one answer at a time: by which, and about how many seconds that takes.
BESIDE = {"map": ("mapping", 0.2), "search": ("searching", 2.0), "study": ("searching", 3.0)}
LONGEST_QUERY = 8192  # characters
AT_HAND_BYTES = 32 * 2**20  # of answers that are kept as they are sent
CLIENT = "x-descent-client"  # the header in which a page names itself: a whole hall may stand behind one address
WAITING = "x-descent-waiting"  # the header that says how many other clients wait for a process beside this one
MOST_THREADS = 8  # of a lane: a container may have a share of many processors
WRAPPING = 1000  # bytes that an answer at hand takes beside its content and its question
NICE = 10  # of the threads that compile: those that answer go first
TO_COMPILE = 0.2  # s that a program takes
TO_MEASURE = 3.0  # s that such an answer takes
MOST_MEASURED = 4  # that wait: whoever comes later would wait for longer than a page does
NEW_FORMULAS = 20  # of one client in a minute: each keeps a processor busy for one to ten seconds
TOO_MANY = "At most {most} new formulas of one page in a minute: please ask again."
ROUNDS = 40  # a question lacks other programs after some are compiled; others may push out what it needs
RUNS_OF = {"fan": 101, "tune": 64}  # each entry; what another answer holds of one run takes as long as ten of these
PER_STEP = 1e-6  # s of a run in a fan, with what becomes of it
SEARCHES = 0.5  # s of a fan for the minima of a formula whose letter is dragged


@dataclass
class Desk:
    """What belongs to one event loop."""

    computing: Lane
    compiling: Lane
    flights: Flights
    formulas: Allowance
    at_hand: Any = None  # recent answers, once there are any
    measuring: Lane = field(default_factory=lambda: Lane(1, Crowd(), NICE))
    beside: Mapping[str, Lane] = field(
        default_factory=lambda: {lane: Lane(1, Crowd(), NICE) for lane, _ in BESIDE.values()}
    )


class Kept(NamedTuple):
    """An answer at hand, an Answer of ui.answers, and its question."""

    answer: Any
    key: tuple


@cache
def _desk(_: asyncio.AbstractEventLoop) -> Desk:
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    threads = min(max(2, ours), MOST_THREADS)
    crowd = Crowd()
    # One thread more than there are processors: long work takes all of these, and short work never waits for it.
    return Desk(Lane(threads + 1, crowd), Lane(threads, crowd, NICE), Flights(), Allowance(NEW_FORMULAS, TOO_MANY))


def desk() -> Desk:
    """That of the event loop which runs."""
    return _desk(asyncio.get_running_loop())


async def _respond(name: str, request: Request) -> Response:
    if len(request.url.query) > LONGEST_QUERY:
        words = say(_language(request), "The query must have at most {most} characters.", most=LONGEST_QUERY)
        return Response(words, 414, {"Cache-Control": "no-store"}, media_type="text/plain")
    query = dict(request.query_params)
    language = _language(request)
    query.pop("lang", None)
    if name in SPOKEN and language != ENGLISH:
        query["lang"] = language
    ours = query.pop("v", None) == VERSION  # during an update a page may still ask for another version
    host = request.client.host if request.client else ""
    client = request.headers.get(CLIENT) or host
    coding = _coding(host, request.headers.get("Accept-Encoding", ""))
    asking = asyncio.ensure_future(_answered(name, query, client[:64], coding, language))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            return Response(status_code=499)  # nobody reads it
        response = await asking
    finally:
        gone.cancel()
        asking.cancel()
    keep = ours and response.status_code == 200 and name not in MEASURED
    response.headers["Cache-Control"] = "public, max-age=86400" if keep else "no-store"
    response.headers["X-Descent-Version"] = VERSION  # a page of another one loads itself again
    if name in BESIDE:
        response.headers[WAITING] = str(desk().beside[BESIDE[name][0]].others(client[:64]))
    response.headers.setdefault("Content-Encoding", "identity")  # Streamlit would pack it on the event loop
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _language(request: Request) -> str:
    """The language in which a question is answered, or refused."""
    return choose(request.query_params.get("lang"))


def _coding(host: str, accepted: str) -> str:
    """How an answer is packed: to unpack it would take longer than to send it as it is within one machine."""
    return "identity" if host in LOOPBACK else codings.best(accepted)


async def _gone(request: Request) -> None:
    """Wait until the client has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _answered(name: str, query: dict[str, str], client: str, coding: str, language: str) -> Response:
    """The answer to a question, or why there is none."""
    here = desk()
    key = (name, coding, *sorted(query.items()))
    try:
        kept = here.at_hand.peek(key) if here.at_hand is not None else None
        answer = kept and kept.answer
        if answer is None:
            compute = _measure if name in MEASURED else _beside if name in BESIDE else _compute
            answer = await here.flights.join(key, partial(compute, here, name, query, client, coding))
            if here.at_hand is None:  # the module is loaded by now: it comes with JAX
                here.at_hand = import_module("engine.cache").Recent(AT_HAND_BYTES, _weight)
            if name not in MEASURED:
                here.at_hand.get(key, lambda: Kept(answer, key))
    except Refusal as refusal:
        headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
        return Response(say(language, refusal), refusal.status, headers, media_type="text/plain")
    return Response(**answer._asdict())


def _weight(kept: Kept) -> int:
    return len(kept.answer.content) + sum(len(f"{part}") for part in kept.key) + WRAPPING


async def _compute(desk: Desk, name: str, query: dict[str, str], client: str, coding: str) -> Any:
    """An Answer. JAX never runs on the event loop: even to read a scene may compile a formula."""
    cost = _cost(name, query)
    for _ in range(ROUNDS):
        found = await desk.computing.run(client, cost, partial(_attempt, name, query, coding))
        if not isinstance(found, dict):
            return found
        if own := query.get("surface.f"):
            desk.formulas.begin(client, (own, query.get("surface.domain")))
        new = sum(key not in desk.flights for key in found)  # others are compiled for somebody else already
        with desk.compiling.place(client, TO_COMPILE * new) as place:
            compilations = [
                asyncio.ensure_future(
                    desk.flights.join(key, partial(desk.compiling.run, client, TO_COMPILE, make, place))
                )
                for key, make in found.items()
            ]
            try:
                await asyncio.gather(*compilations)
            finally:
                for compilation in compilations:  # one that is refused leaves no others behind
                    compilation.cancel()
    raise Refusal(503, "The server compiles more than it can keep: please ask again in a moment.", 5)


async def _measure(desk: Desk, name: str, query: dict[str, str], client: str, coding: str) -> Any:
    """An Answer about how long something takes: in a thread of its own, which compiles what it needs."""
    if desk.measuring.waiting >= MOST_MEASURED:
        raise Refusal(503, "Others are measuring: please ask again in a moment.", 5)
    if own := query.get("surface.f"):
        desk.formulas.begin(client, (own, query.get("surface.domain")))
    return await desk.measuring.run(client, TO_MEASURE, partial(_attempt, name, query, coding, patient=True))


async def _beside(desk: Desk, name: str, query: dict[str, str], client: str, coding: str) -> Any:
    """An Answer of a process beside this one, when it is the client's turn there."""
    if own := query.get("surface.f"):
        desk.formulas.begin(client, (own, query.get("surface.domain")))
    lane, cost = BESIDE[name]
    return await desk.beside[lane].run(client, cost, partial(_attempt, name, query, coding, patient=True))


def _attempt(name: str, query: dict[str, str], coding: str, patient: bool = False) -> Any:
    """An Answer, packed, or by key what compiles the programs that it lacks; a patient thread compiles them itself."""
    # Imported with the first request: JAX takes longer to import than a page takes to ask for its first paths.
    answers, programs = import_module("ui.answers"), import_module("engine.programs")
    programs.patient.set(patient)
    try:
        return answers.packed(answers.ANSWERS[name](dict(query)), coding)
    except programs.Missing as missing:
        return missing.makes


def _cost(name: str, query: dict[str, str]) -> float:
    """About how many seconds of a thread a question takes that finds its programs compiled."""
    runs = query.get("on", "").count(",") + 1 if "on" in query else 8
    words = query.get("steps", "")
    steps = int(words) if words.isascii() and words.isdigit() and len(words) < 7 else 200
    searches = SEARCHES if "surface.f" in query and query.get("vary", "").startswith("surface.") else 0.0
    return PER_STEP * runs * steps * RUNS_OF.get(name, 10) + searches


ROUTES = [Route(f"/{name}", partial(_respond, name)) for name in NAMES]
