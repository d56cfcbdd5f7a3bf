"""Equations as MathML, in which every name can be found, so that a number can be put in its place."""

import re
from collections.abc import Callable, Mapping
from typing import Any

BARS = "\N{DOUBLE VERTICAL LINE}"  # around a vector whose norm is meant
MINUS = "\N{MINUS SIGN}"
GREEK = {
    **{"alpha": "\u03b1", "beta": "\u03b2", "gamma": "\u03b3", "lambda": "\u03bb", "eta": "\u03b7", "mu": "\u03bc"},
    **{"rho": "\u03c1", "phi": "\u03c6", "psi": "\u03c8", "varepsilon": "\u03b5", "Delta": "\u0394", "infty": "\u221e"},
}
ACCENTS = {"hat": "^", "tilde": "~", "bar": "\u00af"}
LETTER = r"\\[A-Za-z]+|[A-Za-z]"
SYMBOL = re.compile(rf"(?:\\(hat|tilde|bar) )?({LETTER})(?:_(?:\{{([A-Za-z0-9+-]+)\}}|({LETTER}|[0-9+-])))?")
PRECEDENCE = {"<": 0, "<=": 0, ">": 0, ">=": 0, "==": 0, "+": 1, "-": 1, "negative": 1.5, "%": 2, "*": 2, "@": 2}
WORDS = {"nearest_minimum": "the nearest minimum along", "backtracked": "the first trial that falls enough along"}
OTHERWISE = "otherwise"
WRITTEN = {"*": "\N{INVISIBLE TIMES}", "-": MINUS, "<": "&lt;", "<=": "\u2264", ">": "&gt;", ">=": "\u2265", "==": "="}


def symbol(tex: str) -> str:
    """A symbol such as \\hat m_{t-1} as MathML. Raises ValueError where it is no letter with an accent and an index."""
    found = SYMBOL.fullmatch(tex)
    words = [word for word in (found[2], found[4]) if word and word.startswith("\\")] if found else []
    if not found or any(word[1:] not in GREEK for word in words):
        raise ValueError(f"expected a symbol such as \\hat m_{{t-1}}, its letters Latin or {[*GREEK]}, got {tex!r}")
    base = f"<mi>{_letter(found[2])}</mi>"
    if found[1]:
        base = f'<mover accent="true">{base}<mo>{ACCENTS[found[1]]}</mo></mover>'
    index = found[3] or found[4]
    return f"<msub>{base}{_index(index)}</msub>" if index else base


def _letter(word: str) -> str:
    return GREEK[word[1:]] if word.startswith("\\") else word


def _index(index: str) -> str:
    """A letter, a number, or a sum of two of them, or a sign alone."""
    parts = re.findall(r"\\?[A-Za-z]+|[0-9]+|.", index)
    kinds = [("mn" if part.isdigit() else "mi" if part[-1].isalpha() else "mo", part) for part in parts]
    marked = [f"<{kind}>{_letter(part).replace('-', MINUS)}</{kind}>" for kind, part in kinds]
    return marked[0] if len(marked) == 1 else f"<mrow>{''.join(marked)}</mrow>"


def to_mathml(name: str, tree: Any, names: Mapping[str, str]) -> str:
    """An equation as one element of MathML; `names` are the TeX symbols. Each name is an <mrow data-name="...">."""

    def leaf(id: str) -> str:
        return f'<mrow data-name="{id}">{symbol(names[id])}</mrow>'

    return f"<mrow>{leaf(name)}<mo>=</mo>{_written(tree, leaf)}</mrow>"


def _written(tree: Any, leaf: Callable[[str], str]) -> str:
    """An expression in MathML."""

    def write(part: Any) -> str:
        return _written(part, leaf)

    def part(child: Any, above: float, strict: bool = False) -> str:
        own = _precedence(child)
        return _fenced("(", write(child), ")") if own < above or (strict and own == above) else write(child)

    if isinstance(tree, str):
        return leaf(tree)
    if not isinstance(tree, tuple):
        return _number(tree)
    id, arguments = tree[0], tree[1:]
    match tree:
        case ("negative", inner):
            return f"<mrow><mo>{MINUS}</mo>{part(inner, 2)}</mrow>"
        case ("/", above, below):
            return f"<mfrac>{write(above)}{write(below)}</mfrac>"
        case ("**", base, exponent):
            plain = not isinstance(base, tuple) or base[0] in ("abs", "norm")
            return f"<msup>{write(base) if plain else _fenced('(', write(base), ')')}{write(exponent)}</msup>"
        case ("sqrt", inner):
            return f"<msqrt>{write(inner)}</msqrt>"
        case ("abs" | "absolute" | "norm", inner):
            return _fenced("|", write(inner), "|")
        case ("norm1", inner):
            return f"<msub>{_fenced(BARS, write(inner), BARS)}<mn>1</mn></msub>"
        case ("outer", left, right):
            return f"<mrow>{part(left, 2)}<msup>{part(right, 3)}<mo>\u22a4</mo></msup></mrow>"
        case ("solve", matrix, vector):
            inverse = f"<msup>{_fenced('(', write(matrix), ')')}<mrow><mo>{MINUS}</mo><mn>1</mn></mrow></msup>"
            return f"<mrow>{inverse}{part(vector, 2)}</mrow>"
        case ("where", *_):
            return _cases(tree, write)
        case ("gradient" | "hessian", point):
            nabla = "<mo>\u2207</mo>" if id == "gradient" else "<msup><mo>\u2207</mo><mn>2</mn></msup>"
            return f"<mrow>{nabla}<msub><mi>f</mi><mi>t</mi></msub>{_fenced('(', write(point), ')')}</mrow>"
        case ("%", left, right):
            return f"<mrow>{part(left, 2)}<mo>mod</mo>{part(right, 2, True)}</mrow>"
        case (sign, left, right) if sign in PRECEDENCE:
            own = PRECEDENCE[sign]
            dotted = sign == "@" or not isinstance(_first(right), str | tuple)
            between = "\u00b7" if dotted and own == 2 else WRITTEN.get(sign, sign)
            return f"<mrow>{part(left, own)}<mo>{between}</mo>{part(right, own, sign in '-*@')}</mrow>"
    if id in WORDS:
        return f'<mrow><mtext>{WORDS[id]}</mtext><mspace width="0.3em"/>{write(arguments[0])}</mrow>'
    word = {"maximum": "max", "minimum": "min"}.get(id, id.replace("_", " "))
    listed = "<mo>,</mo>".join(map(write, arguments))
    return f"<mrow><mi>{word}</mi><mo>\N{FUNCTION APPLICATION}</mo>{_fenced('(', listed, ')')}</mrow>"


def _precedence(tree: Any) -> float:
    return PRECEDENCE.get(tree[0], 2.5 if tree[0] in ("outer", "solve") else 3) if isinstance(tree, tuple) else 3


def _cases(tree: Any, write: Callable[[Any], str]) -> str:
    """Nested choices as one list of cases."""
    rows = []
    while isinstance(tree, tuple) and tree[0] == "where":
        rows.append(f"<mtr><mtd>{write(tree[2])}</mtd><mtd>{write(tree[1])}</mtd></mtr>")
        tree = tree[3]
    rows.append(f"<mtr><mtd>{write(tree)}</mtd><mtd><mtext>{OTHERWISE}</mtext></mtd></mtr>")
    return f"<mrow><mo>{{</mo><mtable>{''.join(rows)}</mtable></mrow>"


def _number(value: float) -> str:
    if "e" not in repr(value):
        return f"<mn>{value!r}</mn>"
    digits, exponent = repr(value).split("e")
    sign = f"<mo>{MINUS}</mo>" if exponent.startswith("-") else ""
    power = f"<msup><mn>10</mn><mrow>{sign}<mn>{abs(int(exponent))}</mn></mrow></msup>"
    return power if digits == "1" else f"<mrow><mn>{digits}</mn><mo>\u00b7</mo>{power}</mrow>"


def _first(tree: Any) -> Any:
    """The factor that is written first."""
    while isinstance(tree, tuple) and tree[0] in ("*", "**", "@", "%"):
        tree = tree[1]
    return tree


def _fenced(left: str, inside: str, right: str) -> str:
    return f"<mrow><mo>{left}</mo>{inside}<mo>{right}</mo></mrow>"
