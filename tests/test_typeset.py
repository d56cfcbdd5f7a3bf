"""Equations as they are written: what a reader computes from them is what they say."""

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.equations import evaluate, parse
from engine.typeset import to_mathml
from optimizers import OPTIMIZERS

every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
RANDOM = np.random.default_rng(0)


def spelled(element: ElementTree.Element) -> str:
    """An element of MathML as a Python expression: what somebody who reads the formula computes."""
    inside = [*element]
    if element.get("data-name"):
        return element.attrib["data-name"]
    match element.tag:
        case "mn" | "mi" | "mtext":
            return element.text or ""
        case "mo":
            product = "\N{INVISIBLE TIMES}\N{MIDDLE DOT}"
            words = {**dict.fromkeys(product, "*"), "\N{MINUS SIGN}": "-", "mod": "%", "=": "==", "\u2265": ">="}
            return {**words, "\N{FUNCTION APPLICATION}": ""}.get(element.text or "", element.text or "")
        case "mfrac":
            return "(({})/({}))".format(*map(spelled, inside))
        case "msup":
            return "{}**({})".format(*map(spelled, inside))
        case "msqrt":
            return f"sqrt({spelled(inside[0])})"
        case "msub":  # of a norm: the others stand in names
            return f"norm1({spelled(inside[0][1])})"
        case "mrow" if inside[0].text == "{":
            rows = [[spelled(cell[0]) for cell in row] for row in inside[1]]
            text = rows.pop()[0]
            while rows:
                yes, condition = rows.pop()
                text = f"where({condition}, {yes}, {text})"
            return text
        case "mrow" if inside[0].text == "|":
            return f"abs({spelled(inside[1])})"
        case "mrow":
            return "".join(map(spelled, inside))
    raise AssertionError(element.tag)


FUNCTIONS = {
    **{"max": np.maximum, "min": np.minimum, "sign": np.sign, "sqrt": np.sqrt, "abs": np.abs, "where": np.where},
    "norm1": lambda a: np.abs(a).sum(axis=0),
}


def uses(tree, *operations: str) -> bool:
    return isinstance(tree, tuple) and (tree[0] in operations or any(uses(part, *operations) for part in tree[1:]))


PRODUCTS = ("@", "outer", "solve", "push", "two_loops", "absolute", "norm")
WRITTEN = [
    pytest.param(optimizer.system, equation, id=f"{optimizer.id}-{equation.name}")
    for optimizer in OPTIMIZERS.values()
    for equation in (optimizer.system.equations if optimizer.system else ())
    if not equation.measured and not uses(equation.tree, *PRODUCTS)
]


@pytest.mark.parametrize(("system", "equation"), WRITTEN)
def test_what_is_written_is_what_is_computed(system, equation):
    """The MathML of each equation, read as a reader would, gives the equation's own value."""
    element = ElementTree.fromstring(to_mathml(*equation, {id: about.tex for id, about in system.names.items()}))
    left, sign, right = element
    assert (left.attrib["data-name"], sign.text) == (equation.name, "=")
    values = {id: RANDOM.uniform(0.1, 0.9, size=about.shape) for id, about in system.names.items()}
    values = {**values, "t": np.array(7.0)}
    alone = SimpleNamespace(equations=[equation], names=system.names)
    expected = evaluate(alone, values, lambda *_: pytest.fail("nothing is measured"))[equation.name]
    with np.errstate(invalid="ignore"):
        found = eval(spelled(right), {"__builtins__": {}}, {**FUNCTIONS, **values})
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w - (g - v)", "w-(g-v)"),
        ("w - g - v", "w-g-v"),
        ("w - (g + v)", "w-(g+v)"),
        ("(w + g) * v", "(w+g)*v"),
        ("-(w + g)", "-(w+g)"),
        ("(-w)**2", "(-w)**(2)"),
        ("-w**2", "-w**(2)"),
        ("(w * g)**2", "(w*g)**(2)"),
        ("(w / g)**2", "(((w)/(g)))**(2)"),
        ("2 * 3", "2*3"),
        ("w / g / v", "((((w)/(g)))/(v))"),
        ("t % (2 * k)", "t%(2*k)"),
        ("1e-6 * w", "10**(-6)*w"),
    ],
)
def test_brackets_are_written_where_they_are_needed(text, expected):
    names = {id: id for id in "wgvtk"}
    element = ElementTree.fromstring(to_mathml("w", parse(f"w = {text}").tree, names))
    assert spelled(element[2]) == expected


@every_optimizer
def test_every_name_in_an_equation_can_be_found_in_what_is_written(optimizer):
    system = optimizer.system
    symbols = {id: about.tex for id, about in system.names.items()}
    for equation in system.equations:
        text = to_mathml(*equation, symbols)
        ElementTree.fromstring(text)
        names = set(re.findall(r"[A-Za-z]\w*", " ".join(leaves(equation.tree))))
        assert set(re.findall(r'data-name="(\w+)"', text)) == {equation.name, *names}


def leaves(tree) -> list[str]:
    if isinstance(tree, tuple):
        return [leaf for part in tree[1:] for leaf in leaves(part)]
    return [tree] if isinstance(tree, str) else []


@every_optimizer
def test_no_two_names_of_an_optimizer_look_alike(optimizer):
    used = {leaf for e in optimizer.system.equations for leaf in (e.name, *leaves(e.tree))}
    symbols = [optimizer.system.names[id].tex for id in used]
    assert len(set(symbols)) == len(symbols)
