"""Lion: steps by the sign of a mean of gradients; the rule was found by a search over programs."""

import optax

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, init_with, update_with

init = init_with(optax.lion(1.0))


def update(probe: Probe, state: State, params, *, lr, b1, b2, decay):
    return update_with(optax.lion(lr, b1=b1, b2=b2, weight_decay=decay), probe, state, params)


OPTIMIZER = Optimizer(
    id="lion",
    name="Lion",
    family="sign",
    about="The sign of a running mean, found by a program search: try a rate ten times smaller than Adam's.",
    tex=(
        r"w_{t+1} = w_t - \eta \left(\mathrm{sign}(\beta_1 m_{t-1} + (1-\beta_1)\, g_t) + \lambda\, w_t\right) \\"
        r"m_t = \beta_2 m_{t-1} + (1-\beta_2)\, g_t"
    ),
    hypers=(
        Hyper("lr", 0.1, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay in the step", tex=r"\beta_1"),
        Hyper("b2", 0.99, 0.0, 0.9999, near_one=True, name="decay of the mean", tex=r"\beta_2"),
        Hyper("decay", 0.0, 0.0, 1.0, name="weight decay", tex=r"\lambda"),
    ),
    reference=Reference("Chen et al.", 2023, "arXiv:2302.06675"),
    checked="Keras, NumPy",
    init=init,
    update=update,
    equations=Equations(
        ("m = b2 * m_ + (1 - b2) * g", "w_next = w - lr * (sign(b1 * m_ + (1 - b1) * g) + decay * w)"),
        state=lambda state: {"t": state.rule[0].count, "m": state.rule[0].mu},
    ),
    elsewhere={
        "optax": Elsewhere("optax.lion(lr, b1=b1, b2=b2, weight_decay=decay)"),
        "keras": Elsewhere(
            "keras.optimizers.Lion(lr, beta_2=b2, weight_decay=decay)",
            each="optimizer.beta_1 = b1  # its constructor refuses 0",
        ),
    },
)
