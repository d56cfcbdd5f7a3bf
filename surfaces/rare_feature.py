"""A rare feature: it is present in 2 of 32 examples, where the loss is steep.

The rare examples limit a learning rate that all weights share, and so the common weight moves slowly; a rule that gives
each weight a rate of its own moves both. This shows only if a step sees few examples: the mean over all of them is an
ordinary ravine.
"""

import jax.numpy as jnp
import numpy as np

from engine import Data, Examples, Lesson, Reference, Surface


def _examples(n: int, rare: int, seed: int) -> Examples:
    draw = np.random.default_rng(seed)
    x = np.append(draw.uniform(-2, 2, n - rare), draw.uniform(2, 3, rare))
    return Examples(x, np.where(x < 2, 1.0, 4.0) + 0.5 * draw.standard_normal(n))


TRAIN, VALID, TEST = _examples(32, 2, 7), _examples(32, 2, 8), _examples(32, 2, 12)
_common = TRAIN.x < 2
_best = float(TRAIN.y[_common].mean()), float(TRAIN.y[~_common].mean() / 20)  # each weight has examples of its own
_floor = float(((np.where(_common, _best[0], 20 * _best[1]) - TRAIN.y) ** 2).mean() / 2)


def predict(w, x):
    return jnp.where(x < 2, w[0], 20 * w[1])


def loss(w, x, y):
    return (predict(w, x) - y) ** 2 / 2


def f(w):
    return jnp.mean(loss(w, *TRAIN))


SURFACE = Surface(
    id="rare_feature",
    name="Rare feature",
    family="data",
    about="One input is seldom present, and its weight seldom gets a gradient. Try a batch of one and of all 32.",
    tex=(
        r"f(w) = \frac{1}{N} \sum_{i=1}^{N} \tfrac{1}{2} \left(\hat y_i - y_i\right)^2 \\"
        r"\hat y_i = \begin{cases} w_1 & x_i < 2 \\ 20\, w_2 & x_i \ge 2 \text{, which is rare} \end{cases}"
    ),
    f=f,
    domain=((-4.0, 4.0), (-4.0, 4.0)),
    start=(-3.0, -3.0),
    minima=lambda: ((_best, _floor),),
    saddles=lambda: (),
    log_height=True,
    reference=Reference("Duchi, Hazan & Singer", 2011, "JMLR 12, 2121-2159"),
    checked="the same sum in NumPy, its minimum by means",
    lessons=(Lesson("newton", "damping", 0.1, "the Hessian of a single example has rank 1 and no inverse"),),
    data=Data(
        curve="step",
        formula="y = w₁ where x < 2, else 20 w₂",
        names=("common weight w₁", "rare weight w₂"),
        predict=predict,
        loss=loss,
        train=TRAIN,
        valid=VALID,
        test=TEST,
        batch=1,
    ),
)
