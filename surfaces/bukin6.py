"""Bukin 6: a curved ravine with a crease as its bottom. The gradient jumps across it and grows without bound."""

import jax.numpy as jnp

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return 100 * jnp.sqrt(jnp.abs(y - 0.01 * x**2)) + 0.01 * jnp.abs(x + 10)


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (((-10.0, 1.0), 0.0),)

SURFACE = Surface(
    id="bukin6",
    name="Bukin 6",
    family="sharp edges",
    about="A curved ravine with a crease for a floor: the gradient jumps there and no step fits. Try a decaying rate.",
    tex=r"f(x, y) = 100 \sqrt{\left|y - 0.01\, x^2\right|} + 0.01 \left|x + 10\right|",
    f=f,
    domain=((-15.0, -5.0), (-3.0, 3.0)),
    start=(-6.0, 2.0),
    minima=lambda: MINIMA,
    saddles=lambda: (),
    reference=Reference("Surjanovic & Bingham", 2013, "Virtual Library of Simulation Experiments, sfu.ca/~ssurjano"),
    checked="landscapes 0.0.13, NumPy",
    smooth=False,
    steps=1000,
)
