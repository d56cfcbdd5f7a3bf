"""Reading the text of a formula into a tree.

Nothing is ever evaluated as Python. The grammar:

    whole    = ("f(x, y)" "=")? sum
    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed | power)*       juxtaposition multiplies: 2x, 3 sin(x) y; but a number may
                                                          not follow a number or a name: x2, 10 000
    signed   = ("+" | "-") signed | power
    power    = atom (("^" | "**") signed | "²" | "³")?    so -x^2 is -(x^2), and x^2^3 is x^(2^3)
    atom     = number | name | function "(" argument ("," sum)* ")" | "(" sum ")" | "|" sum "|"
             | ("√" | function) power power*              as far as it is juxtaposed: sin 2x, but sin x cos y is two
    argument = sum (("<" | ">") sum)?                     the comparison in `where` alone

A name is x, y, a constant, or one other letter: a parameter. f and z stand for the formula itself and are none.
"""

import re
from collections.abc import Callable

from engine.formula.tree import FUNCTIONS, NAMES, PARAMETERS, Binary, Call, Name, Negative, Node, Number, constant

LONGEST = 300  # characters
MOST = 200  # numbers, names, operators and functions
DEEPEST = 40  # levels of parentheses, signs and exponents
MOST_PARAMETERS = 4  # so that their sliders have room
USABLE = "use x, y, pi, e, numbers, a function such as sin(x), or a single letter, which gets a slider"

MINUS, EN_DASH, TIMES = "\u2212", "\u2013", "\u00d7"  # what text processors type for - and *
_HEAD = re.compile(r"\s*(?:f\s*(?:\(\s*x\s*,\s*y\s*\))?|z)\s*=(?!=)", re.IGNORECASE)  # "f(x, y) ="
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-zπ]+)"
    rf"|(?P<sign>\*\*|[-{MINUS}{EN_DASH}+*·{TIMES}/^²³(),|√<>])|(?P<blank>\s+)"
)
_SPELLED = {"**": "^", MINUS: "-", EN_DASH: "-", "·": "*", TIMES: "*", "π": "pi"}


class FormulaError(ValueError):
    """An error in a formula, described for its author, with the column (from 1) at which it was found."""

    def __init__(self, what: str, column: int, remedy: str) -> None:
        super().__init__(f"{what} at column {column}: {remedy}.")
        self.column = column


def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError."""
    return _Parser(text).whole()


class _Parser:
    """A recursive-descent parser over the tokens (kind, text, column), one method per rule of the grammar."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise FormulaError(f"the formula has {len(text)} characters", LONGEST + 1, f"write it in at most {LONGEST}")
        self.tokens: list[tuple[str, str, int]] = []
        head = _HEAD.match(text)
        place = head.end() if head else 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise FormulaError(f"unexpected `{text[place]}`", place + 1, USABLE)
            kind = str(match.lastgroup)
            if kind != "blank":
                word = _SPELLED.get(match.group(), match.group())
                small = word.lower()  # capitals mean the same: X, Sin
                known = small in (*NAMES, *PARAMETERS, *FUNCTIONS, "relu")
                self.tokens.append((kind, small if kind == "name" and known else word, place + 1))
            place = match.end()
        self.tokens.append(("end", "", len(text) + 1))
        self.at = self.nodes = self.depth = 0
        self.parameters: set[str] = set()
        self.bars = 0  # that are open: within |...| another one closes it

    def whole(self) -> Node:
        if self.kind == "end":
            raise FormulaError("there is no formula", 1, "type one, such as x^2 + 10 y^2")
        node = self.sum()
        if self.text == ")":
            raise FormulaError("`)` without a `(`", self.column, "remove it, or open one before it")
        if self.text == ",":
            raise FormulaError("unexpected `,`", self.column, "write decimals with a point, such as 0.5")
        if self.text in ("<", ">"):
            raise FormulaError("a comparison", self.column, "use it in where(x < y, x, y), for instance")
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
        """Count a node. A constant must have a finite value."""
        self.nodes += 1
        if self.nodes > MOST:
            raise FormulaError("the formula is too long", column, f"use at most {MOST} numbers, names and signs")
        try:
            constant(node)
        except ArithmeticError:
            raise FormulaError("a number that is not finite", column, "avoid 1/0, sqrt(-1) and huge numbers") from None
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
                raise FormulaError(f"the number `{sign}` directly behind `{before}`", column, remedy)
            elif self.kind in ("number", "name") or sign in ("(", "√") or (sign == "|" and not self.bars):
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
            bars, self.bars = self.bars, 0
            node = self.deeper(self.sum)
            self.closed(column)
            self.bars = bars
            return node
        if text == "|":
            self.bars += 1
            node = self.deeper(self.sum)
            if self.text != "|":
                raise FormulaError("`|` without a second one", column, "close it, or write abs(x)")
            self.at += 1
            self.bars -= 1
            return self.made(Call("abs", (node,)), column)
        if text == "√":
            return self.made(Call("sqrt", (self.deeper(self.applied),)), column)
        if text in FUNCTIONS or text == "relu":
            return self.call(text, column)
        if kind == "name" and text in NAMES:
            return self.made(Name(text), column)
        if kind == "name" and text in PARAMETERS:
            return self.parameter(text, column)
        if kind == "name":
            raise FormulaError(f"unknown name `{text}`", column, _remedy_for(text))
        what = f"unexpected `{text}`" if text else "the formula ends too early"
        raise FormulaError(what, column, "a number, a name or a `(` is missing here")

    def parameter(self, letter: str, column: int) -> Node:
        self.parameters.add(letter)
        if len(self.parameters) > MOST_PARAMETERS:
            others = ", ".join(sorted(self.parameters - {letter}))
            raise FormulaError(f"one slider too many, `{letter}`", column, f"use at most {MOST_PARAMETERS}: {others}")
        return self.made(Name(letter), column)

    def applied(self) -> Node:
        """What a function without parentheses is applied to: sin 2x, but not what follows another function."""
        node = self.power()
        while (
            (self.kind in ("number", "name") and self.text not in FUNCTIONS)
            or self.text == "("
            or (self.text == "|" and not self.bars)
        ):
            column = self.column
            node = self.made(Binary("*", node, self.power()), column)
        return node

    def call(self, id: str, column: int) -> Node:
        wanted = {"min": 2, "max": 2, "where": 3}.get(id, 1)
        if self.text != "(":
            if wanted > 1 or not (self.kind in ("number", "name") or self.text in ("|", "√")):
                example = {"min": "min(x, y)", "max": "max(x, y)", "where": "where(x < y, x, y)"}.get(id, f"{id}(x)")
                raise FormulaError(f"`{id}` without parentheses", column, f"write {example}")
            return self.applied_to(id, (self.deeper(self.applied),), column)
        opened, bars = self.column, self.bars
        self.at += 1
        self.bars = 0
        arguments = [self.deeper(self.comparison if id == "where" else self.sum)]
        while self.text == ",":
            self.at += 1
            arguments.append(self.deeper(self.sum))
        self.closed(opened)
        self.bars = bars
        if len(arguments) != wanted:
            what = f"`{id}` takes {wanted} argument{'s' if wanted > 1 else ''}, got {len(arguments)}"
            example = "where(x < y, x, y)" if id == "where" else f"{id}({', '.join('xy'[:wanted])})"
            raise FormulaError(what, column, f"write {example}, for instance")
        return self.applied_to(id, tuple(arguments), column)

    def applied_to(self, id: str, arguments: tuple[Node, ...], column: int) -> Node:
        if id == "relu":
            id, arguments = "max", (Number(0), *arguments)
        return self.made(Call(id, arguments), column)

    def comparison(self) -> Node:
        node = self.sum()
        _, sign, column = self.tokens[self.at]
        if sign not in ("<", ">"):
            raise FormulaError("`where` begins with a comparison", column, "write where(x < y, x, y), for instance")
        self.at += 1
        return self.made(Binary(sign, node, self.sum()), column)

    def closed(self, opened: int) -> None:
        if self.text == ",":
            raise FormulaError("unexpected `,`", self.column, "write decimals with a point, such as 0.5")
        if self.text != ")":
            raise FormulaError("`(` without a `)`", opened, "close it")
        self.at += 1


def _remedy_for(name: str) -> str:
    """What to write instead of an unknown name."""
    if name.lower() in ("f", "z"):
        return f"{name} stands for the value of the formula, use another letter for a slider"
    letters = name.lower()
    short = len(letters) <= 3 or set(letters) <= {"x", "y"}
    if short and set(letters) & {"x", "y"} and set(letters) <= {*PARAMETERS, *NAMES}:
        return f"write {'*'.join(letters)}"  # a product such as xy or axy, while mod is meant as a word
    return USABLE
