"""Two wells side by side, one deeper: with a small learning rate a run stays in the first well that it meets."""

import math

from engine import Hyper, Lesson, Reference, Surface


def f(xy, *, c):
    x, y = xy
    return (x**2 - 1) ** 2 + c * x + y**2


def _stationary(c: float, k: int) -> tuple[tuple[float, float], float]:
    # 4 x^3 - 4 x + c = 0 by Viete's trigonometric form: k = 0, 1, 2 are the right, middle and left root.
    x = 2 / math.sqrt(3) * math.cos((math.acos(-3 * math.sqrt(3) / 8 * c) - 2 * math.pi * k) / 3)
    return (x, 0.0), (x**2 - 1) ** 2 + c * x


def minima(*, c):
    return _stationary(c, 0), _stationary(c, 2)


def saddles(*, c):
    return (_stationary(c, 1),)


SURFACE = Surface(
    id="double_well",
    name="Double well",
    family="a first look",
    about="Two valleys, one deeper: a small rate stays in the first that it meets. Try to jump the ridge.",
    tex=r"f(x, y) = (x^2 - 1)^2 + c\,x + y^2",
    f=f,
    domain=((-2.0, 2.0), (-1.5, 1.5)),
    start=(1.7, 1.2),
    minima=minima,
    saddles=saddles,
    log_height=True,
    hypers=(Hyper("c", 0.3, 0.0, 1.0, name="tilt", tex="c"),),
    reference=Reference("Duffing", 1918, "Erzwungene Schwingungen bei veränderlicher Eigenfrequenz"),
    checked="NumPy, finite differences, Newton's method from a grid",
    steps=200,
    lessons=(Lesson("sgd", "lr", 0.02, "with this rate it stays in the first well, which is not the deeper one"),),
)
