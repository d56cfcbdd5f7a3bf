"""Eggholder: deep wells in no order, and creases. The domain is a part of the usual one, [-512, 512]^2.

The best known point of the usual domain lies outside of this part: (512, 404.2319) with f = -959.6407, on the border
and not in a well.
"""

import jax.numpy as jnp

from engine import Reference, Surface


def f(xy):
    x, y = xy
    left = -(y + 47) * jnp.sin(jnp.sqrt(jnp.abs(x / 2 + y + 47)))
    return left - x * jnp.sin(jnp.sqrt(jnp.abs(x - y - 47)))


# Found by Newton's method from a grid of starts; the tests search for others.
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
    family="many minima",
    about="Deep wells without any order: where a run ends depends on where it begins. Try several starts.",
    tex=r"f(x, y) = -(y + 47) \sin \sqrt{\left|\tfrac{x}{2} + y + 47\right|} - x \sin \sqrt{\left|x - y - 47\right|}",
    f=f,
    domain=((200.0, 460.0), (260.0, 512.0)),
    start=(330.0, 400.0),
    minima=lambda: MINIMA,
    saddles=lambda: SADDLES,
    reference=Reference("Jamil & Yang", 2013, "arXiv:1308.4008, function 53"),
    checked="landscapes 0.0.13, NumPy",
    smooth=False,
)
