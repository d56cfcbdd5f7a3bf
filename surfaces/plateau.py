"""A plateau on the way down: where it hardly slopes, who carries speed keeps rolling."""

from engine import Hyper, Reference, Surface


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
    family="shape",
    tex=r"f(x, y) = \tfrac{1}{10} \int_3^x (t - 3) \left((t + 1)^2 + s\right) dt + \tfrac{1}{2}\, y^2",
    f=f,
    domain=((-4.0, 5.5), (-3.0, 3.0)),
    start=(-3.2, 2.0),
    minima=minima,
    saddles=saddles,
    hypers=(Hyper("s", 0.02, 0.001, 1.0, log=True, name="slope of the plateau", tex="s"),),
    reference=Reference("Goodfellow, Bengio & Courville", 2016, "Deep Learning, section 8.2.3"),
    checked="SciPy's quad and NumPy, finite differences, Newton's method from a grid",
    opening={
        "sgd.lr": "0.5",
        "momentum.lr": "0.1",
        "nesterov.lr": "0.1",
        "newton.lr": "0.5",
        "adagrad.lr": "2",
        "adam.lr": "0.5",
        "momentum_ema.lr": "0.5",
        "nesterov_iterate.lr": "0.1",
        "adamax.lr": "1",
        "nadam.lr": "0.5",
        "adam_l2.lr": "0.5",
        "adamw.lr": "0.5",
        "amsgrad.lr": "0.5",
        "yogi.lr": "0.5",
        "radam.lr": "1",
        "adabelief.lr": "0.5",
        "lookahead.lr": "1",
        "sam.lr": "0.5",
        "schedule_free.lr": "1",
    },
)
