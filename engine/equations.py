"""The equations of an optimizer: assignments that are evaluated and written from one tree.

    m = b1 * m_ + (1 - b1) * g
    w_next = w - lr * m

An expression has numbers, names, + - * / ** %, @ (the products of vectors and matrices), a unary minus, and
OPERATIONS as functions; the first argument of `where` and of `push` is a comparison. Everything is by coordinate unless
it is a product. Known names:

- w and w_next, the point before and after the step; g, the gradient at w; t, the number of the step from 1; I, the
  identity;
- the ids of the optimizer's hypers; lr is the rate of this step;
- of each thing in the state, m_ before the step and m after it;
- what an earlier equation assigned.

The right side may also be one of MEASURED, which is not derived: it is evaluated or looked up where the rule did.

A tree is plain data: a number, a name, or a tuple of an operation's id and its arguments.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, NamedTuple

import jax
import numpy as np

from engine.operations import OPERATIONS, Shape, ShapeError
from engine.typeset import symbol

Tree = float | str | tuple  # of a tuple the first is an operation
SIGNS: Mapping[type, str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.Mod: "%", ast.MatMult: "@"},
    **{ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="},
}
COMPARED = ("<", "<=", ">", ">=", "==")
CALLED = [id for id in OPERATIONS if id.isidentifier() and id != "negative"]  # written as functions
CHOOSING = ("where", "push")  # their first argument is a comparison
# What no equation derives, by the function that names it: what it is, and its shape, given a vector.
MEASURED: Mapping[str, tuple[str, Shape]] = {
    "gradient": ("the gradient of this step's objective at that point", (2,)),
    "hessian": ("the second derivatives of this step's objective at that point", (2, 2)),
    "nearest_minimum": ("how far the line search went: to the nearest minimum along that direction", ()),
    "backtracked": ("how far the line search went: the first trial after which the loss falls enough", ()),
}
KEPT = ("nearest_minimum", "backtracked")  # what the state remembers of them is what was measured
GIVEN: Mapping[str, tuple[Shape, str]] = {
    "w": ((2,), "w_t"),
    "w_next": ((2,), "w_{t+1}"),
    "g": ((2,), "g_t"),
    "t": ((), "t"),
    "I": ((2, 2), "I"),
}


class EquationError(ValueError):
    """Equations that cannot be read, or that contradict what the optimizer declares."""


class Equation(NamedTuple):
    """name = tree."""

    name: str
    tree: Tree

    @property
    def measured(self) -> str:
        """The id of MEASURED that the right side is, or "" where it is derived."""
        return self.tree[0] if isinstance(self.tree, tuple) and self.tree[0] in MEASURED else ""


class Name(NamedTuple):
    """What a name of the equations stands for."""

    kind: str  # "given", "hyper", "before" or "after" (in the state), or "derived"
    shape: Shape  # of its value at one step
    tex: str


class System(NamedTuple):
    """Equations that were read, in the order of computation, and every name in them or in the state."""

    equations: tuple[Equation, ...]
    names: Mapping[str, Name]
    fixed: tuple[str, ...]  # things in the state that never change, and have one name
    points: tuple[str, ...] = ()  # names that are points of the plane


@dataclass(frozen=True, eq=False)
class Equations:
    """How an optimizer declares its equations.

    `state(state)` names everything in the state; by default these are the names of its fields. Each is assigned, unless
    it is called like something that is known (`t`, `w`, `g`), or is one of `fixed`, which never change.
    `symbols` are the TeX symbols of names where the usual one does not fit: `m` is m_t, `m_` is m_{t-1}, `m_hat` has a
    hat, `mu_next` is \\mu_{t+1}.
    `points` are names of points of the plane besides w and those at which a gradient is taken.
    `trials(f, w, g, d, *, lr, ...)` repeats a line search from w along d: the lengths that it tries, in their order,
    (k,), nan where there is none. It takes all hypers.
    """

    lines: tuple[str, ...]
    _: KW_ONLY
    symbols: Mapping[str, str] = field(default_factory=dict)
    state: Callable[[Any], Mapping[str, Any]] = lambda state: state._asdict()
    fixed: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    trials: Callable[..., jax.Array] | None = None

    def read(self, hypers: Mapping[str, str], init: Callable[[Any], Any]) -> System:
        """The equations of a rule with these hypers, TeX symbols by id. Raises EquationError."""
        state = jax.eval_shape(init, np.zeros(2))
        things: Mapping[str, Any] = self.state(state)
        unnamed = len(jax.tree.leaves(state)) - len({id(leaf) for leaf in things.values()})
        if unnamed:
            raise EquationError(f"state must name everything in the state, and {unnamed} of it has no name")

        def name(id: str, kind: str, shape: Shape) -> Name:
            tex = self.symbols.get(id, GIVEN[id][1] if id in GIVEN else _usual(id))
            symbol(tex)  # raises where the stage could not write it
            return Name(kind, shape, tex)

        names = {id: name(id, "given", shape) for id, (shape, _) in GIVEN.items()}
        names |= {id: Name("hyper", (), tex) for id, tex in hypers.items()}
        before = {id if id in self.fixed else id + "_": thing.shape for id, thing in things.items() if id != "t"}
        names |= {id: name(id, "before", shape) for id, shape in before.items()}
        equations: list[Equation] = []
        known = dict.fromkeys(names.keys() - {"w_next"})
        for line in self.lines:
            equation = parse(line)
            if equation.name in known:
                raise EquationError(f"{equation.name} is known already, got {line!r}")
            found = _shape(equation.tree, {id: names[id].shape for id in known}, line)
            kind = "given" if equation.name in GIVEN else "after" if equation.name in things else "derived"
            due = names["w_next"].shape if equation.name == "w_next" else found
            due = tuple(things[equation.name].shape) if kind == "after" else due
            if found != due:
                raise EquationError(f"{equation.name} has shape {due}, and the right side {found}, got {line!r}")
            if equation.measured in KEPT and kind != "after":
                raise EquationError(f"{equation.name} must be in the state, where the search leaves it, got {line!r}")
            names[equation.name] = name(equation.name, kind, found)
            known[equation.name] = None
            equations.append(equation)
        if not equations or equations[-1].name != "w_next":
            raise EquationError("the last equation must assign w_next")
        if lacking := sorted(id for id in things if id not in known):
            raise EquationError(f"everything in the state must be assigned; {', '.join(lacking)} is not")
        if unused := sorted(self.symbols.keys() - names.keys()):
            raise EquationError(f"symbols must be of names that are known; {', '.join(unused)} is not")
        if unknown := sorted(set(self.points) - names.keys()):
            raise EquationError(f"points must be names that are known; {', '.join(unknown)} is not")
        return System(tuple(equations), names, self.fixed, self.points)


def _usual(id: str) -> str:
    """The TeX symbol of a name that has none of its own."""
    time = "t-1" if id.endswith("_") else "t+1" if id.endswith("_next") else "t"
    letter, _, accent = id.removesuffix("_").removesuffix("_next").partition("_")
    letter = letter if len(letter) == 1 else "\\" + letter
    time = time if len(time) == 1 else f"{{{time}}}"
    return (f"\\{accent} {letter}" if accent else letter) + f"_{time}"


def parse(line: str) -> Equation:
    """One assignment. Raises EquationError."""
    try:
        (statement,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        raise EquationError(f"expected an equation such as v = rho * v_ + g, got {line!r}") from None
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            match value:
                case ast.Call(func=ast.Name(id=measured), args=[argument], keywords=[]) if measured in MEASURED:
                    return Equation(name, (measured, _tree(argument, line)))
            return Equation(name, _tree(value, line))
    raise EquationError(f"expected an equation such as v = rho * v_ + g, got {line!r}")


def _tree(part: ast.AST, line: str) -> Tree:
    match part:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return ("negative", _tree(inner, line))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            return (SIGNS[type(op)], _tree(left, line), _tree(right, line))
        case ast.Call(func=ast.Name(id=name), args=[first, *others], keywords=[]) if name in CALLED:
            read = _comparison if name in CHOOSING else _tree
            return (name, read(first, line), *(_tree(argument, line) for argument in others))
    raise EquationError(f"expected numbers, names and {', '.join(CALLED)}, got {ast.unparse(part)} in {line!r}")


def _comparison(part: ast.AST, line: str) -> Tree:
    match part:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in SIGNS:
            return (SIGNS[type(op)], _tree(left, line), _tree(right, line))
    raise EquationError(f"expected a comparison such as a > 0, got {ast.unparse(part)} in {line!r}")


def _shape(tree: Tree, known: Mapping[str, Shape], line: str) -> Shape:
    """The shape of what an expression gives. Raises EquationError."""
    if isinstance(tree, str):
        if tree not in known:
            raise EquationError(f"expected one of {', '.join(sorted(known))}, got {tree} in {line!r}")
        return tuple(known[tree])
    if not isinstance(tree, tuple):
        return ()
    shapes = [_shape(part, known, line) for part in tree[1:]]
    if tree[0] in MEASURED:
        if shapes != [(2,)]:
            raise EquationError(f"{tree[0]} takes one vector, got {line!r}")
        return MEASURED[tree[0]][1]
    try:
        return OPERATIONS[tree[0]].shape(*shapes)
    except (ShapeError, TypeError):  # a TypeError of the call: too few or too many arguments
        raise EquationError(f"{tree[0]} cannot take the shapes {shapes}, got {line!r}") from None


Measure = Callable[[Equation, np.ndarray], np.ndarray]


def evaluate(system: System, known: Mapping[str, Any], measure: Measure) -> dict[str, np.ndarray]:
    """The value of every name that the equations assign.

    `known` has the other names' values, arrays of one step, or of many steps along one more axis, the last one.
    `measure(equation, argument)` gives what a MEASURED equation is about.
    """
    values = dict(known)
    with np.errstate(all="ignore"):  # after an overflow a run holds inf and nan
        for equation in system.equations:
            if equation.measured:
                assert isinstance(equation.tree, tuple)
                values[equation.name] = measure(equation, value_of(system, equation.tree[1], values))
            else:
                values[equation.name] = value_of(system, equation.tree, values)
    return {equation.name: np.asarray(values[equation.name]) for equation in system.equations}


def value_of(system: System, tree: Tree, values: Mapping[str, Any]) -> np.ndarray:
    """The value of an expression, given those of the names in it, as `evaluate` has them."""
    shapes = {id: name.shape for id, name in system.names.items()}
    identity = np.eye(2).reshape(2, 2, *[1] * (np.ndim(values["w"]) - 1))

    def value(tree: Tree) -> Any:
        if isinstance(tree, str):
            return identity if tree == "I" else values[tree]
        if not isinstance(tree, tuple):
            return tree
        parts = [value(part) for part in tree[1:]]
        return OPERATIONS[tree[0]].value([_shape(part, shapes, "") for part in tree[1:]], *parts)

    return value(tree)
