"""Matyas: a long flat valley along the diagonal, where gradients are small."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (((0.0, 0.0), 0.0),)

SURFACE = Surface(
    id="matyas",
    name="Matyas",
    family="valleys",
    about="A long flat valley along the diagonal: gradients are small, and progress is slow. Try a larger rate.",
    tex=r"f(x, y) = 0.26\, (x^2 + y^2) - 0.48\, x y",
    f=f,
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-8.0, 4.0),
    minima=lambda: MINIMA,
    saddles=lambda: (),
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 71"),
    checked="landscapes 0.0.13, NumPy",
)
