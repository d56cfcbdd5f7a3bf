"""The computational graph of a surface: the stage's own derivatives are those of JAX and of finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.formula import function_of, parameters_of
from engine.graph import graph_of
from engine.numpy_graph import OPERATIONS, unknown_in, value_and_grad
from surfaces import SURFACES
from ui.graphs import listed

FORMULAS = [
    "(1 - x)^2 + 100 (y - x^2)^2",
    "|x| + where(y < 0, y^2, sin 2y)",
    "where(x > y, x y, x / y)",
    "sin(x) cos(y) + tan(x y / 4)",
    "exp(-x^2 - y^2)",
    "ln(1 + x^2 y^2)",
    "sqrt(x^2 + y^2 + 1)",
    "x^y + y^x",
    "2^x - 3^-y",
    "x^0.5 + y^1.5",
    "x^-2 + y^7",
    "asin(x / 4) + acos(y / 4) + atan(x y)",
    "sinh(x / 2) + cosh(y / 3) - tanh(x y)",
    "max(x, y) + min(x^2, 3 y)",
    "relu(x - y) + relu(y - 2)",
    "floor(3 x) x + sign(y) y^2",
    "(x^2 + y)^2 + (x^2 + y)^3",
    "x / (1 + y^2) - y / (1 + x^2)",
    "a x^2 + b sin(c y) - (a + b) x y",
    "x^a + y^b",
    "sin(sin(sin(x + y)))",
    "-x - -y",
    "x",
    "x + x + y y",
]
LETTERS = {"a": 1.7, "b": -0.6, "c": 2.2}
# What no formula contains, but a surface of a teacher's may.
OTHERS = {
    "square": lambda xy: jnp.square(xy[0] - xy[1]),
    "logistic": lambda xy: jax.nn.sigmoid(xy[0] * xy[1]),
    "log1p": lambda xy: jnp.log1p(xy[0] ** 2) + jnp.expm1(xy[1]),
    "atan2": lambda xy: jnp.arctan2(xy[0], xy[1]),
    "softplus": lambda xy: jax.nn.softplus(xy[0]) * xy[1],
    "compared": lambda xy: xy[0] * (xy[1] >= 1) + xy[1] * (xy[0] <= 1) + jnp.where(xy[0] == 2, 3, xy[1]),
    "unequal": lambda xy: jnp.where(xy[0] != xy[1], xy[0], 2 * xy[1]),
    "jitted": jax.jit(lambda xy: jax.jit(jnp.sin)(xy[0]) + jnp.sin(xy[0]) * xy[1]),
}
POINTS = np.array([(0.3, 1.7), (2.9, 0.45), (1.1, 3.2), (0.8, 0.9)])  # where every formula has a value
SCALAR = {id: surface for id, surface in SURFACES.items() if not surface.data}

GRADIENTS = """async ([nodes, points]) => {
    const { unknownIn, forward, slopesOf, backward } = await import("/ui/stage/data/autograd.js");
    if (unknownIn(nodes)) throw new Error(`unknown: ${unknownIn(nodes)}`);
    const at = ["x", "y"].map((name) => nodes.findIndex((node) => node.name === name && node.op === "input"));
    return points.map(([x, y]) => {
        const values = forward(nodes, { x, y });
        const received = backward(nodes, slopesOf(nodes, values));
        return [values.at(-1), ...at.map((k) => received[k] ?? 0)];
    });
}"""


def agrees(modules, f, hypers, points):
    """Value and gradient that the stage and NumPy find are JAX's; the gradient is the slope of the values nearby."""
    found = np.array(modules.evaluate(GRADIENTS, [listed(graph_of(f, hypers)), points.tolist()]))
    values, gradients = jax.vmap(jax.value_and_grad(lambda xy: f(xy, **hypers)))(points)
    np.testing.assert_allclose(found[:, 0], values, rtol=1e-12)
    size = np.linalg.norm(gradients, axis=1, keepdims=True)
    assert (np.abs(found[:, 1:] - gradients) <= 1e-12 * size).all()
    plain = value_and_grad(graph_of(f, hypers))
    assert unknown_in(graph_of(f, hypers)) is None
    for point, value, gradient in zip(points, values, gradients, strict=True):
        of_numpy = plain(point)
        np.testing.assert_allclose(of_numpy[0], value, rtol=1e-12)
        assert np.abs(of_numpy[1] - gradient).max() <= 1e-12 * np.linalg.norm(gradient)
    step = 1e-5
    near = points[:, None, None] + step * np.array([[(1, 0), (-1, 0)], [(0, 1), (0, -1)]])
    heights = np.asarray(jax.vmap(lambda xy: f(xy, **hypers))(near.reshape(-1, 2))).reshape(-1, 2, 2)
    differences = (heights[..., 0] - heights[..., 1]) / (2 * step)
    scale = np.maximum(1, np.maximum(size, np.abs(values)[:, None]))
    assert (np.abs(found[:, 1:] - differences) <= 1e-6 * scale).all()


@pytest.mark.parametrize("text", FORMULAS)
def test_the_derivatives_of_a_formula_are_those_of_jax(modules, text):
    tree, f = function_of(text)
    agrees(modules, f, {letter: LETTERS[letter] for letter in parameters_of(tree)}, POINTS)


@pytest.mark.parametrize("id", SCALAR)
def test_the_derivatives_of_a_surface_are_those_of_jax(modules, id):
    surface = SCALAR[id]
    low, high = np.transpose(surface.domain)
    random = np.random.default_rng(0)
    inside = low + (high - low) * random.uniform(0.05, 0.95, (5, 2))
    for hypers in (surface.defaults, {h.id: h.at(0.3) for h in surface.hypers}):
        agrees(modules, surface.f, hypers, np.array([surface.start, *inside]))


@pytest.mark.parametrize("f", OTHERS.values(), ids=OTHERS)
def test_the_derivatives_of_other_operations_are_those_of_jax(modules, f):
    agrees(modules, f, {}, POINTS)


def test_every_operation_of_the_tables_is_compared(modules):
    functions = [*((function_of(text)[1], parameters_of(function_of(text)[0])) for text in FORMULAS)]
    functions += [(f, ()) for f in OTHERS.values()] + [(surface.f, surface.defaults) for surface in SCALAR.values()]
    met = {node.op for f, hypers in functions for node in graph_of(f, dict.fromkeys(hypers, 1.0))}
    known = modules.evaluate('async () => Object.keys((await import("/ui/stage/data/operations.js")).OPERATIONS)')
    assert met == {*known, "input", "constant"}
    assert OPERATIONS.keys() == {*known}


@pytest.mark.parametrize(
    ("f", "at"),
    [
        (lambda xy: jnp.abs(xy[0]) + jnp.maximum(xy[1], 0), (0.0, 0.0)),
        (lambda xy: jnp.sqrt(jnp.abs(xy[0])) + xy[1], (0.0, 1.0)),
        (lambda xy: jnp.where(xy[0] > 0, jnp.log(xy[0]), xy[1]), (0.0, 1.0)),
        (lambda xy: jnp.logaddexp(100 * xy[0], 0 * xy[0]) + xy[1], (0.0, 0.0)),
    ],
    ids=["a kink", "an infinite slope", "a branch that is not taken", "a rule of its own"],
)
def test_where_a_derivative_is_a_convention_it_is_that_of_jax(modules, f, at):
    found = modules.evaluate(GRADIENTS, [listed(graph_of(f, {})), [list(at)]])
    np.testing.assert_allclose(found[0][1:], jax.grad(f)(np.array(at)), rtol=1e-12)


def test_what_is_computed_twice_is_one_node_and_what_moves_numbers_about_is_none():
    nodes = graph_of(function_of("(x^2 + y)^2 + sin(x^2 + y)")[1], {})
    assert [node.op for node in nodes if node.of] == ["integer_pow", "add", "integer_pow", "sin", "add"]
    nodes = graph_of(lambda xy: jnp.reshape(jnp.broadcast_to(xy[0], (1, 1)), ()).astype(float) * 2, {})
    assert [node.op for node in nodes if node.of] == ["mul"]


def test_a_node_stands_behind_those_that_it_is_made_of_and_leads_to_the_last():
    for surface in SCALAR.values():
        nodes = graph_of(surface.f, surface.defaults)
        used = {part for node in nodes for part in node.of}
        assert all(part < k for k, node in enumerate(nodes) for part in node.of)
        assert {k for k, node in enumerate(nodes) if node.op != "input"} <= used | {len(nodes) - 1}


@pytest.mark.parametrize(
    "f",
    [*(surface.f for surface in SURFACES.values() if surface.data), lambda xy: jnp.sum(xy**2), lambda xy: xy @ xy],
)
def test_a_surface_that_computes_with_arrays_is_refused_in_words(f):
    with pytest.raises(ValueError, match="too long to be drawn as a graph"):
        graph_of(f, {})


def test_an_operation_that_the_stage_does_not_know_is_named(modules):
    nodes = listed(graph_of(lambda xy: jax.scipy.special.erf(xy[0]), {}))
    asked = 'async (nodes) => (await import("/ui/stage/data/autograd.js")).unknownIn(nodes)'
    assert modules.evaluate(asked, nodes) == "erf"
