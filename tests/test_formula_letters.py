"""Letters in a formula: they are hyperparameters of its surface, settings of a scene, and compile nothing."""

import logging
from urllib.parse import parse_qsl

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import FormulaError, formula_surface, rollout
from engine.formula import MOST_PARAMETERS, evaluate, parameters_of, parse
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.fan import fan
from ui.figures import figure
from ui.paths import grid, paths, values_on_grid
from ui.scene import Scene, controls
from ui.takehome import table

BOX = (-2.0, 2.0, -1.0, 3.0)
BOWL = {"surface": "formula", "surface.f": "a x^2 + b y^2", "surface.domain": "-2,2,-2,2", "steps": "20"}


@pytest.mark.parametrize(
    ("text", "letters", "expected"),
    [
        ("a x^2 + b y^2", "ab", 2 * 1.3**2 + 3 * 0.7**2),
        ("b x - a y", "ab", 3 * 1.3 + 2 * 0.7),
        ("A x", "a", 2 * 1.3),
        ("2a(x + 1)", "a", 4 * 2.3),
        ("sin a x", "a", np.sin(2 * 1.3)),
        ("x^a", "a", 1.3**2),
        ("a e", "a", 2 * np.e),
        ("|a - b| + where(a < b, x, y)", "ab", 1 + 1.3),
        ("f(x, y) = b", "b", 3),
        ("x e + pi", "", 1.3 * np.e + np.pi),
    ],
)
def test_a_letter_is_a_number(text, letters, expected):
    tree = parse(text)
    assert parameters_of(tree) == tuple(letters)
    values = {"a": np.float64(2), "b": np.float64(3)}
    assert evaluate(tree, np.float64(1.3), np.float64(-0.7), np, values) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("alpha x", 1, "a single letter, which gets a slider"),
        ("x + ax", 5, "write a*x"),
        ("AXY", 1, "write a*x*y"),
        ("mod x", 1, "a single letter"),
        ("x + f", 5, "f stands for the value of the formula"),
        ("x + Z", 5, "Z stands for the value of the formula"),
        ("a + b + c + d + a + g x", 21, f"use at most {MOST_PARAMETERS}: a, b, c, d"),
        ("a2 x", 2, "write a*2"),
    ],
)
def test_other_names_are_refused(text, column, what):
    with pytest.raises(FormulaError) as refused:
        parse(text)
    assert what in str(refused.value)
    assert refused.value.column == column


def test_a_slider_has_one_on_a_stop_and_both_signs():
    (hyper,) = formula_surface("a x", BOX).hypers
    assert hyper.at(0.55) == hyper.default == 1  # the 110th of a slider's 200 stops, the 55th of a fan's 100
    assert hyper.at(0.5) == 0
    assert hyper.low == -hyper.high


def test_the_surface_of_letters_is_that_of_numbers_in_their_place():
    letters, declared = formula_surface("(a - x)^2 + b (y - x^2)^2", BOX), SURFACES["rosenbrock"]
    w = np.array([-1.1, 0.4])
    for a, b in ((1.0, 100.0), (0.5, 7.0), (1.2, 1.0)):
        values = {"a": a, "b": b}
        for of in (lambda f: f, jax.grad, jax.hessian):
            np.testing.assert_allclose(of(letters.f)(w, **values), of(declared.f)(w, **values), rtol=1e-13)
        ((place, height),) = letters.minima(**values)
        ((wanted, level),) = declared.minima(**values)
        np.testing.assert_allclose(place, wanted, atol=1e-7)
        assert height == pytest.approx(level, abs=1e-12)
    numbers = {"hypers": {"lr": 0.01}, "start": (-1.0, 1.0), "steps": 50, "surface_hypers": {"a": 0.5, "b": 7.0}}
    run, same = (rollout(surface, OPTIMIZERS["adam"], **numbers) for surface in (letters, declared))
    np.testing.assert_allclose(run.position, same.position, rtol=1e-10)


@pytest.mark.parametrize(("a", "minima", "saddles"), [(2, 1, 0), (0.0, 1, 0), (-2, 0, 1)])
def test_landmarks_are_those_of_the_values(a, minima, saddles):
    """a x^2 + b y^2 has a minimum, a line of minima or a saddle."""
    surface = formula_surface("a x^2 + b y^2", BOX)
    assert len(surface.minima(a=a, b=1)) == minima
    assert len(surface.saddles(a=a, b=1)) == saddles


def test_a_letter_without_a_value_is_missed_by_name():
    surface = formula_surface("a x^2 + b y^2", BOX)
    for function, point in ((surface.f, [np.zeros(2)]), (surface.minima, []), (surface.saddles, [])):
        with pytest.raises(TypeError, match="'b'"):
            function(*point, a=1.0)
        with pytest.raises(TypeError, match="'c'"):
            function(*point, a=1.0, b=1.0, c=1.0)


@pytest.mark.parametrize("text", ["(a - x)^2 + 100 (y - x^2)^2", "300 a x^2 + 300 y^2", "200 (x - a)^4 + c y^2"])
def test_a_logarithmic_height_has_a_value_at_every_stop(text):
    surface = formula_surface(text, BOX)
    assert surface.log_height == (text[0] == "(")  # the other two have no lower bound where a letter is negative
    for k in range(101):
        values = {**surface.defaults, "a": surface.hypers[0].at(k / 100)}
        floor = min((value for _, value in surface.minima(**values)), default=0.0)
        assert not surface.log_height or (values_on_grid(surface, values) - floor > -1e-6).all()


@pytest.mark.parametrize("text", ["a x^2 + b y^2 + sin(a y)", "a |x - b| + |y|"])
def test_another_value_compiles_nothing(text, caplog):
    def compiled(**letters: str) -> int:
        caplog.clear()
        scene = Scene.read({**BOWL, "surface.f": text, "on": "sgd,newton", **letters})
        with jax.log_compiles(), caplog.at_level(logging.WARNING):
            for answer in (paths, grid):
                answer(scene)
            fan(scene, "surface.a")
        return sum("Compiling" in record.getMessage() for record in caplog.records)

    assert compiled() > 0, "the log names compilations"
    assert compiled(**{"surface.a": "2.3"}) == 0
    assert compiled(**{"surface.a": "-4", "surface.b": "0.1"}) == 0


letter = st.one_of(st.just(1.0), st.floats(-10, 10))


@given(letter, letter, st.sampled_from(["a x^2 + b y^2", "b x + a", "a x + k", "x y"]))
def test_a_link_holds_the_letters(a, b, text):
    query = {**BOWL, "surface.f": text, "surface.a": repr(a), "surface.b": repr(b)}
    scene = Scene.read(query)
    wanted = {"a": a, "b": b, "k": 1.0}
    assert scene.hypers("surface") == {id: wanted[id] for id in parameters_of(parse(text))}
    assert Scene.read(scene.to_query()) == scene
    assert Scene.read(dict(parse_qsl(scene.to_url(), keep_blank_values=True))) == scene
    assert set(scene.values) == set(controls(scene.surface, scene.on, scene.own))
    spelled = {key for key in scene.to_query() if key.startswith("surface.")} - {"surface.f", "surface.domain"}
    assert spelled == {f"surface.{id}" for id, value in scene.hypers("surface").items() if value != 1}


@pytest.mark.parametrize("word", ["nan", "11", "-10.1", "", "x"])
def test_a_letter_out_of_range_is_one(word):
    assert Scene.read({**BOWL, "surface.a": word}).hypers("surface") == {"a": 1, "b": 1}


def test_table_and_figure_have_the_values():
    scene = Scene.read({**BOWL, "surface.a": "2.5", "surface.b": "-3", "on": "adam"})
    columns = np.array([row.split(",") for row in table(scene, "adam").splitlines()]).T
    x, y, loss = (columns[list(columns[:, 0]).index(name)][1:].astype(float) for name in ("x", "y", "loss"))
    np.testing.assert_allclose(loss, 2.5 * x**2 - 3 * y**2, rtol=1e-12)
    shown = figure(scene)
    assert "a 2.5, b -3" in shown.layout.title.text
    heights = np.array(shown.data[0].z)
    assert heights.max() == pytest.approx(2.5 * 4)
    assert heights.min() == pytest.approx(-3 * 4)


def test_values_at_which_nothing_is_defined_have_a_picture():
    scene = Scene.read({**BOWL, "surface.f": "sqrt(a) x + y^2", "surface.a": "-3", "on": "adam"})
    assert scene.hypers("surface") == {"a": -3}
    assert np.isnan(values_on_grid(formula_surface(*scene.own), {"a": -3.0})).all()
    assert paths(scene)
    assert grid(scene)
    assert figure(scene).data
    with pytest.raises(FormulaError, match="while every slider is at 1"):
        formula_surface("sqrt(a - 2) x", BOX)
