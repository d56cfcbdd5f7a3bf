"""The nearest minimum of a function along a line: the exact line search that several rules share."""

import jax
import jax.numpy as jnp

SHORTEST = 2.0**-9  # the first trial step, as a share of the natural length
DOUBLINGS = 19  # trial steps, each twice as long as the one before: the last is 512 natural lengths
REFINEMENTS = 30  # of the interval that brackets the minimum, by secants and bisection in turns
SEARCH = 1 + DOUBLINGS + REFINEMENTS  # gradients spent, one of them for the curvature
ROUNDING = 1e-12  # an increase of f by less than this share is rounding


def nearest_minimum(f, w: jax.Array, g: jax.Array, d: jax.Array) -> jax.Array:
    """The length a >= 0 of the nearest minimum of f(w + a d). At w (n,) the gradient is g; d (n,) is downhill."""

    def repeat(times, body, start):
        return jax.lax.fori_loop(0, times, lambda k, search: body(search, k)[0], start), ()

    return _search(f, w, g, d, repeat)[0]


def trials(f, w: jax.Array, g: jax.Array, d: jax.Array, **hypers) -> jax.Array:
    """The lengths at which `nearest_minimum` looks at f, in their order, nan where it need not, (SEARCH,)."""

    def repeat(times, body, start):
        return jax.lax.scan(body, start, jnp.arange(times))

    return jnp.hstack(_search(f, w, g, d, repeat)[1])


def _search(f, w: jax.Array, g: jax.Array, d: jax.Array, repeat):
    """What `nearest_minimum` finds, and the lengths that it tries; `repeat` loops over a body of `jax.lax.scan`.

    Trial steps double until f no longer falls there, or is higher than at w; then secants and bisection in turns
    (Dekker 1969) close in on the point where the slope changes sign. So f is never higher at the end. A minimum
    between two trial steps may be missed. If f falls at all of them, a is the longest.

    The trial steps are measured in the natural length L = |slope / curvature| of f along d at w, in which a quadratic
    has its minimum. L scales with the units of w and does not depend on those of f, and so do the steps. The curvature
    is a difference quotient of the slope over sqrt(machine epsilon) |w| (Dennis & Schnabel 1983, section 5.4). Where
    it is lost in rounding, as between the kinks of a piecewise linear f, L is |w|, or 1 at the origin.
    """
    epsilon = jnp.finfo(w.dtype).eps
    distance, length = jnp.sqrt(w @ w), jnp.sqrt(d @ d)
    unit = jnp.where(distance > 0, distance, 1.0) / jnp.where(length > 0, length, 1.0)  # |w| in multiples of d
    slope_0 = g @ d

    def at(a):
        """f and its slope at a."""
        return jax.jvp(lambda a: f(w + a * d), (a,), (jnp.ones_like(a),))

    def falls(value, slope):
        return (slope < 0) & (value <= limit)  # false if f is not a number

    difference = jnp.sqrt(epsilon) * unit
    bend = jnp.abs(at(difference)[1] - slope_0)
    measurable = bend > 64 * epsilon * jnp.abs(slope_0)
    natural = jnp.where(measurable, difference * jnp.abs(slope_0) / jnp.where(measurable, bend, 1.0), unit)

    value_0 = f(w)
    limit = value_0 + ROUNDING * jnp.abs(value_0)

    def double(search, _):
        low, slope_low, high, slope_high, turned = search
        value, slope = at(high)
        slope_high = jnp.where(turned, slope_high, slope)
        turns = turned | ~falls(value, slope)
        low, slope_low = jnp.where(turns, low, high), jnp.where(turns, slope_low, slope)
        tried = jnp.where(turned, jnp.nan, high)
        return (low, slope_low, jnp.where(turns, high, 2 * high), slope_high, turns), tried

    zero = jnp.zeros((), w.dtype)
    start = (zero, slope_0, SHORTEST * natural, zero, jnp.asarray(False))
    (low, slope_low, high, slope_high, turned), doubled = repeat(DOUBLINGS, double, start)

    def refine(search, k):
        low, slope_low, high, slope_high = search
        secant = low - slope_low * (high - low) / (slope_high - slope_low)
        inside = (secant > low) & (secant < high)
        a = jnp.where((k % 2 == 0) & inside, secant, (low + high) / 2)
        value, slope = at(a)
        ahead = falls(value, slope)
        narrower = (
            jnp.where(ahead, a, low),
            jnp.where(ahead, slope, slope_low),
            jnp.where(ahead, high, a),
            jnp.where(ahead, slope_high, slope),
        )
        return narrower, a

    (low, slope_low, high, slope_high), refined = repeat(REFINEMENTS, refine, (low, slope_low, high, slope_high))
    secant = low - slope_low * (high - low) / (slope_high - slope_low)
    better = turned & (secant >= low) & (secant <= high) & (f(w + secant * d) <= limit)
    return jnp.where(better, secant, low), (doubled, refined, secant)
