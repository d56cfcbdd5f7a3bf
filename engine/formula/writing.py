"""Writing the tree of a formula as text, Python source, LaTeX or MathML."""

from collections.abc import Callable

from engine.formula.reading import MINUS
from engine.formula.tree import FUNCTIONS, Binary, Call, Name, Negative, Node, Number, constant

PRECEDENCE = {"<": 0, ">": 0, "+": 1, "-": 1, "*": 2, "/": 2, "^": 4}  # the precedence of an operator


def _precedence(node: Node) -> float:
    match node:
        case Binary(sign, _, _):
            return PRECEDENCE[sign]
        case Negative():
            return 1.5
    return 5


def _needs_brackets(node: Node, child: Node, strict: bool) -> bool:
    """Whether a child must be bracketed: its precedence is below its parent's or, if `strict`, equal to it."""
    own = 3 if isinstance(node, Negative) else _precedence(node)  # -x y is (-x) y, and -x^2 is -(x^2)
    return _precedence(child) <= own if strict else _precedence(child) < own


def _written(node: Node, write: Callable[[Node], str]) -> Callable[[Node, bool], str]:
    """A function that writes a child of `node`, in brackets where it needs them."""
    return lambda child, strict: f"({write(child)})" if _needs_brackets(node, child, strict) else write(child)


def to_text(node: Node) -> str:
    """The formula as text; `parse` turns it into the same tree."""
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
    """The formula as a Python expression in x, y and its parameters.

    Its functions are those of a module: jnp, np or torch.
    """
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
            # PyTorch's maximum does not accept a Python number.
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
        return rf"\left({to_tex(child)}\right)" if _needs_brackets(node, child, strict) else to_tex(child)

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
        case Call("where", (condition, yes, no)):
            rows = rf"{to_tex(yes)} & {to_tex(condition)} \\ {to_tex(no)} & \text{{otherwise}}"
            return rf"\begin{{cases}} {rows} \end{{cases}}"
        case Call(id, arguments):
            name = {"log": r"\ln", "ln": r"\ln", "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan"}
            word = name.get(id, rf"\operatorname{{{id}}}" if id == "sign" else rf"\{id}")
            return rf"{word}\left({', '.join(map(to_tex, arguments))}\right)"
        case Binary("/", left, right):
            return rf"\frac{{{to_tex(left)}}}{{{to_tex(right)}}}"
        case Binary("^", left, right):
            base = rf"\left({to_tex(left)}\right)" if _is_composite(left) else part(left, True)
            return rf"{base}^{{{to_tex(right)}}}"
        case Binary("*", left, right):
            dot = r" \cdot " if isinstance(_first(right), Number) else r"\, "
            return f"{part(left, False)}{dot}{part(right, True)}"
        case Binary(sign, left, right):
            return f"{part(left, False)} {sign} {part(right, True)}"


def to_mathml(node: Node) -> str:
    """The formula as one MathML element."""

    def part(child: Node, strict: bool) -> str:
        return _fenced("(", to_mathml(child), ")") if _needs_brackets(node, child, strict) else to_mathml(child)

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
            base = _fenced("(", to_mathml(left), ")") if _is_composite(left) else part(left, True)
            return f"<msup>{base}{to_mathml(right)}</msup>"
        case Binary(sign, left, right):
            dot = "\u00b7" if isinstance(_first(right), Number) else "\u2062"  # a dot, or the invisible times
            sign = {"*": dot, "-": MINUS, "<": "&lt;", ">": "&gt;"}.get(sign, sign)
            return f"<mrow>{part(left, False)}<mo>{sign}</mo>{part(right, True)}</mrow>"


def _fenced(left: str, inside: str, right: str) -> str:
    return f"<mrow><mo>{left}</mo>{inside}<mo>{right}</mo></mrow>"


def _is_composite(node: Node) -> bool:
    """Whether it is written in several parts, so that an exponent would seem to belong to the last of them."""
    return isinstance(node, Call) or (isinstance(node, Number) and "e" in repr(node.value))


def _first(node: Node) -> Node:
    """The factor that is written first."""
    while isinstance(node, Binary) and node.sign in ("*", "^"):
        node = node.left
    return node
