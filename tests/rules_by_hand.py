"""Update rules written by hand in NumPy and SciPy: all but Adam's relatives.

Each is a generator: (slope, start, the learning rate of each step, hypers) -> the points, one more than the rates.
"""

import numpy as np
from scipy.optimize import brentq

from tests.test_references import derivatives


class Slope:
    """A surface at its default hypers, by hand: f, gradient and Hessian."""

    def __init__(self, id: str) -> None:
        self.f = lambda w: derivatives(id, w)[0]
        self.g = lambda w: derivatives(id, w)[1]
        self.H = lambda w: derivatives(id, w)[2]

    def least_along(self, w: np.ndarray, d: np.ndarray) -> float:
        """The first sign change of the slope along d: bracketed by trial steps, and found by Brent's method.

        The trial steps are L / 512, L / 256, ..., with L the step to the minimum of the quadratic model along d.
        """

        def slope(a: float) -> float:
            return self.g(w + a * d) @ d

        low, high = 0.0, abs(slope(0.0) / (d @ self.H(w) @ d)) / 512
        while slope(high) < 0:
            low, high = high, 2 * high
        return brentq(slope, low, high, xtol=1e-300, rtol=8.9e-16)


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
    yield from bfgs(s, w, rates, memory=5)


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


def schedule_free(s, w, rates, b):
    z, weights, total = w, [], w * 0
    for lr in rates:
        yield w
        z = z - lr * s.g((1 - b) * z + b * w)
        weights.append(lr**2)
        total = total + lr**2 * z
        w = total / sum(weights)  # the average of all z, weighted by the square of their rates
    yield w
