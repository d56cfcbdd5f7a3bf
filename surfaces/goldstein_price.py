"""Goldstein & Price: four wells; the values reach from 3 to a million."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    left = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    right = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return left * right


# All exact.
MINIMA = (((0.0, -1.0), 3.0), ((-0.6, -0.4), 30.0), ((1.8, 0.2), 84.0), ((1.2, 0.8), 840.0))
SADDLES = (((-0.4, -0.6), 35.0), ((1.2, -0.2), 99.0), ((1.4, 0.6), 980.0), ((0.6, 0.4), 990.0))

SURFACE = Surface(
    id="goldstein_price",
    name="Goldstein-Price",
    family="many minima",
    about="Four wells on heights from three to a million: steps that suit the wells are lost on the walls.",
    tex=(
        r"f(x, y) = \left(1 + (x + y + 1)^2 (19 - 14 x + 3 x^2 - 14 y + 6 x y + 3 y^2)\right) \cdot"
        r"\left(30 + (2x - 3y)^2 (18 - 32 x + 12 x^2 + 48 y - 36 x y + 27 y^2)\right)"
    ),
    f=f,
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(0.4, 0.3),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Goldstein & Price", 1971, "doi:10.1090/S0025-5718-1971-0312365-X"),
    checked="landscapes 0.0.13, NumPy",
    log_height=True,
)
