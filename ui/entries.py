"""Entries: the runs of a scene. The same optimizer may be entered several times, each with settings of its own.

The first entry of an optimizer is spelled by its id, `sgd`, and further ones by a number as well: `sgd.2`, `sgd.3`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from engine import Optimizer
from optimizers import OPTIMIZERS
from ui.words import listed, number, told

MOST = 6  # entries of one optimizer
# Every entry that a scene can hold, in the order in which entries are shown.
ENTRIES = tuple(id if n == 1 else f"{id}.{n}" for id in OPTIMIZERS for n in range(1, MOST + 1))


def optimizer_of(entry: str) -> str:
    """The id of an entry's optimizer."""
    return entry.partition(".")[0]


def number_of(entry: str) -> int:
    """Which entry of its optimizer it is, from 1."""
    return int(entry.partition(".")[2] or 1)


def names_of(entries: Sequence[tuple[Optimizer, Mapping[str, float]]]) -> list[str]:
    """The name of each entry: the optimizer's, and where it is entered several times, the settings that differ.

    A single setting that differs stands for itself ("SGD 0.09"); of several, each but the learning rate is named
    ("Momentum 0.1, momentum 0.5"). Entries that are equal in all settings are numbered ("SGD (2)").
    ui/stage/state/entries.js names them alike.
    """
    names = []
    for optimizer, own in entries:
        same = [hypers for other, hypers in entries if other is optimizer]
        differ = [h for h in optimizer.hypers if len({hypers[h.id] for hypers in same}) > 1]
        words = [
            spelled(own[h.id]) if len(differ) == 1 or h.id == "lr" else f"{told(h.name)} {spelled(own[h.id])}"
            for h in differ
        ]
        names.append(" ".join([told(optimizer.name), listed(words)]).strip())
    counts: Counter[str] = Counter()
    for k, name in enumerate(names):
        counts[name] += 1
        if counts[name] > 1:
            names[k] = f"{name} ({counts[name]})"
    return names


def spelled(value: float) -> str:
    """A setting as the page writes it (`formatValue` in ui/stage/state/format.js)."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return number(f"{value:.5g}")
    text = np.format_float_scientific(value, trim="-", exp_digits=1)
    return number(text if len(text) < 8 else np.format_float_scientific(value, precision=2, unique=False, exp_digits=1))
