"""An entry's equations with the numbers of every step of its run, so that a page can step without asking again."""

import inspect
import textwrap
from typing import Any

import numpy as np

from engine import race
from engine.equations import MEASURED, System
from engine.inside import inside as inside_of
from engine.inside import trials
from engine.pictured import pictured
from engine.typeset import symbol, to_mathml
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.paths import pack, race_of
from ui.scene import Scene


def inside(scene: Scene, entry: str) -> bytes:
    """The inside of every step of an entry, in the layout of ui/paths.py.

    Head:

    - optimizer, its id; tex, its formula; source, the text of the `update` that ran;
    - equations, in the order of computation, empty where the optimizer has none yet. Each has the name that it assigns,
      its tree (a number, a name, or [operation, argument, ...]: see engine/equations.py), whether it is `measured`
      (else ""), and `mathml`, in which each name is an <mrow data-name="...">: with numbers in place of these the same
      element is the equation of a step;
    - measured, what the functions of measured equations mean, in words;
    - names: of each its kind ("given", "hyper", "before" and "after" in the state, "derived"), its TeX symbol, the
      same in MathML, and either `value`, or `array` and `row`: its value at step t (from 0) is row t + `row` of that
      array. I, the identity, has neither. Where it can be drawn, `drawn` and `sign` say how: see engine/pictured.py.

    Arrays (steps or steps + 1, ...) float64: those that the names say, and deviation (steps,), by how much the
    equations miss the run's state and point, relative. It is rounding: where it is not small, as where a Hessian can
    hardly be inverted, the digits of that step are lost, and who computes it by hand finds other ones.

    Of an optimizer with a line search also, to be drawn, float32: direction (steps, 2), and trials (steps, 24, 2), the
    lengths along it that were tried, in their order, each with the loss of the step's own objective there; nan behind
    the last one, and at steps whose search could not be repeated.
    """
    optimizer = OPTIMIZERS[optimizer_of(entry)]
    head: dict[str, Any] = {
        "optimizer": optimizer.id,
        "tex": optimizer.tex,
        "source": textwrap.dedent(inspect.getsource(optimizer.update)),
        **{"equations": [], "measured": {}, "names": {}},
    }
    if optimizer.system is None:
        return pack(head, {})
    system = optimizer.system
    entries, setting = race_of(scene, [entry])
    (run,) = race(setting, entries)
    within = inside_of(run, setting)
    values, deviation = within
    symbols = {id: name.tex for id, name in system.names.items()}
    head["equations"] = [
        {
            **{"name": name, "tree": tree, "measured": equation.measured},
            "mathml": to_mathml(name, tree, symbols),
        }
        for equation in system.equations
        for name, tree in [equation]
    ]
    head["measured"] = {e.measured: MEASURED[e.measured][0] for e in system.equations if e.measured}
    hypers, marks = {**entries[0][1]}, pictured(system)
    for id, name in system.names.items():
        about: dict[str, Any] = {"kind": name.kind, "tex": name.tex, "mathml": symbol(name.tex)}
        if mark := marks.get(id):
            about |= {"drawn": mark.mark, "sign": mark.sign}
        place = {"value": hypers[id]} if id in hypers and id != "lr" else _place(system, id)
        head["names"][id] = {**about, **(place if id != "I" else {})}
    searched = trials(run, setting, within)
    lines = {"direction": searched.direction, "trials": searched.tried} if searched else {}
    with np.errstate(over="ignore"):  # beyond 3e38 a trial is drawn as infinite
        coarse = {name: rows.astype(np.float32) for name, rows in lines.items()}
    return pack(head, {**_rows(system, values), "deviation": deviation, **coarse})


def _place(system: System, id: str) -> dict[str, Any]:
    """The array in which a name's values are found, and the row of the first step."""
    if id == "w_next":
        return {"array": "w", "row": 1}
    if system.names[id].kind == "after":
        return {"array": id + "_", "row": 1}  # what is in the state after a step is there before the next one
    return {"array": id, "row": 0}


def _rows(system: System, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays that `_place` names."""
    ends = {_place(system, id)["array"]: values[id][-1:] for id in values if _place(system, id)["row"]}
    return {
        id: np.concatenate([rows, ends[id]]) if id in ends else rows
        for id, rows in values.items()
        if _place(system, id)["row"] == 0
    }
