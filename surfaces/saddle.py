"""A saddle: down along y, up along x, and no minimum. A run that descends leaves the domain in the end."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return x**2 - y**2


def minima():
    return ()


def saddles():
    return (((0.0, 0.0), 0.0),)


SURFACE = Surface(
    id="saddle",
    name="Saddle",
    family="saddles and plateaus",
    about="Down one way, up the other, and no minimum: try a start exactly on the ridge, y = 0.",
    tex=r"f(x, y) = x^2 - y^2",
    f=f,
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.6, -0.005),
    minima=minima,
    saddles=saddles,
    reference=Reference("Dauphin et al.", 2014, "arXiv:1406.2572"),
    checked="NumPy, finite differences, Newton's method from a grid",
    steps=200,
)
