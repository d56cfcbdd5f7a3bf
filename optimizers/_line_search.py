"""The nearest minimum of a function along a line: the exact search that several rules share."""

import jax
import jax.numpy as jnp

NEAREST = 1e-3  # how far, in the plane, the first look goes
DOUBLINGS = 20  # looks, each twice as far as the one before: the last 524 away
HALVINGS = 30  # of the interval in which the slope turns, at least
SEARCH = DOUBLINGS + HALVINGS  # gradients spent
ROUNDING = 1e-12  # of f: less than that is no rise


def nearest_minimum(f, w: jax.Array, d: jax.Array) -> jax.Array:
    """The length a >= 0 of the nearest minimum of f(w + a d), d a direction of descent, both (n,).

    It looks 0.001, 0.002, 0.004, ... ahead until f no longer falls there, or lies higher than at w, and closes in on
    the turn by secants and halves in turns (Dekker 1969). So f is never higher at the end; a minimum between two looks
    may be missed. Where f falls at all looks, a goes as far as the last.
    """
    length = jnp.sqrt(d @ d)
    unit = NEAREST / jnp.where(length > 0, length, 1.0)
    zero = jnp.zeros((), w.dtype)

    def look(a):
        """f and its slope at a, and whether it falls there."""
        value, slope = jax.jvp(lambda a: f(w + a * d), (a,), (jnp.ones_like(a),))
        return slope, (slope < 0) & (value <= limit)  # neither where f is no number any more

    first = f(w)
    limit = first + ROUNDING * jnp.abs(first)

    def double(_, search):
        low, at_low, high, at_high, turned = search
        slope, falls = look(high)
        at = jnp.where(turned, at_high, slope)
        turns = turned | ~falls
        low, at_low = jnp.where(turns, low, high), jnp.where(turns, at_low, at)
        return low, at_low, jnp.where(turns, high, 2 * high), at, turns

    start = (zero, jnp.where(length > 0, -(length**2), 0.0), unit.astype(w.dtype), zero, jnp.asarray(False))
    low, at_low, high, at_high, turned = jax.lax.fori_loop(0, DOUBLINGS, double, start)

    def close_in(k, search):
        low, at_low, high, at_high = search
        secant = low - at_low * (high - low) / (at_high - at_low)
        inside = (secant > low) & (secant < high)
        a = jnp.where((k % 2 == 0) & inside, secant, (low + high) / 2)
        at, falls = look(a)
        return (
            jnp.where(falls, a, low),
            jnp.where(falls, at, at_low),
            jnp.where(falls, high, a),
            jnp.where(falls, at_high, at),
        )

    low, at_low, high, at_high = jax.lax.fori_loop(0, HALVINGS, close_in, (low, at_low, high, at_high))
    secant = low - at_low * (high - low) / (at_high - at_low)
    better = turned & (secant >= low) & (secant <= high) & (f(w + secant * d) <= limit)
    return jnp.where(better, secant, low)
