"""What is compiled before anybody asks for it."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from engine import NOISES, SCHEDULES
from surfaces import SURFACES
from ui.fan import fan
from ui.keep import kept, place_of
from ui.paths import grid, paths
from ui.scene import DEFAULT_NOISE, NOISE, SEED, Scene


def surface(id: str) -> None:
    """Compile a surface's programs, so that nobody waits for them: one optimizer's while another's is still traced."""
    opening = Scene.read({"surface": id})
    with ThreadPoolExecutor(2) as pool:
        alone = [Scene.read({"surface": id, "on": optimizer}) for optimizer in opening.on]
        jobs = [pool.submit(grid, opening), *(pool.submit(paths, scene) for scene in alone)]
    for job in jobs:
        job.result()  # what failed is told here, not where somebody waits for it
    opened(id)


def opened(id: str) -> None:
    """Have the answers that a page of this surface opens with at hand."""
    kept(grid, {"surface": id})
    kept(paths, {"surface": id})


def fans(id: str) -> None:
    """Compile what a dragged slider needs: a drag that comes before asks for its paths one by one."""
    kept(fan, {"surface": id}, NOISE.id)
    kept(fan, {"surface": id, "noise": "1"}, SEED.id)


def schedule(id: str) -> None:
    """Compile a schedule: it is the same on every surface."""
    kept(paths, {"schedule": id})
    kept(fan, {"schedule": id}, next((f"schedule.{hyper.id}" for hyper in SCHEDULES[id].hypers), NOISE.id))


def noise(id: str) -> None:
    """Compile a noise model: its random numbers are the same on every surface."""
    kept(paths, {"noise": "1", "noise.model": id})


def work() -> Iterator[partial[None]]:
    """All of it, most urgent first: the first for the page that opens now, the others for whenever it is quiet.

    The fans of other surfaces wait until somebody drags there.
    """
    first = Scene.read({})
    at_hand = all((file := place_of(kind, first)) and os.path.isfile(file) for kind in (grid, paths))
    yield partial(opened if at_hand else surface, first.surface)
    if at_hand:
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
