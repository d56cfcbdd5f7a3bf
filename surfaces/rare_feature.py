"""A rare feature: steep where it occurs, but so seldom that its mean slope is faint. Adagrad gives it its due."""

from engine import Hyper, Reference, Surface


def f(xy, *, p, s):
    x, y = xy
    return (p * s**2 * x**2 + y**2) / 2  # the mean over examples, a share p of which has the feature, of size s


def minima(*, p, s):
    return (((0.0, 0.0), 0.0),)


def saddles(*, p, s):
    return ()


SURFACE = Surface(
    id="rare_feature",
    name="Rare feature",
    family="shape",
    tex=r"f(x, y) = \tfrac{1}{2} \left(p\, s^2\, x^2 + y^2\right)",
    f=f,
    domain=((-10.0, 10.0), (-8.0, 8.0)),
    start=(-9.0, 6.0),
    minima=minima,
    saddles=saddles,
    hypers=(
        Hyper("p", 0.001, 0.0001, 0.1, log=True, name="share of examples", tex="p"),
        Hyper("s", 3.0, 1.0, 10.0, log=True, name="size of the feature", tex="s"),
    ),
    reference=Reference("Duchi, Hazan & Singer", 2011, "JMLR 12, 2121-2159"),
    checked="finite differences, Newton's method from a grid",
    opening={
        "sgd.lr": "0.2",
        "adagrad_no_root.lr": "1",
        "lookahead.lr": "0.2",
        "sam.lr": "0.2",
        "schedule_free.lr": "0.2",
    },
)
