"""A fair race: every entry of a scene gets the same runs on it, and one of its learning rates is chosen by one rule."""

import json

import numpy as np

from engine import Text
from optimizers import OPTIMIZERS
from ui.cost import MOST, cost_of_runs
from ui.entries import optimizer_of
from ui.lanes import Refusal
from ui.paths import floor_of, race_of
from ui.scene import Scene, surface_of
from ui.tuning import RUNS, choose, rates, runs

CRITERION = Text(
    "Each is run 64 times: at its default learning rate and at 63 spread evenly over the slider. Of the runs that stay "
    "in the picture and end lower than they began, the one is chosen that descends soonest without zigzag."
)
ROBUST = Text("How many of the 64 learning rates end within 10 times of the lowest loss.")
TIMES = 10  # the lowest loss at the end: so high counts as near to it
ARRIVED = 1e-8  # of the loss at the start: what is lower need not be told apart


def fair(scene: Scene) -> str:
    """JSON: {criterion, robust, runs, entries: [{id, lr, loss, share}]}, the entries that are on in their order.

    `lr` is the value of `<id>.lr` that the rule of ui/openings.py chooses, where all learning rates of the scene are
    multiplied by its `rate`; `loss` is then the loss after the last step above the lowest minimum, or above 0 where
    none is declared; null if that run diverges. `share` of the rates are near to the best: they end at most at TIMES
    the lowest loss at the end of any, which counts as at least ARRIVED of the loss at the start. Where no minimum is
    declared, they have at least 1 - 1 / TIMES of the greatest descent. Raises Refusal, and Missing as `race` does.
    """
    if (seconds := cost_of_runs(scene, scene.on, RUNS)) > MOST:
        what = (
            "To tune may take {most} s of the server's time, and this takes {seconds}: try fewer steps or optimizers."
        )
        raise Refusal(400, what, most=f"{MOST:g}", seconds=f"{seconds:.1f}")
    surface, floor = surface_of(scene), floor_of(scene)
    bounded = bool(surface.minima(**scene.hypers("surface")))
    tried = {entry: rates(OPTIMIZERS[optimizer_of(entry)]) for entry in scene.on}
    entries, setting = race_of(scene)
    varied = [
        (optimizer, {**hypers, "lr": np.array(tried[entry]) * scene.values["rate"]})
        for entry, (optimizer, hypers) in zip(scene.on, entries, strict=True)
    ]
    found = []
    for entry, paths in zip(scene.on, runs(setting, varied), strict=True):
        chosen = choose(paths, surface.domain)
        losses = paths[..., 2] - floor
        end = float(losses[chosen, -1])
        loss = end if np.isfinite(end) else None
        share = _share(losses[:, -1], float(losses[0, 0]), bounded)
        found.append({"id": entry, "lr": tried[entry][chosen], "loss": loss, "share": share})
    told = {"criterion": CRITERION, "robust": ROBUST, "runs": RUNS, "entries": found}
    return json.dumps(told, allow_nan=False)


def _share(ends: np.ndarray, start: float, bounded: bool) -> float:
    """Of the losses (n,) at the ends of runs that begin with the loss `start`, how many are near to the lowest."""
    finite = ends[np.isfinite(ends)]
    if not finite.size:
        return 0.0
    best = finite.min()
    near = TIMES * max(best, ARRIVED * start) if bounded else best + max(start - best, 0.0) / TIMES
    return float((finite <= near).sum()) / len(ends)
