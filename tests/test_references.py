"""Every optimizer, step by step, against implementations that share no code with ours: Optax, Keras 3, NumPy.

Two points count as equal when they differ by at most 1e-9, or 1e-9 of their own size where they are far out:
|a - b| <= 1e-9 (1 + |b|), in float64, at every step. That 1e-9 is the tolerance which every optimizer declares.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import pytest
from jax import lax

from engine import Optimizer, Surface, rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES

keras.config.set_floatx("float64")  # or Keras would keep the learning rate in float32

STEPS = 50
T = 30

# The libraries' own weights are the point where Nesterov's gradient is taken; every other rule iterates the position.
ITERATES = {"nesterov": lambda run, momentum, **_: run.position - momentum * run.state["v"]}

# Hypers away from their defaults.
OTHERS = {
    "sgd": {},
    "momentum": {"momentum": 0.7},
    "nesterov": {"momentum": 0.7},
    "newton": {"damping": 3.0},
    "adagrad": {"eps": 1e-2},
    "rmsprop": {"rho": 0.7, "eps": 1e-2},
    "adadelta": {"rho": 0.8, "eps": 1e-3},
    "adam": {"b1": 0.8, "b2": 0.95, "eps": 1e-2},
    "momentum_ema": {"momentum": 0.7},
    "nesterov_iterate": {"momentum": 0.7},
    "signsgd": {},
    "lion": {"b1": 0.8, "b2": 0.95, "decay": 0.1},
    "adamw": {"b1": 0.8, "b2": 0.95, "eps": 1e-2, "decay": 0.1},
    "amsgrad": {"b1": 0.8, "b2": 0.95, "eps": 1e-2},
    "yogi": {"b1": 0.8, "b2": 0.95, "eps": 1e-2},
}

# Where the default learning rate is too large or too small for 50 steps on a surface.
RATES = {
    "ravine": {"sgd": 0.09, "momentum": 0.02, "nesterov": 0.02, "adagrad": 1.0, "rmsprop": 0.1, "adam": 0.3},
    "saddle": {
        "sgd": 0.02,
        "momentum": 0.005,
        "nesterov": 0.005,
        "adagrad": 0.1,
        "rmsprop": 0.01,
        "adam": 0.02,
        "signsgd": 0.01,
        "lion": 0.01,
        "adamw": 0.005,
        "amsgrad": 0.005,
        "yogi": 0.005,
    },
    "rosenbrock": {
        "sgd": 0.001,
        "momentum": 0.0005,
        "nesterov": 0.0005,
        "newton": 0.1,
        "adagrad": 0.3,
        "signsgd": 0.002,
        "adamax": 1.0,
        "radam": 0.01,
    },
    "himmelblau": {"radam": 0.01},
    "beale": {"sgd": 0.005, "radam": 0.01},
}


def rate(surface: Surface, optimizer: Optimizer) -> float:
    return RATES[surface.id].get(optimizer.id, optimizer.defaults["lr"])


def slope(surface: Surface) -> Callable[[jax.Array], jax.Array]:
    return jax.grad(lambda w: surface.f(w, **surface.defaults))


# Optax. Under a rate that varies, optax.sgd multiplies after momentum has accumulated, our rule (and Keras) before.
# Its own schedules count in float32, so the closed forms stand here.

OPTAX = {
    "sgd": lambda lr: optax.sgd(lr),
    "momentum": lambda lr, momentum: optax.chain(optax.scale_by_learning_rate(lr), optax.trace(momentum)),
    "nesterov": lambda lr, momentum: optax.chain(
        optax.scale_by_learning_rate(lr), optax.trace(momentum, nesterov=True)
    ),
    "adagrad": lambda lr, eps: optax.adagrad(lr, initial_accumulator_value=0.0, eps=eps),
    "rmsprop": lambda lr, rho, eps: optax.rmsprop(lr, decay=rho, eps=eps, eps_in_sqrt=True),
    "adadelta": lambda lr, rho, eps: optax.adadelta(lr, rho=rho, eps=eps),
    "adam": lambda lr, b1, b2, eps: optax.adam(lr, b1=b1, b2=b2, eps=eps),
    "momentum_ema": lambda lr, momentum: optax.chain(
        optax.ema(momentum, debias=False), optax.scale_by_learning_rate(lr)
    ),
    "signsgd": lambda lr: optax.sign_sgd(lr),
    "yogi": lambda lr, b1, b2, eps: optax.chain(
        optax.scale_by_yogi(b1, b2, eps, eps_root=0.0, initial_accumulator_value=0.0), optax.scale_by_learning_rate(lr)
    ),
}
OPTAX["nesterov_iterate"] = OPTAX["nesterov"]  # the very weights that it iterates
OPTAX_RATES = {
    "constant": lambda lr: lr,
    "exponential": lambda lr: lambda t: lr * jnp.exp(-t.astype(float) / T),
}


def optax_path(id: str, surface: Surface, hypers: dict, schedule: str) -> np.ndarray:
    rule = OPTAX[id](**{**hypers, "lr": OPTAX_RATES[schedule](hypers["lr"])})
    gradient, start = slope(surface), jnp.array(surface.start)

    def step(carry, _):
        w, state = carry
        updates, state = rule.update(gradient(w), state, w)
        return (optax.apply_updates(w, updates), state), w

    return lax.scan(step, (start, rule.init(start)), length=STEPS + 1)[1]


# Keras, with its own schedules. Its Adam adds eps to sqrt(v), ours to sqrt(v_hat) = sqrt(v) / sqrt(1 - b2^t) as the
# paper's algorithm 1 does: the same once eps is scaled at every step.

KERAS = {
    "sgd": lambda lr: keras.optimizers.SGD(lr),
    "momentum": lambda lr, momentum: keras.optimizers.SGD(lr, momentum=momentum),
    "nesterov": lambda lr, momentum: keras.optimizers.SGD(lr, momentum=momentum, nesterov=True),
    "adagrad": lambda lr, eps: keras.optimizers.Adagrad(lr, initial_accumulator_value=0.0, epsilon=eps),
    "rmsprop": lambda lr, rho, eps: keras.optimizers.RMSprop(lr, rho=rho, epsilon=eps),
    "adadelta": lambda lr, rho, eps: keras.optimizers.Adadelta(lr, rho=rho, epsilon=eps),
    "adam": lambda lr, b1, b2, eps: keras.optimizers.Adam(lr, beta_1=b1, beta_2=b2, epsilon=eps),
    "adamw": lambda lr, b1, b2, eps, decay: keras.optimizers.AdamW(
        lr, weight_decay=decay, beta_1=b1, beta_2=b2, epsilon=eps
    ),
    "amsgrad": lambda lr, b1, b2, eps: keras.optimizers.Adam(lr, beta_1=b1, beta_2=b2, epsilon=eps, amsgrad=True),
    "lion": lambda lr, b1, b2, decay: keras.optimizers.Lion(lr, beta_1=b1, beta_2=b2, weight_decay=decay),
}
KERAS["nesterov_iterate"] = KERAS["nesterov"]
KERAS_EPSILON = dict.fromkeys(
    ("adam", "adamw", "amsgrad"),
    lambda t, b2, eps, **_: eps * jnp.sqrt(1 - b2**t),  # t = 1 at the first step
)
KERAS_RATES = {
    "constant": lambda lr: lr,
    "exponential": lambda lr: keras.optimizers.schedules.ExponentialDecay(lr, T, decay_rate=float(np.exp(-1))),
}


def keras_path(id: str, surface: Surface, hypers: dict, schedule: str) -> np.ndarray:
    rule = KERAS[id](**{**hypers, "lr": KERAS_RATES[schedule](hypers["lr"])})
    gradient, start = slope(surface), jnp.array(surface.start)
    rule.build([keras.Variable(start)])

    def step(carry, t):
        w, variables = carry
        if id in KERAS_EPSILON:
            rule.epsilon = KERAS_EPSILON[id](t, **hypers)
        (after,), variables = rule.stateless_apply(variables, [gradient(w)], [w])
        return (after, variables), w

    initial = [variable.value for variable in rule.variables]
    return lax.scan(step, (start, initial), jnp.arange(1.0, STEPS + 2))[1]


# NumPy. All five surfaces are weighted sums of squares, f = sum c r(x, y)^2, with c, r, grad r and hess r by hand at
# the default hypers: then g = sum 2 c r grad r and H = sum 2 c (grad r grad r^T + r hess r).

FLAT = [[0, 0], [0, 0]]
SQUARES = {
    "ravine": lambda x, y: [(0.5, x, [1, 0], FLAT), (10.0, y, [0, 1], FLAT)],
    "saddle": lambda x, y: [(1.0, x, [1, 0], FLAT), (-1.0, y, [0, 1], FLAT)],
    "rosenbrock": lambda x, y: [
        (1.0, 1 - x, [-1, 0], FLAT),
        (100.0, y - x**2, [-2 * x, 1], [[-2, 0], [0, 0]]),
    ],
    "himmelblau": lambda x, y: [
        (1.0, x**2 + y - 11, [2 * x, 1], [[2, 0], [0, 0]]),
        (1.0, x + y**2 - 7, [1, 2 * y], [[0, 0], [0, 2]]),
    ],
    "beale": lambda x, y: [
        (1.0, 1.5 - x + x * y, [y - 1, x], [[0, 1], [1, 0]]),
        (1.0, 2.25 - x + x * y**2, [y**2 - 1, 2 * x * y], [[0, 2 * y], [2 * y, 2 * x]]),
        (1.0, 2.625 - x + x * y**3, [y**3 - 1, 3 * x * y**2], [[0, 3 * y**2], [3 * y**2, 6 * x * y]]),
    ],
}
NUMPY_RATES = {
    "constant": lambda lr, t: lr,
    "exponential": lambda lr, t: lr * np.exp(-t / T),
}


def derivatives(id: str, w: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    terms = [(c, r, np.array(grad), np.array(hess)) for c, r, grad, hess in SQUARES[id](*w)]
    f = sum(c * r**2 for c, r, _, _ in terms)
    g = sum(2 * c * r * grad for c, r, grad, _ in terms)
    H = sum(2 * c * (np.outer(grad, grad) + r * hess) for c, r, grad, hess in terms)
    return f, g, H


def newton_step(id: str, w: np.ndarray, lr: float, damping: float) -> np.ndarray:
    _, g, H = derivatives(id, w)
    return w - lr * np.linalg.inv(H + damping * np.eye(2)) @ g


NUMPY = {"newton": newton_step}


def numpy_path(id: str, surface: Surface, hypers: dict, schedule: str) -> np.ndarray:
    rows = [np.array(surface.start)]
    for t in range(STEPS):
        rate = NUMPY_RATES[schedule](hypers["lr"], t)
        rows.append(NUMPY[id](surface.id, rows[-1], **{**hypers, "lr": rate}))
    return np.array(rows)


LIBRARIES = {"optax": (OPTAX, optax_path), "keras": (KERAS, keras_path), "numpy": (NUMPY, numpy_path)}


def test_every_optimizer_compared_here_has_hypers_other_than_its_defaults():
    """test_more_references holds the other optimizers, and sees that none is left out."""
    assert {id for table, _ in LIBRARIES.values() for id in table} == set(OTHERS)
    for id, hypers in OTHERS.items():
        assert {"lr", *hypers} == set(OPTIMIZERS[id].defaults)
        assert not hypers.items() & OPTIMIZERS[id].defaults.items()


@pytest.mark.parametrize(
    ("hypers", "schedule"),
    [("defaults", "constant"), ("others", "exponential")],
    ids=lambda value: value,
)
@pytest.mark.parametrize("surface", SQUARES)
@pytest.mark.parametrize(("library", "id"), [(name, id) for name, (table, _) in LIBRARIES.items() for id in table])
def test_equals_its_reference_at_every_step(library, id, surface, hypers, schedule):
    optimizer, surface = OPTIMIZERS[id], SURFACES[surface]
    # At half the rate no run is chaotic: a start moved by 1e-9 moves no point by more than 1e-6. A sign amplifies
    # nothing, and at half the rate signSGD would hardly leave its start: it gets four times as much.
    share = 2 if id == "signsgd" else 0.5
    lr = rate(surface, optimizer) * share
    hypers = {**optimizer.defaults, **(OTHERS[id] if hypers == "others" else {}), "lr": lr}
    schedule_hypers = {} if schedule == "constant" else {"T": T}

    run = rollout(surface, optimizer, hypers=hypers, schedule=schedule, schedule_hypers=schedule_hypers, steps=STEPS)
    ours = ITERATES[id](run, **hypers) if id in ITERATES else run.position
    theirs = LIBRARIES[library][1](id, surface, hypers, schedule)

    assert np.isfinite(ours).all()
    assert np.abs(ours[-1] - ours[0]).max() > 0.05  # a run that stays where it starts would agree with anything
    np.testing.assert_allclose(ours, theirs, rtol=Optimizer.tolerance, atol=Optimizer.tolerance)


@pytest.mark.parametrize("id", SQUARES)
def test_surface_equals_its_squares_by_hand_with_gradient_and_hessian(id):
    surface = SURFACES[id]

    def f(w):
        return surface.f(w, **surface.defaults)

    ours = jax.jit(jax.vmap(lambda w: (f(w), jax.grad(f)(w), jax.hessian(f)(w))))
    points = np.random.default_rng(0).uniform(*np.transpose(surface.domain), size=(50, 2))
    for point, *found in zip(points, *ours(points), strict=True):
        for got, expected in zip(found, derivatives(id, point), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-9)


def test_a_jittering_path_rounds_as_numpy_does():
    """RMSProp with eps = 0 jitters in Rosenbrock's valley: a single rounding left out would show within 100 steps."""
    lr, rho, w, v = 0.01, 0.8, np.array([-1.2, 1.1]), np.zeros(2)
    path = [w]
    for _ in range(100):
        x, y = w
        g = np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])
        v = rho * v + (1 - rho) * g**2
        w = w - lr * g / np.sqrt(v)
        path.append(w)
    hypers = {"lr": lr, "rho": rho, "eps": 0.0}
    run = rollout(SURFACES["rosenbrock"], OPTIMIZERS["rmsprop"], start=path[0], steps=100, hypers=hypers)
    np.testing.assert_allclose(run.position, path, rtol=0, atol=1e-12)
