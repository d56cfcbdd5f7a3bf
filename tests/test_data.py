"""Surfaces made of data: what they sum, the batches that steps see, and the browser's own copy of their models."""

import jax
import numpy as np
import pytest

from engine import Surface, rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.test_fan import unpacked
from ui.paths import grid, paths
from ui.scene import BATCH, Scene

MADE_OF_DATA = [surface for surface in SURFACES.values() if surface.data]
every_one = pytest.mark.parametrize("surface", MADE_OF_DATA, ids=lambda surface: surface.id)

# The losses of single examples by hand, from NumPy alone.
BY_HAND = {
    "linear_regression": lambda w, x, y: (w[0] + w[1] * x - y) ** 2 / 2,
    "logistic_regression": lambda w, x, y: np.logaddexp(0, w[0] + w[1] * x) - y * (w[0] + w[1] * x),
    "deep_neuron": lambda w, x, y: (w[1] * np.tanh(w[0] * x) - y) ** 2 / 2,
    "rare_feature": lambda w, x, y: (w[0] * (x < 2) + w[1] * 20 * (x >= 2) - y) ** 2 / 2,
}


def points(surface: Surface, n: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(*np.transpose(surface.domain), size=(n, 2))


def test_all_of_them_are_here():
    assert {surface.id for surface in MADE_OF_DATA} == set(BY_HAND)


@every_one
def test_f_is_the_mean_loss_over_the_training_examples(surface):
    data = surface.data
    assert len(data.train.x) == len(data.train.y) == BATCH.high
    ours = jax.jit(jax.vmap(lambda w: (data.loss(w, *data.train), surface.f(w))))
    for w, losses, f in zip(points(surface, 20), *map(np.asarray, ours(points(surface, 20))), strict=True):
        expected = BY_HAND[surface.id](w, *data.train)
        np.testing.assert_allclose(losses, expected, rtol=1e-12, atol=1e-14)
        assert f == pytest.approx(expected.mean(), rel=1e-13)


@every_one
def test_a_step_sees_a_batch_and_a_run_keeps_the_loss_of_all(surface):
    run = rollout(surface, OPTIMIZERS["sgd"], hypers={"lr": 0.001}, steps=200, batch=1, seed=4)
    gradients = jax.jit(jax.vmap(jax.grad(surface.data.loss), in_axes=(None, 0, 0)))
    drawn = []
    for w, seen in zip(run.position[:-1], run.gradient, strict=False):
        one_by_one = np.asarray(gradients(w, *surface.data.train))
        gaps = np.abs(one_by_one - seen).max(axis=1)
        assert gaps.min() < 1e-12, "the gradient is that of one of the examples"
        drawn.append(gaps.argmin())
    # 200 draws out of 32, equally likely: all but surely every one came up, none more than 25 times.
    counts = np.bincount(drawn, minlength=32)
    assert counts.min() >= 1
    assert counts.max() < 25
    np.testing.assert_allclose(run.loss, jax.jit(jax.vmap(surface.f))(run.position), rtol=1e-12)


@every_one
def test_a_batch_of_all_is_the_plain_surface_and_larger_batches_stray_less(surface):
    def gradients(batch):
        run = rollout(surface, OPTIMIZERS["sgd"], hypers={"lr": 1e-20}, steps=300, batch=batch, seed=1)
        return run.gradient - jax.grad(surface.f)(np.array(surface.start))

    # At one place the mean over batches drawn without replacement has the variance s^2 / b (1 - b / N) (N / (N - 1)).
    spread = {batch: np.sqrt((gradients(batch) ** 2).mean(axis=0)) for batch in (1, 4, 16, 32)}
    for batch in (4, 16):
        expected = spread[1] * np.sqrt((32 - batch) / (31 * batch))
        np.testing.assert_allclose(spread[batch], expected, rtol=0.25)  # 300 draws
    np.testing.assert_allclose(spread[32], 0, atol=1e-11)


@every_one
def test_every_optimizer_sees_the_same_batches(surface):
    first = [
        rollout(surface, OPTIMIZERS[id], steps=1, batch=3, seed=7).gradient[0] for id in ("sgd", "momentum", "adam")
    ]
    np.testing.assert_array_equal(first[0], first[1])
    np.testing.assert_array_equal(first[0], first[2])


def test_a_batch_is_a_whole_number_of_examples():
    for wrong in (0, 33, 2.5):
        with pytest.raises(ValueError, match="batch must be a whole number from 1 to 32"):
            rollout(MADE_OF_DATA[0], OPTIMIZERS["sgd"], batch=wrong)
    with pytest.raises(ValueError, match="batch applies only to surfaces made of data, got batch=1"):
        rollout(SURFACES["ravine"], OPTIMIZERS["sgd"], batch=1)


@every_one
def test_the_three_sets_share_no_example_and_are_drawn_alike(surface):
    sets = [surface.data.train, surface.data.valid, surface.data.test]
    assert len({x for part in sets for x in part.x}) == sum(len(part.x) for part in sets)
    assert [len(part.x) for part in sets] == [len(part.y) for part in sets]
    # On two samples of one distribution the mean losses of a model differ by a few standard errors.
    losses = [BY_HAND[surface.id](surface.minima()[0][0], *part) for part in sets[1:]]
    error = np.hypot(*(part.std(ddof=1) / np.sqrt(len(part)) for part in losses))
    assert abs(losses[0].mean() - losses[1].mean()) < 4 * error


@every_one
def test_the_losses_on_unseen_examples_travel_along(surface):
    scene = Scene.read({"surface": surface.id, "steps": "40", "batch": "4", "on": "sgd,adam"})
    _, arrays = unpacked(paths(scene))
    for name, examples, precision in (
        ("validation", surface.data.valid, 1e-12),
        ("test", surface.data.test, 1e-7),  # float32
    ):
        assert len(arrays[name]) == 2
        for positions, losses in zip(arrays["position"], arrays[name], strict=True):
            expected = [BY_HAND[surface.id](w, *examples).mean() for w in positions]
            np.testing.assert_allclose(losses, expected, rtol=precision)


@every_one
def test_the_browser_draws_the_same_model(surface, modules):
    head, _ = unpacked(grid(Scene.read({"surface": surface.id})))
    for word in ("train", "valid", "test"):
        np.testing.assert_array_equal(head["data"][word], getattr(surface.data, word))
    x = np.linspace(-3, 3, 9)
    w = points(surface, 10)
    found = modules.evaluate(
        """async ([curve, ws, xs]) => {
            const { MODELS } = await import("/ui/stage/data/models.js");
            return ws.map(([w1, w2]) => xs.map((x) => MODELS[curve](w1, w2, x)));
        }""",
        [head["data"]["curve"], w.tolist(), x.tolist()],
    )
    np.testing.assert_allclose(found, [surface.data.predict(one, x) for one in w], rtol=1e-12, atol=1e-15)


# The models as the page writes them.
WRITTEN = {
    "y = w₁ + w₂ x": lambda w, x: w[0] + w[1] * x,
    "P(y = 1) = 1 / (1 + exp(-w₁ - w₂ x))": lambda w, x: 1 / (1 + np.exp(-w[0] - w[1] * x)),
    "y = w₁ where x < 2, else 20 w₂": lambda w, x: np.where(x < 2, w[0], 20 * w[1]),
    "y = w₂ tanh(w₁ x)": lambda w, x: w[1] * np.tanh(w[0] * x),
}


@pytest.mark.parametrize("surface", MADE_OF_DATA, ids=lambda surface: surface.id)
def test_the_model_is_the_one_that_its_formula_says(surface):
    x = np.linspace(-3, 3, 13)
    for w in ((0.7, -1.3), (-2.0, 0.4)):
        np.testing.assert_allclose(surface.data.predict(np.array(w), x), WRITTEN[surface.data.formula](w, x))
