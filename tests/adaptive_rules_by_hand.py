"""Update rules written by hand in NumPy: Adam's relatives, their means computed as weighted sums of all gradients.

Each is a generator: (slope, start, the learning rate of each step, hypers) -> the points, one more than the rates.
"""

import numpy as np


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
