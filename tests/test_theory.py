"""What theory says about a named rule, above all on quadratics, where every path has a closed form."""

from dataclasses import replace
from functools import partial

import jax
import numpy as np
import pytest

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES

# (x^2 + kappa y^2) / 2: the Hessian's eigenvalues are 1 and kappa, its eigenvectors the axes
RAVINE = SURFACES["ravine"]
KAPPA = 16.0  # not the default
EIGENVALUES = np.array([1.0, KAPPA])
W0 = np.array([-9.0, 2.5])


def path(id: str, hypers: dict, steps: int = 100, **more) -> np.ndarray:
    """(steps + 1, 2): the path on the ravine."""
    return rollout(
        RAVINE, OPTIMIZERS[id], hypers=hypers, start=W0, surface_hypers={"kappa": KAPPA}, steps=steps, **more
    ).position


# Gradient descent: every eigen-direction shrinks on its own.


@pytest.mark.parametrize("lr", [0.02, 0.09, 0.1249])
def test_sgd_contracts_each_eigen_direction_by_one_minus_lr_lambda(lr):
    t = np.arange(101)[:, None]
    np.testing.assert_allclose(path("sgd", {"lr": lr}), (1 - lr * EIGENVALUES) ** t * W0, rtol=1e-12)


@pytest.mark.parametrize(("factor", "grows"), [(0.99, False), (1.0, None), (1.01, True)])
def test_sgd_converges_just_below_two_over_the_largest_eigenvalue_and_not_beyond(factor, grows):
    y = np.abs(path("sgd", {"lr": factor * 2 / KAPPA})[:, 1])
    if grows is None:
        np.testing.assert_allclose(y, np.abs(W0[1]), rtol=1e-12)  # it bounces from wall to wall for ever
    else:
        assert (np.diff(y) > 0).all() == grows
        assert (np.diff(y) < 0).all() != grows


def test_a_diverging_run_follows_theory_until_it_overflows_and_then_says_so():
    lr, steps = 1.0, 400
    run = rollout(RAVINE, OPTIMIZERS["sgd"], hypers={"lr": lr}, start=W0, surface_hypers={"kappa": KAPPA}, steps=steps)
    with np.errstate(over="ignore"):
        y = W0[1] * (1 - lr * KAPPA) ** np.arange(steps + 1)  # 15^t: beyond float64 at t = 262
    finite = np.isfinite(y)
    assert 200 < finite.sum() < 300
    np.testing.assert_allclose(run.position[finite, 1], y[finite], rtol=1e-10)
    assert not np.isfinite(run.position[~finite, 1]).any()
    assert not np.isfinite(run.loss[~finite]).any()
    np.testing.assert_array_equal(run.position[1:, 0], 0)  # lr lambda = 1: the other direction arrives at once


@pytest.mark.parametrize("id", OPTIMIZERS)
def test_nothing_moves_where_the_gradient_is_zero(id):
    run = rollout(RAVINE, OPTIMIZERS[id], start=(0.0, 0.0), steps=20)
    np.testing.assert_array_equal(run.position, np.zeros((21, 2)))


@pytest.mark.parametrize("h", [4.0, 10.0])
def test_one_step_at_the_cliff_undoes_fifty_once_the_rate_is_too_large_for_its_foot(h):
    """Pascanu, Mikolov & Bengio 2013, section 2.3. Up to 2 / f'' of the minimum no step raises the loss."""
    floor = 0.2  # the slope that leads to the wall
    edge = 2 / (100 * floor * (1 - floor / h))
    for lr, thrown in ((0.9 * edge, False), (10 * edge, True)):
        run = rollout(SURFACES["cliff"], OPTIMIZERS["sgd"], hypers={"lr": lr}, surface_hypers={"h": h}, steps=500)
        back = -np.diff(run.position[:, 0]).min() / (lr * floor)  # in steps on the floor
        rise = (run.loss[1:] / run.loss[:-1]).max()
        if thrown:
            assert rise > 10
            assert back == pytest.approx(h / floor - 1, rel=0.1)  # all of the wall's slope: 19 and 49 steps
        else:
            assert rise <= 1 + 1e-12
            assert back < 1


# Momentum: w_t and w_(t-1) are mapped linearly by a 2x2 matrix per eigen-direction.


def two_by_two(id: str, lr: float, momentum: float, eigenvalue: float) -> np.ndarray:
    """(w_t, w_(t-1)) -> (w_(t+1), w_t): Polyak 1964; for Nesterov e.g. Lessard, Recht & Packard 2016, section 2.2."""
    shrink = 1 - lr * eigenvalue
    first = {
        "momentum": [shrink + momentum, -momentum],
        "nesterov": [shrink * (1 + momentum), -shrink * momentum],
    }
    return np.array([first[id], [1.0, 0.0]])


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("id", ["momentum", "nesterov"])
def test_momentum_follows_its_iteration_matrix(id, momentum):
    lr, steps = 0.02, 100
    w = path(id, {"lr": lr, "momentum": momentum}, steps)
    for axis, eigenvalue in enumerate(EIGENVALUES):
        matrix = two_by_two(id, lr, momentum, eigenvalue)
        powers = [np.linalg.matrix_power(matrix, t) for t in range(steps + 1)]
        expected = [(power @ [W0[axis], W0[axis]])[0] for power in powers]  # at rest at first: w_(-1) = w_0
        np.testing.assert_allclose(w[:, axis], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("id", "lr", "rate"),
    [
        ("momentum", 0.02, lambda lr, momentum, eigenvalue: np.sqrt(momentum)),  # whatever the curvature
        ("nesterov", 0.02, lambda lr, momentum, eigenvalue: np.sqrt(momentum * (1 - lr * eigenvalue))),
    ],
)
def test_an_oscillating_run_shrinks_at_the_known_rate(id, lr, rate):
    """With complex eigenvalues w_t^2 - w_(t+1) w_(t-1) is an energy, and a step shrinks it by |eigenvalue|^2."""
    momentum = 0.9
    w = path(id, {"lr": lr, "momentum": momentum}, 60)
    energy = w[1:-1] ** 2 - w[2:] * w[:-2]
    for axis, eigenvalue in enumerate(EIGENVALUES):
        eigenvalues = np.linalg.eigvals(two_by_two(id, lr, momentum, eigenvalue))
        assert np.iscomplex(eigenvalues).all()
        np.testing.assert_allclose(np.abs(eigenvalues), rate(lr, momentum, eigenvalue))
        assert (energy[:, axis] > 0).all()
        np.testing.assert_allclose(
            np.sqrt(energy[1:, axis] / energy[:-1, axis]), rate(lr, momentum, eigenvalue), rtol=1e-6
        )


def test_momentum_stays_stable_twice_as_far_as_sgd_and_no_further():
    """Heavy ball converges for lr < 2 (1 + momentum) / lambda (Polyak 1964)."""
    momentum = 0.9
    edge = 2 * (1 + momentum) / KAPPA
    below, beyond = (
        np.abs(path("momentum", {"lr": factor * edge, "momentum": momentum}, 1000)[:, 1]) for factor in (0.99, 1.01)
    )
    assert below[-1] < 1e-3
    assert beyond[-1] > 1e3


# Newton: one step on a quadratic, whatever its condition; and it is drawn to saddles.


@pytest.mark.parametrize("kappa", [1.0, 20.0, 1000.0])
def test_newton_needs_one_step_on_a_quadratic(kappa):
    w = rollout(RAVINE, OPTIMIZERS["newton"], start=W0, surface_hypers={"kappa": kappa}, steps=1).position
    np.testing.assert_allclose(w[1], 0, atol=1e-14)


@pytest.mark.parametrize("lr", [0.3, 1.0])
@pytest.mark.parametrize("damping", [0.0, 2.0, 50.0])
def test_damped_newton_shrinks_each_eigen_direction_by_its_share_of_the_damped_curvature(lr, damping):
    t = np.arange(31)[:, None]
    shrink = 1 - lr * EIGENVALUES / (EIGENVALUES + damping)
    expected = shrink**t * W0
    np.testing.assert_allclose(path("newton", {"lr": lr, "damping": damping}, 30), expected, rtol=1e-10, atol=1e-14)


WITH_SADDLES = [id for id, surface in SURFACES.items() if surface.saddles(**surface.defaults)]


@pytest.mark.parametrize("id", WITH_SADDLES)
def test_newton_walks_to_every_saddle_from_which_sgd_runs_away(id):
    surface = SURFACES[id]
    saddles = surface.saddles(**surface.defaults)
    places, heights = np.array([place for place, _ in saddles]), np.array([height for _, height in saddles])
    near = np.add(places, (1e-3, 2e-3))
    newton = rollout(surface, OPTIMIZERS["newton"], start=near, steps=40)
    np.testing.assert_allclose(newton.position[:, -1], places, atol=1e-9)
    np.testing.assert_allclose(newton.loss[:, -1], heights, rtol=1e-9, atol=1e-9)
    hessians = jax.jit(jax.vmap(jax.hessian(partial(surface.f, **surface.defaults))))(near)
    curvatures = np.abs(np.linalg.eigvalsh(hessians)).max(axis=1)
    sgd = rollout(surface, OPTIMIZERS["sgd"], start=near, hypers={"lr": 0.5 / curvatures}, steps=4000)
    distances = np.abs(sgd.position - places[:, None]).max(axis=-1)  # (saddles, steps + 1)
    away = distances > 2 * distances[:, :1]
    assert away.any(axis=1).all()
    first = away.argmax(axis=1)
    assert (sgd.loss[np.arange(len(saddles)), first] < heights).all()


# The first step of the adaptive rules: what is left of the gradient is hardly more than its sign.


@pytest.mark.parametrize(
    ("id", "hypers", "closed_form"),
    [
        ("adagrad", {"lr": 0.5, "eps": 1e-2}, lambda g, lr, eps: lr * g / np.sqrt(g**2 + eps)),
        (
            "rmsprop",
            {"lr": 0.1, "rho": 0.8, "eps": 1e-2},
            lambda g, lr, rho, eps: lr * g / np.sqrt((1 - rho) * g**2 + eps),
        ),
        (
            "adadelta",
            {"lr": 2.0, "rho": 0.8, "eps": 1e-2},
            lambda g, lr, rho, eps: lr * g * np.sqrt(eps) / np.sqrt((1 - rho) * g**2 + eps),
        ),
        (
            "adam",  # the corrections cancel (1 - b1) and (1 - b2)
            {"lr": 0.1, "b1": 0.8, "b2": 0.99, "eps": 1e-2},
            lambda g, lr, b1, b2, eps: lr * g / (np.abs(g) + eps),
        ),
    ],
)
def test_first_step_of_an_adaptive_rule_in_closed_form(id, hypers, closed_form):
    start = np.array([-0.3, 0.01])  # gradients 0.3 and 0.16: eps counts
    run = rollout(RAVINE, OPTIMIZERS[id], start=start, surface_hypers={"kappa": KAPPA}, hypers=hypers, steps=1)
    step = closed_form(EIGENVALUES * start, **hypers)
    np.testing.assert_allclose(run.position[1], start - step, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("id", ["adam", "adagrad"])
def test_first_step_is_lr_in_every_coordinate_however_steep(id, scale):
    lr = 0.25
    start = W0 * scale
    run = rollout(RAVINE, OPTIMIZERS[id], start=start, hypers={"lr": lr, "eps": 1e-12}, steps=1)
    np.testing.assert_allclose(run.position[1], start - lr * np.sign(start), rtol=1e-6)


def test_adam_takes_steps_of_lr_under_a_constant_gradient():
    """Kingma & Ba 2014, section 3: both estimates are unbiased, so m_hat / sqrt(v_hat) = sign(g) at every step."""
    lr, steps = 0.01, 50
    far = np.array([1e9, -1e9])  # so far out that the gradient does not change within 50 steps
    hypers = {"lr": lr, "b1": 0.7, "b2": 0.9, "eps": 1e-12}
    run = rollout(RAVINE, OPTIMIZERS["adam"], start=far, hypers=hypers, steps=steps)
    t = np.arange(steps + 1)[:, None]
    np.testing.assert_allclose(run.position - far, -lr * t * np.sign(far), atol=1e-6)  # 1e9 resolves 1e-7


def test_adagrad_slows_down_by_the_root_of_the_step_under_a_constant_gradient():
    lr, steps = 0.5, 50
    far = np.array([1e9, -1e9])
    run = rollout(RAVINE, OPTIMIZERS["adagrad"], start=far, hypers={"lr": lr}, steps=steps)
    travelled = lr * np.append(0, np.cumsum(1 / np.sqrt(np.arange(1, steps + 1))))
    np.testing.assert_allclose(np.abs(run.position - far), np.stack([travelled] * 2, axis=1), atol=1e-5)


def test_without_its_root_adagrad_gets_only_the_logarithm_of_the_steps_far_and_less_where_it_is_steep():
    """Under a constant gradient g: lr (1 + ... + 1/sqrt(t)) with the root, lr / |g| (1 + ... + 1/t) without."""
    steps, slope = 1000, np.array([1.0, 4.0])
    plane = replace(RAVINE, f=lambda w: w @ slope, minima=lambda: (), saddles=lambda: (), hypers=())
    t = np.arange(1, steps + 1)[:, None]
    for id, travelled in (("adagrad", 1 / np.sqrt(t)), ("adagrad_no_root", 1 / (t * slope))):
        run = rollout(plane, OPTIMIZERS[id], start=(0.0, 0.0), hypers={"lr": 2.0, "eps": 1e-12}, steps=steps)
        expected = -2 * np.cumsum(np.broadcast_to(travelled, (steps, 2)), axis=0)
        np.testing.assert_allclose(run.position[1:], expected, rtol=1e-10)


def best_of_all_rates(id: str, surface, **settings) -> float:
    """How near f gets to its minimum in the end, at the best constant rate of the slider."""
    lr = next(h for h in OPTIMIZERS[id].hypers if h.id == "lr")
    rates = [lr.at(place) for place in np.linspace(0, 1, 101)]
    run = rollout(surface, OPTIMIZERS[id], hypers={"lr": rates}, **settings)
    return np.nanmin(run.loss[:, -1]) - min(level for _, level in surface.minima())


@pytest.mark.parametrize("seed", range(5))
def test_a_rare_feature_is_why_adagrad_and_why_its_root(seed):
    """A step on an example with the feature shrinks its error by 1 - 400 lr: SGD needs lr < 1/200, where the common
    weight moves by less than a hundredth of its way a step. Adagrad gives each weight its own rate."""
    surface = SURFACES["rare_feature"]
    settings = {"batch": 1, "seed": seed, "steps": 300}
    adagrad = rollout(surface, OPTIMIZERS["adagrad"], hypers={"lr": 1.0}, **settings).loss[-1]
    adagrad -= min(level for _, level in surface.minima())
    assert adagrad < 0.12  # from 136
    assert best_of_all_rates("sgd", surface, **settings) > 5 * adagrad
    assert best_of_all_rates("adagrad_no_root", surface, **settings) > 500 * adagrad
    # Where a step sees all examples, nothing is rare: then SGD gets there too.
    assert best_of_all_rates("sgd", surface, steps=300) < 1e-6
