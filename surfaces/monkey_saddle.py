"""The monkey saddle: three ways down, three ways up, and no curvature at all in the middle."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return x**3 - 3 * x * y**2


def minima():
    return ()


def saddles():
    return (((0.0, 0.0), 0.0),)


SURFACE = Surface(
    id="monkey_saddle",
    name="Monkey saddle",
    family="saddles and plateaus",
    about="Three ways down, three up, and no curvature in the middle. Try a start on the axis.",
    tex=r"f(x, y) = x^3 - 3 x y^2",
    f=f,
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.6, 0.1),
    minima=minima,
    saddles=saddles,
    reference=Reference("Hilbert & Cohn-Vossen", 1932, "Anschauliche Geometrie"),
    checked="NumPy, finite differences, Newton's method from a grid",
)
