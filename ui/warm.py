"""The programs that the server compiles ahead, and the answers that it computes ahead."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from engine import NOISES, SCHEDULES, configure
from surfaces import SURFACES
from ui.answer_cache import cached, file_of
from ui.fan import fan
from ui.paths import grid, paths
from ui.scene import DEFAULT_NOISE, NOISE, SEED, Scene

configure()  # before the first program is compiled


def surface(id: str) -> None:
    """Compile a surface's programs. Two threads: one optimizer is compiled while another is still traced."""
    opening = Scene.read({"surface": id})
    with ThreadPoolExecutor(2) as pool:
        alone = [Scene.read({"surface": id, "on": optimizer}) for optimizer in opening.on]
        jobs = [pool.submit(grid, opening), *(pool.submit(paths, scene) for scene in alone)]
    for job in jobs:
        job.result()  # raises what failed
    opened(id)


def opened(id: str) -> None:
    """Put the answers that a page opens with on this surface into the cache."""
    cached(grid, {"surface": id})
    cached(paths, {"surface": id})


def fans(id: str) -> None:
    """Compile the fans of a surface. A drag before that asks for its paths one by one."""
    fan(Scene.read({"surface": id}), NOISE.id)
    fan(Scene.read({"surface": id, "noise": "1"}), SEED.id)


def schedule(id: str) -> None:
    """Compile a schedule, whose program is the same on every surface."""
    cached(paths, {"schedule": id})
    fan(Scene.read({"schedule": id}), next((f"schedule.{hyper.id}" for hyper in SCHEDULES[id].hypers), NOISE.id))


def noise(id: str) -> None:
    """Compile a noise model: its random numbers are the same on every surface."""
    cached(paths, {"noise": "1", "noise.model": id})


def work() -> Iterator[partial[None]]:
    """All jobs, the most urgent first: the first for the page that opens now, the others while the server is idle."""
    first = Scene.read({})
    stored = all((file := file_of(kind, first)) and os.path.isfile(file) for kind in (grid, paths))
    yield partial(opened if stored else surface, first.surface)
    if stored:
        yield partial(surface, first.surface)
    yield partial(fans, first.surface)
    for id in SCHEDULES:
        yield partial(schedule, id)
    for id in NOISES:
        if id != DEFAULT_NOISE:
            yield partial(noise, id)
    for id in SURFACES:
        if id != first.surface:
            yield partial(surface, id)
    for id in SURFACES:
        if id != first.surface:
            yield partial(fans, id)
