"""The noise models: their draws against closed forms and SciPy, what they do to a path, and that all meet the same."""

import jax
import numpy as np
import pytest
from scipy.stats import levy_stable

from engine import NOISES, race, rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.test_optimizers import BOWL, bowl_gradient

FAMILIES = {optimizer.family: optimizer for optimizer in OPTIMIZERS.values()}
SGD = OPTIMIZERS["sgd"]
N = 4000


def draws(model: str) -> np.ndarray:
    """The tilts of N steps with sigma = 1, (N, 2), from a run that hardly moves."""
    run = rollout(BOWL, SGD, noise=1.0, noise_model=model, hypers={"lr": 1e-12}, steps=N, seed=5)
    return (run.gradient - bowl_gradient(run.position))[:N]


def test_alpha_stable_draws_have_their_characteristic_function():
    """E cos(u zeta) = exp(-|u|^1.5), within five standard errors, at every u in each coordinate and for their sum."""
    zeta = draws("alpha_stable")
    for u in (0.1, 0.3, 1.0, 2.0, 4.0):
        np.testing.assert_allclose(np.cos(u * zeta).mean(0), np.exp(-(u**1.5)), atol=5 / np.sqrt(N))
        # Independent coordinates: the sum of two has the exponent 2 |u|^1.5.
        np.testing.assert_allclose(np.cos(u * zeta.sum(1)).mean(), np.exp(-2 * u**1.5), atol=5 / np.sqrt(N))


def test_alpha_stable_draws_have_scipys_distribution():
    zeta = draws("alpha_stable").ravel()
    for x in (-10.0, -2.0, -0.5, 0.0, 1.0, 3.0, 20.0):
        p = levy_stable.cdf(x, 1.5, 0.0)
        assert (zeta <= x).mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / zeta.size))


def test_alpha_stable_noise_is_heavy_tailed_and_gaussian_noise_is_not():
    """P(|zeta| > x) falls like x^-1.5: dozens of 8000 draws are beyond 20, and no Gaussian one is beyond 6."""
    far = 2 * levy_stable.sf(20.0, 1.5, 0.0) * 2 * N
    assert np.sum(np.abs(draws("alpha_stable")) > 20) == pytest.approx(far, abs=5 * np.sqrt(far))
    assert np.abs(draws("gaussian")).max() < 6


def test_multiplicative_noise_scales_the_whole_objective_in_numpy_too():
    """g_t = (1 + sigma xi_t) grad f: both coordinates have the same factor, and a plain loop makes the same path."""
    run = rollout(BOWL, SGD, noise=0.5, noise_model="multiplicative", hypers={"lr": 0.01}, steps=50, seed=2)
    factors = run.gradient / bowl_gradient(run.position)
    np.testing.assert_allclose(factors[:, 0], factors[:, 1], rtol=1e-12)
    w, H = np.array(BOWL.start), np.array([[5.0, -4.0], [-4.0, 5.0]])
    for t in range(50):
        np.testing.assert_allclose(run.position[t], w, rtol=1e-11)
        w = w - 0.01 * factors[t, 0] * H @ w


def test_multiplicative_noise_grows_with_the_gradient():
    """The strong growth condition, E |g_t|^2 = (1 + sigma^2) |grad f|^2, and no noise at a minimum."""
    sigma = 0.7
    run = rollout(BOWL, SGD, noise=sigma, noise_model="multiplicative", hypers={"lr": 1e-12}, steps=N, seed=3)
    ratio = (run.gradient**2).sum(1) / (bowl_gradient(run.position) ** 2).sum(1)
    # The variance of (1 + sigma xi)^2 is 4 sigma^2 + 2 sigma^4.
    error = 5 * np.sqrt((4 * sigma**2 + 2 * sigma**4) / N)
    assert ratio.mean() == pytest.approx(1 + sigma**2, abs=error)
    at_rest = rollout(BOWL, SGD, start=(0.0, 0.0), noise=sigma, noise_model="multiplicative", steps=20)
    assert (at_rest.position == 0).all()


def test_newton_cancels_a_factor_on_the_objective():
    """Gradient and Hessian belong to the same draw: (1 + sigma xi) stands in both."""
    surface, more = SURFACES["himmelblau"], {"start": (2.5, 1.5), "steps": 6}
    noisy = rollout(surface, OPTIMIZERS["newton"], noise=0.5, noise_model="multiplicative", seed=1, **more)
    np.testing.assert_allclose(noisy.position, rollout(surface, OPTIMIZERS["newton"], **more).position, rtol=1e-9)


@pytest.mark.parametrize("model", NOISES)
def test_the_same_seed_gives_every_optimizer_the_same_draws(model):
    entries = [(optimizer, {"lr": optimizer.defaults["lr"] / 100}) for optimizer in FAMILIES.values()]
    runs = race(BOWL, entries, noise=0.5, noise_model=model, seed=11, steps=30)
    own = [bowl_gradient(run.position) for run in runs]
    linear = np.array([run.gradient - g for run, g in zip(runs, own, strict=True)])
    factors = np.array([run.gradient / g for run, g in zip(runs, own, strict=True)])
    met = factors if model == "multiplicative" else linear
    np.testing.assert_allclose(met, np.broadcast_to(met[0], met.shape), rtol=1e-6, atol=1e-9)
    assert len(np.unique(met[0, :, 0])) == 31  # anew at every step


@pytest.mark.parametrize("model", NOISES)
def test_noise_of_no_size_is_no_noise_and_the_seed_decides_the_rest(model):
    still = rollout(BOWL, SGD, steps=30)
    silent, noisy, same, other = (
        rollout(BOWL, SGD, steps=30, noise=noise, noise_model=model, seed=seed).position
        for noise, seed in ((0.0, 9), (0.1, 9), (0.1, 9), (0.1, 10))
    )
    np.testing.assert_array_equal(silent, still.position)
    np.testing.assert_array_equal(noisy, same)
    assert not np.array_equal(noisy, other)
    assert not np.array_equal(noisy, silent)


@pytest.mark.parametrize("model", NOISES)
def test_noise_is_declared_for_any_pytree(model):
    noise, params = NOISES[model], {"a": np.ones((3, 2)), "b": (np.ones(4),)}
    xi = noise.draw(jax.random.key(0), params)
    value, slope = jax.value_and_grad(lambda p: noise.perturb(2.0 + (p["a"] ** 2).sum(), p, xi))(params)
    assert value.shape == ()
    assert jax.tree.structure(slope) == jax.tree.structure(params)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("model", NOISES)
def test_a_draw_depends_on_the_shapes_and_dtypes_of_params_but_not_on_their_values(model, dtype):
    """The draws of a race are made once, before any of its points is known."""
    zeros = {"a": np.zeros((3, 2), dtype), "b": (np.zeros(4, dtype),)}
    others = jax.tree.map(lambda leaf: np.full_like(leaf, np.nan), zeros)
    draws = NOISES[model].draw(jax.random.key(3), zeros)
    jax.tree.map(np.testing.assert_array_equal, draws, NOISES[model].draw(jax.random.key(3), others))
    assert {str(leaf.dtype) for leaf in jax.tree.leaves(draws)} == {dtype}
    assert all(np.isfinite(leaf).all() and np.any(leaf) for leaf in jax.tree.leaves(draws))


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=rf"unknown noise 'pink': expected one of {', '.join(NOISES)}"):
        rollout(BOWL, SGD, noise_model="pink")
