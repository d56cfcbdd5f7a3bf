"""A ravine turned by an angle. A learning rate for each coordinate suits it at 0 and 90 degrees only."""

import jax.numpy as jnp

from engine import Hyper, Reference, Surface


def f(xy, *, angle, kappa):
    x, y = xy
    turn = angle * jnp.pi / 180
    u = x * jnp.cos(turn) + y * jnp.sin(turn)
    v = y * jnp.cos(turn) - x * jnp.sin(turn)
    return (u**2 + kappa * v**2) / 2


def minima(*, angle, kappa):
    return (((0.0, 0.0), 0.0),)


def saddles(*, angle, kappa):
    return ()


SURFACE = Surface(
    id="rotated_ravine",
    name="Rotated ravine",
    family="valleys",
    about="The ravine, turned: rates for each coordinate help only where it lies along the axes. Try to turn it.",
    tex=(
        r"f(x, y) = \tfrac{1}{2} \left(u^2 + \kappa\, v^2\right) \\"
        r"u = x \cos \varphi + y \sin \varphi, \quad v = y \cos \varphi - x \sin \varphi"
    ),
    f=f,
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-9.0, 2.0),
    minima=minima,
    saddles=saddles,
    hypers=(
        Hyper("angle", 45.0, 0.0, 90.0, name="angle in degrees", tex=r"\varphi"),
        Hyper("kappa", 20.0, 1.0, 1000.0, log=True, name="condition number", tex=r"\kappa"),
    ),
    reference=Reference("Salomon, on turned coordinates", 1996, "doi:10.1016/0303-2647(96)01621-8"),
    checked="NumPy, finite differences, Newton's method from a grid",
)
