"""A formula of one's own: text such as (1 - x)^2 + 100 (y - x^2)^2 becomes a surface.

Nothing is ever evaluated as Python: the text is read by the grammar below into a tree of numbers, names, operators and
functions, and the tree is computed.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed | power)*       a power right behind is multiplied: 2x, 3 sin(x) y;
                                                          but no number right behind a number or a name: x2, 10 000
    signed   = ("+" | "-") signed | power
    power    = atom (("^" | "**") signed | "²" | "³")?    so -x^2 is -(x^2), and x^2^3 is x^(2^3)
    atom     = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np

from engine.critical import critical_points
from engine.spec import Reference, Surface

LONGEST = 300  # characters
MOST = 200  # numbers, names, operators and functions
DEEPEST = 40  # parentheses, signs and exponents within each other
HIGHEST = float(np.finfo(np.float32).max)  # what is drawn is float32
KEPT = 128  # formulas that need not be read again


class FormulaError(ValueError):
    """What is wrong with a formula, in words for its author, and the column, from 1, at which it is."""

    def __init__(self, what: str, column: int, remedy: str) -> None:
        super().__init__(f"{what} at column {column}: {remedy}.")
        self.column = column


@dataclass(frozen=True)
class Number:
    value: int | float  # never negative


@dataclass(frozen=True)
class Name:
    id: str  # one of NAMES


@dataclass(frozen=True)
class Negative:
    of: "Node"


@dataclass(frozen=True)
class Binary:
    sign: str  # + - * / ^
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    id: str  # one of FUNCTIONS
    arguments: "tuple[Node, ...]"


Node = Number | Name | Negative | Binary | Call

CONSTANTS = {"pi": math.pi, "e": math.e}
NAMES = ("x", "y", *CONSTANTS)
# Each is called the same in NumPy, JAX and PyTorch.
FUNCTIONS = {
    **{id: id for id in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs", "sign", "floor")},
    **{"ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "min": "minimum", "max": "maximum"},
}
USABLE = "use x, y, pi, e, numbers, or a function such as sin(x)"

MINUS, TIMES = "\u2212", "\u00d7"  # as a text processor writes them
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-zπ]+)"
    rf"|(?P<sign>\*\*|[-{MINUS}+*·{TIMES}/^²³(),])|(?P<blank>\s+)"
)
_SPELLED = {"**": "^", MINUS: "-", "·": "*", TIMES: "*", "π": "pi"}


def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError."""
    return _Parser(text).whole()


class _Parser:
    """One pass over the tokens (kind, text, column), by the grammar above."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise FormulaError(f"the formula has {len(text)} characters", LONGEST + 1, f"write it in at most {LONGEST}")
        self.tokens: list[tuple[str, str, int]] = []
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise FormulaError(f"unexpected `{text[place]}`", place + 1, USABLE)
            kind = str(match.lastgroup)
            if kind != "blank":
                self.tokens.append((kind, _SPELLED.get(match.group(), match.group()), place + 1))
            place = match.end()
        self.tokens.append(("end", "", len(text) + 1))
        self.at = self.nodes = self.depth = 0

    def whole(self) -> Node:
        if self.kind == "end":
            raise FormulaError("there is no formula", 1, "type one, such as x^2 + 10 y^2")
        node = self.sum()
        if self.text == ")":
            raise FormulaError("`)` without a `(`", self.column, "take it away or open one before")
        if self.text == ",":
            raise FormulaError("unexpected `,`", self.column, "write decimals with a point, such as 0.5")
        if self.kind != "end":
            raise FormulaError(f"unexpected `{self.text}`", self.column, "put + - * / or ^ before it")
        return node

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def text(self) -> str:
        return self.tokens[self.at][1]

    @property
    def column(self) -> int:
        return self.tokens[self.at][2]

    def made(self, node: Node, column: int) -> Node:
        """Count a node; one without names must have a finite value."""
        self.nodes += 1
        if self.nodes > MOST:
            raise FormulaError("the formula is too long", column, f"use at most {MOST} numbers, names and signs")
        try:
            constant(node)
        except ArithmeticError:
            raise FormulaError("a number that is not finite", column, "divide by something else, or use less") from None
        return node

    def deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError("too many levels", self.column, f"nest at most {DEEPEST} within each other")
        node = read()
        self.depth -= 1
        return node

    def sum(self) -> Node:
        node = self.product()
        while self.text in ("+", "-"):
            _, sign, column = self.tokens[self.at]
            self.at += 1
            node = self.made(Binary(sign, node, self.product()), column)
        return node

    def product(self) -> Node:
        node = self.signed()
        while True:
            _, sign, column = self.tokens[self.at]
            if sign in ("*", "/"):
                self.at += 1
                node = self.made(Binary(sign, node, self.signed()), column)
            elif self.kind == "number" and self.tokens[self.at - 1][0] in ("number", "name"):
                other, before, _ = self.tokens[self.at - 1]
                remedy = (
                    f"write {before}*{sign}" if other == "name" else "write one number, or an operator between them"
                )
                raise FormulaError(f"the number `{sign}` right behind `{before}`", column, remedy)
            elif self.kind in ("number", "name") or sign == "(":
                node = self.made(Binary("*", node, self.power()), column)
            else:
                return node

    def signed(self) -> Node:
        _, sign, column = self.tokens[self.at]
        if sign not in ("+", "-"):
            return self.power()
        self.at += 1
        node = self.deeper(self.signed)
        return self.made(Negative(node), column) if sign == "-" else node

    def power(self) -> Node:
        node = self.atom()
        _, sign, column = self.tokens[self.at]
        if sign in ("²", "³"):
            self.at += 1
            return self.made(Binary("^", node, Number(2 if sign == "²" else 3)), column)
        if sign != "^":
            return node
        self.at += 1
        return self.made(Binary("^", node, self.deeper(self.signed)), column)

    def atom(self) -> Node:
        kind, text, column = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            value = float(text)
            return self.made(Number(int(text) if text.isdecimal() and value < 2**53 else value), column)
        if text == "(":
            node = self.deeper(self.sum)
            self.closed(column)
            return node
        if text in FUNCTIONS:
            return self.call(text, column)
        if kind == "name" and text in NAMES:
            return self.made(Name(text), column)
        if kind == "name":
            small = text.lower()
            meant = "*".join(text) if set(text) <= set("xy") else small if small in (*NAMES, *FUNCTIONS) else ""
            raise FormulaError(f"unknown name `{text}`", column, f"write {meant}" if meant else USABLE)
        what = f"unexpected `{text}`" if text else "the formula ends too early"
        raise FormulaError(what, column, "a number, a name or a `(` is missing here")

    def call(self, id: str, column: int) -> Node:
        if self.text != "(":
            raise FormulaError(f"`{id}` without parentheses", column, f"write {id}(x)")
        opened = self.column
        self.at += 1
        arguments = [self.deeper(self.sum)]
        while self.text == ",":
            self.at += 1
            arguments.append(self.deeper(self.sum))
        self.closed(opened)
        wanted = 2 if id in ("min", "max") else 1
        if len(arguments) != wanted:
            raise FormulaError(
                f"`{id}` of {len(arguments)}", column, f"give it {wanted}, such as {id}({', '.join('xy'[:wanted])})"
            )
        return self.made(Call(id, tuple(arguments)), column)

    def closed(self, opened: int) -> None:
        if self.text == ",":
            raise FormulaError("unexpected `,`", self.column, "write decimals with a point, such as 0.5")
        if self.text != ")":
            raise FormulaError("`(` without a `)`", opened, "close it")
        self.at += 1


def constant(node: Node) -> int | float | None:
    """The value of a tree without x and y, else None; whole powers and products of whole numbers stay whole.

    Raises ArithmeticError where it is not finite.
    """
    match node:
        case Number(value):
            parts = (value,)
        case Name(id):
            return CONSTANTS.get(id)
        case Negative(of):
            parts = (constant(of),)
        case Binary(_, left, right):
            parts = (constant(left), constant(right))
        case Call(_, arguments):
            parts = tuple(map(constant, arguments))
    if any(part is None for part in parts):
        return None
    with np.errstate(all="ignore"):
        value = float(_computed(node, tuple(map(np.float64, parts)), np))
    if not math.isfinite(value):
        raise ArithmeticError(f"{node} is not finite")
    return int(value) if value.is_integer() and abs(value) < 2**53 and not isinstance(node, Call) else value


def evaluate(node: Node, x: Any, y: Any, xp: Any) -> Any:
    """The value of a tree at arrays x and y, computed by `xp`: numpy, or jax.numpy."""
    known = constant(node)
    if known is not None:
        return known
    match node:
        case Name(id):
            return x if id == "x" else y
        case Negative(of):
            parts = (of,)
        case Binary(_, left, right):
            parts = (left, right)
        case Call(_, arguments):
            parts = arguments
        case _:
            raise TypeError(f"expected a part of a formula, got {node!r}.")
    return _computed(node, tuple(evaluate(part, x, y, xp) for part in parts), xp)


def _computed(node: Node, parts: tuple, xp: Any) -> Any:
    match node:
        case Number():
            return parts[0]
        case Negative():
            return -parts[0]
        case Call(id, _):
            return getattr(xp, FUNCTIONS[id])(*parts)
        case Binary(sign, _, _):
            left, right = parts
            match sign:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case "/":
                    return left / right
                case "^":
                    return left**right
    raise TypeError(f"expected a part of a formula, got {node!r}.")


LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}  # how tightly a sign binds


def _level(node: Node) -> float:
    match node:
        case Binary(sign, _, _):
            return LEVELS[sign]
        case Negative():
            return 1.5
    return 5


def _loose(node: Node, child: Node, strict: bool) -> bool:
    """Whether a part of a node stands in brackets: where it binds less tightly than the node; `strict` where alike."""
    own = 3 if isinstance(node, Negative) else _level(node)  # -x y is (-x) y, and -x^2 is -(x^2)
    return _level(child) <= own if strict else _level(child) < own


def _written(node: Node, write: Callable[[Node], str]) -> Callable[[Node, bool], str]:
    """A writer of the parts of a node."""
    return lambda child, strict: f"({write(child)})" if _loose(node, child, strict) else write(child)


def to_text(node: Node) -> str:
    """The formula in its usual spelling; `parse` makes the same tree of it."""
    part = _written(node, to_text)
    match node:
        case Number(value):
            return repr(value)
        case Name(id):
            return id
        case Negative(of):
            return "-" + part(of, True)
        case Call(id, arguments):
            return f"{id}({', '.join(map(to_text, arguments))})"
        case Binary("^", left, right):
            return f"{part(left, True)}^{part(right, False)}"
        case Binary(sign, left, right):
            return f"{part(left, False)} {sign} {part(right, True)}"


def to_source(node: Node, module: str) -> str:
    """The formula as a Python expression in x and y whose functions are those of a module: jnp, np or torch."""
    known = constant(node)
    if known is not None:
        return repr(known) if known >= 0 else f"({known!r})"
    part = _written(node, lambda child: to_source(child, module))
    match node:
        case Name(id):
            return id
        case Negative(of):
            return "-" + part(of, True)
        case Call(id, arguments):
            # PyTorch's maximum takes no plain number.
            words = [
                to_source(a, module) if len(arguments) == 1 or constant(a) is None else f"{constant(a)!r} + 0 * x"
                for a in arguments
            ]
            return f"{module}.{FUNCTIONS[id]}({', '.join(words)})"
        case Binary("^", left, right):
            return f"{part(left, True)}**{part(right, False)}"
        case Binary(sign, left, right):
            return f"{part(left, False)} {sign} {part(right, True)}"
    raise TypeError(f"expected a part of a formula, got {node!r}.")


def to_tex(node: Node) -> str:
    """The formula in LaTeX."""

    def part(child: Node, strict: bool) -> str:
        return rf"\left({to_tex(child)}\right)" if _loose(node, child, strict) else to_tex(child)

    match node:
        case Number(value) if "e" in repr(value):
            digits, exponent = repr(value).split("e")
            return rf"{digits} \cdot 10^{{{int(exponent)}}}"
        case Number(value):
            return repr(value)
        case Name(id):
            return {"pi": r"\pi", "e": r"\mathrm{e}"}.get(id, id)
        case Negative(of):
            return "-" + part(of, True)
        case Call("sqrt", (of,)):
            return rf"\sqrt{{{to_tex(of)}}}"
        case Call("abs", (of,)):
            return rf"\left|{to_tex(of)}\right|"
        case Call("floor", (of,)):
            return rf"\left\lfloor {to_tex(of)} \right\rfloor"
        case Call(id, arguments):
            name = {"log": r"\ln", "ln": r"\ln", "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan"}
            word = name.get(id, rf"\operatorname{{{id}}}" if id == "sign" else rf"\{id}")
            return rf"{word}\left({', '.join(map(to_tex, arguments))}\right)"
        case Binary("/", left, right):
            return rf"\frac{{{to_tex(left)}}}{{{to_tex(right)}}}"
        case Binary("^", left, right):
            base = rf"\left({to_tex(left)}\right)" if _of_parts(left) else part(left, True)
            return rf"{base}^{{{to_tex(right)}}}"
        case Binary("*", left, right):
            dot = r" \cdot " if isinstance(_first(right), Number) else r"\, "
            return f"{part(left, False)}{dot}{part(right, True)}"
        case Binary(sign, left, right):
            return f"{part(left, False)} {sign} {part(right, True)}"


def to_mathml(node: Node) -> str:
    """The formula in MathML, which browsers set by themselves: one element."""

    def part(child: Node, strict: bool) -> str:
        return _fenced("(", to_mathml(child), ")") if _loose(node, child, strict) else to_mathml(child)

    match node:
        case Number(value) if "e" in repr(value):
            digits, exponent = repr(value).split("e")
            return f"<mrow><mn>{digits}</mn><mo>\u00b7</mo><msup><mn>10</mn><mn>{int(exponent)}</mn></msup></mrow>"
        case Number(value):
            return f"<mn>{value!r}</mn>"
        case Name(id):
            return {"pi": "<mi>π</mi>", "e": '<mi mathvariant="normal">e</mi>'}.get(id, f"<mi>{id}</mi>")
        case Negative(of):
            return f"<mrow><mo>{MINUS}</mo>{part(of, True)}</mrow>"
        case Call("sqrt", (of,)):
            return f"<msqrt>{to_mathml(of)}</msqrt>"
        case Call("abs", (of,)):
            return _fenced("|", to_mathml(of), "|")
        case Call("floor", (of,)):
            return _fenced("⌊", to_mathml(of), "⌋")
        case Call(id, arguments):
            name = {"log": "ln", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}.get(id, id)
            listed = "<mo>,</mo>".join(map(to_mathml, arguments))
            return f"<mrow><mi>{name}</mi><mo>\u2061</mo>{_fenced('(', listed, ')')}</mrow>"
        case Binary("/", left, right):
            return f"<mfrac>{to_mathml(left)}{to_mathml(right)}</mfrac>"
        case Binary("^", left, right):
            base = _fenced("(", to_mathml(left), ")") if _of_parts(left) else part(left, True)
            return f"<msup>{base}{to_mathml(right)}</msup>"
        case Binary(sign, left, right):
            dot = "\u00b7" if isinstance(_first(right), Number) else "\u2062"  # the latter is not seen
            sign = {"*": dot, "-": MINUS}.get(sign, sign)
            return f"<mrow>{part(left, False)}<mo>{sign}</mo>{part(right, True)}</mrow>"


def _fenced(left: str, inside: str, right: str) -> str:
    return f"<mrow><mo>{left}</mo>{inside}<mo>{right}</mo></mrow>"


def _of_parts(node: Node) -> bool:
    """Whether it is written with parts of its own, so that an exponent behind it would seem to be of the last one."""
    return isinstance(node, Call) or (isinstance(node, Number) and "e" in repr(node.value))


def _first(node: Node) -> Node:
    """The part that is written first."""
    while isinstance(node, Binary) and node.sign in ("*", "^"):
        node = node.left
    return node


@lru_cache(maxsize=KEPT)
def formula_surface(text: str, domain: tuple[float, float, float, float]) -> Surface:
    """The surface of a formula over x low, x high, y low, y high; minima and saddles are found, not declared.

    The same text gives the same Surface as long as it is among the last KEPT.
    Raises FormulaError.
    """
    tree = parse(text)
    sides = ((float(domain[0]), float(domain[1])), (float(domain[2]), float(domain[3])))

    def f(xy):
        return jnp.asarray(evaluate(tree, xy[0], xy[1], jnp), dtype=xy.dtype)

    x, y = np.meshgrid(*(np.linspace(low, high, 61) for low, high in sides))
    with np.errstate(all="ignore"):
        heights = np.broadcast_to(evaluate(tree, x, y, np), x.shape)
        heights = np.where(np.abs(heights) <= HIGHEST, heights, np.nan)
    if not np.isfinite(heights).any():
        raise FormulaError("the formula has no finite value in the domain", 1, "try another formula or another domain")
    minima, saddles = critical_points(f, sides, np.stack([x, y], axis=-1), heights)
    low, high = heights[np.isfinite(heights)].min(), heights[np.isfinite(heights)].max()
    floor = min((value for _, value in minima), default=math.inf)
    return Surface(
        id="formula",
        name="Your formula",
        family="shape",
        tex=f"f(x, y) = {to_tex(tree)}",
        reference=Reference(
            "", 0, "Typed here. Minima and saddles were found: smooth ones by Newton's method, kinks by a search."
        ),
        smooth=False,  # that it were, nobody has promised
        f=f,
        domain=sides,
        start=_start(tree, sides, x, y, heights),
        minima=lambda: minima,
        saddles=lambda: saddles,
        log_height=bool(low >= floor - 1e-9 * (1 + abs(floor)) and high - floor > 300),
        source=lambda module: _source(tree, module),
    )


def _source(tree: Node, module: str) -> str:
    flat = " + 0 * x" if constant(tree) is not None else ""  # a number alone has no gradient
    return f"def f(w):\n    x, y = w\n    return {to_source(tree, module)}{flat}\n"


def _start(tree: Node, sides, x: np.ndarray, y: np.ndarray, heights: np.ndarray) -> tuple[float, float]:
    """A point of the upper left where there is a slope, or else any."""
    with np.errstate(all="ignore"):
        down, across = np.gradient(heights)
        good = np.isfinite(heights) & np.isfinite(down) & np.isfinite(across) & (np.hypot(down, across) > 0)
    if not good.any():
        good = np.isfinite(heights)
    (x0, x1), (y0, y1) = sides
    far = ((x - x0) / (x1 - x0) - 0.15) ** 2 + ((y - y0) / (y1 - y0) - 0.8) ** 2
    best = np.unravel_index(np.where(good, far, np.inf).argmin(), x.shape)
    exact = float(x[best]), float(y[best])
    short = _short(exact[0], *sides[0]), _short(exact[1], *sides[1])
    with np.errstate(all="ignore"):
        value = evaluate(tree, np.float64(short[0]), np.float64(short[1]), np)
    return short if np.abs(value) <= HIGHEST else exact


def _short(value: float, low: float, high: float) -> float:
    """A value inside a range, rounded to a thousandth of it or less."""
    return min(high, max(low, round(value, 3 - math.floor(math.log10(high - low)))))
