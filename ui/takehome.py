"""Code to take home: a run as a complete program for Keras, PyTorch or Optax, and its path as a table."""

import csv
import io
from dataclasses import replace
from typing import NamedTuple

import jax
import numpy as np

from engine import LIBRARIES, Run, Setting, diverged_at, race
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.paths import race_of
from ui.scene import Scene, surface_of
from ui.source import grade_of, lacking, parts_of


class Program(NamedTuple):
    """A program, and a sentence on how exactly it reproduces the run; if there is no code, on why not."""

    grade: str
    code: str


def program(scene: Scene, entry: str, library: str) -> Program:
    """The run of one entry of a scene in another library, ending in an assert that its last point is the same."""
    member = OPTIMIZERS[optimizer_of(entry)]
    if why := lacking(scene, entry, library):
        return Program(why, "")
    hypers = scene.hypers(entry)
    run, setting = _run(scene, entry)
    rate = hypers.pop("lr") * scene.values["rate"]
    if why := member.elsewhere[library].unless(run.lr.tolist(), **hypers):
        return Program(why, "")

    end = diverged_at(run)
    last = setting.steps if end is None else max(0, end - 1)
    steps = _decided(scene, entry, run, last)
    called = dict(zip(scene.on, scene.names(), strict=True)).get(entry, member.name)
    head = [
        f"{called} on {surface_of(scene).name}, {steps} steps in {LIBRARIES[library]}, as Descent Lab draws them.",
        f"The run diverges: after step {last} its numbers are not finite." if end is not None else "",
        f"After step {steps} rounding decides: the {last} steps of the picture end elsewhere if the start is moved by "
        "one unit in the last place."
        if steps < last
        else "",
        f"The scene: ?{scene.to_url() or f'surface={scene.surface}'}",
    ]
    parts = parts_of(scene, entry, library)
    program = [
        '"""' + "\n\n".join(line for line in head if line) + '\n"""',
        parts.imports,
        parts.objective,
        parts.schedule,
        "\n".join(f"{id} = {value!r}" for id, value in {"lr_0": rate, **hypers, "steps": steps}.items()),
        f"{parts.loop}point = {parts.point}\n"
        f"np.testing.assert_allclose(point, {run.position[steps].tolist()}, rtol=1e-8, atol=1e-8)\n"
        "print(point)\n",
    ]
    return Program(grade_of(member, library), "\n\n".join(part for part in program if part))


def table(scene: Scene, entry: str) -> str:
    """The path of one entry of a scene as CSV: step, point, loss, gradient, rate and every number of its state."""
    run, _ = _run(scene, entry)
    n = len(run.loss)
    columns: dict[str, np.ndarray] = {
        "step": np.arange(n),
        "x": run.position[:, 0],
        "y": run.position[:, 1],
        "loss": run.loss,
        "gradient x": run.gradient[:, 0],
        "gradient y": run.gradient[:, 1],
        "lr": np.append(run.lr, np.nan),
    }
    for path, values in jax.tree_util.tree_leaves_with_path(run.state):
        flat = values.reshape(n, -1)
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        columns |= {f"{name} {k}" if flat.shape[1] > 1 else name: flat[:, k] for k in range(flat.shape[1])}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return out.getvalue()


def _run(scene: Scene, entry: str, aside: tuple[int, int] = (0, 0)) -> tuple[Run, Setting]:
    """One entry's run, from a start moved by `aside` units in the last place, and its setting."""
    entries, setting = race_of(scene, (entry,))
    start = np.array(scene.start)
    setting = replace(setting, start=start + aside * np.spacing(start))
    return race(setting, entries)[0], setting


def _decided(scene: Scene, entry: str, run: Run, last: int) -> int:
    """The last step at which rounding has hardly changed the point. A later one may differ in another library.

    It is measured by runs whose start is one unit in the last place off: their points may be 1e-10 away, a hundredth of
    the tolerance of the program's assert.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        beside = [_run(scene, entry, aside)[0].position for aside in ((-1, 0), (1, 0), (0, -1), (0, 1))]
        apart = np.max(np.abs(np.array(beside) - run.position), axis=0)
        same = (apart <= 1e-10 * (1 + np.abs(run.position))).all(axis=-1)[: last + 1]
    return last if same.all() else max(0, int(same.argmin()) - 1)
