"""A cliff: a gentle valley ends at a wall where the gradient explodes, so that one step there can undo fifty."""

import math

import jax.numpy as jnp

from engine import Hyper, Lesson, Reference, Surface


def f(xy, *, h):
    x, y = xy
    return h * jnp.logaddexp(100 * x, 0 * x) / 100 - x / 5 + y**2 / 5


def minima(*, h):
    foot = math.log(0.2 / (h - 0.2)) / 100  # where the wall's slope, h / (1 + e^(-100 x)), is that of the floor
    return (((foot, 0.0), h * math.log(h / (h - 0.2)) / 100 - foot / 5),)


def saddles(*, h):
    return ()


SURFACE = Surface(
    id="cliff",
    name="Cliff",
    family="sharp edges",
    about="A gentle valley that ends at a wall: one step against it undoes fifty. Try smaller rates.",
    tex=r"f(x, y) = \tfrac{h}{100} \log\left(1 + e^{100 x}\right) - \tfrac{1}{5}\, x + \tfrac{1}{5}\, y^2",
    f=f,
    domain=((-6.0, 1.5), (-3.0, 3.0)),
    start=(-5.0, 2.5),
    minima=minima,
    saddles=saddles,
    log_height=True,
    hypers=(Hyper("h", 10.0, 1.0, 20.0, log=True, name="slope of the wall", tex="h"),),
    reference=Reference("Pascanu, Mikolov & Bengio", 2013, "arXiv:1211.5063"),
    checked="NumPy, finite differences, Newton's method from a grid",
    lessons=(
        Lesson("sgd", "lr", 0.5, "with this rate a step on the wall throws it back"),
        Lesson("newton", "damping", 0.2, "the valley has no curvature along x, where Newton's step is infinite"),
    ),
)
