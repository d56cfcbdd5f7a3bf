"""The computational graph of a surface: the scalar operations of which its value is made, in the order of their turn.

It is read from JAX's own trace of the function, so it holds what is really computed. What only moves numbers about is
left out, a function within the function is opened, and what is computed twice is one node.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from engine.device import float64

MOVES = ("broadcast_in_dim", "copy", "reshape", "squeeze")  # primitives that leave a single number as it is
OPENED = ("jit", "pjit", "closed_call", "custom_jvp_call", "custom_vjp_call", "checkpoint")  # functions, by primitive
WHOLE = ("logaddexp",)  # functions with a rule of their own for the derivative: it holds where that of the parts fails
ARRAYS = "This surface is made of examples: its value is a sum over all of them, too long to be drawn as a graph."


class Node(NamedTuple):
    """One number: a coordinate, a constant, or the result of an operation on earlier nodes.

    `op` is "input", "constant", or an operation that JAX calls so; ui/stage/data/autograd.js knows their derivatives.
    """

    op: str
    of: tuple[int, ...] = ()  # which nodes it is computed from
    name: str = ""  # of an input, "x" or "y"; of a constant that is a hyperparameter, its id
    value: float = 0.0  # of a constant
    power: int = 0  # of an integer_pow


def graph_of(f: Callable[..., Any], hypers: Mapping[str, float]) -> list[Node]:
    """The nodes of f(xy, **hypers), each behind those that it is made of: the last one is its value.

    x and y are among them, even if f lacks one of them.

    Raises ValueError, with a sentence for the reader, where f computes with arrays.
    """
    with float64():
        point = jax.ShapeDtypeStruct((2,), np.float64)
        scalar = jax.ShapeDtypeStruct((), np.float64)
        closed = jax.make_jaxpr(lambda xy, values: f(xy, **values))(point, dict.fromkeys(hypers, scalar))
    tape = _Tape()
    plane = tuple(tape.add(Node("input", name=name)) for name in ("x", "y"))
    given = [(tape.add(Node("constant", name=id, value=float(hypers[id]))),) for id in sorted(hypers)]
    (result,) = tape.read(closed, [plane, *given])
    return _needed(tape.nodes, result[0])


Numbers = tuple[int, ...]  # the nodes of one of JAX's variables: two of the point as a whole, otherwise one


class _Tape:
    """The nodes so far."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.known: dict[Node, int] = {}

    def add(self, node: Node) -> int:
        """The place of a node, which may be there already."""
        if node not in self.known:
            self.known[node] = len(self.nodes)
            self.nodes.append(node)
        return self.known[node]

    def read(self, closed: ClosedJaxpr, arguments: Sequence[Numbers]) -> list[Numbers]:
        """What a traced function gives for arguments."""
        jaxpr: Jaxpr = closed.jaxpr
        constants = [self.constant(value) for value in closed.consts]
        held = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *arguments], strict=True))

        def numbers(atom: Any) -> Numbers:
            return self.constant(atom.val) if isinstance(atom, Literal) else held[atom]

        for equation in jaxpr.eqns:
            found = self.result(equation, [numbers(atom) for atom in equation.invars])
            held.update(zip(equation.outvars, found, strict=True))
        return [numbers(atom) for atom in jaxpr.outvars]

    def constant(self, value: Any) -> Numbers:
        if np.size(value) != 1:
            raise ValueError(ARRAYS)
        return (self.add(Node("constant", value=float(np.reshape(value, ())))),)

    def result(self, equation: Any, of: list[Numbers]) -> list[Numbers]:
        """What one equation of JAX's trace computes."""
        op, how = equation.primitive.name, equation.params
        inner = how.get("call_jaxpr") or how.get("jaxpr")
        if op in OPENED and _name(inner) not in WHOLE:
            return self.read(inner, of)
        if any(math.prod(variable.aval.shape) != 1 for variable in equation.outvars):
            raise ValueError(ARRAYS)
        if op == "slice":
            return [of[0][how["start_indices"][0] : how["limit_indices"][0]]]
        if any(len(numbers) != 1 for numbers in of):
            raise ValueError(ARRAYS)
        if op in MOVES or (op == "convert_element_type" and np.issubdtype(how["new_dtype"], np.floating)):
            return [of[0]]
        parts = tuple(number for (number,) in of)
        power = how["y"] if op == "integer_pow" else 0
        return [(self.add(Node(_name(inner) if op in OPENED else op, parts, power=power)),)]


def _name(inner: ClosedJaxpr) -> str:
    """What the function is called that was traced."""
    return inner.jaxpr.debug_info.func_name.partition(" ")[0]


def _needed(nodes: list[Node], result: int) -> list[Node]:
    """The inputs, and the nodes that the result is made of, with it at the end."""
    needed, waiting = {0, 1}, [result]
    while waiting:
        at = waiting.pop()
        needed.add(at)
        waiting += nodes[at].of
    kept = [at for at in sorted(needed) if at != result] + [result]
    place = {at: k for k, at in enumerate(kept)}
    return [nodes[at]._replace(of=tuple(place[part] for part in nodes[at].of)) for at in kept]
