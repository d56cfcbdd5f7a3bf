"""A formula as a Surface, such as (1 - x)^2 + 100 (y - x^2)^2 over a given domain."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from itertools import product
from typing import Any

import jax.numpy as jnp
import numpy as np

from engine.cache import computed_once
from engine.critical import QUICK, Places, critical_points
from engine.formula.errors import FormulaError
from engine.formula.reading import parse
from engine.formula.tree import Node, evaluate, names_in, parameters_of
from engine.formula.writing import to_source, to_tex
from engine.spec import Hyper, Reference, Surface

HIGHEST = float(np.finfo(np.float32).max)  # what is drawn is float32
KEPT = 128  # surfaces held in memory
PLACES_BYTES = 16 * 2**20  # of landmarks held, for all values of the parameters of all surfaces
PLACE = 200  # bytes of a landmark


def parameter(letter: str) -> Hyper:
    """The slider of a parameter: both signs, and 1 in the reach of a hand, so that a new letter changes nothing."""
    return Hyper(letter, 1.0, -10.0, 10.0, name=letter, tex=letter)


@computed_once(most=KEPT)
def formula_surface(text: str, domain: tuple[float, ...]) -> Surface:
    """The surface of a formula over a domain (x low, x high, y low, y high); its parameters are the hypers.

    Its minima and saddles are searched for numerically (`engine.critical`), once for each value of the parameters. The
    same text and domain give the same Surface while it is among the last KEPT used. Raises FormulaError.
    """
    tree, _ = function_of(text)
    x, y, heights = check_formula(text, domain)
    hypers = tuple(map(parameter, parameters_of(tree)))
    ids, usual = [h.id for h in hypers], {h.id: h.default for h in hypers}
    sides = _sides(domain)

    @_keywords(ids)
    def minima(**values):
        return _landmarks(text, domain, **values)[0]

    @_keywords(ids)
    def saddles(**values):
        return _landmarks(text, domain, **values)[1]

    def fits(values: Mapping[str, float]) -> bool:
        """Whether log10(1 + f - lowest minimum) has a value wherever f has one."""
        floor = min((value for _, value in minima(**values)), default=0.0)
        low, _ = _range(_heights(tree, x, y, values))
        return not low < floor - 1e-9 * (1 + abs(floor))

    steep = any(_range(heights)[1] - value > 300 for _, value in minima(**usual)[:1])
    # It is drawn so for all values of the parameters or for none: this looks at the ends of their sliders, too.
    corners = product(*((h.default, h.low, h.high) for h in hypers))
    return Surface(
        id="formula",
        name="Your formula",
        family="a first look",
        tex=f"f(x, y) = {to_tex(tree)}",
        reference=Reference(
            "", 0, "Minima and saddles were found numerically: smooth ones by Newton's method, kinks by a search."
        ),
        hypers=hypers,
        smooth=False,  # a formula may be non-differentiable
        f=function_of(text)[1],
        domain=sides,
        start=_start(tree, sides, x, y, usual),
        minima=minima,
        saddles=saddles,
        log_height=steep and all(fits(dict(zip(ids, values, strict=True))) for values in corners),
        source=partial(_source, tree, ids),
    )


@computed_once(PLACES_BYTES, lambda places: 1000 + PLACE * sum(map(len, places)))
def _landmarks(text: str, domain: tuple[float, ...], **values: float) -> tuple[Places, Places]:
    """The minima and the saddles of a formula over a domain, for values of its parameters."""
    tree, f = function_of(text)
    x, y = _grid(domain)
    heights = _heights(tree, x, y, values)
    low, high = _range(heights)
    if not low < high:  # a constant has none that would be worth a sign
        return (), ()
    return critical_points(f, _sides(domain), np.stack([x, y], axis=-1), heights, values)


def check_formula(text: str, domain: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A grid over a domain, and a formula's heights there with its parameters at their defaults. Nothing is compiled.

    Raises FormulaError for what cannot be drawn.
    """
    tree, _ = function_of(text)
    letters = parameters_of(tree)
    x, y = _grid(domain)
    heights = _heights(tree, x, y, {letter: parameter(letter).default for letter in letters})
    if not np.isfinite(heights).any():
        what = (
            "the formula has no finite value in the domain while every slider is at 1 at column {column}: "
            "try another formula or another domain."
            if letters
            else "the formula has no finite value in the domain at column {column}: "
            "try another formula or another domain."
        )
        raise FormulaError(what, 1)
    return x, y, heights


def _grid(domain: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.meshgrid(*(np.linspace(low, high, 61) for low, high in _sides(domain)))
    return x, y


def _sides(domain: tuple[float, ...]) -> tuple[tuple[float, float], tuple[float, float]]:
    return (float(domain[0]), float(domain[1])), (float(domain[2]), float(domain[3]))


@computed_once(most=KEPT)
def function_of(text: str) -> tuple[Node, Callable[..., Any]]:
    """A formula's tree, and its function of a point: the same one each time, because programs are kept by it."""
    tree = parse(text)

    @_keywords([parameter(letter).id for letter in parameters_of(tree)])
    def f(xy, **values):
        values = {id: jnp.asarray(value, dtype=xy.dtype) for id, value in values.items()}
        return jnp.asarray(evaluate(tree, xy[0], xy[1], jnp, values), dtype=xy.dtype)

    f.compiler_options = QUICK  # pyright: ignore[reportFunctionMemberAccess]
    return tree, f


def _keywords(ids: Sequence[str]) -> Callable[[Any], Any]:
    """A decorator: the function takes keyword-only arguments of these names, and its signature says so."""

    def declared(function: Any) -> Any:
        parameters = inspect.signature(function).parameters.values()
        points = [one for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD]
        named = [inspect.Parameter(id, inspect.Parameter.KEYWORD_ONLY) for id in ids]
        signature = inspect.Signature([*points, *named])

        @wraps(function)
        def checked(*arguments, **values):
            signature.bind(*arguments, **values)  # raises TypeError where one is missing or unknown
            return function(*arguments, **values)

        checked.__signature__ = signature  # pyright: ignore[reportAttributeAccessIssue]
        return checked

    return declared


def _heights(tree: Node, x: np.ndarray, y: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """f at the points of a grid; nan where it has no value that can be drawn."""
    with np.errstate(all="ignore"):
        numbers = {id: np.float64(value) for id, value in values.items()}
        heights = np.broadcast_to(evaluate(tree, x, y, np, numbers), x.shape)
        return np.where(np.abs(heights) <= HIGHEST, heights, np.nan)


def _range(heights: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest of the heights; nan where f has no value at all."""
    finite = heights[np.isfinite(heights)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)


def _source(tree: Node, parameters: Sequence[str], module: str) -> str:
    flat = "" if {"x", "y"} & {*names_in(tree)} else " + 0 * x"  # PyTorch has no gradient for a constant
    named = "".join(f", {id}" for id in ["*", *parameters]) if parameters else ""
    return f"def f(xy{named}):\n    x, y = xy\n    return {to_source(tree, module)}{flat}\n"


def _start(tree: Node, sides, x: np.ndarray, y: np.ndarray, values: Mapping[str, float]) -> tuple[float, float]:
    """The grid point closest to the upper left that has a non-zero gradient, or any where f is finite."""
    heights = _heights(tree, x, y, values)
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
    value = _heights(tree, np.array(short[0]), np.array(short[1]), values)
    return short if np.isfinite(value) else exact


def _short(value: float, low: float, high: float) -> float:
    """A value inside [low, high], rounded to at most a thousandth of that range."""
    return min(high, max(low, round(value, 3 - math.floor(math.log10(high - low)))))
