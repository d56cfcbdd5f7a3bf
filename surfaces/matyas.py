"""Matyas: a long flat valley along the diagonal, in which a gradient says little."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


# Found by Newton's method from a grid of starts; the tests look for others.
MINIMA = (((0.0, 0.0), 0.0),)

SURFACE = Surface(
    id="matyas",
    name="Matyas",
    family="test function",
    tex=r"f(x, y) = 0.26\, (x^2 + y^2) - 0.48\, x y",
    f=f,
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-8.0, 4.0),
    minima=lambda: MINIMA,
    saddles=lambda: (),
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 71"),
    checked="landscapes 0.0.13, NumPy",
    opening={
        "sgd.lr": "0.1",
        "lookahead.lr": "0.2",
        "sam.lr": "0.1",
        "schedule_free.lr": "0.2",
    },
)
