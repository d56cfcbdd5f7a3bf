"""A formula of one's own: what is read, what is refused and where, and that nothing is ever evaluated as Python."""

import asyncio
import gc
import math
import weakref
from xml.etree import ElementTree

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine.critical import critical_points
from engine.device import PROGRAMS, compiled
from engine.formula import (
    DEEPEST,
    KEPT,
    LONGEST,
    Binary,
    Call,
    FormulaError,
    Name,
    Negative,
    Number,
    evaluate,
    formula_surface,
    parse,
    to_mathml,
    to_source,
    to_tex,
    to_text,
)  # fmt: skip
from surfaces import SURFACES
from ui.routes import ROUTES
from ui.scene import OWN, Scene

client = TestClient(Starlette(routes=ROUTES))
BOX = (-2.0, 2.0, -2.0, 2.0)


def value(text: str, x: float = 1.3, y: float = -0.7) -> float:
    return float(evaluate(parse(text), np.float64(x), np.float64(y), np))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1 - x)^2 + 100 (y - x^2)^2", (1 - 1.3) ** 2 + 100 * (-0.7 - 1.3**2) ** 2),
        ("-x^2", -(1.3**2)),
        ("2^3^2", 512),
        ("2^-x", 2**-1.3),
        ("2x", 2.6),
        ("3 sin(x) y", 3 * math.sin(1.3) * -0.7),
        ("x y", 1.3 * -0.7),
        ("1/2x", 1.3 / 2),
        ("2(x+1)(y-1)", 2 * 2.3 * -1.7),
        ("x²\u2212y³", 1.3**2 - (-0.7) ** 3),
        ("2·x\u00d7y", 2 * 1.3 * -0.7),
        ("x**2", 1.3**2),
        ("--x", 1.3),
        ("x - -y", 1.3 - 0.7),
        ("1e-3x + .5", 0.0013 + 0.5),
        ("pi e π", math.pi * math.e * math.pi),
        ("ln(x) + log(x)", 2 * math.log(1.3)),
        ("max(x, y) - min(x, 3)", 0.0),
        ("atan(x) + asin(y) + acos(y)", math.atan(1.3) + math.pi / 2),
        ("abs(y)^x", 0.7**1.3),
        ("floor(x) + sign(y)", 0.0),
    ],
)
def test_the_grammar(text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("", 1, "no formula"),
        ("x + z", 5, "unknown name `z`"),
        ("xy", 1, "write x*y"),
        ("Sin(x)", 1, "write sin"),
        ("sin x", 1, "write sin(x)"),
        ("(x", 1, "`(` without a `)`"),
        ("x)", 2, "`)` without a `(`"),
        ("x +", 4, "ends too early"),
        ("x ^", 4, "ends too early"),
        ("* x", 1, "unexpected `*`"),
        ("1,5 x", 2, "decimals with a point"),
        ("sin(1,5)", 1, "give it 1"),
        ("max(x)", 1, "give it 2"),
        ("(1,5)", 3, "decimals with a point"),
        ("1/0", 2, "not finite"),
        ("x + 9^9^9", 6, "not finite"),
        ("sqrt(0-1)", 1, "not finite"),
        ("1e999", 1, "not finite"),
        ("x 2 # 3", 5, "unexpected `#`"),
        ("__import__('os')", 1, "unexpected `_`"),
        ("x1^2 + x2^2", 2, "write x*1"),
        ("x + 10 000", 8, "write one number"),
        ("1.2.3", 4, "behind `1.2`"),
        ("pi 2", 4, "behind `pi`"),
        ("x^2 3", 5, "behind `2`"),
        ("x.real", 2, "unexpected `.`"),
        ("lambda", 1, "unknown name `lambda`"),
        ("(" * (DEEPEST + 1) + "x", DEEPEST + 2, "too many levels"),
        ("+".join(["x"] * 110), None, "too long"),
        ("x" + " " * LONGEST, LONGEST + 1, "at most 300"),
    ],
)
def test_a_refusal_says_what_and_where(text, column, what):
    with pytest.raises(FormulaError) as refused:
        parse(text)
    assert what in str(refused.value)
    assert column in (None, refused.value.column)
    assert f"at column {refused.value.column}" in str(refused.value)


# 5e-324 is set as 5 times 10^-324, which is 0 where one computes.
numbers = st.one_of(st.integers(0, 50), st.floats(0, 50, allow_subnormal=False)).map(Number)
trees = st.recursive(
    numbers | st.sampled_from([Name("x"), Name("y")]),
    lambda parts: st.one_of(
        parts.map(Negative),
        st.builds(Binary, st.sampled_from("+-*/^"), parts, parts),
        st.builds(Call, st.sampled_from(["sin", "exp", "sqrt", "abs", "tanh"]), st.tuples(parts)),
        st.builds(Call, st.sampled_from(["min", "max"]), st.tuples(parts, parts)),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(trees)
def test_what_is_written_reads_as_the_same_and_as_python_has_the_same_value(tree):
    try:
        read = parse(to_text(tree))
    except FormulaError:
        with pytest.raises(FormulaError, match=r"not finite|too many"):
            parse(to_text(tree))
        return
    assert read == tree
    x, y = np.array([0.3, 1.7, -1.1]), np.array([-0.4, 2.2, 0.9])
    with np.errstate(all="ignore"):
        ours = np.broadcast_to(evaluate(tree, x, y, np), 3)
        theirs = np.broadcast_to(eval(to_source(tree, "np"), {"np": np, "x": x, "y": y}), 3)
        under_jax = np.broadcast_to(evaluate(tree, jnp.array(x), jnp.array(y), jnp), 3)
    np.testing.assert_array_equal(ours, theirs)
    usual = np.isfinite(ours) & (np.abs(ours) < 1e6)
    np.testing.assert_allclose(under_jax[usual], ours[usual], rtol=1e-7, atol=1e-9)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_column(text):
    try:
        tree = parse(text)
    except FormulaError as error:
        columns = [error.column]
    else:
        columns = [1]
        assert parse(to_text(tree)) == tree
    assert 1 <= columns[0] <= len(text) + 1


def test_whole_powers_have_gradients_where_real_ones_have_none():
    gradient = jax.grad(formula_surface("(x - 1)^3 + y^2", BOX).f)
    np.testing.assert_allclose(gradient(np.array([-1.0, 0.0])), [12.0, 0.0], rtol=1e-14)
    assert np.isnan(jax.grad(formula_surface("(x - 1)^2.5", BOX).f)(np.array([-1.0, 0.0]))[0])


def test_tex():
    assert to_tex(parse("(1 - x)^2 + 100 (y - x^2)^2")) == (
        r"\left(1 - x\right)^{2} + 100\, \left(y - x^{2}\right)^{2}"
    )
    assert to_tex(parse("sqrt(x/2) * 3")) == r"\sqrt{\frac{x}{2}} \cdot 3"
    assert to_tex(parse("-(x y)")) == r"-\left(x\, y\right)"
    assert to_tex(parse("ln(x)^2 e^-y")) == r"\left(\ln\left(x\right)\right)^{2}\, \mathrm{e}^{-y}"

    assert to_tex(parse("1e-7^x")) == r"\left(1 \cdot 10^{-7}\right)^{x}"


def spoken(element: ElementTree.Element) -> str:
    """What a reader sees in MathML, in our own spelling; brackets only where some are drawn, or a bar is."""
    parts = [spoken(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msup":
            return f"{parts[0]}^({parts[1]})"
        case "msqrt":
            return f"sqrt({parts[0]})"
        case "mrow" if parts[0] == "|":
            return f"abs({parts[1]})"
        case "mrow" if parts[0] == "\u230a":
            return f"floor({parts[1]})"
        case "mrow":
            return "".join(parts)
        case "mi" | "mn" | "mo":
            words = {"\u2062": "*", "\u00b7": "*", "\u2061": "", "arcsin": "asin", "arccos": "acos", "arctan": "atan"}
            return words.get(element.text or "", element.text or "")
    raise AssertionError(f"unexpected {element.tag}")


@settings(max_examples=300, deadline=None)
@given(trees)
def test_mathml_reads_as_the_formula(tree):
    try:
        read = parse(spoken(ElementTree.fromstring(to_mathml(tree))))
    except FormulaError:
        with pytest.raises(FormulaError, match=r"not finite|too many|too long|characters"):
            parse(spoken(ElementTree.fromstring(to_mathml(tree))))
        return
    x, y = np.array([0.3, 1.7, -1.1]), np.array([-0.4, 2.2, 0.9])
    with np.errstate(all="ignore"):
        ours, theirs = evaluate(tree, x, y, np), evaluate(read, x, y, np)
    usual = np.broadcast_to(np.isfinite(ours) & (np.abs(ours) < 1e6), 3)
    # 1.5e-7 is set as 1.5 times 10^-7, which may round otherwise.
    np.testing.assert_allclose(np.broadcast_to(theirs, 3)[usual], np.broadcast_to(ours, 3)[usual], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "mathml"),
    [
        ("x/2", "<mfrac><mi>x</mi><mn>2</mn></mfrac>"),
        ("2x", "<mrow><mn>2</mn><mo>\u2062</mo><mi>x</mi></mrow>"),
        ("(-x)^2", "<msup><mrow><mo>(</mo><mrow><mo>\u2212</mo><mi>x</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup>"),
        (
            "(x - 1)^2 + 2",
            "<mrow><msup><mrow><mo>(</mo><mrow><mi>x</mi><mo>\u2212</mo><mn>1</mn></mrow><mo>)</mo></mrow><mn>2</mn></msup>"
            "<mo>+</mo><mn>2</mn></mrow>",
        ),
        ("abs(pi)", "<mrow><mo>|</mo><mi>\u03c0</mi><mo>|</mo></mrow>"),
        ("ln(x)", "<mrow><mi>ln</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow>"),
    ],
)
def test_mathml(text, mathml):
    assert to_mathml(parse(text)) == mathml


def same(found, declared, tolerance=1e-7):
    assert len(found) == len(declared)
    for (place, height), (wanted, level) in zip(sorted(found), sorted(declared), strict=True):
        np.testing.assert_allclose(place, wanted, atol=tolerance)
        assert height == pytest.approx(level, abs=tolerance)


@pytest.mark.parametrize(
    "id", ["himmelblau", "beale", "rosenbrock", "double_well", "six_hump_camel", "rastrigin", "griewank", "ravine"]
)
def test_what_surfaces_declare_is_found(id):
    surface = SURFACES[id]
    axes = [np.linspace(*side, 61) for side in surface.domain]
    points = np.stack(np.meshgrid(*axes), axis=-1)

    def f(w):
        return surface.f(w, **surface.defaults)

    heights = np.asarray(jax.vmap(jax.vmap(f))(points))
    minima, saddles = critical_points(f, surface.domain, points, heights)
    same([((round(x, 6), round(y, 6)), v) for (x, y), v in minima],
         [((round(x, 6), round(y, 6)), v) for (x, y), v in surface.minima(**surface.defaults)], 2e-6)  # fmt: skip
    same([((round(x, 6), round(y, 6)), v) for (x, y), v in saddles],
         [((round(x, 6), round(y, 6)), v) for (x, y), v in surface.saddles(**surface.defaults)], 2e-6)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "minima", "saddles"),
    [
        ("x^2", [(0, 0)], []),  # of the whole line one
        ("3", [(0, 0)], []),
        ("x", [], []),
        ("x y", [], [(0, 0)]),
        ("x^3 - 3 x y^2", [], [(0, 0)]),
        ("1/x", [], []),
        ("sqrt(x)", [], []),
        ("log(y)", [], []),
        ("sqrt(x^2 + y^2)", [(0, 0)], []),
        ("abs(x - 1) + abs(y)", [(1, 0)], []),
        ("x^4 + y^4", [(0, 0)], []),
    ],
)
def test_odd_functions_have_a_picture(text, minima, saddles):
    surface = formula_surface(text, BOX)
    for found, wanted in ((surface.minima(), minima), (surface.saddles(), saddles)):
        np.testing.assert_allclose([place for place, _ in found], np.reshape(wanted, (-1, 2)).tolist(), atol=1e-6)
    assert math.isfinite(surface.f(np.array(surface.start)))
    query = {"surface": "formula", "surface.f": text, "surface.domain": "-2,2,-2,2", "steps": "20"}
    for path in ("/paths", "/grid"):
        assert client.get(path, params=query).status_code == 200


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("x^2 + y^2", (1e6, 1e6 + 1, -3e-7, 5e-7)),
        ("sqrt(x - 0.123456) + y^2", (0.123456, 0.1235, 0, 1)),
        ("log(x - 100.00061)", (100.0, 100.001, -1, 1)),
        ("x", (-1e-300, 1e-300, -1e300, 1e300)),
    ],
)
def test_the_start_lies_in_the_domain_where_f_has_a_value(text, domain):
    surface = formula_surface(text, domain)
    for place, (low, high) in zip(surface.start, surface.domain, strict=True):
        assert low <= place <= high
    assert math.isfinite(surface.f(np.array(surface.start)))
    assert surface.start[0] < domain[0] + 0.7 * (domain[1] - domain[0])
    scene = Scene.read({"surface": "formula", "surface.f": text, "surface.domain": ",".join(map(repr, domain))})
    assert scene.own == (text, domain)
    assert scene.start == surface.start


def test_a_formula_without_any_value_is_refused_in_words():
    with pytest.raises(FormulaError, match="no finite value in the domain"):
        formula_surface("sqrt(0 - 1 - x^2)", BOX)
    with pytest.raises(FormulaError, match="no finite value in the domain"):
        formula_surface("10^200 * 10^100 * (x^2 + 1)", BOX)  # nothing that could be drawn


def test_the_route_says_what_is_wrong_and_a_link_with_it_opens_the_default():
    answer = client.get("/formula", params={"formula": "x + z", "domain": "-1,1,-1,1"}).json()
    assert answer["error"].startswith("unknown name `z` at column 5")
    for domain in ("1,0,0,1", "0,1,-1e308,1e308", "0,1,2", "0,1,2,z"):
        assert "expected x low" in client.get("/formula", params={"formula": "3", "domain": domain}).json()["error"]
    assert client.get("/formula", params={"formula": "x^2", "domain": "-1,1,-1,1"}).json() == {
        "mathml": "<msup><mi>x</mi><mn>2</mn></msup>"
    }
    assert Scene.read({"surface": "formula", "surface.f": "x + z"}).own == OWN
    kept = Scene.read({"surface": "formula", "surface.f": "x^2 + y", "surface.domain": "0,1,0,2", "steps": "50"})
    assert Scene.read(kept.to_query()) == kept
    assert kept.own == ("x^2 + y", (0.0, 1.0, 0.0, 2.0))


def test_memory_ends_with_the_last_formulas_and_programs():
    """A class that types hundreds of formulas must not fill the memory: nothing holds those that were pushed out."""
    query = {"surface": "formula", "surface.f": "x^2 + 7 y^2 + x y", "steps": "10", "on": "sgd"}
    assert client.get("/paths", params=query).status_code == 200
    kept = weakref.ref(formula_surface("x^2 + 7 y^2 + x y", tuple(np.ravel(OWN[1]))).f)
    for k in range(KEPT):
        formula_surface(f"x + {k}", (0, 1, 0, 1))
    gc.collect()
    assert kept() is not None, "its program is still held"
    for k in range(PROGRAMS):
        compiled(int, k)
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("route", ["paths", "grid", "fan", "formula", "code", "csv"])
def test_a_formula_is_never_compiled_on_the_event_loop(route, monkeypatch):
    """There it would hold up everybody else: a scene that is only read already looks for its minima."""
    seen = []

    def watched(text, domain):
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        seen.append(text)
        return formula_surface(text, domain)

    monkeypatch.setattr("ui.scene.formula_surface", watched)
    monkeypatch.setattr("ui.answers.formula_surface", watched)
    text = "x^2 + 3 y^2"
    query = {
        "surface": "formula",
        "surface.f": text,
        "formula": text,
        "domain": "-1,1,-1,1",
        "on": "sgd",
        "steps": "10",
    }
    more = {"vary": "sgd.lr", "optimizer": "sgd", "library": "optax"}
    assert client.get(f"/{route}", params={**query, **more}).status_code == 200
    assert text in seen
