"""Programs to take home: they are run, and end where the picture ends."""

import csv
import io
import json
from importlib.util import find_spec

import jax
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import LIBRARIES, SCHEDULES, race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.paths import race_of
from ui.routes import ROUTES
from ui.scene import Scene, surface_of
from ui.takehome import program, table

client = TestClient(Starlette(routes=ROUTES))
HERE = [library for library in LIBRARIES if find_spec(library)]  # PyTorch is left to those who have it
PAIRS = [(id, library) for id, optimizer in OPTIMIZERS.items() for library in HERE if library in optimizer.elsewhere]
# Surfaces on which 12 steps of half the usual rates end near where a rounding more or less would end too.
PLACES = ("ravine", "himmelblau", "rosenbrock", "booth", "rotated_ravine", "deep_neuron", "mccormick", "plateau")


def last_point(scene: Scene, optimizer: str) -> np.ndarray:
    entries, settings = race_of(scene, (optimizer,))
    return race(surface_of(scene), entries, **settings)[0].position[-1]


def execute(code: str) -> np.ndarray:
    """Run a program; where it ended."""
    names: dict = {}
    exec(compile(code, "program", "exec"), names)
    return names["point"]


def scene_of(k: int, **query: str) -> Scene:
    rule = list(SCHEDULES)[k % len(SCHEDULES)]
    surface = PLACES[k % len(PLACES)]
    return Scene.read({"surface": surface, "steps": "12", "rate": "0.5", "schedule": rule, "schedule.T": "10", **query})


@pytest.mark.parametrize(("id", "library"), PAIRS)
def test_every_program_ends_where_the_picture_does_under_every_schedule(id, library, capsys):
    k = PAIRS.index((id, library))
    slow = library == "keras"  # it compiles nothing: 4 schedules for each optimizer, other ones for each
    schedules = list(SCHEDULES) if not slow else [list(SCHEDULES)[(3 * k + j) % len(SCHEDULES)] for j in range(4)]
    for j, schedule in enumerate(schedules if library == "torch" else schedules[:: 1 if slow else 3]):
        scene = scene_of(k + j, schedule=schedule)
        grade, code = program(scene, id, library)
        adapted = OPTIMIZERS[id].elsewhere[library]
        assert grade.startswith("Identical with the adapter" if adapted.each or adapted.point != "w" else "Identical.")
        np.testing.assert_allclose(execute(code), last_point(scene, id), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("library", HERE)
def test_held_out_scenes_with_random_formulas_starts_and_hypers(library):
    draw = np.random.default_rng(5)
    ids = [id for id, at in PAIRS if at == library]
    for id in draw.choice(ids, 4, replace=False):
        a, b, c = draw.uniform(0.5, 3, 3).round(2)
        hypers = {f"{id}.{h.id}": repr(h.at(draw.uniform(0.3, 0.6))) for h in OPTIMIZERS[id].hypers}
        query = {
            "surface": "formula",
            "surface.f": f"{a} x^2 + {b} sin(y x) + max(y, {c})^2 + abs(x - y)/4",
            "surface.domain": "-3,3,-3,3",
            "start": ",".join(map(str, draw.uniform(-2, 2, 2).round(3))),
            "steps": "25",
            "rate": "0.2",
            **hypers,
        }
        scene = Scene.read(query)
        assert scene.own is not None
        assert str(a) in scene.own[0]
        np.testing.assert_allclose(
            execute(program(scene, id, library).code), last_point(scene, id), rtol=1e-8, atol=1e-8
        )


@pytest.mark.parametrize("library", sorted(set(HERE) - {"torch"}))
def test_noise_and_batches_are_drawn_again(library):
    scene = Scene.read({"surface": "deep_neuron", "batch": "5", "noise": "0.1", "seed": "3", "steps": "20"})
    np.testing.assert_allclose(
        execute(program(scene, "adam", library).code), last_point(scene, "adam"), rtol=1e-8, atol=1e-8
    )


def test_what_a_library_lacks_is_said():
    assert program(Scene.read({}), "newton", "torch") == ("Not available: PyTorch has no Newton of this form.", "")
    for query, what in (({"noise": "1"}, "gradient noise"), ({"surface": "deep_neuron", "batch": "3"}, "batches")):
        assert program(Scene.read(query), "sgd", "torch").grade.startswith(f"Not available in PyTorch with {what}")


def test_a_program_that_ends_elsewhere_fails():
    scene = scene_of(0)
    code = program(scene, "sgd", "optax").code
    right = repr(last_point(scene, "sgd").tolist())
    assert right in code
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        execute(code.replace(right, repr((last_point(scene, "sgd") * (1 + 1e-6)).tolist())))


def test_a_run_that_diverges_is_followed_to_its_last_finite_step():
    scene = Scene.read({"surface": "rosenbrock", "sgd.lr": "0.5", "steps": "30"})
    code = program(scene, "sgd", "optax").code
    assert "the run diverges" in code
    execute(code)


def test_a_table_holds_the_path_and_the_state():
    for id, optimizer in OPTIMIZERS.items():
        scene = Scene.read({"surface": "himmelblau", "steps": "10"})
        entries, settings = race_of(scene, (id,))
        (run,) = race(SURFACES["himmelblau"], entries, **settings)
        rows = list(csv.DictReader(io.StringIO(table(scene, id))))
        assert len(rows) == 11
        np.testing.assert_array_equal([[float(row["x"]), float(row["y"])] for row in rows], run.position)
        np.testing.assert_array_equal([float(row["loss"]) for row in rows], run.loss)
        numbers = sum(leaf[0].size for leaf in jax.tree.leaves(run.state))
        assert len(rows[0]) == 7 + numbers, optimizer.id


def test_the_routes_answer_and_refuse_in_words():
    answer = client.get("/code", params={"surface": "beale", "optimizer": "adam", "library": "torch"})
    assert json.loads(answer.content)["grade"] == "Identical."
    assert "torch.optim.Adam" in json.loads(answer.content)["code"]
    assert client.get("/csv", params={"optimizer": "adam"}).text.startswith("step,x,y,loss,gradient x,gradient y,lr,")
    for path in ("/code?optimizer=adam&library=jax", "/code?optimizer=no&library=optax", "/csv?optimizer=no"):
        refusal = client.get(path)
        assert refusal.status_code == 400
        assert "must be one of" in refusal.text
