"""McCormick: a wave on a slope."""

import jax.numpy as jnp

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return jnp.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (
    ((-0.5471975511965977, -1.5471975511965976), -1.9132229549810362),
    ((2.5943951023931957, 1.5943951023931957), 1.2283696986087569),
)
SADDLES = (((1.5471975511965976, 0.5471975511965977), 1.9132229549810362),)

SURFACE = Surface(
    id="mccormick",
    name="McCormick",
    family="many minima",
    about="A wave on a slope: runs rest in one trough or fall to the next. Try larger steps.",
    tex=r"f(x, y) = \sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1",
    f=f,
    domain=((-1.5, 4.0), (-3.0, 4.0)),
    start=(0.5, 3.6),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 72"),
    checked="landscapes 0.0.13, NumPy",
)
