"""A scene as bytes: the answers in which trajectories and surfaces are sent to the browser.

The layout of an answer: the length of the head in bytes as a uint32, the head as JSON (padded with blanks so that it
ends at a multiple of 8), then the arrays that the head names, little-endian, row-major, one after the other, the wider
ones first.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine import SHOWS, Data, Setting, Surface, diverged_at, first_outside, race, shown
from engine.device import rollout_device
from engine.formula import function_of, parameters_of
from engine.programs import Program, options_of, ready, together
from engine.rollout import SHORTEST_BLOCK
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.scene import FORMULA, Scene, own_formula, surface_of

GRID = 121  # points along each axis of a surface's grid
FINE_GRID = 241  # of a steep or creased one: on a coarse grid, contour lines along a crease look like strings of beads
# What can be shown of a run's inside: how many numbers a step has, and what the reader is told about it. A Hessian is
# f_xx, f_xy, f_yy.
INTERNALS = {**{word: (2, label) for word, label in SHOWS.items()}, "hessian": (3, "Newton's model")}


def paths(scene: Scene) -> bytes:
    """Every path of a scene, ready to draw.

    Arrays, one row a step and one more for the end of the run:

    - gap (runs, steps + 1) float64: the true loss above the lowest declared minimum, or above 0 where none is declared;
    - position (runs, steps + 1, 2) float64;
    - gradient (runs, steps + 1, 2) float32, as the optimizer saw it, and lr (runs, steps + 1) float32;
    - validation (runs, steps + 1) float64 and test (runs, steps + 1) float32, on a surface made of data: the losses on
      the validation and on the test examples;
    - each of INTERNALS (runs that have it, steps + 1, width) float32: what `engine.metrics.shown` says of the step that
      begins at the row, nan in the last row.

    Head: the scene's values, its defaults, and for each run its id, which of INTERNALS it has (`shows`), the first step
    outside the domain and the step from which position or loss is not finite for good (null: never).
    """
    surface = surface_of(scene)
    entries, setting = race_of(scene)
    runs = race(setting, entries)
    n = setting.steps + 1
    insides = [shown(run, optimizer, hypers) for run, (optimizer, hypers) in zip(runs, entries, strict=True)]
    for run, inside, (optimizer, _) in zip(runs, insides, entries, strict=True):
        inside.setdefault("rates", np.repeat(run.lr[:, None], 2, axis=1))
        if optimizer.spends.hessians:
            inside["hessian"] = _hessians(scene, run.position[:-1])
    head = {
        "values": scene.flat(),
        "defaults": scene.defaults().flat(),
        "runs": [
            {
                "id": id,
                "left": first_outside(run, surface),
                "diverged": diverged_at(run),
                "shows": [word for word in INTERNALS if word in inside],
            }
            for id, run, inside in zip(scene.on, runs, insides, strict=True)
        ],
    }
    floor = floor_of(scene)
    exact = {
        "gap": np.array([run.loss - floor for run in runs]).reshape(-1, n),
        "position": np.array([run.position for run in runs]).reshape(-1, n, 2),
    }
    drawn = {
        "gradient": np.array([run.gradient for run in runs]).reshape(-1, n, 2),
        "lr": np.array([_to_rows(run.lr) for run in runs]).reshape(-1, n),
        **{
            word: np.array([_to_rows(inside[word]) for inside in insides if word in inside]).reshape(-1, n, width)
            for word, (width, _) in INTERNALS.items()
        },
    }
    if surface.data:
        unseen = Program(_unseen_of, surface.data)
        losses = np.array([_at_points(unseen, run.position) for run in runs]).reshape(-1, n, 2)
        exact["validation"], drawn["test"] = losses[..., 0], losses[..., 1]
    with np.errstate(over="ignore"):  # beyond 3e38 an arrow is drawn as infinite
        return pack(head, {**exact, **{name: array.astype(np.float32) for name, array in drawn.items()}})


def grid(scene: Scene) -> bytes:
    """The surface of a scene: f (n, n), row j at y_j and column i at x_i, evenly over the domain; n as in `points_of`.

    Head: its domain, its landmarks, whether these were searched for, and what it is made of if that is data.
    """
    surface = surface_of(scene)
    head = {
        "surface": f"{scene.surface} {scene.own}" if scene.own else scene.surface,
        "domain": surface.domain,
        "log_height": surface.log_height,
        "searched": scene.own is not None,
        **landmarks(scene),
    }
    if surface.data:
        data = surface.data
        examples = {word: [part.tolist() for part in getattr(data, word)] for word in ("train", "valid", "test")}
        head["data"] = {"curve": data.curve, "formula": data.formula, "names": data.names, **examples}
    return pack(head, {"f": values_on_grid(surface, scene.hypers("surface")).astype(np.float32)})


def race_of(scene: Scene, on: Sequence[str] | None = None) -> tuple[list, Setting]:
    """The arguments of `race` for a scene: the entries, by default all that are on, and the setting they share."""
    rate = scene.values["rate"]
    entries = []
    for id in scene.on if on is None else on:
        hypers = scene.hypers(id)
        entries.append((OPTIMIZERS[optimizer_of(id)], {**hypers, "lr": hypers["lr"] * rate}))
    surface = surface_of(scene)
    return entries, Setting(
        surface,
        start=scene.start,
        steps=int(scene.values["steps"]),
        surface_hypers=scene.hypers("surface"),
        schedule=scene.schedule,
        schedule_hypers=scene.hypers("schedule"),
        noise=scene.values["noise"],
        noise_model=scene.noise_model,
        seed=scene.values["seed"],
        batch=scene.values["batch"] if surface.data else None,
    )


def landmarks(scene: Scene) -> dict:
    """The lowest declared minimum, every minimum and every saddle of a scene's surface."""
    surface, hypers = surface_of(scene), scene.hypers("surface")
    return {"floor": floor_of(scene), "minima": surface.minima(**hypers), "saddles": surface.saddles(**hypers)}


def points_of(surface: Surface) -> int:
    """Along each axis of a surface's grid."""
    return FINE_GRID if surface.log_height or not surface.smooth else GRID


def values_on_grid(surface: Surface, hypers: Mapping[str, float]) -> np.ndarray:
    """f of a surface over its domain, (n, n) with n as in `points_of`: row j is at y_j, column i at x_i."""
    with jax.default_device(rollout_device()):
        x, y = (np.linspace(low, high, points_of(surface)) for low, high in surface.domain)
        points = np.stack(np.meshgrid(x, y), axis=-1)
        return np.asarray(Program(_on_grid, surface.f, options=options_of(surface.f))(points, dict(hypers)))


def _on_grid(f: Callable[..., Any]):
    return lambda points, hypers: jax.vmap(jax.vmap(partial(f, **hypers)))(points)


def _to_rows(steps: np.ndarray) -> np.ndarray:
    """One row a step, and a last one for where no step follows."""
    return np.concatenate([steps, np.full((1, *steps.shape[1:]), np.nan)])


def _at_points(function, points: np.ndarray, *more) -> np.ndarray:
    """What a compiled function says of points (n, 2): they are filled up to a size that is already compiled."""
    room = np.zeros((max(SHORTEST_BLOCK, 1 << len(points).bit_length()), 2))
    room[: len(points)] = points
    with jax.default_device(rollout_device()):
        return np.asarray(function(room, *more))[: len(points)]


def _hessians(scene: Scene, position: np.ndarray) -> np.ndarray:
    """f_xx, f_xy, f_yy of a scene's surface at points (n, 2)."""
    H = _hessians_of(surface_of(scene).f, position, scene.hypers("surface"))
    return H[:, [0, 0, 1], [0, 1, 1]]


def _hessians_of(f: Callable[..., Any], position: np.ndarray, hypers: Mapping[str, float]) -> np.ndarray:
    return _at_points(Program(_hessian_of, f, options=options_of(f)), position, hypers)


def _hessian_of(f):
    return lambda points, hypers: jax.vmap(jax.hessian(partial(f, **hypers)))(points)


def ahead(query: Mapping[str, str]) -> None:
    """Raise Missing with all programs that the paths of a formula lack, those for its minima too: one after the other
    they would be compiled in twice the time.
    """
    if query.get("surface") != FORMULA:
        return
    tree, f = function_of(own_formula(query)[0])
    letters = dict.fromkeys(parameters_of(tree), 1.0)
    entries, setting = race_of(Scene.read({key: word for key, word in query.items() if not key.startswith("surface")}))
    setting = replace(setting, surface=f, surface_hypers=letters, start=(0.0, 0.0))
    works = [partial(Scene.read, query), partial(ready, partial(race, setting, entries))]
    if any(optimizer.spends.hessians for optimizer, _ in entries):
        works.append(partial(ready, partial(_hessians_of, f, np.zeros((setting.steps, 2)), letters)))
    together(*works)


def _unseen_of(data: Data):
    """The mean losses over the validation and over the test examples at points (n, 2), as (n, 2)."""
    return jax.vmap(lambda w: jnp.stack([jnp.mean(data.loss(w, *part)) for part in (data.valid, data.test)]))


def floor_of(scene: Scene) -> float:
    """The lowest declared minimum, or 0 where there is none."""
    minima = surface_of(scene).minima(**scene.hypers("surface"))
    return min((value for _, value in minima), default=0.0)


def pack(head: dict, arrays: dict[str, np.ndarray]) -> bytes:
    listed = [{"name": name, "shape": a.shape, "dtype": a.dtype.str[1:]} for name, a in arrays.items()]
    text = json.dumps({**head, "arrays": listed}, allow_nan=False).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return b"".join([np.uint32(len(text)).tobytes(), text, *(a.tobytes() for a in arrays.values())])


def unpack(answer: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """The head and the arrays by name of an answer that `pack` made."""
    size = int(np.frombuffer(answer, "<u4", 1)[0])
    head, at, arrays = json.loads(answer[4 : 4 + size]), 4 + size, {}
    for entry in head["arrays"]:
        flat = np.frombuffer(answer, "<" + entry["dtype"], int(np.prod(entry["shape"])), at)
        arrays[entry["name"]] = flat.reshape(entry["shape"])
        at += flat.nbytes
    return head, arrays
