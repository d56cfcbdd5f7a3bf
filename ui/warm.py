"""What is compiled before anybody asks for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from engine import SCHEDULES
from surfaces import SURFACES
from ui.answers import answer, kept_at
from ui.fan import fan
from ui.paths import grid, paths
from ui.scene import NOISE, Scene


def surface(id: str) -> None:
    """Compile a surface's programs, so that nobody waits for them: one optimizer's while another's is still traced."""
    opening = Scene.read({"surface": id})
    with ThreadPoolExecutor(2) as pool:
        pool.submit(grid, opening)
        for optimizer in opening.on:
            pool.submit(paths, Scene.read({"surface": id, "on": optimizer}))
    opened(id)


def opened(id: str) -> None:
    """Have the answers that a page of this surface opens with at hand."""
    answer(grid, {"surface": id})
    answer(paths, {"surface": id})


def fans(id: str) -> None:
    """Compile what a dragged slider needs: a drag that comes before asks for its paths one by one."""
    answer(fan, {"surface": id}, NOISE.id)


def schedule(id: str) -> None:
    """Compile a schedule: it is the same on every surface."""
    answer(paths, {"schedule": id})
    answer(fan, {"schedule": id}, NOISE.id)


def work() -> Iterator[Callable[[], None]]:
    """All of it, most urgent first: the first for the page that opens now, the others for whenever it is quiet.

    The fans of other surfaces wait until somebody drags there.
    """
    first = Scene.read({})
    at_hand = all((file := kept_at(kind, first)) and file.exists() for kind in (grid, paths))
    yield partial(opened if at_hand else surface, first.surface)
    if at_hand:
        yield partial(surface, first.surface)
    yield partial(fans, first.surface)
    for id in SCHEDULES:
        yield partial(schedule, id)
    for id in SURFACES:
        if id != first.surface:
            yield partial(surface, id)
