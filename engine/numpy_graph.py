"""A computational graph in NumPy: its value forward and its derivatives backward, one call for each operation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.graph import Node

Slope = Callable[..., Any]  # the derivative by one operand, given the operation's own value and its operands


def _share(v, a, b):
    """The share of a in the maximum or minimum v of a and b."""
    return (0.5 if b == v else 1.0) if a == v else 0.0


# By the names that JAX gives them: the value, and the slope by each operand; none where the value is constant in steps.
OPERATIONS: dict[str, tuple[Callable[..., Any], tuple[Slope | None, ...]]] = {
    "add": (np.add, (lambda v, a, b: 1.0, lambda v, a, b: 1.0)),
    "sub": (np.subtract, (lambda v, a, b: 1.0, lambda v, a, b: -1.0)),
    "mul": (np.multiply, (lambda v, a, b: b, lambda v, a, b: a)),
    "div": (np.divide, (lambda v, a, b: 1 / b, lambda v, a, b: -a / (b * b))),
    "pow": (np.power, (lambda v, a, b: b * np.power(a, b - 1), lambda v, a, b: v * np.log(a if a else 1.0))),
    "integer_pow": (lambda a, n: a**n, (lambda v, a, n: n * a ** (n - 1),)),
    "neg": (np.negative, (lambda v, a: -1.0,)),
    "square": (np.square, (lambda v, a: 2 * a,)),
    "abs": (np.abs, (lambda v, a: 1.0 if a >= 0 else -1.0,)),
    "sqrt": (np.sqrt, (lambda v, a: 0.5 / v,)),
    "exp": (np.exp, (lambda v, a: v,)),
    "log": (np.log, (lambda v, a: 1 / a,)),
    "log1p": (np.log1p, (lambda v, a: 1 / (1 + a),)),
    "expm1": (np.expm1, (lambda v, a: v + 1,)),
    "logistic": (lambda a: 1 / (1 + np.exp(-a)), (lambda v, a: v * (1 - v),)),
    "sin": (np.sin, (lambda v, a: np.cos(a),)),
    "cos": (np.cos, (lambda v, a: -np.sin(a),)),
    "tan": (np.tan, (lambda v, a: 1 + v * v,)),
    "asin": (np.arcsin, (lambda v, a: 1 / np.sqrt(1 - a * a),)),
    "acos": (np.arccos, (lambda v, a: -1 / np.sqrt(1 - a * a),)),
    "atan": (np.arctan, (lambda v, a: 1 / (1 + a * a),)),
    "sinh": (np.sinh, (lambda v, a: np.cosh(a),)),
    "cosh": (np.cosh, (lambda v, a: np.sinh(a),)),
    "tanh": (np.tanh, (lambda v, a: (1 + v) * (1 - v),)),
    "atan2": (np.arctan2, (lambda v, a, b: b / (a * a + b * b), lambda v, a, b: -a / (a * a + b * b))),
    "logaddexp": (np.logaddexp, (lambda v, a, b: np.exp(a - v), lambda v, a, b: np.exp(b - v))),
    "max": (np.maximum, (_share, lambda v, a, b: _share(v, b, a))),
    "min": (np.minimum, (_share, lambda v, a, b: _share(v, b, a))),
    "select_n": (
        lambda which, no, yes: yes if which else no,
        (None, lambda v, which, no, yes: 0.0 if which else 1.0, lambda v, which, no, yes: 1.0 if which else 0.0),
    ),
    "sign": (np.sign, (None,)),
    "floor": (np.floor, (None,)),
    "lt": (np.less, (None, None)),
    "gt": (np.greater, (None, None)),
    "le": (np.less_equal, (None, None)),
    "ge": (np.greater_equal, (None, None)),
    "eq": (np.equal, (None, None)),
    "ne": (np.not_equal, (None, None)),
}


def unknown_in(nodes: Sequence[Node]) -> str | None:
    """The first operation that is not known here."""
    return next((node.op for node in nodes if node.of and node.op not in OPERATIONS), None)


def value_and_grad(nodes: Sequence[Node]) -> Callable[[np.ndarray], tuple[Any, np.ndarray]]:
    """A function of a point (2,): the value of the last node, and its derivatives by x and y (2,)."""
    operations = [(k, node.of, *OPERATIONS[node.op], node.power) for k, node in enumerate(nodes) if node.of]
    x, y = (next(k for k, node in enumerate(nodes) if node.name == name and node.op == "input") for name in "xy")
    moves: list[bool] = []  # whether a node changes with x or y
    for node in nodes:
        moves.append(node.op == "input" or any(moves[part] for part in node.of))
    steps = [
        (k, of, value, [(part, slope) for part, slope in zip(of, slopes, strict=True) if slope and moves[part]], power)
        for k, of, value, slopes, power in operations
    ]
    begin = [np.float64(node.value) for node in nodes]

    def both(point: np.ndarray) -> tuple[Any, np.ndarray]:
        values: list[Any] = list(begin)
        values[x], values[y] = point
        taken = []
        for k, of, value, slopes, power in steps:
            operands = [values[part] for part in of]
            if power:
                operands.append(power)
            values[k] = value(*operands)
            taken.append((k, slopes, operands))
        received: list[Any] = [None] * len(values)
        received[-1] = np.float64(1.0)
        for k, slopes, operands in reversed(taken):
            own = received[k]
            if own is None:
                continue
            for part, slope in slopes:
                flow = own * slope(values[k], *operands)
                received[part] = flow if received[part] is None else received[part] + flow
        return values[-1], np.array([received[x] or 0.0, received[y] or 0.0])

    return both
