"""The operations of equations: what shapes they take, and what NumPy computes.

Their values are those of one step, or of many steps along one more axis, the last one.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

Shape = tuple[int, ...]  # of one step
VECTOR, MATRIX = (2,), (2, 2)


class ShapeError(ValueError):
    """Shapes that an operation cannot take."""


class Operation(NamedTuple):
    """`shape(*shapes)` is that of the result, or raises ShapeError; `value(shapes, *values)` is the result."""

    shape: Callable[..., Shape]
    value: Callable[..., Any]


def _same(*shapes: Shape) -> Shape:
    """Of operations by coordinate: all shapes are equal, or that of a number."""
    found = {shape for shape in shapes if shape} or {()}
    if len(found) > 1:
        raise ShapeError
    return found.pop()


def _each(function: Callable[..., Any], arguments: int) -> Operation:
    """A function by coordinate."""

    def shape(*shapes: Shape) -> Shape:
        if len(shapes) != arguments:
            raise ShapeError
        return _same(*shapes)

    return Operation(shape, lambda shapes, *values: function(*values))


def _sum(function: Callable[..., Any]) -> Operation:
    """Addition or subtraction: of numbers and matrices only with their like."""

    def shape(left: Shape, right: Shape) -> Shape:
        if MATRIX in (left, right) and left != right:
            raise ShapeError
        return _same(left, right)

    return Operation(shape, lambda shapes, left, right: function(left, right))


def _takes(arguments: tuple[Shape, ...], result: Shape, function: Callable[..., Any]) -> Operation:
    """A function of arguments of these shapes."""

    def shape(*shapes: Shape) -> Shape:
        if shapes != arguments:
            raise ShapeError
        return result

    return Operation(shape, lambda shapes, *values: function(*values))


def _product_shape(left: Shape, right: Shape) -> Shape:
    products = {(VECTOR, VECTOR): (), (MATRIX, VECTOR): VECTOR, (MATRIX, MATRIX): MATRIX}
    if (left, right) not in products:
        raise ShapeError
    return products[left, right]


def _product(shapes: list[Shape], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if shapes[0] == VECTOR:
        return (left * right).sum(axis=0)
    if shapes[1] == VECTOR:
        return (left * right[None]).sum(axis=1)
    return (left[:, :, None] * right[None]).sum(axis=1)


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The x (2, ...) of A x = b, by Gaussian elimination with pivots; not finite where A has no inverse."""
    swapped = np.abs(A[1, 0]) > np.abs(A[0, 0])
    upper, lower = np.where(swapped, A[::-1], A)
    first, second = np.where(swapped, b[::-1], b)
    share = lower[0] / upper[0]
    y = (second - share * first) / (lower[1] - share * upper[1])
    return np.stack([(first - upper[1] * y) / upper[0], y])


def absolute(H: np.ndarray) -> np.ndarray:
    """The symmetric matrix (2, 2, ...) with the absolute values of H's eigenvalues.

    It is the square root of H H, which has a closed form (Levinger 1980): for A = H H and d = |det H| it is
    (A + d I) / sqrt(trace A + 2 d).
    """
    largest = np.abs(H).max(axis=(0, 1))
    size = np.where(largest > 0, largest, 1.0)
    H = H / size  # so that squares neither overflow nor vanish
    square, d = _product([MATRIX, MATRIX], H, H), np.abs(H[0, 0] * H[1, 1] - H[0, 1] * H[1, 0])
    root = np.sqrt(square[0, 0] + square[1, 1] + 2 * d)
    plus = np.stack([np.stack([d, 0 * d]), np.stack([0 * d, d])])
    return size * (square + plus) / np.where(largest > 0, root, 1.0)


def _push(condition: Any, row: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The rows with a new one in front, the last one dropped, where the condition holds; else the rows."""
    return np.where(condition, np.concatenate([np.asarray(row)[None], rows[:-1]]), rows)


def _push_shape(condition: Shape, row: Shape, rows: Shape) -> Shape:
    if condition or not rows or rows[1:] != row:
        raise ShapeError
    return rows


def two_loops(S: np.ndarray, Y: np.ndarray, rho: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The estimated inverse Hessian times q (2, ...), by Nocedal & Wright 2006, algorithm 7.4.

    S are the changes of the point and Y those of the gradient (k, 2, ...), the newest first; rho is 1 / (s . y), or 0
    where there is none.
    """
    alphas = []
    for s, y, r in zip(S, Y, rho, strict=True):
        alphas.append(r * (s * q).sum(axis=0))
        q = q - alphas[-1] * y
    newest = (Y[0] ** 2).sum(axis=0)
    q = np.where(newest > 0, (S[0] * Y[0]).sum(axis=0) / newest, 1.0) * q
    for s, y, r, alpha in reversed([*zip(S, Y, rho, alphas, strict=True)]):
        q = q + s * (alpha - r * (y * q).sum(axis=0))
    return q


def _two_loops_shape(S: Shape, Y: Shape, rho: Shape, q: Shape) -> Shape:
    if S != Y or (*rho, *VECTOR) != S or q != VECTOR:
        raise ShapeError
    return VECTOR


OPERATIONS: Mapping[str, Operation] = {
    "+": _sum(np.add),
    "-": _sum(np.subtract),
    "*": _each(np.multiply, 2),
    "/": _each(np.divide, 2),
    "**": _each(lambda base, exponent: np.power(base, 1.0 * exponent), 2),
    "%": _each(np.mod, 2),
    "<": _each(np.less, 2),
    "<=": _each(np.less_equal, 2),
    ">": _each(np.greater, 2),
    ">=": _each(np.greater_equal, 2),
    "==": _each(np.equal, 2),
    "@": Operation(_product_shape, _product),
    "negative": _each(np.negative, 1),
    "where": _each(np.where, 3),
    "sqrt": _each(np.sqrt, 1),
    "sign": _each(np.sign, 1),
    "abs": _each(np.abs, 1),
    "maximum": _each(np.maximum, 2),
    "minimum": _each(np.minimum, 2),
    "norm": _takes((VECTOR,), (), lambda a: np.sqrt((a**2).sum(axis=0))),
    "norm1": _takes((VECTOR,), (), lambda a: np.abs(a).sum(axis=0)),
    "outer": _takes((VECTOR, VECTOR), MATRIX, lambda a, b: a[:, None] * b[None]),
    "solve": _takes((MATRIX, VECTOR), VECTOR, solve),
    "absolute": _takes((MATRIX,), MATRIX, absolute),
    "push": Operation(_push_shape, lambda shapes, *values: _push(*values)),
    "two_loops": Operation(_two_loops_shape, lambda shapes, *values: two_loops(*values)),
}
