"""How the names of an optimizer's equations are drawn on the surface, found from the equations themselves."""

from typing import NamedTuple

from engine.equations import CHOOSING, KEPT, System, Tree
from engine.operations import MATRIX, VECTOR

POINT, MOVE, DIRECTION, SIZES, MODEL, TRIALS = "point", "move", "direction", "sizes", "model", "trials"
# By the operation alone: a sign has no unit, a length no direction, and a product of two vectors is a matrix.
CERTAIN = {"gradient": DIRECTION, "hessian": MODEL, "abs": SIZES, "sign": "", "norm": "", "norm1": "", "outer": ""}
LAST = ("solve", "two_loops")  # operations on their last argument


class Drawn(NamedTuple):
    """What a name is drawn as.

    - point: a place in the plane;
    - move: an arrow from w, to scale: what is added to a point, or multiplied by the learning rate;
    - direction: an arrow from w whose length means nothing: a gradient, or a mean of gradients, has another unit;
    - sizes: two squares, whose areas are a size for each coordinate;
    - model: the level line of the quadratic model that has this matrix as its second derivatives;
    - trials: the lengths that a line search tried.

    Arrows are `sign` times the value: of what is subtracted the opposite is drawn, so that all lead downhill.
    """

    mark: str
    sign: int = 1


def pictured(system: System) -> dict[str, Drawn]:
    """What each name is drawn as. Numbers, and matrices that are no second derivatives, are not."""
    reading = _Reading(system)
    found = {}
    for id, name in system.names.items():
        equation = reading.equations.get(id)
        if equation and equation.measured in KEPT:
            found[id] = Drawn(TRIALS)
        elif name.shape == VECTOR:
            mark = reading.mark(id) or SIZES  # what only numbers have made is a size for each coordinate
            found[id] = Drawn(mark, reading.sign(id) or 1 if mark in (MOVE, DIRECTION) else 1)
        elif name.shape == MATRIX and reading.mark(id) == MODEL:
            found[id] = Drawn(MODEL)
    return found


def _after(tree: Tree) -> str:
    """What a name is called after the step; "" for what is no name."""
    return tree.removesuffix("_") if isinstance(tree, str) else ""


def _of(operation: str, parts: list[Tree]) -> list[Tree]:
    """The arguments that say what the result is."""
    return parts[-1:] if operation in LAST else parts[1:] if operation in CHOOSING else parts


class _Reading:
    """Marks and signs of expressions. What is in the state before a step is drawn as it is after one."""

    def __init__(self, system: System) -> None:
        self.equations = {equation.name: equation for equation in system.equations}
        self.points = {"w", "w_next", *system.points}
        for equation in system.equations:
            match equation.tree:
                case ("gradient" | "hessian", str(at)):
                    self.points.add(at)
        # What is added to a point, as it stands there, or subtracted from it.
        self.added = {
            right: -1 if operation == "-" else 1
            for equation in system.equations
            if isinstance(equation.tree, tuple) and equation.tree[0] in ("+", "-")
            for operation, left, right in [equation.tree]
            if isinstance(right, str) and right not in self.points and _after(left) in self.points
        }
        self.open: set[str] = set()  # names that are being looked into: a state leads to itself

    def mark(self, tree: Tree) -> str:
        """One of the marks, or "" where nothing says which."""
        if isinstance(tree, str):
            return self._mark_of_name(_after(tree))
        if not isinstance(tree, tuple):
            return ""
        operation, *parts = tree
        if operation in CERTAIN:
            return CERTAIN[operation]
        marks = [self.mark(part) for part in _of(operation, parts)]
        match operation, marks:
            case "-", ["point", "point"]:
                return MOVE
            case "**", ["direction", ""]:
                return SIZES
            case "*", _ if "lr" in parts and DIRECTION in marks:
                return MOVE
            case "@", [first, second] if first and second:  # a number
                return ""
            case "*", _ if POINT in marks:  # a share of a point is none
                return ""
        return next((mark for mark in (POINT, MOVE, DIRECTION, SIZES, MODEL) if mark in marks), "")

    def _mark_of_name(self, id: str) -> str:
        if id in self.points:
            return POINT
        if id in self.added:
            return MOVE
        if id == "g":
            return DIRECTION
        if id in self.open or id not in self.equations:
            return ""
        self.open.add(id)
        found = self.mark(self.equations[id].tree)
        self.open.remove(id)
        return found

    def sign(self, tree: Tree) -> int:
        """1 or -1, or 0 where nothing says which."""
        if isinstance(tree, str):
            return self._sign_of_name(_after(tree))
        if not isinstance(tree, tuple) or not self.mark(tree):
            return 0
        operation, *parts = tree
        if operation == "gradient":
            return -1
        if operation == "negative":
            return -self.sign(parts[0])
        return next((sign for sign in map(self.sign, _of(operation, parts)) if sign), 0)

    def _sign_of_name(self, id: str) -> int:
        if id in self.added:
            return self.added[id]
        if id in self.points:
            return 1
        if id == "g":
            return -1
        if id in self.open or id not in self.equations:
            return 0
        self.open.add(id)
        found = self.sign(self.equations[id].tree)
        self.open.remove(id)
        return found
