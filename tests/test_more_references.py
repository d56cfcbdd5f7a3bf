"""The other optimizers, step by step, against NumPy with derivatives by hand, and against PyTorch where it is there.

Equal means what it means in test_references: 1e-9, or 1e-9 of a point's own size, in float64, at every step.
"""

import inspect
from importlib.util import find_spec

import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytest

from engine import Optimizer, rollout, shown
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests import adaptive_rules_by_hand, rules_by_hand, test_references
from tests.rules_by_hand import Slope
from tests.test_references import derivatives, rate

PLACES = ("ravine", "rosenbrock", "himmelblau", "beale")
STEPS, T = 30, 20


RULES = {
    name: rule
    for module in (rules_by_hand, adaptive_rules_by_hand)
    for name, rule in vars(module).items()
    if inspect.isgeneratorfunction(rule)
}
LINE_SEARCHES = {"exact_line_search", "conjugate_gradient", "bfgs", "lbfgs"}


# Who is compared step by step with what, here and in test_references.
COMPARED = {
    "NumPy": {*RULES, *test_references.NUMPY},
    "SciPy": LINE_SEARCHES,
    "Optax": {*test_references.OPTAX, "schedule_free"},
    "Keras": {*test_references.KERAS},
    "PyTorch": {id for id, member in OPTIMIZERS.items() if "torch" in member.elsewhere},
}


@pytest.mark.parametrize("id", OPTIMIZERS)
def test_what_a_member_says_it_is_checked_against_is_compared_with_it(id):
    named = {word for word in COMPARED if word in OPTIMIZERS[id].checked}
    assert named
    assert named == {word for word, ids in COMPARED.items() if id in ids}


def settings(id: str, kind: str) -> tuple[dict, str]:
    optimizer = OPTIMIZERS[id]
    steep = id not in {"signsgd", "rprop", "armijo", "saddle_free_newton", "adagrad_no_root", "prodigy", *LINE_SEARCHES}
    adaptive = optimizer.family in ("adaptive", "sign") and id != "radam"
    lr = optimizer.defaults["lr"] * (0.5 if adaptive or not steep else 0.02)
    hypers = {h.id: h.at(0.4) if kind == "others" else h.default for h in optimizer.hypers}
    return {**hypers, "lr": lr}, "exponential" if kind == "others" and id not in LINE_SEARCHES else "constant"


@pytest.mark.parametrize("kind", ["defaults", "others"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("id", RULES)
def test_equals_its_reference_at_every_step(id, place, kind):
    hypers, schedule = settings(id, kind)
    # A line search ends where the gradient vanishes: from there on rounding alone decides the direction.
    steps = {"conjugate_gradient": 4, "bfgs": 4, "lbfgs": 4, "exact_line_search": 8}.get(id, STEPS)
    if place == "ravine" and steps == 4:
        steps = 2
    if place == "beale" and id in LINE_SEARCHES:
        steps = min(steps, 3)
    surface = SURFACES[place]
    more = {"T": T} if schedule == "exponential" else {}
    run = rollout(surface, OPTIMIZERS[id], hypers=hypers, schedule=schedule, schedule_hypers=more, steps=steps)
    lr = hypers.pop("lr")
    rates = [lr * (np.exp(-t / T) if more else 1.0) for t in range(steps)]
    theirs = np.array(list(RULES[id](Slope(place), np.array(surface.start), rates, **hypers)))
    assert np.isfinite(theirs).all()
    assert np.abs(theirs[-1] - theirs[0]).max() > 1e-6
    np.testing.assert_allclose(run.position, theirs, rtol=Optimizer.tolerance, atol=Optimizer.tolerance)


@pytest.mark.parametrize("place", PLACES)
def test_what_nadam_shows_as_its_velocity_is_lr_times_its_mean_looked_ahead(place):
    """By the rule of tests/adaptive_rules_by_hand.py, from the gradients of the run: Dozat's formula."""
    optimizer = OPTIMIZERS["nadam"]
    hypers, _ = settings("nadam", "others")
    run = rollout(SURFACES[place], optimizer, hypers=hypers, steps=STEPS)
    b1, psi = hypers["b1"], hypers["psi"]
    mu = [b1 * (1 - 0.96 ** (t * psi) / 2) for t in range(1, STEPS + 2)]
    expected = []
    for t in range(1, STEPS + 1):
        mean = adaptive_rules_by_hand.moments(run.gradient[:t], b1, 0.5)[0] * (1 - b1**t)
        newest = (1 - mu[t - 1]) * run.gradient[t - 1] / (1 - np.prod(mu[:t]))
        expected.append(hypers["lr"] * (mu[t] * mean / (1 - np.prod(mu[: t + 1])) + newest))
    np.testing.assert_allclose(shown(run, optimizer, hypers)["velocity"], expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("place", PLACES)
def test_schedule_free_is_optaxs_under_a_constant_rate_by_its_evaluation_point(place):
    """Optax iterates the point where the gradient is taken, and weighs by the largest rate so far."""
    optimizer, surface = OPTIMIZERS["schedule_free"], SURFACES[place]
    lr, b = optimizer.defaults["lr"] / 50, 0.8
    run = rollout(surface, optimizer, hypers={"lr": lr, "b": b}, steps=STEPS)
    rule, y = optax.contrib.schedule_free_sgd(lr, b1=b), jnp.array(surface.start)
    state = rule.init(y)
    for point in run.position[1:]:
        updates, state = rule.update(jnp.array(derivatives(place, np.asarray(y))[1]), state, y)
        y = optax.apply_updates(y, updates)
        theirs = optax.contrib.schedule_free_eval_params(state, y)
        np.testing.assert_allclose(point, theirs, rtol=Optimizer.tolerance, atol=Optimizer.tolerance)
    assert np.abs(run.position[-1] - run.position[0]).max() > 1e-6


PYTORCH = [id for id, member in OPTIMIZERS.items() if "torch" in member.elsewhere]


@pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("id", PYTORCH)
def test_equals_pytorch_at_every_step(id, place):
    import torch

    optimizer, surface = OPTIMIZERS[id], SURFACES[place]
    hypers = {**optimizer.defaults, "lr": rate(surface, optimizer) / 2}
    run = rollout(surface, optimizer, hypers=hypers, steps=STEPS)
    w = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    names = {**hypers, "torch": torch, "w": w, "before": None}
    there = optimizer.elsewhere["torch"]
    theirs = names["optimizer"] = eval(there.make, names)
    for t in range(STEPS):
        w.grad = torch.tensor(derivatives(place, w.detach().numpy())[1])
        theirs.param_groups[0]["lr"] = hypers["lr"]
        names["t"] = t
        exec(there.each, names)
        theirs.step()
        point = eval(there.point, names).detach().numpy()
        np.testing.assert_allclose(run.position[t + 1], point, rtol=Optimizer.tolerance, atol=Optimizer.tolerance)
