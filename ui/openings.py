"""The learning rate that every optimizer opens with on every surface, and the command that chooses it.

    python -m ui.openings            writes ui/openings.toml: a few minutes on two cores
    python -m ui.openings --check    computes the table again and names every entry that differs from the file

Each optimizer gets the same 64 runs on each surface, from the surface's start, for its number of steps, without noise:
one with its default learning rate and 63 with rates spread evenly over its slider. Only the learning rate varies, for
two reasons. Another value of another hyperparameter often makes another optimizer (momentum 0 is SGD, a large damping
turns Newton's method into gradient descent), and 64 runs are dense on one axis but sparse on five, so that an optimizer
with many hyperparameters would be tuned worse than SGD.

The run is chosen by three rules, the same for every optimizer and every surface:

1. The picture. Only runs that stay finite and inside the drawn domain are compared; where every run leaves it, those
   that stay longest, over the steps that they stay.
2. Descent. Of these, only runs whose last loss is below their first. Where there is none (Newton's method near a
   maximum), the first run that rule 1 admits is chosen: the default, or else the lowest rate.
3. The score. The lowest of g (1 + z) is chosen. g is the loss averaged over the steps, on a scale where 1 is the loss
   at the start and 0 the lowest loss that any of the compared runs reaches: a low g means fast descent. z is how far
   the path goes back on itself: the sum over all steps of their component against the step before, with the sides of
   the domain as units of length. A low z means a path without zigzag. Scores are rounded to three significant digits;
   of equal scores the default wins, then the lowest rate.

Two machines, or two versions of JAX, may round the last bit of a loss differently. Rounding the scores hides that,
except where a run is chaotic and amplifies it: starts moved by 1e-14 of the domain change 5 % of the entries, nearly
half of those on Bukin 6, where every run jumps across a crease. The file was made with JAX 0.10.2, which
requirements.txt pins for Python 3.11, on x86-64, and is reproduced to the last digit there. With another JAX, such as
the one pinned for Python 3.12 and newer, or after a change of the order of operations in an optimizer, `--check` may
name entries.
"""

import os
import sys
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine import Optimizer, Setting, Surface, Text, configure
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.tuning import RUNS, choose, rates, runs
from ui.words import number, told

FILE = Path(__file__).with_name("openings.toml")
# True on every surface, also on a formula; `remark` is exact about one of them.
RULE = f"each tuned by the same {RUNS} runs, or else the default"
HEAD = f"""\
# The learning rate that each optimizer opens with on each surface.
# Written by `python -m ui.openings`; do not edit by hand, a test computes some entries of it again.
#
# {RUNS} runs each: the default rate and {RUNS - 1} rates spread evenly over the slider, everything else at its default.
# Of the runs that stay in the drawn domain and end lower than they began, the one with the lowest g (1 + z): g is the
# mean loss (1 at the start, 0 at the lowest loss that any of them reaches), z how far the path goes back on itself.
# The docstring of ui/openings.py has the exact rules.
"""


@lru_cache(maxsize=1)
def read() -> Mapping[str, Mapping[str, float]]:
    """The table as it stands in the file: surface -> optimizer -> learning rate."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def remark(surface: Surface) -> str:
    """What the page says of where a surface's opening settings come from."""
    chosen = {*read().get(surface.id, {}), *(lesson.optimizer for lesson in surface.lessons if lesson.hyper == "lr")}
    others = [told(optimizer.name) for id, optimizer in OPTIMIZERS.items() if id not in chosen]
    known = surface.id in read()
    sentences = [
        Text("The opening learning rates: each tuned by the same {runs} runs.", runs=RUNS)
        if known
        else Text("Each optimizer opens with its default settings."),
        *([Text("Not tuned, but at the default: {names}.", names=", ".join(others))] if known and others else []),
        *(
            Text(
                "{optimizer} opens with {setting} {value}: {reason}.",
                optimizer=Text(OPTIMIZERS[id].name),
                setting=Text(_name(id, hyper)),
                value=number(f"{value:g}"),
                reason=Text(reason),
            )
            for id, hyper, value, reason in surface.lessons
        ),
    ]
    return " ".join(map(told, sentences))


def _name(optimizer: str, hyper: str) -> str:
    return next(h.name for h in OPTIMIZERS[optimizer].hypers if h.id == hyper)


def tuned(surface: Surface, optimizer: Optimizer) -> float:
    """The learning rate that the rules choose."""
    setting = Setting(surface, steps=surface.steps, batch=surface.data.batch if surface.data else None)
    tried = rates(optimizer)
    (paths,) = runs(setting, [(optimizer, {"lr": np.array(tried)})])
    return tried[choose(paths, surface.domain)]


def tune() -> dict[str, dict[str, float]]:
    """The whole table, computed; most of the time goes into compiling a program for each pair."""
    pairs = [(surface, optimizer) for surface in SURFACES.values() for optimizer in OPTIMIZERS.values()]
    table: dict[str, dict[str, float]] = {id: {} for id in SURFACES}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (surface, optimizer), rate in zip(pairs, pool.map(tuned, *zip(*pairs, strict=True)), strict=True):
            table[surface.id][optimizer.id] = rate
    return table


def spell(table: Mapping[str, Mapping[str, float]]) -> str:
    """The table as the file holds it."""
    sections = (
        "\n".join([f"[{surface}]", *(f"{id} = {rate!r}" for id, rate in entries.items())])
        for surface, entries in table.items()
    )
    return "\n\n".join([HEAD.rstrip(), *sections]) + "\n"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(f"expected no argument or --check, got {' '.join(arguments)}", file=sys.stderr)
        return 2
    configure()  # round as the app and the tests do
    table = tune()
    if not arguments:
        FILE.write_text(spell(table), encoding="utf-8")
        return 0
    stored = read()
    wrong = [
        f"{surface}.{id}: {stored.get(surface, {}).get(id)} in the file, {rate!r} computed"
        for surface, entries in table.items()
        for id, rate in entries.items()
        if stored.get(surface, {}).get(id) != rate
    ]
    same = FILE.read_text(encoding="utf-8") == spell(table)
    print(
        "\n".join(wrong) or ("the file is current" if same else "the rates are current, but not the text around them")
    )
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
