"""The equations of optimizers: how they are read, refused and evaluated."""

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import Equations
from engine.equations import EquationError, evaluate, parse
from engine.operations import OPERATIONS, absolute, solve, two_loops
from engine.typeset import symbol
from optimizers import OPTIMIZERS

every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
RANDOM = np.random.default_rng(0)


class State(NamedTuple):
    t: jax.Array  # ()
    v: jax.Array  # (2,)
    B: jax.Array  # (2, 2)


def init(params) -> State:
    return State(jnp.zeros((), int), params, jnp.eye(2))


GOOD = ("v = b * v_ + g", "B = B_ + outer(v, v)", "w_next = w - lr * solve(B, v)")


def read(*lines: str, **more):
    return Equations(lines, **more).read({"lr": r"\eta", "b": r"\beta"}, init)


def test_every_optimizer_has_equations():
    assert [optimizer.id for optimizer in OPTIMIZERS.values() if optimizer.system is None] == []


def test_equations_are_read_into_plain_data():
    system = read(*GOOD)
    assert system.equations[0] == ("v", ("+", ("*", "b", "v_"), "g"))
    assert system.equations[2].tree == ("-", "w", ("*", "lr", ("solve", "B", "v")))
    kinds = {name: (about.kind, about.shape, about.tex) for name, about in system.names.items()}
    assert kinds["v_"] == ("before", (2,), "v_{t-1}")
    assert kinds["B"] == ("after", (2, 2), "B_t")
    assert kinds["b"] == ("hyper", (), r"\beta")
    assert kinds["w_next"] == ("given", (2,), "w_{t+1}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("v = b * v_ +", r"expected an equation such as v = rho \* v_ \+ g, got 'v = b \* v_ \+'"),
        ("v", "expected an equation"),
        ("v += g", "expected an equation"),
        ("v, u = g", "expected an equation"),
        ("v = u = g", "expected an equation"),
        ("v = g; u = g", "expected an equation"),
        ("v = __import__('os')", r"expected numbers, names and where, sqrt, .*, got __import__\('os'\)"),
        ("v = g.size", "expected numbers, names and .*, got g.size"),
        ("v = g[0]", r"got g\[0\]"),
        ("v = True", "got True"),
        ("v = 'g'", "got 'g'"),
        ("v = exp(g)", r"got exp\(g\)"),
        ("v = sqrt(a=g)", r"got sqrt\(a=g\)"),
        ("v = g // 2", "got g // 2"),
        ("v = g if b else v_", "got g if b else v_"),
        ("v = where(g, 1, 0)", r"expected a comparison such as a > 0, got g in"),
        ("v = 2 * gradient(w)", r"got gradient\(w\)"),
        ("v = gradient(w, w)", r"got gradient\(w, w\)"),
        ("v = where(0 < g < 1, 1, 0)", "expected a comparison"),
    ],
)
def test_what_is_no_equation_is_refused(line, message):
    with pytest.raises(EquationError, match=message):
        parse(line)


@pytest.mark.parametrize(
    ("lines", "more", "message"),
    [
        (("v = c * v_", *GOOD[1:]), {}, r"expected one of B_, I, b, g, lr, t, v_, w, got c in 'v = c \* v_'"),
        (("v = b * w_next", *GOOD[1:]), {}, "got w_next in"),
        (("v = v + g", *GOOD[1:]), {}, "got v in"),
        (GOOD[1:], {}, "got v in"),
        ((GOOD[0], GOOD[2].replace("B", "B_")), {}, "everything in the state must be assigned; B is not"),
        (GOOD[:2], {}, "the last equation must assign w_next"),
        ((), {}, "the last equation must assign w_next"),
        ((GOOD[2], *GOOD[:2]), {}, "expected one of"),
        ((*GOOD, "v = g"), {}, "v is known already, got 'v = g'"),
        (("g = v_", *GOOD), {}, "g is known already"),
        (("b = 2", *GOOD), {}, "b is known already"),
        (("v = b", *GOOD[1:]), {}, r"v has shape \(2,\), and the right side \(\), got 'v = b'"),
        (("v = B_ + g", *GOOD[1:]), {}, r"\+ cannot take the shapes \[\(2, 2\), \(2,\)\]"),
        (("v = g @ b", *GOOD[1:]), {}, "@ cannot take the shapes"),
        (("v = sqrt(g, g)", *GOOD[1:]), {}, "sqrt cannot take the shapes"),
        (("v = solve(g, g)", *GOOD[1:]), {}, "solve cannot take the shapes"),
        (("v = gradient(b)", *GOOD[1:]), {}, "gradient takes one vector, got 'v = gradient"),
        (("a = backtracked(-g)", *GOOD), {}, "a must be in the state, where the search leaves it"),
        (
            GOOD,
            {"state": lambda state: {"t": state.t, "v": state.v}},
            "everything in the state, and 1 of it has no",
        ),
        (GOOD, {"symbols": {"u": "u"}}, "symbols must be of names that are known; u is not"),
    ],
)
def test_equations_that_contradict_what_is_declared_are_refused(lines, more, message):
    with pytest.raises(EquationError, match=message):
        read(*lines, **more)


def test_a_symbol_that_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match=r"expected a symbol such as .* got '.+frac12'"):
        read(*GOOD, symbols={"v": r"\frac12"})
    for wrong in ("", "ab", r"\omega_t", r"m_{t_1}", "<m>", r"\hat"):
        with pytest.raises(ValueError, match="expected a symbol"):
            symbol(wrong)


def test_an_optimizer_says_whose_equations_are_wrong():
    with pytest.raises(ValueError, match=r"^'adam': equations: expected one of .* got beta in 'w_next = beta'\.$"):
        replace(OPTIMIZERS["adam"], equations=Equations(("w_next = beta",)))


def known_of(system, steps: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Random positive numbers for everything that is not assigned, of one step or of many."""
    assigned = {equation.name for equation in system.equations}
    return {
        id: RANDOM.uniform(0.1, 0.9, size=(*about.shape, *steps))
        for id, about in system.names.items()
        if id not in assigned and id != "I"
    }


@every_optimizer
def test_many_steps_at_once_are_the_single_steps(optimizer):
    system, n = optimizer.system, 5
    known = known_of(system, (n,))
    shapes = {id: about.shape for id, about in system.names.items()}
    measured = {e.name: RANDOM.normal(size=(*shapes[e.name], n)) for e in system.equations if e.measured}
    together = evaluate(system, known, lambda equation, at: measured[equation.name])
    for k in range(n):
        alone = {id: values[..., k] for id, values in known.items()}
        for id, value in evaluate(system, alone, lambda equation, at, k=k: measured[equation.name][..., k]).items():
            assert value.shape == shapes[id], id
            np.testing.assert_allclose(together[id][..., k], value, rtol=1e-12, err_msg=id)


def test_operations_of_matrices_are_those_of_linear_algebra():
    A, H = RANDOM.normal(size=(2, 2, 2, 50))
    H = H + np.swapaxes(H, 0, 1)
    H[..., 0], H[..., 1] = 0, np.diag([1.0, -3.0])
    b, c = RANDOM.normal(size=(2, 2, 50))
    for k in range(50):
        Ak, Hk, bk, ck = A[..., k], H[..., k], b[:, k], c[:, k]
        np.testing.assert_allclose(solve(A, b)[:, k], np.linalg.solve(Ak, bk), rtol=1e-9)
        values, V = np.linalg.eigh(Hk)
        np.testing.assert_allclose(absolute(H)[..., k], V @ np.diag(np.abs(values)) @ V.T, rtol=1e-9, atol=1e-12)
        for shapes, parts, due in (
            ([(2, 2), (2, 2)], (A, H), Ak @ Hk),
            ([(2, 2), (2,)], (A, b), Ak @ bk),
            ([(2,), (2,)], (b, c), bk @ ck),
        ):
            np.testing.assert_allclose(OPERATIONS["@"].value(shapes, *parts)[..., k], due, rtol=1e-12)
        np.testing.assert_array_equal(OPERATIONS["outer"].value([], b, c)[..., k], np.outer(bk, ck))


def test_two_loops_are_the_updates_of_bfgs():
    """Nocedal & Wright 2006, equation 7.19: with five pairs, from the matrix s . y / y . y times I."""
    S, Y = RANDOM.normal(size=(2, 5, 2))
    Y = S + 0.1 * Y  # so that s . y > 0
    rho, q = 1 / (S * Y).sum(axis=1), RANDOM.normal(size=2)
    B = (S[0] @ Y[0]) / (Y[0] @ Y[0]) * np.eye(2)
    for s, y, r in reversed([*zip(S, Y, rho, strict=True)]):
        V = np.eye(2) - r * np.outer(s, y)
        B = V @ B @ V.T + r * np.outer(s, s)
    np.testing.assert_allclose(two_loops(S, Y, rho, q), B @ q, rtol=1e-12)
