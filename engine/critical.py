"""The minima and saddle points of a function of the plane in a box, searched for from many starts."""

from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType

import jax
import jax.numpy as jnp
import numpy as np

from engine.device import float64, rollout_device
from engine.programs import Program

STARTS = 21  # of Newton's method, along each axis of the box
STEPS = 50  # of Newton's method from each start
SAME = 1e-5  # as a share of the box: points that are closer than this count as one
MANY = 8  # more degenerate minima than this form a line or a plateau, of which one point is kept if nothing is lower
MOST = 30  # candidates for kinks that are examined
# These programs run seldom, and compiling takes longer than running; the search runs a hundred times for a fan, and at
# level 1 in a third of the time. XLA's older way to write kernels takes two thirds of the newer one's time.
OLDER = ("xla_cpu_use_fusion_emitters", False)
QUICK = (("xla_backend_optimization_level", 0), OLDER)
LESS_QUICK = (("xla_backend_optimization_level", 1), OLDER)

Places = tuple[tuple[tuple[float, float], float], ...]


def critical_points(
    f, domain, points: np.ndarray, heights: np.ndarray, hypers: Mapping[str, float] = MappingProxyType({})
) -> tuple[Places, Places]:
    """The minima and the saddles of f((2,), **hypers) -> () in a box, each ((x, y), f), the lowest first.

    `heights` (n, m) are f at `points` (n, m, 2) of a grid over the box. Where f is smooth, the points are found by
    Newton's method on the gradient. At a kink of f the gradient is not zero: minima there are found by a pattern search
    that starts from the minima of the grid. Of a line or a plateau of minima, one point is returned. Other values of
    the hypers compile nothing.
    """
    with float64(), jax.default_device(rollout_device()):
        return _critical_points(f, domain, points, heights, dict(hypers))


def _critical_points(f, domain, points: np.ndarray, heights: np.ndarray, hypers: dict) -> tuple[Places, Places]:
    low, high = np.transpose(domain)
    span = high - low
    grid = np.stack(np.meshgrid(*(np.linspace(a, b, STARTS) for a, b in domain)), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        found, value, gradient, hessian, around = (
            np.asarray(a) for a in Program(_search_of, f, options=LESS_QUICK)(hypers, grid, low, high)
        )
        inside = (
            ((low <= found) & (found <= high)).all(axis=1) & np.isfinite(value) & np.isfinite(hessian).all(axis=(1, 2))
        )
        size = np.abs(hessian).max(axis=(1, 2)) * span.max() + np.abs(heights[np.isfinite(heights)]).max() / span.max()
        flat = inside & (np.linalg.norm(gradient, axis=1) <= 1e-9 * size)
        bend = np.linalg.eigvalsh(np.where(flat[:, None, None], hessian, 0))
        scale = np.abs(bend).max(axis=1)
        strict = bend[:, 0] > 1e-7 * scale
        saddle = flat & (bend[:, 0] < -1e-7 * scale) & (bend[:, 1] > 1e-7 * scale)
        level = flat & ~strict & ~saddle & (around >= value - 1e-12 * (1 + np.abs(value)))
    minima = _distinct(zip(found[flat & strict], value[flat & strict], strict=True), span)
    lines = _distinct(zip(found[level], value[level], strict=True), span)
    if len(lines) > MANY:
        middle = (low + high) / 2
        lowest = [place for place in lines if place[1] <= heights[np.isfinite(heights)].min() + 1e-9]
        lines = sorted(lowest, key=lambda place: np.hypot(*((place[0] - middle) / span)))[:1]
    kinks = _kinks(partial(Program(_descent_of, f, options=QUICK), hypers), points, heights, [*minima, *lines], span)
    saddles = _distinct(zip(found[saddle], value[saddle], strict=True), span)
    return _sorted(_distinct([*minima, *lines, *kinks], span)), _sorted(saddles)


def _search_of(f):
    """`_search` for f with hypers."""
    return lambda hypers, *box: _search(partial(f, **hypers), *box)


def _descent_of(f):
    """A pattern search for the minima of f with hypers from starts (MOST, 2), in steps of a cell (2,) at
    first. It gives where it ends, f there, and the least f at the offsets `ring` (n, 2) from there.
    """
    compass = np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)])

    def descend(hypers, starts, cell, ring):
        values_at = jax.vmap(jax.vmap(partial(f, **hypers)))

        def step(carry):
            w, reach = carry
            candidates = w[:, None] + reach * cell * compass
            values = values_at(candidates)
            best = jnp.where(jnp.isfinite(values), values, jnp.inf).argmin(axis=1)
            return candidates[jnp.arange(len(w)), best], reach * jnp.where((best == 4).all(), 0.5, 0.97)

        w, _ = jax.lax.while_loop(lambda carry: carry[1] > 1e-9, step, (starts, 1.0))
        around = values_at(w[:, None] + jnp.concatenate([jnp.zeros((1, 2)), ring]))
        return w, around[:, 0], around[:, 1:].min(axis=1)

    return descend


def _search(f, starts, low, high):
    """Newton's method on the gradient from every start: its last point; f, gradient and Hessian there; the least f
    on a small circle around it.
    """
    span = high - low

    def slope(w):
        value, g = jax.value_and_grad(f)(w)
        return g, (value, g)

    def step(_, carry):
        w, _ = carry
        H, (value, g) = jax.jacfwd(slope, has_aux=True)(w)
        a, b, c, d = H[0, 0], H[0, 1], H[1, 0], H[1, 1]
        determinant = a * d - b * c
        newton = jnp.array([d * g[0] - b * g[1], a * g[1] - c * g[0]]) / determinant
        # If H is singular: along the gradient, to where the quadratic model is stationary on that line.
        cauchy = g * jnp.dot(g, g) / jnp.dot(g, H @ g)
        move = jnp.where(jnp.isfinite(newton).all(), newton, jnp.where(jnp.isfinite(cauchy), cauchy, 0.0))
        long = jnp.abs(move / span).max()
        return w - move * jnp.minimum(1.0, 0.1 / jnp.maximum(long, 1e-300)), (w, value, g, H)

    def one(w):
        # The loop evaluates once more than it moves, so that f and its derivatives are compiled inside it only.
        nothing = (w, jnp.zeros(()), jnp.zeros(2), jnp.zeros((2, 2)))
        _, (w, value, g, H) = jax.lax.fori_loop(0, STEPS + 1, step, (w, nothing))
        turn = jnp.linspace(0, 2 * jnp.pi, 16, endpoint=False)
        ring = w + 1e-3 * span * jnp.stack([jnp.cos(turn), jnp.sin(turn)], axis=1)
        return w, value, g, H, jax.vmap(f)(ring).min()

    return jax.vmap(one)(starts)


def _distinct(places: Iterable[tuple[np.ndarray, float]], span: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """The places without those that are closer than SAME to one before them."""
    left = list(places)
    points = np.array([point for point, _ in left]).reshape(-1, 2) / span
    rest, kept = np.arange(len(left)), []
    while len(rest):
        point, value = left[rest[0]]
        kept.append((point + 0.0, float(value)))  # + 0.0 makes 0.0 of -0.0
        rest = rest[np.abs(points[rest] - points[rest[0]]).max(axis=1) > SAME]
    return kept


def _kinks(descend, points: np.ndarray, heights: np.ndarray, known: list, span: np.ndarray) -> list:
    """Minima at kinks of f, by a pattern search from each strict minimum of the grid that has no known one nearby.

    `descend` is what `_descent_of` compiled.
    """
    with np.errstate(all="ignore"):
        finite = np.where(np.isfinite(heights), heights, np.inf)
        padded = np.pad(finite, 1, constant_values=-np.inf)  # so that no point on the border is a minimum
    n, m = heights.shape
    middle = padded[1:-1, 1:-1]
    others = [padded[1 + i : n + 1 + i, 1 + j : m + 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    starts = points[np.all([middle < other for other in others], axis=0)]
    cell = span / (np.array([m, n]) - 1)
    starts = [w for w in starts if all((np.abs(w - place) > 1.5 * cell).any() for place, _ in known)][:MOST]
    if not starts:
        return []
    # In a narrow valley the search may stop early: discard points from which f still decreases in some direction.
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    ring = 1e-6 * span * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    filled = np.resize(starts, (MOST, 2))  # repeated, so that another number of them compiles nothing
    w, value, least = (np.asarray(a)[: len(starts)] for a in descend(filled, cell, ring))
    low, high = points[0, 0], points[-1, -1]
    good = (least >= value) & ((low <= w) & (w <= high)).all(axis=1)
    return _distinct(((w[k], value[k]) for k in np.flatnonzero(good)), span)


def _sorted(places: list) -> Places:
    return tuple(((float(x), float(y)), value) for (x, y), value in sorted(places, key=lambda place: place[1]))
