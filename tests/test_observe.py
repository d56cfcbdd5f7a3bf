"""What `follow` keeps of a run, its random objectives, and how it composes with JAX's transformations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import NOISES, SCHEDULES, follow, last, perturbed, race, rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES

# One optimizer of every family: a look-ahead, a Hessian and a line search among them.
FAMILIES = {optimizer.family: optimizer for optimizer in OPTIMIZERS.values()}
SURFACE = SURFACES["himmelblau"]
START = np.array(SURFACE.start)


def f(w):
    return SURFACE.f(w)


def path(step, params, probe, state):
    return params


def value(step, params, probe, state):
    return probe.value


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_following_a_surface_is_a_rollout(schedule):
    optimizer = OPTIMIZERS["adam"]
    trace = follow(f, optimizer, START, steps=40, schedule=schedule, observe=path)
    run = rollout(SURFACE, optimizer, steps=40, schedule=schedule)
    np.testing.assert_allclose(trace.observed, run.position, rtol=1e-12)
    np.testing.assert_array_equal(trace.params, trace.observed[-1])


@pytest.mark.parametrize("optimizer", FAMILIES.values(), ids=list(FAMILIES))
@pytest.mark.parametrize("model", NOISES)
def test_following_a_perturbed_function_is_a_rollout_with_that_noise(model, optimizer):
    """The key of a step is that of the whole step: of the look-ahead, the Hessian and the line search, too."""
    key, more = jax.random.key(7), {"steps": 25, "hypers": {"lr": optimizer.defaults["lr"] / 10}}
    trace = follow(perturbed(f, NOISES[model], 0.05), optimizer, START, key=key, observe=path, **more)
    run = rollout(SURFACE, optimizer, noise=0.05, noise_model=model, seed=7, **more)
    np.testing.assert_allclose(trace.observed, run.position, rtol=1e-7)
    still = rollout(SURFACE, optimizer, **more)
    assert np.abs(run.gradient[0] - still.gradient[0]).max() > 1e-6


def test_a_mini_batch_is_drawn_in_the_objective_from_the_key_of_the_step():
    x = jnp.arange(8.0)

    def objective(w, key):
        return ((w - jax.random.choice(key, x, (3,))) ** 2).mean()

    def batch(t):
        return np.asarray(jax.random.choice(jax.random.fold_in(key, t), x, (3,)))

    key, w, path_by_hand = jax.random.key(3), 4.0, [4.0]
    for t in range(20):
        w = w - 0.1 * 2 * (w - batch(t)).mean()
        path_by_hand.append(w)
    trace = follow(objective, OPTIMIZERS["sgd"], 4.0, steps=20, hypers={"lr": 0.1}, key=key, observe=path)
    np.testing.assert_allclose(trace.observed, path_by_hand, rtol=1e-13)


def test_by_default_the_loss_of_every_step_is_observed_and_with_none_nothing():
    run = rollout(SURFACE, OPTIMIZERS["adam"], steps=30)
    trace = follow(f, OPTIMIZERS["adam"], START, steps=30)
    np.testing.assert_allclose(trace.observed, run.loss, rtol=1e-12)
    trace = follow(f, OPTIMIZERS["adam"], START, steps=30, observe=None)
    assert trace.observed is None
    np.testing.assert_allclose(trace.params, run.position[-1], rtol=1e-12)
    assert trace.state.t == 30


def test_an_observation_is_any_pytree_of_any_kinds_of_numbers():
    def observe(step, params, probe, state):
        return {"step": step, "inside": probe.value < 100, "two": (params[0], probe.grad)}

    trace = follow(f, OPTIMIZERS["momentum"], START, steps=5, observe=observe)
    assert trace.observed["step"].tolist() == [0, 1, 2, 3, 4, 5]
    assert trace.observed["inside"].dtype == bool
    assert [leaf.shape for leaf in trace.observed["two"]] == [(6,), (6, 2)]


@pytest.mark.parametrize("steps", [0, 1, 50])
@pytest.mark.parametrize(
    ("reduce", "by_numpy"), [(jnp.minimum, np.min), (jnp.maximum, np.max), (jnp.add, np.sum), (last, lambda a: a[-1])]
)
def test_observations_are_reduced_to_one(reduce, by_numpy, steps):
    hypers = {"lr": 0.02}  # the loss goes up and down
    rows = follow(f, OPTIMIZERS["momentum"], START, steps=steps, hypers=hypers).observed
    one = follow(f, OPTIMIZERS["momentum"], START, steps=steps, hypers=hypers, reduce=reduce).observed
    np.testing.assert_allclose(one, by_numpy(np.asarray(rows)), rtol=1e-13)


def test_a_map_of_65536_runs_keeps_one_number_a_run():
    """By what the compiled program needs: some numbers a run, whatever the number of steps."""
    rates = np.geomspace(1e-4, 0.1, 256)
    grid = {"lr": np.repeat(rates, 256), "momentum": np.tile(np.linspace(0, 0.99, 256), 256)}

    @jax.jit
    def final(hypers, steps):
        def one(hypers):
            return follow(f, OPTIMIZERS["momentum"], START, steps=1000, hypers=hypers, reduce=last).observed

        return jax.vmap(one)(hypers)

    needs = final.lower(grid, 1000).compile().memory_analysis()
    assert needs.output_size_in_bytes == 65536 * 8
    assert needs.temp_size_in_bytes < 65536 * 8 * 64


def test_many_runs_are_one_call_by_vmap():
    optimizer, rates = OPTIMIZERS["adam"], np.array([0.01, 0.05, 0.2])

    def one(lr):
        return follow(f, optimizer, START, steps=30, hypers={"lr": lr}, observe=path).observed

    run = rollout(SURFACE, optimizer, hypers={"lr": rates}, steps=30)
    np.testing.assert_allclose(jax.vmap(one)(rates), run.position, rtol=1e-12)
    np.testing.assert_allclose(jax.jit(one)(0.05), run.position[1], rtol=1e-12)


def test_a_run_is_differentiated_by_its_learning_rate():
    """Gradient descent on h w^2 / 2: w_n = (1 - lr h)^n w_0, so d w_n / d lr = -n h (1 - lr h)^(n-1) w_0."""
    h, lr, n = 3.0, 0.1, 7

    def end(lr):
        return follow(lambda w: h * w**2 / 2, OPTIMIZERS["sgd"], 2.0, steps=n, hypers={"lr": lr}, observe=None).params

    assert float(jax.grad(end)(lr)) == pytest.approx(-n * h * (1 - lr * h) ** (n - 1) * 2, rel=1e-12)


def test_a_plain_function_is_rolled_out_like_a_surface():
    def bowl(xy, b=2.0):
        return xy[0] ** 2 + b * xy[1] ** 2

    optimizer = OPTIMIZERS["sgd"]
    run = rollout(bowl, optimizer, start=(1, 2), hypers={"lr": 0.1}, steps=3)
    np.testing.assert_allclose(run.position, [[0.8**t, 2 * 0.6**t] for t in range(4)], rtol=1e-13)
    runs = rollout(bowl, optimizer, start=(1, 2), hypers={"lr": 0.1}, surface_hypers={"b": [1, 2]}, steps=3)
    np.testing.assert_allclose(runs.position[1], run.position, rtol=1e-13)
    assert len(race(bowl, [(optimizer, {}), (OPTIMIZERS["adam"], {})], start=(1, 2), steps=2)) == 2
    with pytest.raises(ValueError, match="start must be given for a plain function"):
        rollout(bowl, optimizer)


BAD = {
    "not an optimizer": ({"optimizer": "adam"}, r"optimizer must be OPTIMIZERS\[\.\.\.\] or another Optimizer"),
    "no function": ({"objective": 3.0}, r"objective must be a function of the params, got 3\.0"),
    "whole numbers": ({"params": {"w": np.arange(3)}}, "params must be a pytree of floating-point arrays"),
    "two dtypes": (
        {"params": [np.zeros(2, np.float32), np.zeros(2)]},
        "params must have one dtype, got float32 and float64",
    ),
    "no params": ({"params": ()}, "params must be a pytree of floating-point arrays"),
    "steps negative": ({"steps": -1}, "steps must be a whole number from 0, got -1"),
    "steps not whole": ({"steps": 1.5}, r"steps must be a whole number from 0, got 1\.5"),
    "unknown hyper": ({"hypers": {"speed": 1.0}}, "sgd has no hyperparameter 'speed': expected some of lr"),
    "unknown schedule": ({"schedule": "cosmic"}, "unknown schedule 'cosmic'"),
    "hyper of another schedule": ({"schedule_hypers": {"T": 1.0}}, r"constant has no hyperparameters, got 'T'\."),
}


@pytest.mark.parametrize(("inputs", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_in_words(inputs, message):
    given = {"objective": f, "optimizer": OPTIMIZERS["sgd"], "params": START, "steps": 3, **inputs}
    with pytest.raises(ValueError, match=message):
        follow(given.pop("objective"), given.pop("optimizer"), given.pop("params"), **given)
