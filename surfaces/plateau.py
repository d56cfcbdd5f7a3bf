"""A plateau on the way down: a step proportional to its small gradient is short; a velocity carries a run across."""

from engine import Hyper, Lesson, Reference, Surface


def f(xy, *, s):
    x, y = xy
    along = x**4 / 4 - x**3 / 3 + (s - 5) * x**2 / 2 - 3 * (1 + s) * x
    return (along + (81 + 18 * s) / 4) / 10 + y**2 / 2


def minima(*, s):
    return (((3.0, 0.0), 0.0),)


def saddles(*, s):
    return ()


SURFACE = Surface(
    id="plateau",
    name="Plateau",
    family="saddles and plateaus",
    about="A flat stretch on the way down: who carries speed along crosses it, others crawl. Try a decaying rate.",
    tex=r"f(x, y) = \tfrac{1}{10} \int_3^x (t - 3) \left((t + 1)^2 + s\right) dt + \tfrac{1}{2}\, y^2",
    f=f,
    domain=((-4.0, 5.5), (-3.0, 3.0)),
    start=(-3.2, 2.0),
    minima=minima,
    saddles=saddles,
    hypers=(Hyper("s", 0.02, 0.001, 1.0, log=True, name="slope of the plateau", tex="s"),),
    reference=Reference("Goodfellow, Bengio & Courville", 2016, "Deep Learning, section 8.2.3"),
    checked="SciPy's quad and NumPy, finite differences, Newton's method from a grid",
    lessons=(Lesson("sgd", "lr", 0.15, "with this rate it stays on the plateau for the whole run"),),
)
