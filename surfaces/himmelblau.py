"""Himmelblau's function: four minima of the same depth. Which of them is found depends on the path."""

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def minima():
    return (
        ((3.0, 2.0), 0.0),
        ((-2.805118086952745, 3.131312518250573), 0.0),
        ((-3.779310253377747, -3.283185991286169), 0.0),
        ((3.5844283403304917, -1.8481265269644036), 0.0),
    )


def saddles():
    return (
        ((3.385154183607021, 0.07385187983774928), 13.311926270405587),
        ((0.08667750455539634, 2.884254701174776), 67.71915008752613),
        ((-3.0730257507643897, -0.08135304428796751), 104.01516291755811),
        ((-0.12796134673068008, -1.9537149802445766), 178.33723920192745),
    )


SURFACE = Surface(
    id="himmelblau",
    name="Himmelblau",
    family="many minima",
    about="Four minima, all equally deep: which one is found depends on the path. Try to move the start a little.",
    tex=r"f(x, y) = (x^2 + y - 11)^2 \\ {} + (x + y^2 - 7)^2",
    f=f,
    domain=((-6.0, 6.0), (-6.0, 6.0)),
    start=(2.0, -4.5),
    minima=minima,
    saddles=saddles,
    log_height=True,
    reference=Reference("Himmelblau", 1972, "Applied Nonlinear Programming"),
    checked="landscapes 0.0.13, NumPy",
)
