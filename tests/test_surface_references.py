"""The test functions against an independent package, against NumPy formulas of another form, and the printed minima."""

import jax
import numpy as np
import pytest
from landscapes import single_objective
from scipy import integrate, optimize

from engine import Surface
from surfaces import SURFACES
from tests import test_data

TURNED = np.array([[1, -1], [1, 1]]) / 2**0.5  # by 45 degrees
BY_HAND = {
    "ravine": lambda x, y: np.dot([x, y], [x, 20 * y]) / 2,
    "saddle": lambda x, y: (x - y) * (x + y),
    "double_well": lambda x, y: np.polyval([1, 0, -2, 0.3, 1], x) + y**2,
    "monkey_saddle": lambda x, y: ((x + 1j * y) ** 3).real,
    "rotated_ravine": lambda x, y: [x, y] @ TURNED @ np.diag([1, 20]) @ TURNED.T @ [x, y] / 2,
    "cliff": lambda x, y: 0.1 * np.log(1 + np.exp(100 * x)) - 0.2 * (x - y**2),
    "plateau": lambda x, y: integrate.quad(lambda t: (t - 3) * ((t + 1) ** 2 + 0.02), 3, x)[0] / 10 + y**2 / 2,
    "beale": lambda x, y: (1.5 - x * (1 - y)) ** 2 + (2.25 - x * (1 - y**2)) ** 2 + (2.625 - x * (1 - y**3)) ** 2,
    "booth": lambda x, y: 5 * x**2 + 5 * y**2 + 8 * x * y - 34 * x - 38 * y + 74,
    "matyas": lambda x, y: 0.02 * (x**2 + y**2) + 0.24 * (x - y) ** 2,
    "three_hump_camel": lambda x, y: np.polyval([1 / 6, 0, -1.05, 0, 2, 0, 0], x) + y * (x + y),
    "six_hump_camel": lambda x, y: (
        np.polyval([1 / 3, 0, -2.1, 0, 4, 0, 0], x) + x * y + np.polyval([4, 0, -4, 0, 0], y)
    ),
    "styblinski_tang": lambda x, y: np.polyval([0.5, 0, -8, 2.5, 0], x) + np.polyval([0.5, 0, -8, 2.5, 0], y),
    "rastrigin": lambda x, y: x**2 + y**2 + 20 * (np.sin(np.pi * x) ** 2 + np.sin(np.pi * y) ** 2),
    "ackley": lambda x, y: (
        20 * (1 - np.exp(-np.hypot(x, y) / np.sqrt(50)))
        + np.e * (1 - np.exp(-(np.sin(np.pi * x) ** 2 + np.sin(np.pi * y) ** 2)))
    ),
    "levy13": lambda x, y: (
        (1 - np.cos(6 * np.pi * x)) / 2
        + (x - 1) ** 2 * (3 - np.cos(6 * np.pi * y)) / 2
        + (y - 1) ** 2 * (3 - np.cos(4 * np.pi * y)) / 2
    ),
    "mccormick": lambda x, y: np.sin(x) * np.cos(y) + np.cos(x) * np.sin(y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "easom": lambda x, y: -np.cos(x) * np.cos(y) / np.exp((x - np.pi) ** 2 + (y - np.pi) ** 2),
    "griewank": lambda x, y: (
        1 + np.hypot(x, y) ** 2 / 4000 - (np.cos(x - y / np.sqrt(2)) + np.cos(x + y / np.sqrt(2))) / 2
    ),
    "bukin6": lambda x, y: 100 * abs(y - x**2 / 100) ** 0.5 + abs(x + 10) / 100,
    "eggholder": lambda x, y: -(y + 47) * np.sin(abs(y + 47 + x / 2) ** 0.5) - x * np.sin(abs(y + 47 - x) ** 0.5),
    "himmelblau": lambda x, y: (
        x**4 + y**4 + 2 * x**2 * y + 2 * x * y**2 - 21 * x**2 - 13 * y**2 - 14 * x - 22 * y + 170
    ),
    "goldstein_price": lambda x, y: (
        (1 + (x + y + 1) ** 2 * (3 * (x + y) ** 2 - 14 * (x + y) + 19))
        * (30 + (2 * x - 3 * y) ** 2 * (3 * (2 * x - 3 * y) ** 2 - 16 * (2 * x - 3 * y) + 18))
    ),
}
# As the literature prints them, to the digits printed: Jamil & Yang 2013, Surjanovic & Bingham 2013.
PRINTED = {
    "booth": ((1, 3), 0),
    "matyas": ((0, 0), 0),
    "three_hump_camel": ((0, 0), 0),
    "six_hump_camel": ((0.0898, -0.7126), -1.0316),
    "styblinski_tang": ((-2.9035, -2.9035), -78.3323),
    "rastrigin": ((0, 0), 0),
    "ackley": ((0, 0), 0),
    "levy13": ((1, 1), 0),
    "mccormick": ((-0.5472, -1.5472), -1.9132),
    "easom": ((3.1416, 3.1416), -1),
    "griewank": ((0, 0), 0),
    "bukin6": ((-10, 1), 0),
    "goldstein_price": ((0, -1), 3),
    "beale": ((3, 0.5), 0),
    "himmelblau": ((3, 2), 0),
    "rosenbrock": ((1, 1), 0),
}


def ours(surface: Surface, points: np.ndarray) -> np.ndarray:
    """f (n,) at points (n, 2)."""
    return np.asarray(jax.jit(jax.vmap(lambda w: surface.f(w, **surface.defaults)))(points))


@pytest.mark.parametrize("id", BY_HAND)
def test_f_is_the_formula_in_another_form(id):
    surface = SURFACES[id]
    points = np.random.default_rng(3).uniform(*np.transpose(surface.domain), size=(200, 2))
    expected = [BY_HAND[id](*point) for point in points]
    np.testing.assert_allclose(ours(surface, points), expected, rtol=Surface.tolerance, atol=Surface.tolerance)


# Ours -> the package's name.
PACKAGED = {
    **{id: id for id in ("ackley", "beale", "booth", "easom", "eggholder", "goldstein_price", "griewank")},
    **{id: id for id in ("himmelblau", "matyas", "mccormick", "rastrigin", "rosenbrock", "styblinski_tang")},
    **{
        "bukin6": "bukin_n6",
        "three_hump_camel": "camel_hump_3",
        "six_hump_camel": "camel_hump_6",
        "levy13": "levi_n13",
    },
}


@pytest.mark.parametrize("id", PACKAGED)
def test_f_is_the_packages(id):
    surface, theirs = SURFACES[id], getattr(single_objective, PACKAGED[id])
    points = np.random.default_rng(4).uniform(*np.transpose(surface.domain), size=(200, 2))
    expected = [theirs(point) for point in points]
    np.testing.assert_allclose(ours(surface, points), expected, rtol=Surface.tolerance, atol=Surface.tolerance)


def test_rosenbrock_is_scipys():
    points = np.random.default_rng(3).uniform(-2, 2, size=(100, 2))
    found = ours(SURFACES["rosenbrock"], points)
    np.testing.assert_allclose(found, optimize.rosen(points.T), rtol=1e-13)


@pytest.mark.parametrize("id", PRINTED)
def test_the_lowest_minimum_is_the_printed_one(id):
    place, value = PRINTED[id]
    minima = SURFACES[id].minima(**SURFACES[id].defaults)
    assert min(level for _, level in minima) == pytest.approx(value, abs=6e-5)
    assert any(
        np.allclose(found, place, atol=6e-5) and level == pytest.approx(value, abs=6e-5) for found, level in minima
    )


# Whose f is compared with what, here and in test_data.
COMPARED = {"landscapes": {*PACKAGED}, "SciPy": {"rosenbrock", "plateau"}, "NumPy": {*BY_HAND, *test_data.BY_HAND}}


@pytest.mark.parametrize("id", SURFACES)
def test_what_a_surface_says_it_is_checked_against_is_compared_with_it(id):
    named = {word for word in COMPARED if word in SURFACES[id].checked}
    assert named == {word for word, ids in COMPARED.items() if id in ids}
    assert named
    assert "landscapes" in named or id in DRAWN or SURFACES[id].data


# Shapes drawn for a lecture, which no package of test functions has.
DRAWN = {"cliff", "double_well", "monkey_saddle", "plateau", "ravine", "rotated_ravine", "saddle"}
