"""Three-hump camel: three wells in a row, the middle one the deepest. The domain is half the usual one."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (
    ((0.0, 0.0), 0.0),
    ((-1.7475523458302888, 0.8737761729151444), 0.29863844223686076),
    ((1.747552345830289, -0.8737761729151445), 0.29863844223686054),
)
SADDLES = (
    ((-1.0705422918236598, 0.5352711459118299), 0.8773615577631402),
    ((1.0705422918236598, -0.5352711459118299), 0.8773615577631402),
)

SURFACE = Surface(
    id="three_hump_camel",
    name="Three-hump camel",
    family="many minima",
    about="Three wells in a row, the middle one deepest: try enough speed to pass the outer one.",
    tex=r"f(x, y) = 2 x^2 - 1.05\, x^4 + \tfrac{x^6}{6} + x y + y^2",
    f=f,
    domain=((-2.5, 2.5), (-2.5, 2.5)),
    start=(2.2, 1.9),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 29"),
    checked="landscapes 0.0.13, NumPy",
)
