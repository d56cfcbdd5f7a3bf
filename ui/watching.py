"""What the server says of itself: whether it is ready, and metrics for Prometheus, beside Streamlit's own."""

import logging
import re
import sys
import time
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from secrets import token_hex
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.logs import REQUEST
from ui.routes import NAMES, desk

LOG = logging.getLogger(__name__)
PROBES = {"/readyz", "/metrics", "/_stcore/health", "/_stcore/metrics"}  # asked by machines: nobody waits for a picture
SLOW = 5.0  # s that an answer took if it is worth a line
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what a proxy may call a request
CACHES = {  # by the word of its metric, the module that holds it and its name
    "answers": ("ui.answer_cache", "answers"),
    "programs loaded": ("engine.programs", "loaded"),
    "programs packed": ("engine.programs", "parked"),
}

ANSWERS = Counter("descent_answers", "Answers by route and status", ["route", "status"])
SECONDS = Histogram(
    "descent_answer_seconds",
    "From a request to the first byte of its answer",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
WEBSOCKETS = Gauge("descent_websockets", "Pages that are connected")
READY = Gauge("descent_ready", "1 once everything is compiled")


class State(Collector):
    """What is read at the moment of asking: caches and lanes."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing before it is asked: there is no event loop yet whose lanes could be counted."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The metrics. A module that is not loaded yet holds nothing."""
        size = GaugeMetricFamily("descent_cache_bytes", "What a cache keeps", labels=["cache"])
        hits = CounterMetricFamily("descent_cache_hits", "Questions that a cache answered", labels=["cache"])
        misses = CounterMetricFamily("descent_cache_misses", "Results that were computed for a cache", labels=["cache"])
        here = desk()
        caches = {"sent": here.at_hand, **{word: _held(*place) for word, place in CACHES.items()}}
        for word, kept in caches.items():
            if kept is not None:
                size.add_metric([word], kept.weight)
                hits.add_metric([word], kept.hits)
                misses.add_metric([word], kept.misses)
        waiting = GaugeMetricFamily("descent_waiting", "Pieces of work that wait for a thread", labels=["lane"])
        lanes = {"computing": here.computing, "compiling": here.compiling, "measuring": here.measuring, **here.beside}
        for word, lane in lanes.items():
            waiting.add_metric([word], lane.waiting)
        yield from (size, hits, misses, waiting)


def _held(module: str, path: str) -> Any:
    """A cache of a module, once that is loaded."""
    found: Any = sys.modules.get(module)
    return found and attrgetter(path)(found)


disable_created_metrics()
REGISTRY.register(State())


@cache
def _metrics_of(route: str, status: int) -> tuple[Counter, Histogram]:
    """What counts and what times the answers of one kind: to find them takes longer than to count."""
    return ANSWERS.labels(route, status), SECONDS.labels(route)


class Watch:
    """Middleware that counts and times answers, names requests, and notes when somebody last asked for something."""

    last_request = 0.0  # in time.monotonic()

    def __init__(self, app: ASGIApp, base: str, files: frozenset[str]) -> None:
        self.app, self.base, self.files = app, base, files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        began = time.monotonic()
        whole = get_route_path(scope)
        path = whole.removeprefix(self.base)
        if path not in PROBES:
            Watch.last_request = began
        if scope["type"] == "websocket":
            with WEBSOCKETS.track_inprogress():
                return await self.app(scope, receive, send)
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request = given if ID.fullmatch(given) else token_hex(8)
        REQUEST.set(request)
        route = "file" if whole in self.files else path[1:] if path[1:] in NAMES else "other"

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                status, took = message["status"], time.monotonic() - began
                answers, seconds = _metrics_of(route, status)
                answers.inc()
                seconds.observe(took)
                if status >= 400:
                    message["headers"] = [*message["headers"], (b"x-request-id", request.encode())]
                if (status >= 500 or took > SLOW) and path not in PROBES:
                    LOG.warning("/%s answered %d after %.1f s", route, status, took)
            await send(message)

        await self.app(scope, receive, counted)


async def _ready(_: Request) -> Response:
    """200 once everything is compiled: a proxy sends readers here from then on."""
    if REGISTRY.get_sample_value("descent_ready"):
        return PlainTextResponse("Everything is compiled.")
    return PlainTextResponse("Not everything is compiled yet.", 503, {"Retry-After": "2"})


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


WATCHING = [Route("/readyz", _ready), Route("/metrics", _metrics)]
