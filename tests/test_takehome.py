"""Programs to take home are executed, and end at the point where the run on the page ends."""

import itertools
import math
import os
import subprocess
import sys
from importlib.util import find_spec

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import LIBRARIES, NOISES, SCHEDULES, race
from engine.formula import FUNCTIONS, Node, evaluate, parse
from optimizers import OPTIMIZERS
from ui.paths import race_of
from ui.scene import Scene
from ui.takehome import program

HERE = [library for library in LIBRARIES if find_spec(library)]  # PyTorch is optional
PAIRS = [(id, library) for id, optimizer in OPTIMIZERS.items() for library in HERE if library in optimizer.elsewhere]
# On these surfaces, 12 steps at half the usual rates do not amplify a rounding error.
PLACES = ("ravine", "himmelblau", "rosenbrock", "booth", "rotated_ravine", "deep_neuron", "mccormick", "plateau")


def path(scene: Scene, optimizer: str) -> np.ndarray:
    entries, setting = race_of(scene, (optimizer,))
    return race(setting, entries)[0].position


def execute(code: str) -> dict:
    """The names that a program defines. It is run, and ends with an assertion of its own."""
    names: dict = {}
    try:
        exec(compile(code, "program", "exec"), names)
    finally:
        if "torch" in names:
            names["torch"].set_default_dtype(names["torch"].float32)  # as it is in a fresh process
    return names


def follows(scene: Scene, id: str, library: str, steps: int | None = None) -> dict:
    """Run the program of a scene and compare its end with our run after as many steps: all, or `steps` of them."""
    grade, code = program(scene, id, library)
    adapted = OPTIMIZERS[id].elsewhere[library]
    assert grade.startswith("Identical with the adapter" if adapted.each or adapted.point != "w" else "Identical.")
    names = execute(code)
    assert names["steps"] == (scene.values["steps"] if steps is None else steps)
    np.testing.assert_allclose(names["point"], path(scene, id)[names["steps"]], rtol=1e-8, atol=1e-8)
    return names


def scene_of(k: int, **query: str) -> Scene:
    surface = PLACES[k % len(PLACES)]
    return Scene.read(
        {"surface": surface, "steps": "12", "rate": "0.5", "schedule.T": "10", "schedule.W": "4", **query}
    )


def sample() -> list[tuple[str, str, str]]:
    """(optimizer, library, schedule): each pair with a constant rate and, in turn, with so many of the other schedules
    that each of these meets three optimizers of every library. What writes a schedule does not know the optimizer."""
    others = [id for id in SCHEDULES if id != "constant"]
    found = []
    for library in HERE:
        mine = [id for id, at in PAIRS if at == library]
        each = math.ceil(3 * len(others) / len(mine))
        turns = itertools.cycle(others)
        found += [(id, library, schedule) for id in mine for schedule in ("constant", *itertools.islice(turns, each))]
    return found


SAMPLE = sample()


def place_of(id: str, schedule: str) -> int:
    """The number of a scene. It is the same for every library, so that our run compiles once."""
    return list(OPTIMIZERS).index(id) + (schedule != "constant")


def falls(id: str, library: str) -> bool:
    """Whether the library has the rule for a rate that falls."""
    defaults = {key: value for key, value in OPTIMIZERS[id].defaults.items() if key != "lr"}
    return not OPTIMIZERS[id].elsewhere[library].unless([1.0, 0.5], **defaults)


def test_each_library_has_every_optimizer_schedule_and_place_in_these_cases():
    done = [case for case in SAMPLE if case[2] == "constant" or falls(*case[:2])]
    assert [case[:2] for case in done if case[2] == "constant"] == sorted(PAIRS, key=lambda pair: HERE.index(pair[1]))
    for library in HERE:
        mine = [(id, schedule) for id, at, schedule in done if at == library]
        assert all(len({id for id, at in mine if at == schedule}) >= 3 for schedule in SCHEDULES)
        assert {place_of(*case) % len(PLACES) for case in mine} == set(range(len(PLACES)))


@pytest.mark.parametrize(("id", "library", "schedule"), SAMPLE)
def test_every_program_ends_where_the_picture_does(id, library, schedule, capsys):
    # A schedule that reacts to the loss needs a surface on which the loss rises now and then.
    rugged = {"surface": "rastrigin", "rate": "2", "schedule.patience": "1"} if SCHEDULES[schedule].react else {}
    scene = scene_of(place_of(id, schedule), schedule=schedule, **rugged)
    entries, setting = race_of(scene, (id,))
    rates = race(setting, entries)[0].lr
    if OPTIMIZERS[id].elsewhere[library].unless(rates.tolist(), **left_of(scene, id)):
        assert program(scene, id, library).grade.startswith("Not available in")
    else:
        follows(scene, id, library)


def left_of(scene: Scene, id: str) -> dict[str, float]:
    """The hypers of an optimizer except its learning rate."""
    return {key: value for key, value in scene.hypers(id).items() if key != "lr"}


@pytest.mark.parametrize(("id", "library"), PAIRS)
def test_every_program_runs_at_both_ends_of_every_slider(id, library, capsys):
    for hyper in OPTIMIZERS[id].hypers:
        for end in (hyper.low, hyper.high):
            scene = Scene.read({"surface": "himmelblau", "steps": "10", f"{id}.{hyper.id}": repr(end)})
            assert scene.values[f"{id}.{hyper.id}"] == end
            grade, code = program(scene, id, library)
            if not grade.startswith("Not available in"):
                names = execute(code)
                assert names["steps"] >= 3
                np.testing.assert_allclose(names["point"], path(scene, id)[names["steps"]], rtol=1e-8, atol=1e-8)


def random_formula(draw: np.random.Generator, depth: int) -> str:
    """A random formula of the grammar; depth bounds how far calls and operators are nested."""
    kind = draw.integers(3) if depth else 2
    if kind == 0:
        id = draw.choice(list(FUNCTIONS))
        parts = [random_formula(draw, depth - 1) for _ in range({"min": 2, "max": 2, "where": 4}.get(id, 1))]
        if id == "where":
            parts[:2] = [f"{parts[0]} < {parts[1]}"]
        return f"{id}({', '.join(parts)})"
    if kind == 1:
        left, right = (random_formula(draw, depth - 1) for _ in range(2))
        return f"({left} {draw.choice(list('+-*/'))} {right})" + str(draw.choice(["", "", "^2", "^3", "^1.5"]))
    return str(
        draw.choice(["x", "y", "x y", f"{draw.uniform(0.3, 3):.2f} x", f"(y - {draw.uniform(-2, 2):.2f})", "pi y"])
    )


def slope_of(tree: Node, start: np.ndarray) -> np.ndarray:
    return np.asarray(jax.grad(lambda w: jnp.asarray(evaluate(tree, *w, jnp), float))(start))


def held_out() -> list[dict[str, str]]:
    """Scenes on formulas that depend on both coordinates and have a slope where they start."""
    draw, scenes = np.random.default_rng(11), []
    while len(scenes) < 16:
        formula = f"{random_formula(draw, 3)} + {random_formula(draw, 2)}"
        start = draw.uniform(-2, 2, 2).round(3)
        rule = SCHEDULES[draw.choice(list(SCHEDULES))]
        slope = slope_of(parse(formula), start)
        if np.isfinite(slope).all() and (np.abs(slope) > 1e-3).all() and np.abs(slope).max() < 1e3:
            scenes.append({
                "surface": "formula",
                "surface.f": formula,
                "surface.domain": "-3,3,-3,3",
                "start": ",".join(map(str, start)),
                "steps": "25",
                "rate": "0.1",
                "schedule": rule.id,
                **{f"schedule.{h.id}": repr(h.at(draw.uniform(0.1, 0.5))) for h in rule.hypers},
            })  # fmt: skip
    return scenes


@pytest.mark.parametrize("library", HERE)
def test_held_out_scenes_with_random_formulas_starts_schedules_and_hypers(library, capsys):
    draw = np.random.default_rng(5)
    ids = [id for id, at in PAIRS if at == library]
    done = 0
    for k, query in enumerate(held_out()):
        id = ids[k % len(ids)]
        hypers = {f"{id}.{h.id}": repr(h.at(draw.uniform(0.3, 0.6))) for h in OPTIMIZERS[id].hypers}
        scene = Scene.read({**query, **hypers})
        assert scene.own is not None
        assert scene.own[0] == query["surface.f"]
        grade, code = program(scene, id, library)
        if grade.startswith("Not available in"):
            continue
        names = execute(code)
        np.testing.assert_allclose(names["point"], path(scene, id)[names["steps"]], rtol=1e-8, atol=1e-8)
        done += names["steps"] >= 10
    assert done >= 12


# RMSProp with a tiny eps oscillates along Rosenbrock's valley, which amplifies rounding errors.
JITTERS = {"surface": "rosenbrock", "rmsprop.eps": "1e-12", "rmsprop.lr": "0.02", "steps": "1000"}


@pytest.mark.parametrize("library", HERE)
def test_programs_run_in_a_fresh_process_with_all_the_steps_of_an_opening(library):
    """One after the other, each with names of its own, without any setting of ours."""
    scenes = [Scene.read({"surface": surface}) for surface in ("rosenbrock", "rastrigin")]
    codes = [program(scene, "adam", library).code for scene in scenes]
    for scene, code in zip(scenes, codes, strict=True):
        assert f"\nsteps = {scene.values['steps']}\n" in code
    codes += [program(Scene.read(JITTERS), "rmsprop", library).code]
    bare = {key: word for key, word in os.environ.items() if not key.startswith(("XLA_", "JAX_", "KERAS_"))}
    command = [sys.executable, "-c", f"for code in {codes}: exec(code, {{}})"]
    done = subprocess.run(command, env=bare, check=True, capture_output=True, text=True)
    for scene, line in zip(scenes, done.stdout.splitlines(), strict=False):
        np.testing.assert_allclose([float(word) for word in line.strip(" []").split()], path(scene, "adam")[-1], 1e-7)
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize("library", HERE)
def test_where_rounding_decides_the_program_says_so_and_ends_before(library):
    scene = Scene.read(JITTERS)
    code = program(scene, "rmsprop", library).code
    assert "rounding decides" in code
    moved = Scene.read({**scene.to_query(), "start": f"{float(np.nextafter(scene.start[0], 9))!r},{scene.start[1]!r}"})
    apart = np.abs(path(moved, "rmsprop") - path(scene, "rmsprop")).max(axis=1)
    assert apart[-1] > 1e-8
    steps = int(code.split("\nsteps = ")[1].split()[0])
    assert 10 < steps < 1000
    assert apart[steps] < 1e-9


@pytest.mark.parametrize("model", NOISES)
@pytest.mark.parametrize("library", sorted(set(HERE) - {"torch"}))
def test_noise_and_batches_are_drawn_again(library, model):
    query = {"noise": "0.1", "noise.model": model, "seed": "3", "steps": "20"}
    for surface in ({"surface": "deep_neuron", "batch": "5"}, {"surface": "himmelblau"}):
        scene = Scene.read({**query, **surface})
        follows(scene, "adam", library)
        still = path(Scene.read({**scene.to_query(), "noise": "0"}), "adam")
        assert np.abs(still - path(scene, "adam")).max() > 1e-4


def test_a_program_that_ends_elsewhere_fails():
    scene = scene_of(0)
    code = program(scene, "sgd", "optax").code
    right = repr(path(scene, "sgd")[-1].tolist())
    assert right in code
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        execute(code.replace(right, repr((path(scene, "sgd")[-1] * (1 + 1e-6)).tolist())))


def test_a_run_that_diverges_is_followed_to_its_last_finite_step():
    scene = Scene.read({"surface": "rosenbrock", "sgd.lr": "0.5", "steps": "30"})
    code = program(scene, "sgd", "optax").code
    assert "The run diverges" in code
    execute(code)


@pytest.mark.parametrize("formula", ["a x^2 + max(w, y)^2 + where(x < b, x, b y) + 2^a", "a b + w^2"])
@pytest.mark.parametrize("library", HERE)
def test_the_letters_of_a_formula_have_their_values(library, formula):
    query = {"surface": "formula", "surface.f": formula, "surface.a": "2.5", "surface.b": "-0.75", "steps": "20"}
    scene = Scene.read(query)
    follows(scene, "adam", library)
    moves = not np.array_equal(path(scene, "adam")[-1], scene.start)
    assert moves == ("x" in formula)  # without x and y the surface is flat


def test_a_run_that_ends_at_its_start_has_a_program():
    scene = Scene.read(
        {"surface": "formula", "surface.f": "sqrt(x)^3 + y^2", "surface.domain": "-1,1,-1,1", "start": "-1,1"}
    )
    for library in HERE:
        assert execute(program(scene, "nesterov", library).code)["steps"] == 0


@pytest.mark.skipif("torch" not in HERE, reason="PyTorch is not installed")
def test_at_a_kink_pytorch_goes_where_jax_does():
    """Both start where |x| = 0: JAX gives it the slope 1, torch.abs 0."""
    query = {"surface": "formula", "surface.f": "abs(x) + y^2", "surface.domain": "-1,1,-1,1", "start": "0,1"}
    follows(Scene.read({**query, "steps": "10"}), "sgd", "torch")


def test_a_program_names_the_entry_as_the_page_does():
    scene = Scene.read({"on": "sgd,sgd.2,adam", "sgd.lr": "0.02", "sgd.2.lr": "0.05", "rate": "2"})
    heads = [program(scene, entry, "optax").code.splitlines()[0] for entry in [*scene.on, "momentum"]]
    names = [head.partition(" on Ravine, ")[0] for head in heads]
    assert names == ['"""SGD 0.04', '"""SGD 0.1', '"""Adam', '"""Momentum']
