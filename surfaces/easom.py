"""Easom: a plain with one narrow hole. The domain is the neighbourhood of the hole."""

import jax.numpy as jnp

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return -jnp.cos(x) * jnp.cos(y) * jnp.exp(-((x - jnp.pi) ** 2) - (y - jnp.pi) ** 2)


# Found by Newton's method from a grid of starts; the tests search for others.
MINIMA = (((3.141592653589793, 3.141592653589793), -1.0),)

SURFACE = Surface(
    id="easom",
    name="Easom",
    family="saddles and plateaus",
    about="A plain with one narrow hole: almost everywhere the gradient says nothing. Try a start nearer to the hole.",
    tex=r"f(x, y) = -\cos x\, \cos y\; e^{-(x - \pi)^2 - (y - \pi)^2}",
    f=f,
    domain=((1.7, 4.6), (1.7, 4.6)),
    start=(2.0, 4.1),
    minima=lambda: MINIMA,
    saddles=lambda: (),
    reference=Reference("Easom", 1990, "A Survey of Global Optimization Techniques"),
    checked="landscapes 0.0.13, NumPy",
)
