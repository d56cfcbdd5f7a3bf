"""A formula as a Surface, such as (1 - x)^2 + 100 (y - x^2)^2 over a given domain."""

import math

import jax.numpy as jnp
import numpy as np

from engine.cache import computed_once
from engine.critical import critical_points
from engine.formula.reading import FormulaError, parse
from engine.formula.tree import Node, constant, evaluate
from engine.formula.writing import to_source, to_tex
from engine.spec import Reference, Surface

HIGHEST = float(np.finfo(np.float32).max)  # what is drawn is float32
KEPT = 128  # surfaces held in memory


@computed_once(maxsize=KEPT)
def formula_surface(text: str, domain: tuple[float, ...]) -> Surface:
    """The surface of a formula over a domain (x low, x high, y low, y high).

    Its minima and saddles are searched for numerically (`engine.critical`). The same text and domain give the same
    Surface while it is among the last KEPT used. Raises FormulaError.
    """
    tree = parse(text)
    sides = ((float(domain[0]), float(domain[1])), (float(domain[2]), float(domain[3])))

    def f(xy):
        return jnp.asarray(evaluate(tree, xy[0], xy[1], jnp), dtype=xy.dtype)

    x, y = np.meshgrid(*(np.linspace(low, high, 61) for low, high in sides))
    with np.errstate(all="ignore"):
        heights = np.broadcast_to(evaluate(tree, x, y, np), x.shape)
        heights = np.where(np.abs(heights) <= HIGHEST, heights, np.nan)
    if not np.isfinite(heights).any():
        raise FormulaError("the formula has no finite value in the domain", 1, "try another formula or another domain")
    low, high = heights[np.isfinite(heights)].min(), heights[np.isfinite(heights)].max()
    minima, saddles = (), ()  # a constant has none that would be worth a sign
    if low < high:
        minima, saddles = critical_points(f, sides, np.stack([x, y], axis=-1), heights)
    floor = min((value for _, value in minima), default=math.inf)
    return Surface(
        id="formula",
        name="Your formula",
        family="a first look",
        tex=f"f(x, y) = {to_tex(tree)}",
        reference=Reference(
            "", 0, "Minima and saddles were found numerically: smooth ones by Newton's method, kinks by a search."
        ),
        smooth=False,  # a formula may be non-differentiable
        f=f,
        domain=sides,
        start=_start(tree, sides, x, y, heights),
        minima=lambda: minima,
        saddles=lambda: saddles,
        log_height=bool(low >= floor - 1e-9 * (1 + abs(floor)) and high - floor > 300),
        source=lambda module: _source(tree, module),
    )


def _source(tree: Node, module: str) -> str:
    flat = " + 0 * x" if constant(tree) is not None else ""  # PyTorch has no gradient for a constant
    return f"def f(w):\n    x, y = w\n    return {to_source(tree, module)}{flat}\n"


def _start(tree: Node, sides, x: np.ndarray, y: np.ndarray, heights: np.ndarray) -> tuple[float, float]:
    """The grid point closest to the upper left that has a non-zero gradient, or any where f is finite."""
    with np.errstate(all="ignore"):
        down, across = np.gradient(heights)
        good = np.isfinite(heights) & np.isfinite(down) & np.isfinite(across) & (np.hypot(down, across) > 0)
    if not good.any():
        good = np.isfinite(heights)
    (x0, x1), (y0, y1) = sides
    far = ((x - x0) / (x1 - x0) - 0.15) ** 2 + ((y - y0) / (y1 - y0) - 0.8) ** 2
    best = np.unravel_index(np.where(good, far, np.inf).argmin(), x.shape)
    exact = float(x[best]), float(y[best])
    short = _short(exact[0], *sides[0]), _short(exact[1], *sides[1])
    with np.errstate(all="ignore"):
        value = evaluate(tree, np.float64(short[0]), np.float64(short[1]), np)
    return short if np.abs(value) <= HIGHEST else exact


def _short(value: float, low: float, high: float) -> float:
    """A value inside [low, high], rounded to at most a thousandth of that range."""
    return min(high, max(low, round(value, 3 - math.floor(math.log10(high - low)))))
