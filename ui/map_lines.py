"""The lines that theory draws over a map of a learning rate on a quadratic."""

from collections.abc import Iterator, Mapping

import numpy as np

from engine import SCHEDULES
from engine.quadratics import curvatures
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.scene import BATCH, NOISE, RATE, Scene, surface_of

CONSTANT = next(iter(SCHEDULES))


def lines(scene: Scene, entry: str, along: Mapping[str, np.ndarray]) -> list[dict]:
    """Lines over a map: each has its points in the values of both axes, x and y, null outside, and what it says.

    `along` holds the values of both axes by their keys, x first. A line is `limit`, up to which learning rate the entry
    converges, with its `formula`, or `best`, the value of the other axis with which it converges fastest.
    """
    theory = OPTIMIZERS[optimizer_of(entry)].on_quadratics
    rates = [key for key in along if key in (f"{entry}.lr", RATE.id)]
    surface = surface_of(scene)
    whole = not surface.data or (BATCH.id not in along and scene.values[BATCH.id] == BATCH.high)
    noisy = scene.values[NOISE.id] > 0 or NOISE.id in along
    if theory is None or len(rates) != 1 or scene.schedule != CONSTANT or noisy or not whole:
        return []
    (rate,), (other,) = rates, along.keys() - rates
    moved = {**scene.values, other: along[other]}
    bends = curvatures(surface, {id: moved[f"surface.{id}"] for id in surface.defaults})
    if bends is None:
        return []
    least, largest = bends.T
    factor = scene.rate_of(entry) / scene.values[rate]  # from the axis' values to the learning rate of a step
    hypers = {h.id: moved[f"{entry}.{h.id}"] for h in OPTIMIZERS[optimizer_of(entry)].hypers if h.id != "lr"}
    limits = np.broadcast_to(theory.limit(**hypers) / largest / factor, along[other].shape)
    drawn = [{"kind": "limit", "formula": theory.formula, rate: limits, other: along[other]}]
    if other.rpartition(".")[2] in theory.best and other.startswith(f"{entry}."):
        of = theory.best[other.rpartition(".")[2]]
        with np.errstate(all="ignore"):
            best = of(along[rate] * factor * least, along[rate] * factor * largest)
        drawn.append({"kind": "best", "formula": "", rate: along[rate], other: best})
    return [dict(_spelled(line, *along)) for line in drawn]


def _spelled(line: dict, x: str, y: str) -> Iterator[tuple[str, object]]:
    yield from (("kind", line["kind"]), ("formula", line["formula"]))
    for axis, key in (("x", x), ("y", y)):
        yield axis, [float(f"{v:.6g}") if np.isfinite(v) else None for v in line[key]]
