"""Rosenbrock's banana-shaped valley: easy to enter, slow to follow."""

from engine import Hyper, Reference, Surface


def f(xy, *, a, b):
    x, y = xy
    return (a - x) ** 2 + b * (y - x**2) ** 2


def minima(*, a, b):
    return (((a, a**2), 0.0),)


def saddles(*, a, b):
    return ()


SURFACE = Surface(
    id="rosenbrock",
    name="Rosenbrock",
    family="valleys",
    about="A curved valley, easy to enter and slow to follow: the oldest test of all. Try more steps.",
    tex=r"f(x, y) = (a - x)^2 + b\,(y - x^2)^2",
    f=f,
    domain=((-2.0, 2.0), (-1.0, 3.0)),
    start=(-1.5, 2.0),
    minima=minima,
    saddles=saddles,
    log_height=True,
    hypers=(
        Hyper("a", 1.0, 0.0, 1.4, name="a", tex="a"),
        Hyper("b", 100.0, 1.0, 1000.0, log=True, name="b", tex="b"),
    ),
    reference=Reference("Rosenbrock", 1960, "doi:10.1093/comjnl/3.3.175"),
    checked="landscapes 0.0.13, SciPy",
    steps=500,
)
