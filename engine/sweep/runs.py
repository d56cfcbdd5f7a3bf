"""What becomes of the runs of one part of a sweep."""

import numpy as np

from engine.device import configure_for_maps
from engine.maps import outcomes
from engine.sweep.spec import spec_of

RESULT = np.dtype([("x", "f4"), ("y", "f4"), ("loss", "f4"), ("reached", "i4"), ("ended", "u1")])


def task(text: str, number: int) -> np.ndarray:
    """`computed` in a process that may be new: what a worker does."""
    configure_for_maps()
    return computed(text, number)


def computed(text: str, number: int) -> np.ndarray:
    """What became of the runs of a part: RESULT (rows,); `text` is that of the spec."""
    spec = spec_of(text)
    begin = number * spec.part_rows
    setting, hypers = spec.race(spec.along(begin, begin + spec.part_rows))
    found = outcomes(setting, spec.optimizer, hypers=hypers, within=spec.within, at_once=1)
    rows = np.empty(len(found.ended), RESULT)
    rows["x"], rows["y"] = found.ends.position.T
    rows["loss"], rows["reached"], rows["ended"] = found.ends.loss, found.ends.reached, found.ended
    return rows
