"""What a turn, a stretch or a scale of the problem does to a path: theory, by families of rules."""

import dataclasses
import itertools

import numpy as np
import pytest

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.test_optimizers import BOWL

TURN = 0.7
R = np.array([[np.cos(TURN), -np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]])
ADAPTIVE = [id for id, member in OPTIMIZERS.items() if member.family in ("adaptive", "sign")]
TURNS_ALONG = [id for id in OPTIMIZERS if id not in ADAPTIVE]
LINE_SEARCHES = ("exact_line_search", "armijo", "conjugate_gradient", "bfgs", "lbfgs")
HIMMELBLAU = SURFACES["himmelblau"]


def seen_through(surface, A):
    """The same surface in the coordinates u with w = A u."""
    return dataclasses.replace(surface, f=lambda u: surface.f(A @ u), hypers=())


def path(id, surface, start, steps=25, **hypers):
    return rollout(surface, OPTIMIZERS[id], start=start, steps=steps, hypers=hypers).position


@pytest.mark.parametrize("id", TURNS_ALONG)
def test_without_scales_of_its_own_a_rule_turns_with_the_surface(id):
    steps = 4 if id in LINE_SEARCHES else 25  # until rounding at the minimum has its say
    start = np.array([0.8, 1.1])
    plain = path(id, BOWL, start, steps=steps)
    turned = path(id, seen_through(BOWL, R), R.T @ start, steps=steps)
    np.testing.assert_allclose(turned @ R.T, plain, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("id", ADAPTIVE)
def test_a_rule_that_scales_each_coordinate_does_not(id):
    start = np.array([0.8, 1.1])
    plain = path(id, BOWL, start)
    turned = path(id, seen_through(BOWL, R), R.T @ start)
    # A rule that has hardly moved yet is judged by how far it has.
    assert np.abs(turned @ R.T - plain).max() > 0.02 * np.abs(plain - start).max()


@pytest.mark.parametrize(
    "id", ["adam", "adamax", "nadam", "amsgrad", "rmsprop", "adagrad", "adan", "signsgd", "rprop", "lion"]
)
def test_the_size_of_the_loss_is_nothing_to_a_rule_that_divides_by_the_gradients(id):
    eps = {"eps": 1e-12} if "eps" in OPTIMIZERS[id].defaults else {}
    start = (-0.9, 1.3)
    larger = dataclasses.replace(HIMMELBLAU, f=lambda w: 1000 * HIMMELBLAU.f(w))
    np.testing.assert_allclose(path(id, larger, start, **eps), path(id, HIMMELBLAU, start, **eps), rtol=1e-6, atol=1e-6)


def test_the_size_of_the_loss_is_everything_to_gradient_descent():
    larger = dataclasses.replace(HIMMELBLAU, f=lambda w: 10 * HIMMELBLAU.f(w))
    assert np.abs(path("sgd", larger, (1, 1), lr=1e-4) - path("sgd", HIMMELBLAU, (1, 1), lr=1e-4)).max() > 0.1


def test_newton_sees_no_stretch():
    A = np.array([[3.0, 1.0], [0.5, 0.2]])
    start = np.array([2.5, 1.5])
    stretched = path("newton", seen_through(HIMMELBLAU, A), np.linalg.solve(A, start), steps=8)
    np.testing.assert_allclose(stretched @ A.T, path("newton", HIMMELBLAU, start, steps=8), rtol=1e-7, atol=1e-7)
    bent = path("sgd", seen_through(BOWL, A), np.linalg.solve(A, start), lr=0.01)
    assert np.abs(bent @ A.T - path("sgd", BOWL, start, lr=0.01)).max() > 0.1


# On the last two a search for a change of sign of the slope alone would climb: on Ackley's function over a dent between
# two trial steps, on Bukin's at the crease.
STEEP = ("himmelblau", "rosenbrock", "beale", "six_hump_camel", "rastrigin", "levy13", "ackley", "bukin6")


@pytest.mark.parametrize("surface", [SURFACES[id] for id in STEEP], ids=STEEP)
@pytest.mark.parametrize("id", LINE_SEARCHES)
def test_a_line_search_never_climbs(id, surface):
    starts = np.random.default_rng(0).uniform(*np.transpose(surface.domain), size=(16, 2))
    loss = rollout(surface, OPTIMIZERS[id], start=starts, steps=40).loss
    climbs = np.diff(loss) > 1e-9 * (1 + np.abs(loss[:, :-1]))
    assert not climbs.any()  # where a crease has no gradient, nan is honest
    assert (np.nanmin(loss, axis=1) < loss[:, 0]).all()


@pytest.mark.parametrize("surface", [SURFACES[id] for id in STEEP], ids=STEEP)
def test_backtracking_keeps_its_condition_at_both_ends_of_every_hyper_or_stands_still(surface):
    optimizer = OPTIMIZERS["armijo"]
    ends = np.array(list(itertools.product(*((h.low, h.high) for h in optimizer.hypers))))
    hypers = dict(zip(optimizer.defaults, ends.T, strict=True))
    run = rollout(surface, optimizer, hypers=hypers, steps=100)
    step, slope = (np.linalg.norm(a, axis=-1) for a in (np.diff(run.position, axis=1), run.gradient[:, :-1]))
    promised = hypers["c"][:, None] * step * np.where(step > 0, slope, 0)  # at a crease it stands, whatever the slope
    broken = np.diff(run.loss) > -promised + 1e-9 * (1 + np.abs(run.loss[:, :-1]))
    assert not broken.any()
    assert (np.nanmin(run.loss, axis=1) < run.loss[:, 0]).all()


@pytest.mark.parametrize("id", ["conjugate_gradient", "bfgs", "lbfgs"])
def test_two_conjugate_steps_end_a_quadratic(id):
    run = rollout(BOWL, OPTIMIZERS[id], steps=2)
    np.testing.assert_allclose(run.position[2], 0, atol=1e-7)
    assert np.abs(run.position[1]).max() > 0.01


def test_exact_line_search_has_its_closed_form_on_a_quadratic():
    H = np.array([[5.0, -4.0], [-4.0, 5.0]])
    w = np.array(BOWL.start)
    for found in rollout(BOWL, OPTIMIZERS["exact_line_search"], steps=10).position:
        np.testing.assert_allclose(found, w, rtol=1e-9, atol=1e-12)
        g = H @ w
        w = w - (g @ g) / (g @ H @ g) * g


def test_saddle_free_newton_leaves_the_saddle_that_newton_walks_to():
    saddle = SURFACES["saddle"]
    start = (2.0, 0.01)
    assert np.linalg.norm(path("newton", saddle, start)[-1]) < 1e-9
    assert abs(path("saddle_free_newton", saddle, start)[-1][1]) > 1


def test_what_wraps_sgd_is_sgd_where_it_does_nothing():
    sgd = path("sgd", HIMMELBLAU, (1, 1), lr=0.005)
    np.testing.assert_allclose(path("sam", HIMMELBLAU, (1, 1), lr=0.005, rho=0.0), sgd, rtol=1e-12)
    np.testing.assert_allclose(path("lookahead", HIMMELBLAU, (1, 1), lr=0.005, alpha=1.0), sgd, rtol=1e-12)
    np.testing.assert_allclose(path("momentum_ema", HIMMELBLAU, (1, 1), lr=0.005, momentum=0.0), sgd, rtol=1e-12)


def test_weight_decay_is_not_an_l2_penalty_once_gradients_are_scaled():
    adam, w, l2 = (path(id, HIMMELBLAU, (1, 1), **more) for id, more in (
        ("adam", {}), ("adamw", {"decay": 0.0}), ("adam_l2", {"decay": 0.0})))  # fmt: skip
    np.testing.assert_allclose(w, adam, rtol=1e-12)
    np.testing.assert_allclose(l2, adam, rtol=1e-12)
    assert (
        np.abs(path("adamw", HIMMELBLAU, (1, 1), decay=0.5) - path("adam_l2", HIMMELBLAU, (1, 1), decay=0.5)).max()
        > 0.1
    )


def test_faults_of_other_visualizers():
    """Each was found in a published tool: see that none is ours."""
    lr = 0.03
    first = np.abs(np.diff(path("adam", HIMMELBLAU, (1, 1), lr=lr), axis=0)[0])
    np.testing.assert_allclose(first, lr, rtol=1e-6)  # bias correction: the first step has the length lr
    assert np.abs(path("nesterov", HIMMELBLAU, (1, 1)) - path("momentum", HIMMELBLAU, (1, 1))).max() > 1e-3
    assert np.linalg.norm(path("adadelta", HIMMELBLAU, (1, 1), steps=300)[-1] - 1) > 0.1  # it gets going
    far = path("sgd", HIMMELBLAU, (1, 1), steps=6, lr=1.0)
    assert not (np.abs(far) < 1e3).all()  # nothing is clamped


@pytest.mark.parametrize("id", OPTIMIZERS)
def test_noise_reaches_every_optimizer(id):
    quiet, loud = (rollout(BOWL, OPTIMIZERS[id], steps=60, noise=noise, seed=1).position for noise in (0.0, 3.0))
    assert np.abs(quiet - loud).max() > 1e-6


@pytest.mark.parametrize("id", ["exact_line_search", "conjugate_gradient", "lbfgs"])
@pytest.mark.parametrize(("unit", "height"), [(2.0**-30, 1.0), (2.0**30, 2.0**-20), (1.0, 2.0**40)])
def test_a_line_search_does_not_depend_on_the_units_of_coordinates_and_loss(id, unit, height):
    """Powers of two change no rounding, so that the paths are equal to the last bit."""
    scaled = dataclasses.replace(HIMMELBLAU, f=lambda w: height * HIMMELBLAU.f(w / unit))
    start = np.array([-0.9, 1.3])
    np.testing.assert_array_equal(
        path(id, scaled, unit * start, steps=12) / unit, path(id, HIMMELBLAU, start, steps=12)
    )
