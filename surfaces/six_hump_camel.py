"""Six-hump camel: six wells, two of them deepest. The domain is the middle of the usual one and holds them all."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + 4 * (y**2 - 1) * y**2


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (
    ((0.08984201310031806, -0.7126564030207396), -1.0316284534898774),
    ((-0.08984201310031806, 0.7126564030207396), -1.0316284534898774),
    ((1.7036067149699807, -0.7960835686726251), -0.21546382438371725),
    ((-1.7036067149699807, 0.7960835686726251), -0.21546382438371725),
    ((-1.6071047529201976, -0.5686514548841314), 2.1042503103112598),
    ((1.6071047529201976, 0.5686514548841314), 2.1042503103112598),
)
SADDLES = (
    ((0.0, 0.0), 0.0),
    ((1.1092053368047863, -0.7682680925095398), 0.5437186009781851),
    ((-1.1092053368047863, 0.7682680925095399), 0.543718600978185),
    ((-1.6380679841897787, -0.22867406904439408), 2.229357197530713),
    ((1.6380679841897787, 0.2286740690443941), 2.229357197530713),
    ((1.296070267167109, 0.6050843880386585), 2.2294708180298595),
    ((-1.2960702671671092, -0.6050843880386585), 2.229470818029859),
)

SURFACE = Surface(
    id="six_hump_camel",
    name="Six-hump camel",
    family="many minima",
    about="Six wells, two of them deepest: try starts on both sides of a ridge.",
    tex=r"f(x, y) = \left(4 - 2.1\, x^2 + \tfrac{x^4}{3}\right) x^2 + x y + 4\, (y^2 - 1)\, y^2",
    f=f,
    domain=((-2.0, 2.0), (-1.2, 1.2)),
    start=(-1.9, -0.2),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Dixon & Szego", 1978, "Towards Global Optimisation 2"),
    checked="landscapes 0.0.13, NumPy",
)
