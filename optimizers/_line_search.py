"""Where a function is least along a line: the exact search that several rules share."""

import jax
import jax.numpy as jnp

NEAREST = 1e-3  # how far, in the plane, the first look goes
DOUBLINGS = 20  # looks, each twice as far as the one before: up to 1000 away
HALVINGS = 30  # of the interval in which the slope turns, at least
SEARCH = DOUBLINGS + HALVINGS  # gradients spent


def least_along(f, w: jax.Array, d: jax.Array) -> jax.Array:
    """The length a > 0 for which f(w + a d) is least, d a direction of descent, both (n,).

    It looks 0.001, 0.002, 0.004, ... ahead until the slope along d turns upwards, and closes in on the turn by secants
    and halves in turns (Dekker 1969). Where it does not turn within 1000, a goes as far as it looked; f falls there.
    """
    length = jnp.sqrt(d @ d)
    unit = NEAREST / jnp.where(length > 0, length, 1.0)

    def slope(a):
        return jax.jvp(lambda a: f(w + a * d), (a,), (jnp.ones_like(a),))[1]

    def double(_, search):
        low, at_low, high, at_high, turned = search
        at = jnp.where(turned, at_high, slope(high))
        turns = turned | ~(at < 0)  # also where f is no number any more
        low, at_low = jnp.where(turns, low, high), jnp.where(turns, at_low, at)
        return low, at_low, jnp.where(turns, high, 2 * high), at, turns

    zero = jnp.zeros((), w.dtype)
    start = (zero, jnp.where(length > 0, -(length**2), 0.0), unit.astype(w.dtype), zero, jnp.asarray(False))
    low, at_low, high, at_high, turned = jax.lax.fori_loop(0, DOUBLINGS, double, start)

    def close_in(k, search):
        low, at_low, high, at_high = search
        secant = low - at_low * (high - low) / (at_high - at_low)
        inside = (secant > low) & (secant < high)
        a = jnp.where((k % 2 == 0) & inside, secant, (low + high) / 2)
        at = slope(a)
        falls = at < 0
        return (
            jnp.where(falls, a, low),
            jnp.where(falls, at, at_low),
            jnp.where(falls, high, a),
            jnp.where(falls, at_high, at),
        )

    low, at_low, high, at_high = jax.lax.fori_loop(0, HALVINGS, close_in, (low, at_low, high, at_high))
    secant = low - at_low * (high - low) / (at_high - at_low)
    inside = (secant >= low) & (secant <= high)
    return jnp.where(turned, jnp.where(inside, secant, low), low)
