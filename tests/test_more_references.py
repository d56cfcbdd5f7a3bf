"""The other optimizers, step by step, against NumPy with derivatives by hand, and against PyTorch where it is there.

Equal means what it means in test_references: 1e-9, or 1e-9 of a point's own size, in float64, at every step.
"""

from importlib.util import find_spec

import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytest
from scipy.optimize import brentq

from engine import Optimizer, rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests import test_references
from tests.test_references import derivatives, rate

PLACES = ("ravine", "rosenbrock", "himmelblau", "beale")
STEPS, T = 30, 20


class Slope:
    """A surface at its default hypers, by hand: f, gradient and Hessian."""

    def __init__(self, id: str) -> None:
        self.f = lambda w: derivatives(id, w)[0]
        self.g = lambda w: derivatives(id, w)[1]
        self.H = lambda w: derivatives(id, w)[2]

    def least_along(self, w: np.ndarray, d: np.ndarray) -> float:
        """The first turn of the slope along d, looked for at 0.001, 0.002, 0.004, ... and found by Brent's method."""

        def slope(a: float) -> float:
            return self.g(w + a * d) @ d

        low, high = 0.0, 1e-3 / np.linalg.norm(d)
        while slope(high) < 0:
            low, high = high, 2 * high
        return brentq(slope, low, high, xtol=1e-300, rtol=8.9e-16)


# Each: (slope, start, the rate of each step, hypers) -> the points, one more than there are rates.


def momentum_ema(s, w, rates, momentum):
    m = np.zeros(2)
    for lr in rates:
        yield w
        m = momentum * m + (1 - momentum) * s.g(w)
        w = w - lr * m
    yield w


def nesterov_iterate(s, w, rates, momentum):
    # The look-ahead point of Nesterov's method from the same start.
    place, v = w, np.zeros(2)
    for lr in rates:
        yield place - momentum * v
        v = momentum * v + lr * s.g(place - momentum * v)
        place = place - v
    yield place - momentum * v


def saddle_free_newton(s, w, rates, damping):
    for lr in rates:
        yield w
        H = s.H(w)
        # |H| is the root of H H, by the closed form for two rows: (M + sqrt(det) I) / sqrt(trace + 2 sqrt(det)).
        M = H @ H
        root = abs(np.linalg.det(H))
        size = (M + root * np.eye(2)) / np.sqrt(np.trace(M) + 2 * root)
        w = w - lr * np.linalg.inv(size + damping * np.eye(2)) @ s.g(w)
    yield w


def exact_line_search(s, w, rates):
    for lr in rates:
        yield w
        w = w - lr * s.least_along(w, -s.g(w)) * s.g(w)
    yield w


def armijo(s, w, rates, c, shrink):
    for lr in rates:
        yield w
        g = s.g(w)
        while s.f(w - lr * g) > s.f(w) - c * lr * (g @ g):
            lr *= shrink
        w = w - lr * g
    yield w


def conjugate_gradient(s, w, rates):
    before, d = None, np.zeros(2)
    for lr in rates:
        yield w
        g = s.g(w)
        beta = 0 if before is None else max(0, (g - before) @ g / (before @ before))
        d = beta * d - g
        if d @ g >= 0:
            d = -g
        before = g
        w = w + lr * s.least_along(w, d) * d
    yield w


def bfgs(s, w, rates, memory=None):
    """With a memory, the matrix that the limited one stands for is built anew from the last pairs."""
    pairs, last, B = [], None, np.eye(2)
    for lr in rates:
        yield w
        g = s.g(w)
        if last is not None and (w - last[0]) @ (g - last[1]) > 0:
            pairs.append((w - last[0], g - last[1]))
        if memory:
            p, q = pairs[-1] if pairs else (np.ones(1), np.ones(1))
            B, learned = p @ q / (q @ q) * np.eye(2), pairs[-memory:]
        else:
            learned, pairs = pairs, []
        for p, q in learned:
            V = np.eye(2) - np.outer(p, q) / (p @ q)
            B = V @ B @ V.T + np.outer(p, p) / (p @ q)
        last = w, g
        w = w + lr * s.least_along(w, -B @ g) * (-B @ g)
    yield w


def lbfgs(s, w, rates):
    return bfgs(s, w, rates, memory=5)


def signsgd(s, w, rates):
    for lr in rates:
        yield w
        w = w + lr * np.where(s.g(w) < 0, 1, -1)
    yield w


def rprop(s, w, rates, up, down):
    length, before = np.ones(2), np.zeros(2)
    for lr in rates:
        yield w
        g = s.g(w)
        for k in range(2):
            if g[k] * before[k] < 0:
                length[k] *= down
                g[k] = 0  # after a turn it waits for a step
            elif g[k] * before[k] > 0:
                length[k] *= up
        before = g
        w = w - lr * length * np.sign(g)
    yield w


def lookahead(s, w, rates, k, alpha):
    slow = w
    for t, lr in enumerate(rates, 1):
        yield w
        w = w - lr * s.g(w)
        if t % k == 0:
            slow = (1 - alpha) * slow + alpha * w
            w = slow
    yield w


def sam(s, w, rates, rho):
    for lr in rates:
        yield w
        w = w - lr * s.g(w + rho * s.g(w) / np.linalg.norm(s.g(w)))
    yield w


def adagrad_no_root(s, w, rates, eps):
    seen = []
    for lr in rates:
        yield w
        seen.append(s.g(w))
        w = w - lr * seen[-1] / (np.square(seen).sum(axis=0) + eps)
    yield w


def moments(gradients, b1, b2):
    """Adam's corrected means from all gradients so far, as weighted sums."""
    t = len(gradients)
    g, age = np.array(gradients), np.arange(t)[::-1, None]
    m = (1 - b1) * (b1**age * g).sum(axis=0) / (1 - b1**t)
    v = (1 - b2) * (b2**age * g**2).sum(axis=0) / (1 - b2**t)
    return m, v


def amsgrad(s, w, rates, b1, b2, eps):
    seen, largest = [], np.zeros(2)
    for t, lr in enumerate(rates, 1):
        yield w
        seen.append(s.g(w))
        m, v = moments(seen, b1, b2)
        largest = np.maximum(largest, v * (1 - b2**t))
        w = w - lr * m / (np.sqrt(largest / (1 - b2**t)) + eps)
    yield w


def adamax(s, w, rates, b1, b2, eps):
    seen = []
    for lr in rates:
        yield w
        seen.append(s.g(w))
        ages = np.arange(len(seen))[::-1, None]
        w = w - lr * moments(seen, b1, 0.5)[0] / (b2**ages * (np.abs(seen) + eps)).max(axis=0)
    yield w


def nadam(s, w, rates, b1, b2, eps, psi):
    seen = []
    mu = [b1 * (1 - 0.96 ** (t * psi) / 2) for t in range(1, len(rates) + 2)]
    for t, lr in enumerate(rates, 1):
        yield w
        seen.append(s.g(w))
        m, v = moments(seen, b1, b2)
        ahead = mu[t] * m * (1 - b1**t) / (1 - np.prod(mu[: t + 1])) + (1 - mu[t - 1]) * seen[-1] / (
            1 - np.prod(mu[:t])
        )
        w = w - lr * ahead / (np.sqrt(v) + eps)
    yield w


def radam(s, w, rates, b1, b2, eps):
    seen, longest = [], 2 / (1 - b2) - 1
    for t, lr in enumerate(rates, 1):
        yield w
        seen.append(s.g(w))
        m, v = moments(seen, b1, b2)
        length = longest - 2 * t * b2**t / (1 - b2**t)
        if length >= 5:
            r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            w = w - lr * r * m / (np.sqrt(v) + eps)
        else:
            w = w - lr * m
    yield w


def adamw(s, w, rates, b1, b2, eps, decay):
    seen = []
    for lr in rates:
        yield w
        seen.append(s.g(w))
        m, v = moments(seen, b1, b2)
        w = (1 - lr * decay) * w - lr * m / (np.sqrt(v) + eps)
    yield w


def adam_l2(s, w, rates, b1, b2, eps, decay):
    seen = []
    for lr in rates:
        yield w
        seen.append(s.g(w) + decay * w)
        m, v = moments(seen, b1, b2)
        w = w - lr * m / (np.sqrt(v) + eps)
    yield w


def adabelief(s, w, rates, b1, b2, eps):
    seen, belief = [], np.zeros(2)
    for t, lr in enumerate(rates, 1):
        yield w
        seen.append(s.g(w))
        m = moments(seen, b1, b2)[0]
        belief = b2 * belief + (1 - b2) * (seen[-1] - m * (1 - b1**t)) ** 2 + eps
        w = w - lr * m / (np.sqrt(belief / (1 - b2**t)) + eps)
    yield w


def yogi(s, w, rates, b1, b2, eps):
    seen, v = [], np.zeros(2)
    for t, lr in enumerate(rates, 1):
        yield w
        seen.append(s.g(w))
        square = seen[-1] ** 2
        v = np.where(v > square, v - (1 - b2) * square, v + (1 - b2) * square)
        w = w - lr * moments(seen, b1, b2)[0] / (np.sqrt(v / (1 - b2**t)) + eps)
    yield w


def lion(s, w, rates, b1, b2, decay):
    m = np.zeros(2)
    for lr in rates:
        yield w
        g = s.g(w)
        w, m = w - lr * (np.sign(b1 * m + (1 - b1) * g) + decay * w), b2 * m + (1 - b2) * g
    yield w


def adan(s, w, rates, b1, b2, b3, eps):
    g, change, sized = [], [], []
    for lr in rates:
        yield w
        g.append(s.g(w))
        change.append(g[-1] - g[-2] if len(g) > 1 else np.zeros(2))
        sized.append(g[-1] + b2 * change[-1])  # as the authors' program, github.com/sail-sg/Adan
        m, v, n = moments(g, b1, 0.5)[0], moments(change, b2, 0.5)[0], moments(sized, 0.5, b3)[1]
        w = w - lr * (m + b2 * v) / (np.sqrt(n) + eps)
    yield w


def prodigy(s, w, rates, b1, b2, eps):
    start, d, m, v, top, bottom, keep = w, 1e-6, np.zeros(2), np.zeros(2), 0.0, np.zeros(2), np.sqrt(b2)
    for t, lr in enumerate(rates, 1):
        yield w
        g = s.g(w)
        rate = d * lr * np.sqrt(1 - b2**t) / (1 - b1**t)
        m = b1 * m + (1 - b1) * d * g
        v = b2 * v + (1 - b2) * d**2 * g**2
        top = keep * top + d * rate * (g @ (start - w)) / 1e-6
        bottom = keep * bottom + rate * d * g / 1e-6
        d = max(d, top / np.abs(bottom).sum())
        w = w - rate * m / (np.sqrt(v) + d * eps)
    yield w


def schedule_free(s, w, rates, b):
    z, weights, total = w, [], w * 0
    for lr in rates:
        yield w
        z = z - lr * s.g((1 - b) * z + b * w)
        weights.append(lr**2)
        total = total + lr**2 * z
        w = total / sum(weights)  # the average of all z, weighted by the square of their rates
    yield w


RULES = {
    rule.__name__: rule
    for rule in (
        *(momentum_ema, nesterov_iterate, saddle_free_newton, exact_line_search, armijo, conjugate_gradient, bfgs),
        *(lbfgs, signsgd, rprop, lookahead, sam, adagrad_no_root, amsgrad, adamax, nadam, radam, adamw, adam_l2),
        *(adabelief, yogi, lion, adan, prodigy, schedule_free),
    )
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
    assert named <= {word for word, ids in COMPARED.items() if id in ids}


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


PYTORCH = [id for id, member in OPTIMIZERS.items() if "torch" in member.elsewhere] if find_spec("torch") else []


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
