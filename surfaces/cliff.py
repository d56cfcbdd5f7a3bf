"""A cliff: behind a gentle slope the gradient explodes, and one step may undo a hundred."""

import math

import jax.numpy as jnp

from engine import Hyper, Reference, Surface


def f(xy, *, k):
    x, y = xy
    return (x - 2) ** 2 / 20 + 3 / (1 + jnp.exp(k * x)) + y**2 / 5


def minima(*, k):
    x = 2.0
    for _ in range(20):  # Newton's method: the cliff pushes its foot a little to the right
        s = 1 / (1 + math.exp(k * x))
        x -= ((x - 2) / 10 - 3 * k * s * (1 - s)) / (1 / 10 + 3 * k**2 * s * (1 - s) * (1 - 2 * s))
    return (((x, 0.0), (x - 2) ** 2 / 20 + 3 / (1 + math.exp(k * x))),)


def saddles(*, k):
    return ()


SURFACE = Surface(
    id="cliff",
    name="Cliff",
    family="shape",
    tex=r"f(x, y) = \tfrac{1}{20} (x - 2)^2 + \frac{3}{1 + e^{k x}} + \tfrac{1}{5}\, y^2",
    f=f,
    domain=((-4.0, 8.0), (-4.0, 4.0)),
    start=(-3.0, 2.5),
    minima=minima,
    saddles=saddles,
    hypers=(Hyper("k", 10.0, 5.0, 30.0, log=True, name="steepness of the cliff", tex="k"),),
    reference=Reference("Pascanu, Mikolov & Bengio", 2013, "arXiv:1211.5063"),
    checked="finite differences, Newton's method from a grid",
    opening={
        "sgd.lr": "0.2",
        "momentum.lr": "0.02",
        "nesterov.lr": "0.1",
        "momentum_ema.lr": "0.2",
        "nesterov_iterate.lr": "0.1",
        "adagrad_no_root.lr": "2",
        "lookahead.lr": "0.5",
        "sam.lr": "0.2",
        "schedule_free.lr": "0.5",
    },
)
