"""What the engine computes for a scene: the numbers that a page must show."""

import numpy as np

from engine import rollout
from surfaces import SURFACES
from tests.driver import BASIC
from ui.entries import optimizer_of
from ui.scene import Scene


def run_of(scene, id):
    """The engine's own run of a scene."""
    hypers = scene.hypers(id)
    return rollout(
        SURFACES[scene.surface],
        BASIC[optimizer_of(id)],
        start=scene.start,
        steps=int(scene.values["steps"]),
        hypers={**hypers, "lr": hypers["lr"] * scene.values["rate"]},
        surface_hypers=scene.hypers("surface"),
        schedule=scene.schedule,
        schedule_hypers=scene.hypers("schedule"),
        noise=scene.values["noise"],
        seed=int(scene.values["seed"]),
    )


def scene_of(query):
    return Scene.read(dict(pair.split("=") for pair in query.split("&")))


def distance(scene, position):
    """To the nearest minimum."""
    minima = SURFACES[scene.surface].minima(**scene.hypers("surface"))
    return min(np.hypot(*(position - np.array(place))) for place, _ in minima)
