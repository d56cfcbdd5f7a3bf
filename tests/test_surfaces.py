"""Laws that every surface keeps: what it declares about itself is true, all over the ranges of its hyperparameters."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import Surface
from surfaces import SURFACES


def settings(surface: Surface) -> list[dict[str, float]]:
    """The defaults, and every combination of each hyperparameter's low end, a value inside and its high end."""

    def inside(h):
        return np.sqrt(h.low * h.high) if h.log else h.low + 0.7 * (h.high - h.low)

    grids = [[(h.id, float(value)) for value in (h.low, inside(h), h.high)] for h in surface.hypers]
    combinations = [dict(combination) for combination in itertools.product(*grids)]
    return [surface.defaults, *combinations] if surface.hypers else [{}]


def name(value: Surface | dict[str, float]) -> str:
    """What a parameter of a test is called in its report."""
    return value.id if isinstance(value, Surface) else ",".join(f"{k}={v:.3g}" for k, v in value.items())


every_surface = pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
every_setting = pytest.mark.parametrize(
    ("surface", "hypers"),
    [(surface, hypers) for surface in SURFACES.values() for hypers in settings(surface)],
    ids=name,
)


def every_setting_with(points: str):
    """Every setting of hyperparameters under which a surface declares any of these points, `minima` or `saddles`."""
    having = [
        (surface, hypers)
        for surface in SURFACES.values()
        for hypers in settings(surface)
        if getattr(surface, points)(**hypers)
    ]
    assert having
    return pytest.mark.parametrize(("surface", "hypers"), having, ids=name)


@functools.cache
def derivatives(f):
    """Compiled: points (n, 2), hypers -> f (n,), gradient (n, 2), Hessian (n, 2, 2)."""

    def at(w, hypers):
        of = functools.partial(f, **hypers)
        return of(w), jax.grad(of)(w), jax.hessian(of)(w)

    return jax.jit(jax.vmap(at, in_axes=(0, None)))


def evaluated(surface: Surface, hypers: dict, points) -> list[np.ndarray]:
    """f (n,), gradient (n, 2) and Hessian (n, 2, 2) at points (n, 2)."""
    return [np.asarray(a) for a in derivatives(surface.f)(jnp.asarray(points, dtype=float), hypers)]


@functools.cache
def compiled_values(f):
    """Compiled: points (n, 2), hypers -> f (n,)."""
    return jax.jit(jax.vmap(lambda w, hypers: f(w, **hypers), in_axes=(0, None)))


def values_at(surface: Surface, hypers: dict, points) -> np.ndarray:
    return np.asarray(compiled_values(surface.f)(jnp.asarray(points, dtype=float), hypers))


def declared(points) -> tuple[np.ndarray, np.ndarray]:
    """((x, y), f), ... -> places (n, 2), values (n,)."""
    return np.array([place for place, _ in points]).reshape(-1, 2), np.array([value for _, value in points])


def grid(surface: Surface, n: int) -> np.ndarray:
    """(n, n, 2): over the domain, its border included; the first index is x."""
    return np.stack(np.meshgrid(*(np.linspace(*side, n) for side in surface.domain), indexing="ij"), axis=-1)


def inside(surface: Surface, points) -> np.ndarray:
    low, high = np.transpose(surface.domain)
    return ((points >= low) & (points <= high)).all(axis=-1)


@functools.cache
def newton_search(f):
    """Compiled: starts (n, 2), hypers -> where Newton's method for gradient = 0 gets in 60 steps, and its last step."""

    def search(w, hypers):
        gradient = jax.grad(functools.partial(f, **hypers))

        def step(_, carry):
            w, _ = carry
            H, g = jax.jacfwd(gradient)(w), gradient(w)
            determinant = H[0, 0] * H[1, 1] - H[0, 1] * H[1, 0]
            d = jnp.stack([H[1, 1] * g[0] - H[0, 1] * g[1], H[0, 0] * g[1] - H[1, 0] * g[0]]) / determinant
            return w - d, d

        return jax.lax.fori_loop(0, 60, step, (w, w))

    return jax.jit(jax.vmap(search, in_axes=(0, None)))


def critical_points(surface: Surface, hypers: dict) -> np.ndarray:
    """(n, 2): all points of the domain that Newton's method finds from a grid of 41 x 41 starts, each once."""
    ends, steps = map(np.asarray, newton_search(surface.f)(grid(surface, 41).reshape(-1, 2), hypers))
    arrived = ends[(np.abs(steps) < 1e-9).all(axis=-1) & inside(surface, ends)]
    found: list[np.ndarray] = []
    for point in arrived:
        if all(np.linalg.norm(point - other) > 1e-5 for other in found):
            found.append(point)
    return np.array(found).reshape(-1, 2)


def around(surface: Surface, hypers: dict, places: np.ndarray, reach: float) -> np.ndarray:
    """f on a small circle round each place, (n, 48); its radius is a share of the domain."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    circle = reach * np.ptp(surface.domain, axis=1) * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return values_at(surface, hypers, (places[:, None] + circle).reshape(-1, 2)).reshape(len(places), 48)


@every_setting_with("minima")
def test_a_declared_minimum_is_one(surface, hypers):
    places, values = declared(surface.minima(**hypers))
    f, gradient, hessian = evaluated(surface, hypers, places)
    assert inside(surface, places).all()
    np.testing.assert_allclose(f, values, rtol=1e-12, atol=1e-12)
    bent = np.isfinite(gradient).all(axis=1) if not surface.smooth else np.ones(len(places), bool)
    np.testing.assert_allclose(gradient[bent], 0, atol=1e-11 * max(1, np.abs(hessian[bent]).max(initial=0)))
    assert (np.linalg.eigvalsh(hessian[bent]) > 0).all()
    for reach in (1e-3, 1e-5):
        assert (around(surface, hypers, places[~bent], reach) > values[~bent, None]).all()


@every_setting_with("saddles")
def test_a_declared_saddle_is_one(surface, hypers):
    places, values = declared(surface.saddles(**hypers))
    f, gradient, hessian = evaluated(surface, hypers, places)
    assert inside(surface, places).all()
    np.testing.assert_allclose(f, values, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient, 0, atol=1e-11 * max(1, np.abs(hessian).max()))
    nearby = around(surface, hypers, places, 1e-3)
    assert (nearby.min(axis=1) < values).all()
    assert (nearby.max(axis=1) > values).all()
    bend = np.linalg.eigvalsh(hessian)
    curved = np.abs(bend).max(axis=1) > 1e-9  # the Hessian of a monkey saddle is zero
    assert (bend[curved, 0] < 0).all()
    assert (bend[curved, 1] > 0).all()


@every_setting
def test_nothing_in_the_domain_lies_below_the_lowest_minimum(surface, hypers):
    """A surface without minima is lowest on its border, and there below every saddle."""
    f = values_at(surface, hypers, grid(surface, 401).reshape(-1, 2)).reshape(401, 401)
    _, minima = declared(surface.minima(**hypers))
    if len(minima):
        assert f.min() >= minima.min() - 1e-12
    else:
        _, saddles = declared(surface.saddles(**hypers))
        assert f[1:-1, 1:-1].min() > f.min()
        assert f.min() < saddles.min(initial=np.inf) - 1e-3 * np.ptp(f)


@every_setting
def test_minima_saddles_and_maxima_are_all_the_critical_points_there_are(surface, hypers):
    known, _ = declared((*surface.minima(**hypers), *surface.saddles(**hypers)))
    known = known[np.isfinite(evaluated(surface, hypers, known)[1]).all(axis=1)]  # Newton's method cannot find kinks
    found = critical_points(surface, hypers)
    distances = np.linalg.norm(known[:, None] - found, axis=-1)  # (known, found)
    assert (distances.min(axis=1, initial=np.inf) < 1e-5).all()  # the search finds every known point
    others = found[(distances > 1e-5).all(axis=0)]
    _, _, hessian = evaluated(surface, hypers, others)
    assert (np.linalg.eigvalsh(hessian) < 0).all(), others


@pytest.mark.parametrize(
    ("surface", "hypers"),
    [(surface, hypers) for surface in SURFACES.values() if surface.smooth for hypers in settings(surface)],
    ids=name,
)
def test_gradient_and_hessian_agree_with_central_differences(surface, hypers):
    points = np.random.default_rng(1).uniform(*np.transpose(surface.domain), size=(100, 2))
    _, gradient, hessian = evaluated(surface, hypers, points)
    for axis in range(2):
        h = np.eye(2)[axis] * 1e-5
        (after, g_after, _), (before, g_before, _) = (
            evaluated(surface, hypers, points + h),
            evaluated(surface, hypers, points - h),
        )
        # The third derivative enters with h^2 / 6 ~ 2e-11, rounding with 1e-16 / h ~ 1e-11 of f.
        np.testing.assert_allclose((after - before) / 2e-5, gradient[:, axis], atol=1e-7 * np.abs(gradient).max())
        np.testing.assert_allclose((g_after - g_before) / 2e-5, hessian[:, axis], atol=1e-7 * np.abs(hessian).max())


@pytest.mark.parametrize(
    ("surface", "hyper"),
    [(surface, hyper) for surface in SURFACES.values() for hyper in surface.hypers],
    ids=lambda value: value.id,
)
def test_every_hyper_bends_the_surface(surface, hyper):
    points = grid(surface, 11).reshape(-1, 2)
    low, high = (evaluated(surface, {**surface.defaults, hyper.id: end}, points)[0] for end in (hyper.low, hyper.high))
    assert not np.allclose(low, high)


@every_setting
def test_it_starts_inside_its_domain_at_a_slope(surface, hypers):
    assert inside(surface, np.array(surface.start))
    f, gradient, _ = evaluated(surface, hypers, [surface.start])
    assert np.linalg.norm(gradient) > 1e-3
    assert (f > [value for _, value in surface.minima(**hypers)]).all()


@every_surface
def test_grids_are_finite_and_a_log_height_has_a_floor(surface):
    for hypers in settings(surface):
        assert np.isfinite(values_at(surface, hypers, grid(surface, 41).reshape(-1, 2))).all()
        if surface.log_height:
            assert len(surface.minima(**hypers)) > 0
