"""Styblinski & Tang: four wells in a square, one of them the deepest."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (
    ((-2.903534027771177, -2.903534027771177), -78.33233140754284),
    ((2.746802770990837, -2.903534027771177), -64.19561235905536),
    ((-2.903534027771177, 2.746802770990837), -64.19561235905536),
    ((2.746802770990837, 2.746802770990837), -50.05889331056788),
)
SADDLES = (
    ((0.1567312567803401, -2.903534027771177), -38.97055334471605),
    ((-2.903534027771177, 0.1567312567803401), -38.97055334471605),
    ((2.746802770990837, 0.1567312567803401), -24.833834296228584),
    ((0.1567312567803401, 2.746802770990837), -24.833834296228584),
)

SURFACE = Surface(
    id="styblinski_tang",
    name="Styblinski-Tang",
    family="many minima",
    about="Four wells in a square, one of them deepest: the nearest one is seldom the best.",
    tex=r"f(x, y) = \tfrac{1}{2} \left(x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y\right)",
    f=f,
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(0.6, 4.5),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Styblinski & Tang", 1990, "doi:10.1016/0893-6080(90)90029-K"),
    checked="landscapes 0.0.13, NumPy",
)
