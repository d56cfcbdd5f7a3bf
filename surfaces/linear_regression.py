"""Linear regression: the squared error of a line through points. The valley is oblique because x is not centred."""

import jax.numpy as jnp
import numpy as np

from engine import Data, Examples, Reference, Surface


def _examples(n: int, seed: int) -> Examples:
    draw = np.random.default_rng(seed)
    x = draw.uniform(-1, 3, n)
    return Examples(x, 0.5 + 1.5 * x + 0.6 * draw.standard_normal(n))


TRAIN, VALID, TEST = _examples(32, 1), _examples(32, 2), _examples(32, 9)
_design = np.stack([np.ones(32), TRAIN.x], axis=1)
_best = np.linalg.lstsq(_design, TRAIN.y)[0]  # the normal equations
_floor = float(((_design @ _best - TRAIN.y) ** 2).mean() / 2)


def predict(w, x):
    return w[0] + w[1] * x


def loss(w, x, y):
    return (predict(w, x) - y) ** 2 / 2


def f(w):
    return jnp.mean(loss(w, *TRAIN))


SURFACE = Surface(
    id="linear_regression",
    name="Linear regression",
    family="data",
    about="A straight line fitted to points: its loss is a bowl, here an oblique one. Try a batch of one example.",
    tex=r"f(w) = \frac{1}{N} \sum_{i=1}^{N} \tfrac{1}{2} \left(w_1 + w_2 x_i - y_i\right)^2",
    f=f,
    domain=((-4.0, 5.0), (-3.0, 5.0)),
    start=(-3.5, 0.0),
    minima=lambda: (((float(_best[0]), float(_best[1])), _floor),),
    saddles=lambda: (),
    reference=Reference("Legendre", 1805, "Nouvelles méthodes pour la détermination des orbites des comètes"),
    checked="NumPy's least squares",
    steps=200,
    data=Data(
        curve="line",
        formula="y = w₁ + w₂ x",
        names=("intercept w₁", "slope w₂"),
        predict=predict,
        loss=loss,
        train=TRAIN,
        valid=VALID,
        test=TEST,
    ),
)
