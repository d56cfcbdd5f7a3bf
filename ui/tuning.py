"""The same runs for every optimizer, with different learning rates, and which of them is chosen.

The docstring of ui/openings.py has the rules in words and says why they are these. By them the settings are chosen that
a surface opens with, and on any other scene those of a fair race (`ui/fair.py`).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from engine import Optimizer, Setting, race_paths

RUNS = 64


def rates(optimizer: Optimizer) -> list[float]:
    """The learning rates that are tried, the default first, then upwards."""
    (lr,) = (hyper for hyper in optimizer.hypers if hyper.id == "lr")
    stops = RUNS - 1
    return [lr.default, *(lr.at(stop / (stops - 1)) for stop in range(stops))]


def runs(setting: Setting, entries: Sequence[tuple[Optimizer, Mapping[str, ArrayLike]]]) -> Iterator[np.ndarray]:
    """For each entry x, y and the loss of its runs, (RUNS, steps + 1, 3); its `lr` has RUNS numbers."""
    for block in race_paths(setting, entries):
        yield np.asarray(block)[:, : setting.steps + 1]


def choose(paths: np.ndarray, domain: tuple[tuple[float, float], tuple[float, float]]) -> int:
    """Which of several runs (runs, rows, 3) to open with, by the rules of ui/openings.py."""
    low, high = np.transpose(domain)
    with np.errstate(all="ignore"):  # past an overflow runs hold inf and nan
        points = (paths[..., :2] - low) / (high - low)
        inside = np.isfinite(paths).all(axis=-1) & (points >= 0).all(axis=-1) & (points <= 1).all(axis=-1)
    stays = np.where(inside.all(axis=1), inside.shape[1], inside.argmin(axis=1))
    longest = stays.max()
    compared = np.flatnonzero(stays == longest)
    points, losses = points[compared, :longest], paths[compared, :longest, 2]

    descends = losses[:, -1] < losses[:, 0]
    if not descends.any():
        return int(compared[0])
    compared, points, losses = compared[descends], points[descends], losses[descends]

    start, lowest = losses[0, 0], losses.min()
    g = ((losses - lowest) / (start - lowest)).mean(axis=1)
    steps = np.diff(points, axis=1)
    before, after = steps[:, :-1], steps[:, 1:]
    lengths = np.linalg.norm(before, axis=-1)
    back = np.maximum(0, -(before * after).sum(axis=-1)) / np.where(lengths > 0, lengths, 1)
    z = back.sum(axis=1)
    scores = [float(f"{score:.3g}") for score in g * (1 + z)]
    return int(compared[np.argmin(scores)])
