"""A finished search to take home: Optuna reads its journal, draws it, and makes it again with another library."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from urllib.parse import parse_qsl

import numpy as np
import optuna
import plotly.graph_objects as go
import pytest
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from engine.search import METHODS
from tests.serving import ROOT
from ui import searches
from ui.fan import DECADE, NONE
from ui.paths import unpack
from ui.searches import computed, search_of
from ui.studies import journal, pictures
from ui.study_code import search_program

SCENE = "surface=ravine&steps=40&entry=adam&axes=adam.lr,adam.b1&runs=32"
# Each of the libraries, and each of the methods that Optuna decides or that it is told what to try.
PROGRAMS = [("torch", "tpe"), ("optax", "random"), ("keras", "grid"), ("torch", "cmaes"), ("torch", "gp")]
every_method = pytest.mark.parametrize("method", METHODS)


def asked(query):
    return search_of(dict(parse_qsl(query)))


@every_method
def test_optuna_reads_the_journal(method, tmp_path):
    query = f"{SCENE}&method={method}"
    file = tmp_path / "study.log"
    file.write_bytes(journal(*asked(query)))
    storage = optuna.storages.JournalStorage(JournalFileBackend(str(file)))
    (name,) = optuna.get_all_study_names(storage)
    study = optuna.load_study(study_name=name, storage=storage)
    _, found = unpack(computed(*asked(query)))
    trials = study.get_trials()
    values = [[trial.params["adam.lr"], trial.params["adam.b1"]] for trial in trials]
    np.testing.assert_array_equal(values, found["values"])
    lows = [trial.value if trial.value is not None else np.nan for trial in trials]
    log = np.where(found["loss"] == NONE, np.nan, found["loss"] / DECADE)
    np.testing.assert_allclose(lows, log, atol=0.0051)
    pruned = [trial.state is TrialState.PRUNED for trial in trials]
    assert pruned == ((found["share"] < 1) & (found["loss"] != NONE)).tolist()
    assert round(DECADE * study.best_value) == found["best"][-1]
    assert study.user_attrs["method"] == method


def test_a_run_that_diverged_has_failed():
    query = "surface=rosenbrock&steps=40&entry=sgd&axes=sgd.lr&method=grid&runs=16"
    states = [json.loads(line).get("state") for line in journal(*asked(query)).splitlines()]
    _, found = unpack(computed(*asked(query)))
    failed = [state == TrialState.FAIL.value for state in states if state is not None]
    assert failed == (found["loss"] == NONE).tolist()
    assert any(failed)


@every_method
def test_optuna_draws_it_for_any_ground(method):
    query = f"{SCENE}&method={method}"
    drawn = json.loads(pictures(*asked(query), "en"))
    assert list(drawn) == ["importances", "parallel", "contour", "history"]
    figures = {name: go.Figure(figure) for name, figure in drawn.items()}
    for figure in figures.values():
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
        assert figure.layout.title.text is None
    (bars,) = figures["importances"].data
    assert {*bars.y} == {"learning rate", "decay of the mean"}
    assert sum(bars.x) == pytest.approx(1)
    contour = figures["contour"].layout
    assert {contour.xaxis.title.text, contour.yaxis.title.text} == {"learning rate", "decay of the mean"}
    _, found = unpack(computed(*asked(query)))
    whole = (found["share"] == 1) & (found["loss"] != NONE)
    trials, best = figures["history"].data
    np.testing.assert_allclose(trials.y, found["loss"][whole] / DECADE, atol=0.0051)
    assert round(DECADE * best.y[-1]) == found["best"][-1]


def test_one_number_has_a_picture_too_and_speaks_the_language_of_the_page():
    drawn = json.loads(pictures(*asked("surface=ravine&steps=40&entry=sgd&axes=sgd.lr&method=random&runs=16"), "ru"))
    assert drawn["contour"]["layout"]["xaxis"]["title"]["text"] == "скорость обучения"
    assert drawn["history"]["data"][1]["name"] == "лучшее на этот момент"
    assert "loss" not in json.dumps(drawn)


def test_where_all_runs_diverge_there_is_no_picture():
    formula = "surface=formula&surface.f=1e30*(x-y)^4&surface.domain=-2,2,-2,2&start=1,-1&steps=10"
    drawn = json.loads(pictures(*asked(f"{formula}&entry=sgd&axes=sgd.lr&method=random&runs=16"), "en"))
    assert drawn == {"error": "There is no picture: fewer than two whole runs stayed finite."}


def test_equal_names_are_told_apart_by_their_keys():
    query = "surface=ravine&entry=adam&axes=adam.lr,start.x,start.y&method=random&runs=16&steps=20"
    drawn = json.loads(pictures(*asked(query), "en"))
    assert len({*drawn["importances"]["data"][0]["y"]}) == 3


@pytest.mark.parametrize(("library", "method"), PROGRAMS)
def test_a_program_makes_the_same_search(library, method, tmp_path):
    if not find_spec(library):
        pytest.skip(f"{library} is not installed")
    query = f"{SCENE}&runs=16&method={method}&rate=0.5"
    grade, code = search_program(*asked(query), library)
    assert grade.startswith("Identical")
    file = tmp_path / "search.py"
    file.write_text(code, encoding="utf-8")
    out = subprocess.run([sys.executable, "-W", "error", file], capture_output=True, text=True, cwd=tmp_path)
    assert out.returncode == 0, out.stderr
    value, _, numbers = out.stdout.partition(" ")
    _, found = unpack(computed(*asked(query)))
    assert float(value) == pytest.approx(found["best"][-1] / DECADE, abs=0.0051)
    best = found["values"][found["loss"].argmin() if (found["loss"] != NONE).all() else found["best"].argmin()]
    assert [*json.loads(numbers.replace("'", '"')).values()] == best.tolist()


@pytest.mark.parametrize(
    ("change", "library", "words"),
    [
        ("method=halving", "optax", "Not available: Optuna stops runs one by one"),
        ("method=tpe&axes=adam.lr,surface.kappa", "torch", "Not available: .* and not surface.kappa"),
        ("method=tpe&noise=1", "torch", "Not available in PyTorch with gradient noise"),
        ("method=tpe&entry=armijo&axes=armijo.lr", "torch", "Not available: PyTorch has no Backtracking"),
        ("method=tpe&entry=schedule_free&axes=schedule_free.b", "optax", "Not available in Optax with no share"),
    ],
)
def test_where_there_is_no_such_program_it_is_said(change, library, words):
    grade, code = search_program(*asked(f"{SCENE}&{change}"), library)
    assert code == ""
    assert re.match(words, grade), grade


def test_the_route_answers_in_every_form(client):
    query = f"/study?{SCENE}&method=random"
    file = client.get(f"{query}&form=journal")
    assert file.headers["Content-Disposition"] == 'attachment; filename="descent-lab-ravine-adam-random.log"'
    assert file.content.count(b"\n") == 32 + 7
    assert client.get(f"{query}&form=pictures").json().keys() == {"importances", "parallel", "contour", "history"}
    said = client.get(f"{query}&form=optax&lang=ru").json()
    assert said.keys() == {"grade", "code"}
    assert said["grade"] != client.get(f"{query}&form=optax").json()["grade"]
    refused = client.get(f"{query}&form=poem")
    assert refused.status_code == 400
    assert refused.text == "form must be one of pictures, journal, keras, torch, optax; got poem."


def test_the_same_question_has_the_same_bytes():
    query = f"{SCENE}&method=cmaes"
    first = [journal(*asked(query)), pictures(*asked(query), "en")]
    searches._searched.cache_clear()
    assert [journal(*asked(query)), pictures(*asked(query), "en")] == first


def test_the_server_does_not_load_optuna():
    question = "import sys, ui.answers; print('optuna' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
