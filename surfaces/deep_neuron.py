"""A deep neuron, y = w2 tanh(w1 x): two mirrored valleys, a saddle between them, and plateaus where tanh saturates."""

import jax.numpy as jnp
import numpy as np

from engine import Data, Examples, Reference, Surface


def _examples(n: int, seed: int) -> Examples:
    draw = np.random.default_rng(seed)
    x = draw.uniform(-2, 2, n)
    return Examples(x, 1.6 * np.tanh(1.2 * x) + 0.3 * draw.standard_normal(n))


TRAIN, VALID, TEST = _examples(32, 5), _examples(32, 6), _examples(32, 11)


def predict(w, x):
    return w[1] * jnp.tanh(w[0] * x)


def loss(w, x, y):
    return (predict(w, x) - y) ** 2 / 2


def f(w):
    return jnp.mean(loss(w, *TRAIN))


def _minimum() -> tuple[float, float, float]:
    """By Newton's method on the derivatives by hand, from the weights that the data were drawn with."""
    (x, y), w = TRAIN, np.array([1.2, 1.6])
    for _ in range(20):
        h = np.tanh(w[0] * x)
        d1, d2 = x * (1 - h**2), -2 * x**2 * h * (1 - h**2)  # of h by w1
        r = w[1] * h - y
        cross = (d1 * (r + w[1] * h)).mean()
        H = np.array([[((w[1] * d1) ** 2 + r * w[1] * d2).mean(), cross], [cross, (h**2).mean()]])
        w = w - np.linalg.solve(H, [(r * w[1] * d1).mean(), (r * h).mean()])
    return float(w[0]), float(w[1]), float(((w[1] * np.tanh(w[0] * x) - y) ** 2).mean() / 2)


_w1, _w2, _floor = _minimum()

SURFACE = Surface(
    id="deep_neuron",
    name="Deep neuron",
    family="data",
    about="A small network's loss: two mirrored valleys, a saddle between them, plateaus around. Try several starts.",
    tex=r"f(w) = \frac{1}{N} \sum_{i=1}^{N} \tfrac{1}{2} \left(w_2 \tanh(w_1 x_i) - y_i\right)^2",
    f=f,
    domain=((-5.0, 5.0), (-4.0, 4.0)),
    start=(4.5, -2.0),
    minima=lambda: (((_w1, _w2), _floor), ((-_w1, -_w2), _floor)),
    saddles=lambda: (((0.0, 0.0), float((TRAIN.y**2).mean() / 2)),),
    reference=Reference("Bengio, Simard & Frasconi", 1994, "doi:10.1109/72.279181"),
    checked="the same sum in NumPy, with derivatives by hand",
    data=Data(
        curve="neuron",
        formula="y = w₂ tanh(w₁ x)",
        names=("inner weight w₁", "outer weight w₂"),
        predict=predict,
        loss=loss,
        train=TRAIN,
        valid=VALID,
        test=TEST,
    ),
)
