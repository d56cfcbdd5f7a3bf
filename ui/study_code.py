"""A search to take home: a program that makes it with Optuna and the optimizer of another library."""

import inspect
import json
import textwrap
from itertools import product

from engine import LIBRARIES, Hyper, Text, race
from engine.search import BATCH, METHODS, side_of_grid
from engine.spec import significant
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.maps import axes
from ui.paths import floor_of, race_of
from ui.scene import RATE, Scene, surface_of
from ui.searches import LEAST, Asked
from ui.source import Parts, grade_of, lacking, parts_of
from ui.takehome import Program
from ui.words import say

_PACKAGES = {"keras": ("keras", "jax"), "torch": ("torch",), "optax": ("optax",)}

_IMPORTS = """import itertools
import math
from decimal import ROUND_HALF_UP, Context
from typing import NamedTuple

import optuna"""

_SIDE = '''class Side(NamedTuple):
    """The range of a number that is searched for, and how its values are spread over it."""

    low: float
    high: float
    log: bool = False
    near_one: bool = False
    whole: bool = False

{at}'''

_RUN = '''def run({given}):
    """The loss at the end of one run."""
{body}
    return float({loss})'''

_MODELLED = {
    True: f"""def modelled(loss):
    return math.log10(max(loss - {{floor!r}}, {LEAST!r})) if math.isfinite(loss) else math.inf""",
    False: """def modelled(loss):
    return math.copysign(math.log10(1 + abs(loss)), loss) if math.isfinite(loss) else math.inf""",
}

_SEARCH = """sides = {{
    {sides},
}}
places = {{f"x{{k}}": optuna.distributions.FloatDistribution(0.0, 1.0) for k in range(len(sides))}}
study = optuna.create_study({sampler})
runs = {runs}
{enqueued}worst = 0.0
for begin in range(0, runs, {batch}):
    trials = [study.ask(places) for _ in range(min({batch}, runs - begin))]
    found = []
    for trial in trials:
        numbers = {{id: side.at(trial.params[x]) for (id, side), x in zip(sides.items(), places, strict=True)}}
        trial.set_user_attr("numbers", numbers)
        found.append(modelled(run(**numbers)))
    worst = max([worst, *filter(math.isfinite, found)])
    for trial, value in zip(trials, found, strict=True):
        study.tell(trial, value if math.isfinite(value) else worst + 1)  # a run that diverged is worse than the worst
print(study.best_value, study.best_trial.user_attrs["numbers"])
"""


def answer(scene: Scene, asked: Asked, library: str, language: str) -> bytes:
    """JSON: {grade, code}, as of a single run."""
    grade, code = search_program(scene, asked, library)
    return json.dumps({"grade": say(language, grade), "code": code}).encode()


def search_program(scene: Scene, asked: Asked, library: str) -> Program:
    """The search as a program that ends with the lowest log10 of the loss and where it was found."""
    member, surface = OPTIMIZERS[optimizer_of(asked.entry)], surface_of(scene)
    if why := lacking(scene, asked.entry, library) or _unlike(scene, asked, library):
        return Program(why, "")
    method, parts = METHODS[asked.method], parts_of(scene, asked.entry, library)
    head = [
        f"A search for the lowest loss of {member.name} on {surface.name} after {int(scene.values['steps'])} steps:\n"
        f"{method.name}, {asked.runs} runs, with Optuna and {LIBRARIES[library]}, as Descent Lab makes it.",
        "Descent Lab searches in float32, this program in float64: where rounding decides, they differ.",
        f"pip install {' '.join(dict.fromkeys(('optuna', *method.needs, *_PACKAGES[library])))}",
        f"The scene: ?{scene.to_url() or f'surface={scene.surface}'}",
    ]
    bounded = bool(surface.minima(**scene.hypers("surface")))
    program = [
        '"""' + "\n\n".join(head) + '\n"""',
        f"{parts.imports}\n{_IMPORTS}",
        parts.objective,
        parts.schedule,
        inspect.getsource(significant).strip(),
        _SIDE.format(at=inspect.getsource(Hyper.at).rstrip()),
        _run(scene, asked, parts),
        _MODELLED[bounded].format(floor=floor_of(scene)),
        _search(scene, asked),
    ]
    return Program(grade_of(member, library), "\n\n\n".join(part for part in program if part))


def _unlike(scene: Scene, asked: Asked, library: str) -> str:
    """Why there is no such program of this search; empty if there is one."""
    if asked.method == "halving":
        return Text("Not available: Optuna stops runs one by one, and this method a whole rung at a time.")
    own = {f"{asked.entry}.{hyper.id}" for hyper in OPTIMIZERS[optimizer_of(asked.entry)].hypers}
    if others := [key for key in asked.axes if key not in own | {RATE.id}]:
        what = "Not available: the program varies the numbers of the optimizer alone, and not {others}."
        return Text(what, others=", ".join(others))
    (run,) = race(race_of(scene)[1], race_of(scene, (asked.entry,))[0])
    hypers, known = scene.hypers(asked.entry), axes(scene, asked.entry)
    ends = {key.rpartition(".")[2]: (known[key].low, known[key].high) for key in asked.axes if key in own}
    unless = OPTIMIZERS[optimizer_of(asked.entry)].elsewhere[library].unless
    for corner in product(*ends.values()):
        numbers = {**hypers, **dict(zip(ends, corner, strict=True))}
        numbers.pop("lr")
        if why := unless(run.lr.tolist(), **numbers):
            return why
    return ""


def _run(scene: Scene, asked: Asked, parts: Parts) -> str:
    """The function that makes one run: what is searched for are its arguments, the other numbers are written in it."""
    given = [key.rpartition(".")[2] for key in asked.axes]
    numbers = {**scene.hypers(asked.entry), RATE.id: scene.values[RATE.id]}
    fixed = [f"{id} = {value!r}" for id, value in numbers.items() if id not in given]
    body = [*fixed, f"lr_0 = lr * {RATE.id}", f"steps = {int(scene.values['steps'])}", parts.loop.rstrip()]
    return _RUN.format(given=", ".join(given), body=textwrap.indent("\n".join(body), "    "), loss=parts.loss)


def _search(scene: Scene, asked: Asked) -> str:
    """What asks Optuna for places, and tells it what was found there."""
    known, sampler = axes(scene, asked.entry), METHODS[asked.method].sampler
    options = (
        f"seed={asked.seed}" + "".join(f", {id}={value!r}" for id, value in sampler.options.items()) if sampler else ""
    )
    runs, enqueued = asked.runs, ""
    if asked.method == "grid":
        side = side_of_grid(asked.runs, len(asked.axes))
        runs = side ** len(asked.axes)
        enqueued = (
            f"along = [(k + 0.5) / {side} for k in range({side})]\n"
            f"for place in itertools.product(along, repeat={len(asked.axes)}):\n"
            "    study.enqueue_trial(dict(zip(places, place, strict=True)))\n"
        )
    elif not sampler:
        enqueued = (
            f"for place in np.random.default_rng({asked.seed}).random((runs, {len(asked.axes)})):\n"
            "    study.enqueue_trial(dict(zip(places, place.tolist(), strict=True)))\n"
        )
    return _SEARCH.format(
        sides=",\n    ".join(f"{key.rpartition('.')[2]!r}: {_side(known[key])}" for key in asked.axes),
        sampler=f"sampler=optuna.samplers.{sampler.name}({options})" if sampler else "",
        runs=runs,
        enqueued=enqueued,
        batch=BATCH,
    )


def _side(hyper: Hyper) -> str:
    spread = [word for word in ("log", "near_one", "whole") if getattr(hyper, word)]
    return f"Side({', '.join([repr(hyper.low), repr(hyper.high), *(f'{word}=True' for word in spread)])})"
