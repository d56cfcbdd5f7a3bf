"""Bukin 6: a bent ravine whose bottom is a crease: the gradient jumps across it and grows without bound."""

import jax.numpy as jnp

from engine import Reference, Surface


def f(xy):
    x, y = xy
    return 100 * jnp.sqrt(jnp.abs(y - 0.01 * x**2)) + 0.01 * jnp.abs(x + 10)


# Found by Newton's method from a grid of starts; the tests look for others.
MINIMA = (((-10.0, 1.0), 0.0),)

SURFACE = Surface(
    id="bukin6",
    name="Bukin 6",
    family="test function",
    tex=r"f(x, y) = 100 \sqrt{\left|y - 0.01\, x^2\right|} + 0.01 \left|x + 10\right|",
    f=f,
    domain=((-15.0, -5.0), (-3.0, 3.0)),
    start=(-6.0, 2.0),
    minima=lambda: MINIMA,
    saddles=lambda: (),
    reference=Reference("Surjanovic & Bingham", 2013, "Virtual Library of Simulation Experiments, sfu.ca/~ssurjano"),
    checked="landscapes 0.0.13, NumPy",
    smooth=False,
    opening={
        "steps": "1000",
        "sgd.lr": "0.0001",
        "momentum.lr": "0.0002",
        "nesterov.lr": "0.0001",
        "newton.lr": "0.001",
        "adagrad.lr": "0.05",
        "adam.lr": "0.005",
        "momentum_ema.lr": "0.001",
        "nesterov_iterate.lr": "0.0001",
        "bfgs.lr": "0.2",
        "saddle_free_newton.lr": "0.05",
        "lion.lr": "0.01",
        "adam_l2.lr": "0.005",
        "adamw.lr": "0.01",
        "amsgrad.lr": "0.005",
        "yogi.lr": "0.005",
        "radam.lr": "0.01",
        "adabelief.lr": "0.002",
        "prodigy.lr": "0.05",
        "lookahead.lr": "0.0002",
        "sam.lr": "0.0002",
        "schedule_free.lr": "0.002",
    },
)
