"""Claims of a lesson: small expressions over what the page shows of a scene's runs, such as

    steps(momentum, 0.01) < steps(sgd, 0.01) / 2 and diverged(sgd.2) < 20

They are read, checked and computed here, and never evaluated as Python: numbers, `inf`, + - * /, comparisons, `and`,
`or`, `not`, and a METRIC of an entry. ui/stage/data/metrics.js says the same numbers to the reader.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ui.paths import floor_of, paths, unpack
from ui.scene import Scene, surface_of

LONGEST = 400  # characters
ENTRY = re.compile(r"\b([a-z][a-z_0-9]*)\.([2-6])\b")  # a further entry of an optimizer, such as sgd.2


@dataclass(frozen=True)
class Shown:
    """What the page knows of one run. Row t of an array is the state before step t."""

    position: np.ndarray  # (steps + 1, 2)
    gap: np.ndarray  # (steps + 1,), the loss above the lowest minimum
    floor: float  # the lowest minimum, or 0
    gradient: np.ndarray  # (steps + 1, 2), as the optimizer saw it
    lr: np.ndarray  # (steps + 1,), nan in the last row
    rates: np.ndarray  # (steps + 1, 2), the rate of each coordinate, nan in the last row
    validation: np.ndarray | None  # (steps + 1,), on a surface made of data
    test: np.ndarray | None  # likewise
    minima: Sequence[tuple[float, float]]
    left: int | None  # the first step outside the domain
    diverged: int | None  # the step from which it is not finite


class Metric(NamedTuple):
    """A number of a run, and what it is called with beside the entry."""

    of: Callable[..., float]
    takes: str = ""  # "step": a step, by default the last one; "tolerance": a number that must be given


def _at(values: Callable[[Shown], np.ndarray], last: int = -1) -> Metric:
    """The value at a step, by default the last one that has it."""
    return Metric(lambda run, step=None: float(values(run)[last if step is None else int(step)]), "step")


def _first_within(run: Shown, tolerance: float) -> float:
    within = np.flatnonzero(run.gap <= tolerance)
    return float(within[0]) if len(within) else math.inf


def _turns(run: Shown) -> float:
    """How often a step goes back: by more than a right angle away from the one before."""
    with np.errstate(all="ignore"):  # a run may end in inf and nan
        moves = np.diff(run.position, axis=0)
        return float(((moves[1:] * moves[:-1]).sum(axis=1) < 0).sum())


def _to_nearest(run: Shown) -> np.ndarray:
    apart = run.position[:, None] - np.reshape(run.minima, (-1, 2))
    return np.hypot(apart[..., 0], apart[..., 1]).min(axis=1, initial=math.inf)


def _step_or_never(step: int | None) -> float:
    return math.inf if step is None else float(step)


METRICS: Mapping[str, Metric] = {
    "loss": _at(lambda run: run.gap + run.floor),
    "gap": _at(lambda run: run.gap),
    "x": _at(lambda run: run.position[:, 0]),
    "y": _at(lambda run: run.position[:, 1]),
    "distance": _at(_to_nearest),  # to the nearest minimum
    "gradient": _at(lambda run: np.hypot(*run.gradient.T)),  # its length
    "move": _at(lambda run: np.hypot(*np.diff(run.position, axis=0).T)),  # the length of the step that begins there
    "lr": _at(lambda run: run.lr, -2),
    "rate_x": _at(lambda run: run.rates[:, 0], -2),
    "rate_y": _at(lambda run: run.rates[:, 1], -2),
    "validation": _at(lambda run: run.gap if run.validation is None else run.validation),
    "test": _at(lambda run: run.gap if run.test is None else run.test),
    "steps": Metric(_first_within, "tolerance"),  # until the loss is within a tolerance of the lowest minimum
    "turns": Metric(_turns),
    "length": Metric(lambda run: float(np.hypot(*np.diff(run.position, axis=0).T).sum())),
    "lowest": Metric(lambda run: float(np.min(run.gap) + run.floor)),  # loss on the way
    "highest": Metric(lambda run: float(np.max(run.gap) + run.floor)),
    "min_x": Metric(lambda run: float(np.min(run.position[:, 0]))),
    "max_x": Metric(lambda run: float(np.max(run.position[:, 0]))),
    "min_y": Metric(lambda run: float(np.min(run.position[:, 1]))),
    "max_y": Metric(lambda run: float(np.max(run.position[:, 1]))),
    "best": Metric(lambda run: float(np.argmin(run.gap if run.validation is None else run.validation))),
    "left": Metric(lambda run: _step_or_never(run.left)),
    "diverged": Metric(lambda run: _step_or_never(run.diverged)),
}
_BINARY: Mapping[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else math.nan,  # which makes a comparison false
}
_COMPARED: Mapping[type, Any] = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}


class ClaimError(ValueError):
    """An expression that is not a claim, or the name of something that the scene lacks."""


def shown(scene: Scene) -> dict[str, Shown]:
    """What the page knows of every run of a scene, by entry."""
    head, arrays = unpack(paths(scene))
    rates = iter(arrays["rates"])  # every run has them
    minima = [place for place, _ in surface_of(scene).minima(**scene.hypers("surface"))]
    return {
        run["id"]: Shown(
            **{name: arrays[name][k].astype(float) for name in ("position", "gap", "gradient", "lr")},
            rates=next(rates).astype(float),
            validation=arrays["validation"][k] if "validation" in arrays else None,
            test=arrays["test"][k].astype(float) if "test" in arrays else None,
            floor=floor_of(scene),
            minima=minima,
            left=run["left"],
            diverged=run["diverged"],
        )
        for k, run in enumerate(head["runs"])
    }


def parse(text: str, entries: Sequence[str]) -> ast.expr:
    """The tree of a claim about these entries. Raises ClaimError."""
    if len(text) > LONGEST:
        raise ClaimError(f"expected at most {LONGEST} characters, got {len(text)}")
    try:
        tree = ast.parse(ENTRY.sub(r"\1__\2", text.strip()), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise ClaimError(f"expected an expression such as loss(sgd) < 0.1, got {text!r}") from None
    _check(tree, entries)
    return tree


def number(call: str, runs: Mapping[str, Shown]) -> float:
    """The number of a call such as `steps(sgd, 0.1)`. Raises ClaimError."""
    return _value(parse(call, list(runs)), runs)


def holds(claim: str, runs: Mapping[str, Shown]) -> bool:
    """Whether a claim is true of these runs. Raises ClaimError."""
    value = _value(parse(claim, list(runs)), runs)
    if not isinstance(value, bool):
        raise ClaimError(f"expected something that is true or false, such as loss(sgd) < 0.1, got {claim!r}")
    return value


def _check(tree: ast.AST, entries: Sequence[str]) -> None:
    match tree:
        case ast.BoolOp(values=parts):
            inner = parts
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=part):
            inner = [part]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            inner = [left, right]
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARED for op in ops):
            inner = [left, *others]
        case ast.Constant(value=bool()):
            raise ClaimError("expected a number, got True or False")
        case ast.Constant(value=int() | float()) | ast.Name(id="inf"):
            inner = []
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=entry), *more], keywords=[]):
            if name not in METRICS:
                raise ClaimError(f"expected one of {', '.join(METRICS)}, got {name}")
            if entry.replace("__", ".") not in entries:
                raise ClaimError(f"expected one of the entries {', '.join(entries)}, got {entry.replace('__', '.')}")
            fits = {"": len(more) == 0, "step": len(more) < 2, "tolerance": len(more) == 1}[METRICS[name].takes]
            if not fits or any(not isinstance(part, ast.Constant) for part in more):
                takes = {"": "", "step": ", or with a step", "tolerance": ", with a tolerance"}[METRICS[name].takes]
                raise ClaimError(f"expected {name}(entry){takes}, got {ast.unparse(tree)}")
            inner = more
        case _:
            raise ClaimError(f"expected numbers, comparisons and {', '.join(METRICS)}, got {ast.unparse(tree)}")
    for part in inner:
        _check(part, entries)


def _value(tree: ast.expr, runs: Mapping[str, Shown]) -> Any:
    match tree:
        case ast.BoolOp(op=op, values=parts):
            found = [bool(_value(part, runs)) for part in parts]
            return all(found) if isinstance(op, ast.And) else any(found)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _value(part, runs)
        case ast.UnaryOp(operand=part):
            return -_value(part, runs)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left, runs), _value(right, runs))
        case ast.Compare(left=left, ops=ops, comparators=others):
            values = [_value(part, runs) for part in (left, *others)]
            return all(bool(_COMPARED[type(op)](a, b)) for a, op, b in zip(values, ops, values[1:], strict=False))
        case ast.Constant(value=value):
            return value
        case ast.Name():
            return math.inf
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=entry), *more]):
            run = runs[entry.replace("__", ".")]
            numbers = [part.value for part in more if isinstance(part, ast.Constant)]
            try:
                return METRICS[name].of(run, *numbers)
            except IndexError:
                raise ClaimError(f"expected a step up to {len(run.gap) - 1}, got {numbers[0]}") from None
    raise ClaimError(f"unknown {ast.unparse(tree)}")
