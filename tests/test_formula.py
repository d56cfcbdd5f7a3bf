"""A formula of one's own: what is read, what is refused and where, and that nothing is ever evaluated as Python."""

import math
from xml.etree import ElementTree

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine.formula import (
    DEEPEST,
    LONGEST,
    Binary,
    Call,
    FormulaError,
    Name,
    Negative,
    Number,
    evaluate,
    parse,
    to_mathml,
    to_source,
    to_tex,
    to_text,
)  # fmt: skip
from ui.routes import ROUTES

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
        ("|x| + |y|", 2.0),
        ("2|x||y| - |x - |y||", 2 * 1.3 * 0.7 - 0.6),
        ("|max(|x|, 1) - 3|^2", 1.7**2),
        ("X^2 + SIN(Y) Pi", 1.3**2 + math.sin(-0.7) * math.pi),
        ("x \u2013 y", 2.0),
        ("\u221ax + \u221a(x x)", math.sqrt(1.3) + 1.3),
        ("sin x cos y", math.sin(1.3) * math.cos(-0.7)),
        ("sin 2x^2 - 1", math.sin(2 * 1.3**2) - 1),
        ("exp |y|", math.exp(0.7)),
        ("f(x, y) = x + y", 0.6),
        ("F = x", 1.3),
        ("z = y", -0.7),
        ("relu(x) + relu y", 1.3),
        ("where(x > y, x^2, y)", 1.3**2),
        ("where(x < y, x^2, y) + 1", 0.3),
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
        ("sin", 1, "write sin(x)"),
        ("sin + x", 1, "write sin(x)"),
        ("min x", 1, "write min(x, y)"),
        ("|x", 1, "`|` without a second one"),
        ("x < y", 3, "a comparison"),
        ("where(x, 1, 2)", 8, "begins with a comparison"),
        ("where(x < y, 1)", 1, "`where` takes 3 arguments, got 2"),
        ("f(x) = x", 6, "unexpected `=`"),
        ("x = y", 3, "unexpected `=`"),
        ("(x", 1, "`(` without a `)`"),
        ("x)", 2, "`)` without a `(`"),
        ("x +", 4, "ends too early"),
        ("x ^", 4, "ends too early"),
        ("* x", 1, "unexpected `*`"),
        ("1,5 x", 2, "decimals with a point"),
        ("sin(1,5)", 1, "`sin` takes 1 argument, got 2"),
        ("max(x)", 1, "`max` takes 2 arguments, got 1"),
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
    numbers | st.sampled_from([Name("x"), Name("y"), Name("a")]),
    lambda parts: st.one_of(
        parts.map(Negative),
        st.builds(Binary, st.sampled_from("+-*/^"), parts, parts),
        st.builds(Call, st.sampled_from(["sin", "exp", "sqrt", "abs", "tanh"]), st.tuples(parts)),
        st.builds(Call, st.sampled_from(["min", "max"]), st.tuples(parts, parts)),
        st.builds(
            Call, st.just("where"), st.tuples(st.builds(Binary, st.sampled_from("<>"), parts, parts), parts, parts)
        ),
    ),
    max_leaves=12,
)


LETTERS = {"a": np.float64(-1.6)}


@settings(max_examples=300, deadline=None)
@given(trees)
@example(parse("-29^where(0 < x, 0, 13)"))
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
        ours = np.broadcast_to(evaluate(tree, x, y, np, LETTERS), 3)
        theirs = np.broadcast_to(eval(to_source(tree, "np"), {"np": np, "x": x, "y": y, **LETTERS}), 3)
        under_jax = np.broadcast_to(evaluate(tree, jnp.array(x), jnp.array(y), jnp, LETTERS), 3)
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
        ours, theirs = evaluate(tree, x, y, np, LETTERS), evaluate(read, x, y, np, LETTERS)
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
