"""Eggholder: deep wells without order, and creases. Seen over a part of its usual domain, [-512, 512]^2.

Outside of that part lies its best known point, (512, 404.2319) with f = -959.6407: no well, but where the border cuts.
"""

import jax.numpy as jnp

from engine import Reference, Surface


def f(xy):
    x, y = xy
    left = -(y + 47) * jnp.sin(jnp.sqrt(jnp.abs(x / 2 + y + 47)))
    return left - x * jnp.sin(jnp.sqrt(jnp.abs(x - y - 47)))


# Found by Newton's method from a grid of starts; the tests look for others.
MINIMA = (
    ((439.4809972694535, 453.9774347540026), -935.3379515605802),
    ((347.3269729738487, 499.41539845004286), -888.949125269892),
)
SADDLES = (
    ((395.59637634433267, 468.28636733413066), -120.29432947783846),
    ((411.6380313882972, 302.3493455458159), -61.9862337563664),
    ((371.7730374552205, 322.2788735184036), -2.480746672248358),
    ((368.4830383726981, 323.92387186649586), 2.4540811051991227),
    ((329.4842015894592, 343.4274001207214), 61.31278208722017),
    ((239.08255266071657, 388.64721037845607), 198.1995607869595),
)

SURFACE = Surface(
    id="eggholder",
    name="Eggholder",
    family="test function",
    tex=r"f(x, y) = -(y + 47) \sin \sqrt{\left|\tfrac{x}{2} + y + 47\right|} - x \sin \sqrt{\left|x - y - 47\right|}",
    f=f,
    domain=((200.0, 460.0), (260.0, 512.0)),
    start=(300.0, 300.0),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 53"),
    checked="landscapes 0.0.13, NumPy",
    smooth=False,
    opening={
        "sgd.lr": "0.2",
        "momentum.lr": "0.02",
        "nesterov.lr": "0.02",
        "newton.lr": "0.1",
        "adagrad.lr": "10",
        "adadelta.eps": "0.01",
        "rmsprop.lr": "1",
        "adam.lr": "1",
        "momentum_ema.lr": "0.2",
        "nesterov_iterate.lr": "0.02",
        "signsgd.lr": "1",
        "lion.lr": "0.2",
        "adagrad_no_root.lr": "50",
        "adamax.lr": "1",
        "nadam.lr": "1",
        "adam_l2.lr": "1",
        "amsgrad.lr": "1",
        "yogi.lr": "1",
        "radam.lr": "1",
        "adan.lr": "1",
        "prodigy.lr": "0.05",
        "lookahead.lr": "0.5",
        "sam.lr": "0.2",
        "schedule_free.lr": "0.5",
    },
)
