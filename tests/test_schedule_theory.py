"""Every schedule against its closed form, and what theory says of a run under it."""

import jax.numpy as jnp
import numpy as np
import pytest

from engine import SCHEDULES, rollout
from optimizers import OPTIMIZERS
from tests.test_theory import EIGENVALUES, KAPPA, RAVINE, W0, path


def between(start, end, share):
    """A half wave of a cosine from start to end; share 0..1."""
    return start + (end - start) * np.sin(np.pi / 2 * np.clip(share, 0, 1)) ** 2


SOME = {"T": 40.0, "W": 8.0, "gamma": 0.6, "p": 1.5, "patience": 3}


CLOSED_FORMS = {
    "constant": lambda t: np.ones(len(t)),
    "step": lambda t, T, gamma: np.array([gamma ** (step // T) for step in t]),
    "inverse_time": lambda t, T: T / (T + t),
    "exponential": lambda t, T: np.exp(-t / T),
    "linear": lambda t, T: np.clip(1 - t / T, 0, None),
    "polynomial": lambda t, T, p: np.clip(1 - t / T, 0, None) ** p,
    "cosine": lambda t, T: between(1, 0, t / T),
    "warmup_cosine": lambda t, T, W: np.where(t < W, (t + 1) / W, between(1, 0, (t - W) / T)),
    "one_cycle": lambda t, T: np.where(
        t < 0.3 * T, between(1 / 25, 1, t / (0.3 * T)), between(1, 1 / 25 / 1e4, (t / T - 0.3) / 0.7)
    ),
}


def test_every_schedule_has_a_closed_form_or_reacts():
    assert set(CLOSED_FORMS) == {id for id, schedule in SCHEDULES.items() if not schedule.react}


@pytest.mark.parametrize("steps", [5, 120])
@pytest.mark.parametrize("id", CLOSED_FORMS)
def test_schedule_in_closed_form_and_sgd_contracts_by_the_rate_of_each_step(id, steps):
    lr, hypers = 0.06, {h.id: SOME[h.id] for h in SCHEDULES[id].hypers}
    run = rollout(
        RAVINE,
        OPTIMIZERS["sgd"],
        start=W0,
        surface_hypers={"kappa": KAPPA},
        hypers={"lr": lr},
        schedule=id,
        schedule_hypers=hypers,
        steps=steps,
    )
    expected = lr * CLOSED_FORMS[id](np.arange(steps), **hypers)
    np.testing.assert_allclose(run.lr, expected, rtol=SCHEDULES[id].tolerance, atol=1e-15)
    shrink = np.cumprod(1 - expected[:, None] * EIGENVALUES, axis=0)
    np.testing.assert_allclose(run.position[1:], shrink * W0, rtol=1e-11)


@pytest.mark.parametrize("id", CLOSED_FORMS)
def test_a_schedule_is_a_factor_between_0_and_1(id):
    schedule = SCHEDULES[id]
    t = jnp.arange(0.0, 5000.0)
    for place in (0.0, 0.5, 1.0):
        factor = np.asarray(schedule.factor(t, **{h.id: h.low + place * (h.high - h.low) for h in schedule.hypers}))
        assert factor.shape == t.shape
        assert factor.max() == pytest.approx(1, abs=1e-3)  # a warm-up may step over its highest point
        assert (factor >= 0).all()
        assert (factor <= 1).all()


def test_a_rate_too_large_is_cut_until_the_loss_falls_as_on_a_plateau():
    """As torch.optim.lr_scheduler.ReduceLROnPlateau (threshold 0, no cooldown), written out over the losses."""
    lr, steps, gamma, patience = 2.5 / max(EIGENVALUES), 200, 0.6, 3
    hypers = {"gamma": gamma, "patience": patience}
    run = rollout(
        RAVINE,
        OPTIMIZERS["sgd"],
        start=W0,
        surface_hypers={"kappa": KAPPA},
        hypers={"lr": lr},
        schedule="plateau",
        schedule_hypers=hypers,
        steps=steps,
    )
    best, bad, rates = np.inf, 0, []
    for loss in run.loss[:-1]:
        best, bad = (loss, 0) if loss < best else (best, bad + 1)
        if bad > patience:
            lr, bad = lr * gamma, 0
        rates.append(lr)
    np.testing.assert_allclose(run.lr, rates, rtol=1e-13)
    assert len(set(rates)) > 1
    assert run.loss[-1] < run.loss[0] / 1e6  # a constant rate of that size diverges


def test_a_run_stands_still_once_its_rate_has_fallen_to_zero():
    T = 30
    w = path("sgd", {"lr": 0.05}, 100, schedule="linear", schedule_hypers={"T": T})
    np.testing.assert_array_equal(w[T:], np.broadcast_to(w[T], w[T:].shape))
    assert (np.diff(w[:T], axis=0) != 0).all()
