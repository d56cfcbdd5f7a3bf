"""The tree of a formula, and its value at a point."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Number:
    value: int | float  # never negative


@dataclass(frozen=True)
class Name:
    id: str  # one of NAMES, or a letter of PARAMETERS


@dataclass(frozen=True)
class Negative:
    of: "Node"


@dataclass(frozen=True)
class Binary:
    sign: str  # + - * / ^, and < > in the first argument of where
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    id: str  # one of FUNCTIONS
    arguments: "tuple[Node, ...]"


Node = Number | Name | Negative | Binary | Call

CONSTANTS = {"pi": math.pi, "e": math.e}
NAMES = ("x", "y", *CONSTANTS)
# Letters that are parameters: all without another meaning. f and z stand for the formula itself, as in "z = x^2".
PARAMETERS = tuple("abcdghijklmnopqrstuvw")
# Each is called the same in NumPy, JAX and PyTorch.
FUNCTIONS = {
    **{id: id for id in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs", "sign", "floor")},
    **{"ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "min": "minimum", "max": "maximum"},
    "where": "where",
}


def parts_of(node: Node) -> "tuple[Node, ...]":
    """The parts that a node is computed from."""
    match node:
        case Negative(of):
            return (of,)
        case Binary(_, left, right):
            return left, right
        case Call(_, arguments):
            return arguments
    return ()


def names_in(node: Node) -> Iterator[str]:
    """Every name in a tree, as often as it occurs."""
    if isinstance(node, Name):
        yield node.id
    for part in parts_of(node):
        yield from names_in(part)


def functions_in(node: Node) -> int:
    """How many functions a tree calls, powers included: they take most of the time of computing it."""
    calls = isinstance(node, Call) or (isinstance(node, Binary) and node.sign == "^")
    return calls + sum(map(functions_in, parts_of(node)))


def parameters_of(node: Node) -> tuple[str, ...]:
    """The parameters of a tree, in the order of the alphabet."""
    return tuple(sorted({*names_in(node)} & {*PARAMETERS}))


def constant(node: Node) -> int | float | None:
    """The value of a tree of numbers and constants, else None; whole powers and products of whole numbers stay whole.

    Raises ArithmeticError where it is not finite.
    """
    match node:
        case Number(value):
            parts = (value,)
        case Name(id):
            return CONSTANTS.get(id)
        case _:
            parts = tuple(map(constant, parts_of(node)))
    if any(part is None for part in parts):
        return None
    with np.errstate(all="ignore"):
        value = float(_computed(node, tuple(map(np.float64, parts)), np))
    if not math.isfinite(value):
        raise ArithmeticError(f"{node} is not finite")
    return int(value) if value.is_integer() and abs(value) < 2**53 and not isinstance(node, Call) else value


def evaluate(node: Node, x: Any, y: Any, xp: Any, parameters: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """The value of a tree at arrays x and y, computed by `xp`: numpy, or jax.numpy.

    `parameters` are the values of its parameters, arrays or NumPy's numbers: Python's would raise at 1 / 0.
    """
    known = constant(node)
    if known is not None:
        return known
    if isinstance(node, Name):
        return {"x": x, "y": y, **parameters}[node.id]
    return _computed(node, tuple(evaluate(part, x, y, xp, parameters) for part in parts_of(node)), xp)


def _computed(node: Node, parts: tuple, xp: Any) -> Any:
    match node:
        case Number():
            return parts[0]
        case Negative():
            return -parts[0]
        case Call("where", _):  # of two whole numbers it would make an array of such, whose powers overflow
            condition, *choices = parts
            return xp.where(condition, *(float(part) if isinstance(part, int) else part for part in choices))
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
                case "<":
                    return left < right
                case ">":
                    return left > right
    raise TypeError(f"expected a part of a formula, got {node!r}.")
