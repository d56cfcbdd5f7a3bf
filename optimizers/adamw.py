"""AdamW: Adam with decoupled weight decay, applied to the weights and not to the gradient: it is not rescaled."""

import jax
import optax

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, init_with, means, mu_hat, nu_hat, update_with

init = init_with(optax.adamw(1.0))


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps, decay):
    return update_with(optax.adamw(lr, b1=b1, b2=b2, eps=eps, weight_decay=decay), probe, state, params)


OPTIMIZER = Optimizer(
    id="adamw",
    name="AdamW",
    family="adaptive",
    about="Adam that shrinks the weights directly: the usual choice for large models. Try the weight decay.",
    tex=(
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g_t^2 \\"
        r"w_{t+1} = w_t - \eta \left(\frac{m_t / (1-\beta_1^t)}{\sqrt{v_t / (1-\beta_2^t)} + \varepsilon} + "
        r"\lambda\, w_t\right)"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
        Hyper("decay", 0.01, 0.0, 1.0, name="weight decay", tex=r"\lambda"),
    ),
    reference=Reference("Loshchilov & Hutter", 2017, "arXiv:1711.05101"),
    checked="Keras, PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "m = b1 * m_ + (1 - b1) * g",
            "v = b2 * v_ + (1 - b2) * g**2",
            "m_hat = m / (1 - b1**t)",
            "v_hat = v / (1 - b2**t)",
            "w_next = w - lr * (m_hat / (sqrt(v_hat) + eps) + decay * w)",
        ),
        state=lambda state: means(state.rule[0]),
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * m, mu_hat(after.rule[0], b1)),
        "squares": lambda before, after, *, b2: nu_hat(after.rule[0], b2),
        "rates": lambda before, after, *, lr, b2, eps: jax.tree.map(
            lambda v: lr / (v**0.5 + eps), nu_hat(after.rule[0], b2)
        ),
    },
    elsewhere={
        "optax": Elsewhere("optax.adamw(lr, b1=b1, b2=b2, eps=eps, weight_decay=decay)"),
        "torch": Elsewhere("torch.optim.AdamW([w], lr=lr, betas=(b1, b2), eps=eps, weight_decay=decay)"),
        "keras": Elsewhere(
            "keras.optimizers.AdamW(lr, weight_decay=decay, beta_1=b1, beta_2=b2, epsilon=eps)",
            each="optimizer.epsilon = eps * (1 - b2 ** (t + 1)) ** 0.5  # Keras adds it before the bias is corrected",
        ),
    },
)
