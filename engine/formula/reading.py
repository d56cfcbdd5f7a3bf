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

from engine.formula.errors import COMMA, UNEXPECTED, FormulaError, unknown_name
from engine.formula.tree import FUNCTIONS, NAMES, PARAMETERS, Binary, Call, Name, Negative, Node, Number, constant

LONGEST = 300  # characters
MOST = 200  # numbers, names, operators and functions
DEEPEST = 40  # levels of parentheses, signs and exponents
MOST_PARAMETERS = 4  # so that their sliders have room

MINUS, EN_DASH, TIMES = "\u2212", "\u2013", "\u00d7"  # what text processors type for - and *
_HEAD = re.compile(r"\s*(?:f\s*(?:\(\s*x\s*,\s*y\s*\))?|z)\s*=(?!=)", re.IGNORECASE)  # "f(x, y) ="
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-zπ]+)"
    rf"|(?P<sign>\*\*|[-{MINUS}{EN_DASH}+*·{TIMES}/^²³(),|√<>])|(?P<blank>\s+)"
)
_SPELLED = {"**": "^", MINUS: "-", EN_DASH: "-", "·": "*", TIMES: "*", "π": "pi"}


def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError."""
    return _Parser(text).whole()


class _Parser:
    """A recursive-descent parser over the tokens (kind, text, column), one method per rule of the grammar."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            what = "the formula has {length} characters at column {column}: write it in at most {most}."
            raise FormulaError(what, LONGEST + 1, length=len(text), most=LONGEST)
        self.tokens: list[tuple[str, str, int]] = []
        head = _HEAD.match(text)
        place = head.end() if head else 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise FormulaError(UNEXPECTED, place + 1, sign=text[place])
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
            raise FormulaError("there is no formula at column {column}: type one, such as x^2 + 10 y^2.", 1)
        node = self.sum()
        if self.text == ")":
            what = "`)` without a `(` at column {column}: remove it, or open one before it."
            raise FormulaError(what, self.column)
        if self.text == ",":
            raise FormulaError(COMMA, self.column)
        if self.text in ("<", ">"):
            what = "a comparison at column {column}: use it in where(x < y, x, y), for instance."
            raise FormulaError(what, self.column)
        if self.kind != "end":
            what = "unexpected `{sign}` at column {column}: put + - * / or ^ before it."
            raise FormulaError(what, self.column, sign=self.text)
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
            what = "the formula is too long at column {column}: use at most {most} numbers, names and signs."
            raise FormulaError(what, column, most=MOST)
        try:
            constant(node)
        except ArithmeticError:
            what = "a number that is not finite at column {column}: avoid 1/0, sqrt(-1) and huge numbers."
            raise FormulaError(what, column) from None
        return node

    def deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            what = "too many levels at column {column}: nest at most {most} within each other."
            raise FormulaError(what, self.column, most=DEEPEST)
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
                what = (
                    "the number `{number}` directly behind `{before}` at column {column}: write {before}*{number}."
                    if other == "name"
                    else "the number `{number}` directly behind `{before}` at column {column}: "
                    "write one number, or an operator between them."
                )
                raise FormulaError(what, column, number=sign, before=before)
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
                raise FormulaError("`|` without a second one at column {column}: close it, or write abs(x).", column)
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
            raise unknown_name(text, column)
        what = (
            "unexpected `{sign}` at column {column}: a number, a name or a `(` is missing here."
            if text
            else "the formula ends too early at column {column}: a number, a name or a `(` is missing here."
        )
        raise FormulaError(what, column, sign=text)

    def parameter(self, letter: str, column: int) -> Node:
        self.parameters.add(letter)
        if len(self.parameters) > MOST_PARAMETERS:
            others = ", ".join(sorted(self.parameters - {letter}))
            what = "one slider too many, `{letter}` at column {column}: use at most {most}: {others}."
            raise FormulaError(what, column, letter=letter, most=MOST_PARAMETERS, others=others)
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
                what = "`{name}` without parentheses at column {column}: write {example}."
                raise FormulaError(what, column, name=id, example=example)
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
            what = (
                "`{name}` takes 1 argument, got {got} at column {column}: write {example}, for instance."
                if wanted == 1
                else "`{name}` takes {wanted} arguments, got {got} at column {column}: write {example}, for instance."
            )
            example = "where(x < y, x, y)" if id == "where" else f"{id}({', '.join('xy'[:wanted])})"
            raise FormulaError(what, column, name=id, wanted=wanted, got=len(arguments), example=example)
        return self.applied_to(id, tuple(arguments), column)

    def applied_to(self, id: str, arguments: tuple[Node, ...], column: int) -> Node:
        if id == "relu":
            id, arguments = "max", (Number(0), *arguments)
        return self.made(Call(id, arguments), column)

    def comparison(self) -> Node:
        node = self.sum()
        _, sign, column = self.tokens[self.at]
        if sign not in ("<", ">"):
            what = "`where` begins with a comparison at column {column}: write where(x < y, x, y), for instance."
            raise FormulaError(what, column)
        self.at += 1
        return self.made(Binary(sign, node, self.sum()), column)

    def closed(self, opened: int) -> None:
        if self.text == ",":
            raise FormulaError(COMMA, self.column)
        if self.text != ")":
            raise FormulaError("`(` without a `)` at column {column}: close it.", opened)
        self.at += 1
