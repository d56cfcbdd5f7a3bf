"""Formulas as surfaces: the minima and saddles that are found, the start, the route, and what is held in memory."""

import asyncio
import gc
import math
import weakref

import jax
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import programs as pools
from engine.critical import critical_points
from engine.formula import KEPT, FormulaError, check_formula, formula_surface
from engine.formula.surface import _landmarks
from surfaces import SURFACES
from ui.routes import ROUTES
from ui.scene import OWN, Scene

client = TestClient(Starlette(routes=ROUTES))
BOX = (-2.0, 2.0, -2.0, 2.0)


def test_whole_powers_have_gradients_where_real_ones_have_none():
    gradient = jax.grad(formula_surface("(x - 1)^3 + y^2", BOX).f)
    np.testing.assert_allclose(gradient(np.array([-1.0, 0.0])), [12.0, 0.0], rtol=1e-14)
    assert np.isnan(jax.grad(formula_surface("(x - 1)^2.5", BOX).f)(np.array([-1.0, 0.0]))[0])


def same(found, declared, tolerance=1e-7):
    assert len(found) == len(declared)
    for (place, height), (wanted, level) in zip(sorted(found), sorted(declared), strict=True):
        np.testing.assert_allclose(place, wanted, atol=tolerance)
        assert height == pytest.approx(level, abs=tolerance)


@pytest.mark.parametrize(
    "id", ["himmelblau", "beale", "rosenbrock", "double_well", "six_hump_camel", "rastrigin", "griewank", "ravine"]
)
def test_what_surfaces_declare_is_found(id):
    surface = SURFACES[id]
    axes = [np.linspace(*side, 61) for side in surface.domain]
    points = np.stack(np.meshgrid(*axes), axis=-1)

    def f(w):
        return surface.f(w, **surface.defaults)

    heights = np.asarray(jax.vmap(jax.vmap(f))(points))
    minima, saddles = critical_points(f, surface.domain, points, heights)
    same([((round(x, 6), round(y, 6)), v) for (x, y), v in minima],
         [((round(x, 6), round(y, 6)), v) for (x, y), v in surface.minima(**surface.defaults)], 2e-6)  # fmt: skip
    same([((round(x, 6), round(y, 6)), v) for (x, y), v in saddles],
         [((round(x, 6), round(y, 6)), v) for (x, y), v in surface.saddles(**surface.defaults)], 2e-6)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "minima", "saddles"),
    [
        ("x^2", [(0, 0)], []),  # of the whole line one
        ("3", [], []),
        ("x", [], []),
        ("x y", [], [(0, 0)]),
        ("x^3 - 3 x y^2", [], [(0, 0)]),
        ("1/x", [], []),
        ("sqrt(x)", [], []),
        ("log(y)", [], []),
        ("sqrt(x^2 + y^2)", [(0, 0)], []),
        ("abs(x - 1) + abs(y)", [(1, 0)], []),
        ("x^4 + y^4", [(0, 0)], []),
    ],
)
def test_odd_functions_have_a_picture(text, minima, saddles):
    surface = formula_surface(text, BOX)
    for found, wanted in ((surface.minima(), minima), (surface.saddles(), saddles)):
        np.testing.assert_allclose([place for place, _ in found], np.reshape(wanted, (-1, 2)).tolist(), atol=1e-6)
    assert math.isfinite(surface.f(np.array(surface.start)))
    query = {"surface": "formula", "surface.f": text, "surface.domain": "-2,2,-2,2", "steps": "20"}
    for path in ("/paths", "/grid"):
        assert client.get(path, params=query).status_code == 200


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("x^2 + y^2", (1e6, 1e6 + 1, -3e-7, 5e-7)),
        ("sqrt(x - 0.123456) + y^2", (0.123456, 0.1235, 0, 1)),
        ("log(x - 100.00061)", (100.0, 100.001, -1, 1)),
        ("x", (-1e-300, 1e-300, -1e300, 1e300)),
    ],
)
def test_the_start_lies_in_the_domain_where_f_has_a_value(text, domain):
    surface = formula_surface(text, domain)
    for place, (low, high) in zip(surface.start, surface.domain, strict=True):
        assert low <= place <= high
    assert math.isfinite(surface.f(np.array(surface.start)))
    assert surface.start[0] < domain[0] + 0.7 * (domain[1] - domain[0])
    scene = Scene.read({"surface": "formula", "surface.f": text, "surface.domain": ",".join(map(repr, domain))})
    assert scene.own == (text, domain)
    assert scene.start == surface.start


def test_a_formula_without_any_value_is_refused_in_words():
    with pytest.raises(FormulaError, match="no finite value in the domain"):
        formula_surface("sqrt(0 - 1 - x^2)", BOX)
    with pytest.raises(FormulaError, match="no finite value in the domain"):
        formula_surface("10^200 * 10^100 * (x^2 + 1)", BOX)  # nothing that could be drawn


def test_the_route_says_what_is_wrong_and_a_link_with_it_opens_the_default():
    answer = client.get("/formula", params={"formula": "x + z", "domain": "-1,1,-1,1"}).json()
    assert answer["error"].startswith("unknown name `z` at column 5")
    for domain in ("1,0,0,1", "0,1,-1e308,1e308", "0,1,2", "0,1,2,z"):
        assert "expected x low" in client.get("/formula", params={"formula": "3", "domain": domain}).json()["error"]
    assert client.get("/formula", params={"formula": "x^2", "domain": "-1,1,-1,1"}).json() == {
        "mathml": "<msup><mi>x</mi><mn>2</mn></msup>"
    }
    assert Scene.read({"surface": "formula", "surface.f": "x + z"}).own == OWN
    kept = Scene.read({"surface": "formula", "surface.f": "x^2 + y", "surface.domain": "0,1,0,2", "steps": "50"})
    assert Scene.read(kept.to_query()) == kept
    assert kept.own == ("x^2 + y", (0.0, 1.0, 0.0, 2.0))


def test_memory_ends_with_the_last_formulas_and_programs():
    """A class that types hundreds of formulas must not fill the memory: nothing holds those that were pushed out."""
    query = {"surface": "formula", "surface.f": "x^2 + 7 y^2 + x y", "steps": "10", "on": "sgd"}
    assert client.get("/paths", params=query).status_code == 200
    kept = weakref.ref(formula_surface("x^2 + 7 y^2 + x y", tuple(np.ravel(OWN[1]))).f)
    for k in range(KEPT):
        formula_surface(f"x + {k}", (0, 1, 0, 1))
    gc.collect()
    assert kept() is not None, "its program is still held"
    for pool, filled in (
        (pools.loaded, pools.Loaded(int, pools.LOADED_BYTES)),
        (pools.parked, bytes(pools.PARKED_BYTES)),
    ):
        pool.get("as large as the pool", lambda filled=filled: filled)
    gc.collect()
    assert kept() is None
    pools.loaded.clear()
    pools.parked.clear()


def test_a_surface_that_comes_back_compiles_nothing_and_its_landmarks_are_held_by_their_bytes(monkeypatch):
    query = {"surface": "formula", "surface.f": "a x^2 + 9 y^2 + x y", "steps": "10", "on": "sgd"}
    fan = {**query, "vary": "surface.a"}
    assert client.get("/fan", params=fan).status_code == 200
    compiled, held = len(pools.parked), _landmarks.recent.weight
    assert held >= 101 * 1000
    formula_surface.cache_clear()
    monkeypatch.setattr(_landmarks.recent, "most", held - 1)
    assert client.get("/fan", params={**fan, "seed": "1", "vary": "surface.a", "steps": "11"}).status_code == 200
    assert len(pools.parked) == compiled
    for k in range(120):
        formula_surface("a x^2 + 9 y^2 + x y", (-1, 1, -1, 1)).minima(a=k / 100)
    assert 0 < _landmarks.recent.weight < held
    pools.loaded.clear()
    pools.parked.clear()


@pytest.mark.parametrize("route", ["paths", "grid", "fan", "formula", "code", "csv", "inside"])
def test_a_formula_is_never_compiled_on_the_event_loop(route, monkeypatch):
    """There it would hold up everybody else: a scene that is only read already looks for its minima."""
    seen = []

    def watched(function):
        def watching(text, domain):
            with pytest.raises(RuntimeError, match="no running event loop"):
                asyncio.get_running_loop()
            seen.append(text)
            return function(text, domain)

        return watching

    for name, function in (
        ("ui.scene.formula_surface", formula_surface),
        ("ui.scene.check_formula", check_formula),
        ("ui.answers.check_formula", check_formula),
    ):
        monkeypatch.setattr(name, watched(function))
    text = "x^2 + 3 y^2"
    query = {
        "surface": "formula",
        "surface.f": text,
        "formula": text,
        "domain": "-1,1,-1,1",
        "on": "sgd",
        "steps": "10",
    }
    more = {"vary": "sgd.lr", "optimizer": "sgd", "library": "optax"}
    assert client.get(f"/{route}", params={**query, **more}).status_code == 200
    assert text in seen
