"""Noise models: each makes the objective f_t of a step out of f, a random key and the scale sigma.

`draw(key, params)` may use the shapes and dtypes of `params`, not their values: the draws of a race are made before the
runs and shared by all its optimizers. Noise that depends on the point belongs in `perturb`.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from engine.registry import Registry
from engine.spec import Noise, Reference


def tilt(value, params, xi):
    """f + xi . w, whose gradient is grad f + xi."""
    return value + jnp.sum(ravel_pytree(xi)[0] * ravel_pytree(params)[0])


def gaussian(key, params):
    """Independent N(0, 1), like params."""
    flat, unravel = ravel_pytree(params)
    return unravel(jax.random.normal(key, flat.shape, flat.dtype))


def alpha_stable(key, params):
    """Independent symmetric alpha-stable numbers of unit scale, like params (Chambers, Mallows & Stuck 1976)."""
    alpha = 1.5  # the tail index: 2 would be Gaussian; below 2 the variance is infinite
    flat, unravel = ravel_pytree(params)
    for_angle, for_size = jax.random.split(key)
    angle = jnp.pi * (jax.random.uniform(for_angle, flat.shape, flat.dtype) - 0.5)
    size = jax.random.exponential(for_size, flat.shape, flat.dtype)
    tail = (jnp.cos((1 - alpha) * angle) / size) ** ((1 - alpha) / alpha)
    return unravel(jnp.sin(alpha * angle) / jnp.cos(angle) ** (1 / alpha) * tail)


def scalar(key, params):
    """One number N(0, 1)."""
    return jax.random.normal(key, (), jnp.result_type(*jax.tree.leaves(params)))


def scale(value, params, xi):
    """(1 + xi) f, whose gradient is (1 + xi) grad f."""
    return value * (1 + xi)


def perturbed(f: Callable[[Any], jax.Array], noise: Noise, sigma: float) -> Callable[[Any, jax.Array], jax.Array]:
    """f with noise, as an objective (params, key) for `engine.follow`. `f` maps any pytree to a number."""

    def objective(params, key):
        draws = jax.tree.map(lambda draw: sigma * draw, noise.draw(key, params))
        return noise.perturb(f(params), params, draws)

    return objective


NOISES = Registry(
    "noise",
    (
        Noise(
            id="gaussian",
            name="Gaussian",
            family="noise",
            tex=r"f_t(w) = f(w) + \sigma\, \xi_t \cdot w, \quad \xi_t \sim \mathcal{N}(0, I)",
            reference=Reference("Robbins & Monro", 1951, "doi:10.1214/aoms/1177729586"),
            checked="the moments of the normal distribution",
            draw=gaussian,
            perturb=tilt,
        ),
        Noise(
            id="multiplicative",
            name="multiplicative",
            family="noise",
            tex=r"f_t(w) = (1 + \sigma\, \xi_t)\, f(w), \quad \xi_t \sim \mathcal{N}(0, 1)",
            # Their strong growth condition: E |g_t|^2 = (1 + sigma^2) |grad f|^2, so there is no noise at a minimum.
            reference=Reference("Vaswani, Bach & Schmidt", 2019, "arXiv:1810.07288"),
            checked="NumPy, and the strong growth condition in closed form",
            draw=scalar,
            perturb=scale,
        ),
        Noise(
            id="alpha_stable",
            name="heavy-tailed (alpha-stable)",
            family="noise",
            tex=(
                r"f_t(w) = f(w) + \sigma\, \zeta_t \cdot w, \quad "
                r"\mathrm{E}\, e^{\mathrm{i} u \zeta_{t,i}} = e^{-|u|^{3/2}}"
            ),
            reference=Reference("Simsekli, Sagun & Gurbuzbalaban", 2019, "arXiv:1901.06053"),
            checked="SciPy's levy_stable, and the characteristic function in closed form",
            draw=alpha_stable,
            perturb=tilt,
        ),
    ),
)
