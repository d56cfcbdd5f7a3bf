"""Booth: a quadratic bowl whose axes are oblique to both coordinates."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


SURFACE = Surface(
    id="booth",
    name="Booth",
    family="a first look",
    about="A plain oblique bowl: everything arrives, and how straight it goes is the difference.",
    tex=r"f(x, y) = (x + 2y - 7)^2 + (2x + y - 5)^2",
    f=f,
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-8.0, 6.0),
    minima=lambda: (((1.0, 3.0), 0.0),),
    saddles=lambda: (),
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 20"),
    checked="landscapes 0.0.13, NumPy",
    log_height=True,
)
