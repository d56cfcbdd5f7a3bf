"""Which programs to take home there are and what is said where there is none, a path as a table, and the routes."""

import csv
import io
import json

import jax
import numpy as np
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import race
from optimizers import OPTIMIZERS
from ui.paths import race_of
from ui.routes import ROUTES
from ui.scene import Scene
from ui.takehome import program, table

client = TestClient(Starlette(routes=ROUTES))


def test_what_a_library_lacks_is_said():
    assert program(Scene.read({}), "newton", "torch") == ("Not available: PyTorch has no Newton of this form.", "")
    for query, what in (({"noise": "1"}, "gradient noise"), ({"surface": "deep_neuron", "batch": "3"}, "batches")):
        assert program(Scene.read(query), "sgd", "torch").grade.startswith(f"Not available in PyTorch with {what}")


def test_a_rule_that_a_library_has_for_some_settings_alone():
    for query, why in (({"schedule": "linear"}, "a rate that falls"), ({"schedule_free.b": "0"}, "no share")):
        assert program(Scene.read(query), "schedule_free", "optax").grade.startswith(
            f"Not available in Optax with {why}"
        )


def test_a_table_holds_the_path_and_the_state():
    for id, optimizer in OPTIMIZERS.items():
        scene = Scene.read({"surface": "himmelblau", "steps": "10"})
        entries, setting = race_of(scene, (id,))
        (run,) = race(setting, entries)
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
