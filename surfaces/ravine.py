"""A ravine: a quadratic bowl that is kappa times steeper across than along, so that gradient descent zigzags."""

from engine import Hyper, Lesson, Reference, Surface


def f(xy, *, kappa):
    x, y = xy
    return (x**2 + kappa * y**2) / 2


def minima(*, kappa):
    return (((0.0, 0.0), 0.0),)


def saddles(*, kappa):
    return ()


SURFACE = Surface(
    id="ravine",
    name="Ravine",
    family="a first look",
    about="A long valley, steep across and gentle along: try a larger learning rate, and a larger condition number.",
    tex=r"f(x, y) = \tfrac{1}{2}\left(x^2 + \kappa\, y^2\right)",
    f=f,
    domain=((-10.0, 10.0), (-8.0, 8.0)),
    start=(-9.0, 5.0),
    minima=minima,
    saddles=saddles,
    hypers=(Hyper("kappa", 20.0, 1.0, 1000.0, log=True, name="condition number", tex=r"\kappa"),),
    reference=Reference("Polyak", 1964, "doi:10.1016/0041-5553(64)90137-5"),
    checked="NumPy, finite differences, Newton's method from a grid",
    steps=200,
    lessons=(Lesson("sgd", "lr", 0.09, "so close to its limit, 2 / kappa, it zigzags across the ravine"),),
)
