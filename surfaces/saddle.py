"""A saddle: down along y, up along x, and no minimum at all. A good optimizer leaves the picture."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return x**2 - y**2


def minima():
    return ()


def saddles():
    return (((0.0, 0.0), 0.0),)


SURFACE = Surface(
    id="saddle",
    name="Saddle",
    family="shape",
    tex=r"f(x, y) = x^2 - y^2",
    f=f,
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.6, -0.005),
    minima=minima,
    saddles=saddles,
    reference=Reference("Dauphin et al.", 2014, "arXiv:1406.2572"),
    checked="NumPy, finite differences, Newton's method from a grid",
    opening={
        "steps": "200",
        "sgd.lr": "0.02",
        "momentum.lr": "0.005",
        "nesterov.lr": "0.005",
        "adagrad.lr": "0.1",
        "adadelta.eps": "5e-09",
        "rmsprop.lr": "0.01",
        "adam.lr": "0.02",
        "exact_line_search.lr": "0.01",
        "armijo.lr": "0.1",
        "conjugate_gradient.lr": "0.01",
        "bfgs.lr": "0.01",
        "lbfgs.lr": "0.01",
        "saddle_free_newton.lr": "0.02",
        "rprop.lr": "0.0001",
        "signsgd.lr": "0.01",
        "lion.lr": "0.01",
        "adagrad_no_root.lr": "0.02",
        "adamax.lr": "0.01",
        "nadam.lr": "0.005",
        "adam_l2.lr": "0.005",
        "adamw.lr": "0.005",
        "amsgrad.lr": "0.005",
        "yogi.lr": "0.005",
        "radam.lr": "0.02",
        "adabelief.lr": "0.001",
        "adan.lr": "0.01",
        "prodigy.lr": "0.05",
    },
)
