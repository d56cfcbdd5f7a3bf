"""Adam with an L2 penalty in the gradient, which hardly acts where gradients are large: Adam divides by their size."""

import jax
import optax

from engine import Elsewhere, Equations, Hyper, Optimizer, Probe, Reference
from optimizers._optax import State, init_with, means, mu_hat, nu_hat, update_with

init = init_with(optax.chain(optax.add_decayed_weights(0.0), optax.adam(1.0)))


def update(probe: Probe, state: State, params, *, lr, b1, b2, eps, decay):
    return update_with(
        optax.chain(optax.add_decayed_weights(decay), optax.adam(lr, b1=b1, b2=b2, eps=eps)), probe, state, params
    )


OPTIMIZER = Optimizer(
    id="adam_l2",
    name="Adam with L2",
    family="adaptive",
    about="Adam with a penalty on large weights in the gradient, where the scaling weakens it. Compare it with AdamW.",
    tex=(
        r"\tilde g_t = g_t + \lambda\, w_t \\"
        r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, \tilde g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, \tilde g_t^2 \\"
        r"w_{t+1} = w_t - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{v_t / (1-\beta_2^t)} + \varepsilon}"
    ),
    hypers=(
        Hyper("lr", 0.05, 1e-4, 1.0, log=True, name="learning rate", tex=r"\eta"),
        Hyper("b1", 0.9, 0.0, 0.999, near_one=True, name="decay of the mean", tex=r"\beta_1"),
        Hyper("b2", 0.999, 0.0, 0.9999, near_one=True, name="decay of the square", tex=r"\beta_2"),
        Hyper("eps", 1e-8, 1e-12, 1e-2, log=True, name="epsilon", tex=r"\varepsilon"),
        Hyper("decay", 0.01, 0.0, 1.0, name="weight decay", tex=r"\lambda"),
    ),
    reference=Reference("Kingma & Ba, with a penalty as in Loshchilov & Hutter", 2017, "arXiv:1711.05101"),
    checked="PyTorch, NumPy",
    init=init,
    update=update,
    equations=Equations(
        (
            "g_tilde = g + decay * w",
            "m = b1 * m_ + (1 - b1) * g_tilde",
            "v = b2 * v_ + (1 - b2) * g_tilde**2",
            "m_hat = m / (1 - b1**t)",
            "v_hat = v / (1 - b2**t)",
            "w_next = w - lr * (m_hat / (sqrt(v_hat) + eps))",
        ),
        state=lambda state: means(state.rule[1][0]),
    ),
    shows={
        "velocity": lambda before, after, *, lr, b1: jax.tree.map(lambda m: lr * m, mu_hat(after.rule[1][0], b1)),
        "squares": lambda before, after, *, b2: nu_hat(after.rule[1][0], b2),
        "rates": lambda before, after, *, lr, b2, eps: jax.tree.map(
            lambda v: lr / (v**0.5 + eps), nu_hat(after.rule[1][0], b2)
        ),
    },
    elsewhere={
        "optax": Elsewhere("optax.chain(optax.add_decayed_weights(decay), optax.adam(lr, b1=b1, b2=b2, eps=eps))"),
        "torch": Elsewhere("torch.optim.Adam([w], lr=lr, betas=(b1, b2), eps=eps, weight_decay=decay)"),
    },
)
