"""One entry's run in one of several ways, for the stage, which draws their times beside each other."""

import json
from collections.abc import Mapping

from engine.ways import FEW, WAYS, run_in
from optimizers import OPTIMIZERS
from ui.aside import MEASURING
from ui.entries import optimizer_of
from ui.lanes import Refusal
from ui.paths import race_of
from ui.scene import Scene


def way(scene: Scene, entry: str, asked: str) -> str:
    """JSON: an engine.ways.Way by its fields, the most steps that Python drives (`few`), and whether noise or batches
    of the scene were left out (`plain`). It is measured in a process beside this one.
    """
    if asked not in WAYS:
        raise Refusal(400, f"way must be one of {', '.join(WAYS)}; got {asked!r}.")
    return MEASURING.ask((scene.to_query(), entry, asked))


def measured(query: Mapping[str, str], entry: str, asked: str) -> str:
    """What `way` gives, measured in this process."""
    scene = Scene.read(query)
    [(_, hypers)], setting = race_of(scene, (entry,))
    found = run_in(asked, setting, OPTIMIZERS[optimizer_of(entry)], hypers)
    left_out = scene.values["noise"] > 0 or (setting.examples > 0 and scene.values["batch"] < setting.examples)
    return json.dumps({**found._asdict(), "few": FEW, "plain": bool(left_out)}, allow_nan=False)
