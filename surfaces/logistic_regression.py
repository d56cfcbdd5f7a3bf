"""Logistic regression: the cross-entropy of a class's probability; convex, and flat where the model is certain."""

import jax.numpy as jnp
import numpy as np

from engine import Data, Examples, Reference, Surface


def _examples(n: int, seed: int) -> Examples:
    draw = np.random.default_rng(seed)
    x = draw.uniform(-3, 3, n)
    return Examples(x, (draw.uniform(size=n) < 1 / (1 + np.exp(1 - 2 * x))).astype(float))


TRAIN, VALID, TEST = _examples(32, 3), _examples(32, 4), _examples(32, 10)


def predict(w, x):
    return 1 / (1 + jnp.exp(-(w[0] + w[1] * x)))


def loss(w, x, y):
    z = w[0] + w[1] * x
    return jnp.log1p(jnp.exp(-jnp.abs(z))) + (jnp.abs(z) + z) / 2 - y * z  # log(1 + e^z) - y z, without overflow


def f(w):
    return jnp.mean(loss(w, *TRAIN))


def _minimum() -> tuple[tuple[float, float], float]:
    """By Newton's method from 0, which has converged long before the 20th step."""
    design, w = np.stack([np.ones(32), TRAIN.x], axis=1), np.zeros(2)
    for _ in range(20):
        p = 1 / (1 + np.exp(-design @ w))
        w = w - np.linalg.solve((design.T * p * (1 - p)) @ design, design.T @ (p - TRAIN.y))
    z = design @ w
    return (float(w[0]), float(w[1])), float((np.logaddexp(0, z) - TRAIN.y * z).mean())


_best = _minimum()

SURFACE = Surface(
    id="logistic_regression",
    name="Logistic regression",
    family="data",
    about="Two classes told apart: convex, and flat where the model is certain. Try a smaller batch.",
    tex=(
        r"f(w) = -\frac{1}{N} \sum_{i=1}^{N} y_i \log p_i + (1 - y_i) \log (1 - p_i) \\"
        r"p_i = \frac{1}{1 + e^{-(w_1 + w_2 x_i)}}"
    ),
    f=f,
    domain=((-6.0, 4.0), (-4.0, 8.0)),
    start=(2.0, -1.0),
    minima=lambda: (_best,),
    saddles=lambda: (),
    reference=Reference("Cox", 1958, "doi:10.1111/j.2517-6161.1958.tb00292.x"),
    checked="NumPy's logaddexp and Newton's method by hand",
    data=Data(
        curve="logistic",
        formula="P(y = 1) = 1 / (1 + exp(-w₁ - w₂ x))",
        names=("bias w₁", "slope w₂"),
        predict=predict,
        loss=loss,
        train=TRAIN,
        valid=VALID,
        test=TEST,
    ),
)
