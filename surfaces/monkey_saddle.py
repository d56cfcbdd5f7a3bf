"""The monkey saddle: three ways down and three ways up, and no curvature at all in the middle."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return x**3 - 3 * x * y**2


def minima():
    return ()


def saddles():
    return (((0.0, 0.0), 0.0),)


SURFACE = Surface(
    id="monkey_saddle",
    name="Monkey saddle",
    family="shape",
    tex=r"f(x, y) = x^3 - 3 x y^2",
    f=f,
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.6, 0.1),
    minima=minima,
    saddles=saddles,
    reference=Reference("Hilbert & Cohn-Vossen", 1932, "Anschauliche Geometrie"),
    checked="NumPy, finite differences, Newton's method from a grid",
    opening={
        "steps": "300",
        "sgd.lr": "0.001",
        "momentum.lr": "0.0002",
        "nesterov.lr": "0.0002",
        "adagrad.lr": "0.02",
        "adadelta.eps": "1e-07",
        "rmsprop.lr": "0.005",
        "adam.lr": "0.002",
        "exact_line_search.lr": "0.01",
        "armijo.lr": "0.001",
        "momentum_ema.lr": "0.002",
        "nesterov_iterate.lr": "0.0002",
        "conjugate_gradient.lr": "0.01",
        "bfgs.lr": "0.01",
        "lbfgs.lr": "0.01",
        "saddle_free_newton.lr": "2",
        "rprop.lr": "0.0001",
        "signsgd.lr": "0.005",
        "lion.lr": "0.005",
        "adagrad_no_root.lr": "1",
        "adamax.lr": "0.005",
        "nadam.lr": "0.002",
        "adam_l2.lr": "0.002",
        "adamw.lr": "0.002",
        "amsgrad.lr": "0.002",
        "yogi.lr": "0.002",
        "radam.lr": "0.01",
        "adabelief.lr": "0.0002",
        "adan.lr": "0.005",
        "prodigy.lr": "0.05",
    },
)
