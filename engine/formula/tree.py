"""The tree of a formula, and its value at a point."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


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
# Each is called the same in NumPy, JAX and PyTorch.
FUNCTIONS = {
    **{id: id for id in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs", "sign", "floor")},
    **{"ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "min": "minimum", "max": "maximum"},
    "where": "where",
}


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
                case "<":
                    return left < right
                case ">":
                    return left > right
    raise TypeError(f"expected a part of a formula, got {node!r}.")
