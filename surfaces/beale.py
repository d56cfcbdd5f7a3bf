"""Beale's function: a long flat valley between steep walls at the corners."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def minima():
    return (((3.0, 0.5), 0.0),)


def saddles():
    return (
        ((0.0, 1.0), 14.203125),
        ((0.10053793732415833, -2.6445135850231254), 9.86451228475556),
    )


SURFACE = Surface(
    id="beale",
    name="Beale",
    family="valleys",
    about="A long flat valley between steep walls: try a start near a corner, where gradients are huge.",
    tex=(
        r"f(x, y) = (\tfrac{3}{2} - x + x y)^2 \\"
        r"{} + (\tfrac{9}{4} - x + x y^2)^2 \\"
        r"{} + (\tfrac{21}{8} - x + x y^3)^2"
    ),
    f=f,
    domain=((-4.5, 4.5), (-4.5, 4.5)),
    start=(1.0, 1.5),
    minima=minima,
    saddles=saddles,
    log_height=True,
    reference=Reference("Beale", 1958, "On an iterative method for finding a local minimum of a function"),
    checked="landscapes 0.0.13, NumPy",
    steps=500,
)
