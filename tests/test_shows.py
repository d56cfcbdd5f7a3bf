"""The internal quantities that an optimizer shows are those that its steps were made of. Laws by name of quantity."""

from collections.abc import Iterator

import jax
import numpy as np
import pytest

from engine import SHOWS, Optimizer, Run, rollout, shown
from optimizers import OPTIMIZERS
from tests.test_optimizers import BOWL

N, STEPS = 3, 60
HESSIAN = np.array([[5.0, -4.0], [-4.0, 5.0]])  # of the bowl


def showing(*words: str, without: tuple[str, ...] = (), usual: str = "", unusual: str = ""):
    """Every optimizer that shows all of `words` and none of `without`.

    Given `usual`, those are left out that declare it unusual; given `unusual`, the others are.
    """
    members = [o for o in OPTIMIZERS.values() if o.shows and o.shows.keys() >= set(words)]
    members = [o for o in members if o.shows.keys().isdisjoint(without)]
    members = [o for o in members if usual not in o.unusual and (not unusual or unusual in o.unusual)]
    return pytest.mark.parametrize("optimizer", members, ids=lambda optimizer: optimizer.id)


# The others have nothing to show: a law about them would pass on nothing.
every_showing = showing()


def test_the_laws_cover_every_optimizer_that_shows_something():
    assert len(every_showing.args[1]) >= 21
    assert sum(len(o.shows) for o in every_showing.args[1]) >= 44


def undecayed(optimizer: Optimizer) -> dict[str, float]:
    """A weight decay moves w beside what is shown, so it is off."""
    return {"decay": 0.0} if "decay" in optimizer.defaults else {}


def shown_runs(optimizer: Optimizer) -> tuple[Run, dict[str, np.ndarray]]:
    """Runs (N, STEPS + 1) that share neither start, hypers nor noise, under a falling rate, and what they show."""
    hypers = {h.id: h.default * np.linspace(0.8, 1, N) for h in optimizer.hypers} | undecayed(optimizer)
    starts = np.array([[2.0, -1.0], [-1.0, 0.5], [0.1, 2.0]])
    shared = {"schedule": "exponential", "noise": np.array([0.0, 0.1, 0.2]), "seed": np.array([1, 2, 3])}
    run = rollout(BOWL, optimizer, start=starts, hypers=hypers, steps=STEPS, **shared)
    return run, shown(run, optimizer, hypers)


def test_every_word_is_shown_by_somebody():
    assert sum(bool(optimizer.shows) for optimizer in OPTIMIZERS.values()) > len(OPTIMIZERS) / 2
    assert {word for optimizer in OPTIMIZERS.values() for word in optimizer.shows} == set(SHOWS)


@every_showing
def test_what_is_shown_is_a_finite_numpy_array_of_one_value_per_run_step_and_coordinate(optimizer):
    _, shows = shown_runs(optimizer)
    assert shows.keys() == optimizer.shows.keys()
    for values in shows.values():
        assert type(values) is np.ndarray  # not one of JAX's: nothing was compiled
        assert values.shape == (N, STEPS, 2)
        assert np.isfinite(values).all()


@every_showing
def test_one_run_shows_what_it_shows_among_many(optimizer):
    hypers = {h.id: h.default * np.linspace(0.8, 1, N) for h in optimizer.hypers}
    run, shows = shown_runs(optimizer)
    arrays = {name: value for name, value in vars(run).items() if name != "origin"}
    for i in range(N):
        one, values, expected = jax.tree.map(lambda a, i=i: a[i], (arrays, hypers, shows))
        jax.tree.map(np.testing.assert_array_equal, shown(Run(**one), optimizer, values), expected)


@every_showing
def test_hypers_left_out_are_at_their_defaults(optimizer):
    run = rollout(BOWL, optimizer, steps=STEPS)
    jax.tree.map(np.testing.assert_array_equal, shown(run, optimizer, {}), shown(run, optimizer, optimizer.defaults))


@every_showing
def test_a_run_that_overflows_is_shown_without_complaint(optimizer):
    run = rollout(BOWL, optimizer, hypers={"lr": 1e200}, steps=STEPS)
    assert all(values.shape == (STEPS, 2) for values in shown(run, optimizer, {"lr": 1e200}).values())


@showing("velocity", without=("rates",))
def test_a_velocity_alone_is_the_step_taken(optimizer):
    run, shows = shown_runs(optimizer)
    np.testing.assert_allclose(np.diff(run.position, axis=1), -shows["velocity"], rtol=1e-9, atol=1e-14)


@showing("rates", without=("velocity",))
def test_rates_alone_multiply_the_gradient_or_its_sign(optimizer):
    run, shows = shown_runs(optimizer)
    gradient = run.gradient[:, :-1]
    step = -shows["rates"] * (np.sign(gradient) if optimizer.family == "sign" else gradient)
    np.testing.assert_allclose(np.diff(run.position, axis=1), step, rtol=1e-9, atol=1e-14)


@showing("rates", "velocity")
def test_rates_and_velocity_multiply_to_the_step_and_lr_stands_in_both(optimizer):
    run, shows = shown_runs(optimizer)
    step = -shows["rates"] * shows["velocity"] / run.lr[..., None]
    np.testing.assert_allclose(np.diff(run.position, axis=1), step, rtol=1e-9, atol=1e-14)


def first_weight(optimizer: Optimizer) -> np.ndarray:
    """(N, 2): how often lr times the gradient the first velocity is."""
    run, shows = shown_runs(optimizer)
    return shows["velocity"][:, 0] / (run.lr[:, :1] * run.gradient[:, 0])


def usual_weight(optimizer: Optimizer, weight: np.ndarray) -> np.ndarray:
    """1; or the share of a new gradient in a running mean that is not corrected for its start at 0."""
    averaged = 1 - np.linspace(0.8, 1, N)[:, None] * optimizer.defaults.get("momentum", 0)
    return np.broadcast_to(1.0 if np.allclose(weight, 1) else averaged, weight.shape)


@showing("velocity", usual="velocity")
def test_the_first_velocity_is_lr_times_the_gradient(optimizer):
    """Every run starts at rest, and a mean that starts at 0 is corrected for it, or weighs the first gradient alike."""
    weight = first_weight(optimizer)
    np.testing.assert_allclose(weight, usual_weight(optimizer, weight), rtol=1e-9)


@showing("velocity", unusual="velocity")  # tests/test_more_references.py has its value
def test_a_velocity_is_called_unusual_only_where_it_is(optimizer):
    weight = first_weight(optimizer)
    np.testing.assert_allclose(weight[:, 0], weight[:, 1], rtol=1e-9)
    assert (np.abs(weight - usual_weight(optimizer, weight)) > 0.01).all()


@showing("ahead", "velocity")
def test_the_gradient_is_taken_ahead_and_ahead_is_where_the_old_velocity_leads(optimizer):
    """On a quadratic the gradient ahead is g + H ahead."""
    run, shows = shown_runs(optimizer)
    gradient = run.gradient[:, :-1] + shows["ahead"] @ HESSIAN
    expected = -shows["ahead"] + run.lr[..., None] * gradient
    np.testing.assert_allclose(shows["velocity"], expected, rtol=1e-9, atol=1e-14)
    assert (shows["ahead"][:, 0] == 0).all()  # at rest
    assert (shows["ahead"][:, 1:] != 0).all()


def weighted_sums(optimizer: Optimizer) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each step the squares (2 n,) of n runs, their weighted sum of squared gradients so far, and the weights (t,).

    The weights are the same for every run and coordinate, so least squares find them.
    """
    n, steps = 10, 8
    starts = np.random.default_rng(0).uniform(-3, 3, size=(n, 2))
    hypers = undecayed(optimizer)
    run = rollout(BOWL, optimizer, start=starts, hypers=hypers, noise=10.0, seed=np.arange(n), steps=steps)
    squares = shown(run, optimizer, hypers)["squares"]
    for t in range(steps):
        g2 = np.moveaxis(run.gradient[:, : t + 1] ** 2, 1, -1).reshape(2 * n, t + 1)
        weights = np.linalg.lstsq(g2, squares[:, t].ravel())[0]
        yield squares[:, t].ravel(), g2 @ weights, weights


@showing("squares", usual="squares")
def test_squares_are_one_weighted_sum_of_all_squared_gradients_so_far(optimizer):
    for squares, fitted, weights in weighted_sums(optimizer):
        np.testing.assert_allclose(fitted, squares, rtol=1e-9)
        assert (weights > 0).all()


@showing("squares", unusual="squares")  # the law of squares and rates holds for them
def test_squares_are_called_unusual_only_where_they_are(optimizer):
    assert {"squares", "rates", "velocity"} <= optimizer.shows.keys()
    assert not all(np.allclose(fitted, squares, rtol=1e-9, atol=0) for squares, fitted, _ in weighted_sums(optimizer))


@showing("squares", "rates", "velocity")
def test_where_the_mean_is_corrected_so_are_the_squares(optimizer):
    """Then lr over a rate is their root, but for eps."""
    run, shows = shown_runs(optimizer)
    root, eps = shows["squares"] ** 0.5, optimizer.defaults["eps"]
    np.testing.assert_allclose(run.lr[..., None] / shows["rates"], root, rtol=1e-9, atol=eps * (1 + 1e-9))
