"""The loop on pytrees: a two-layer net of 195 weights follows every optimizer, and the basic ones agree with others."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine import SCHEDULES, Optimizer, follow
from engine.spec import keywords_of
from optimizers import OPTIMIZERS
from tests.test_optimizers import every_optimizer
from tests.test_references import OPTAX, OPTAX_RATES, OTHERS, T

STEPS = 20
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(16, 8)), RNG.normal(size=(16, 3))
NET = {
    "hidden": (RNG.normal(size=(8, 16)) / 3, np.zeros(16)),
    "out": {"W": RNG.normal(size=(16, 3)) / 4, "b": np.zeros(3)},
}


def net_loss(params):
    W, b = params["hidden"]
    error = jnp.tanh(X @ W + b) @ params["out"]["W"] + params["out"]["b"] - Y
    return (error**2).mean() / 2


def flat(tree) -> np.ndarray:
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(tree)])


def row(tree, t: int):
    return jax.tree.map(lambda rows: rows[t], tree)


def spec(tree):
    return jax.tree.structure(tree), [(np.shape(leaf), np.asarray(leaf).dtype) for leaf in jax.tree.leaves(tree)]


def everything(step, params, probe, state):
    return params, probe.value, probe.grad, state


def in_place(step, params, probe, state):
    return params


def test_the_net_has_about_two_hundred_weights_in_dicts_and_tuples():
    assert flat(NET).size == 195


@every_optimizer
def test_a_net_follows_every_optimizer_and_what_it_shows_made_its_steps(optimizer):
    """The laws of tests/test_shows.py on a pytree; here the states of one step at a time."""
    hypers = {"lr": optimizer.defaults["lr"] / 2} | ({"decay": 0.0} if "decay" in optimizer.defaults else {})
    trace = follow(net_loss, optimizer, NET, steps=STEPS, hypers=hypers, schedule="exponential", observe=everything)
    params, losses, grads, states = jax.tree.map(np.asarray, trace.observed)
    assert spec(trace.params) == spec(NET)
    assert losses.shape == (STEPS + 1,)
    assert losses[0] == pytest.approx(float(net_loss(NET)), rel=1e-12)
    assert np.isfinite(losses).all()
    assert np.abs(flat(trace.params) - flat(NET)).max() > 1e-7
    np.testing.assert_array_equal(flat(trace.params), flat(row(params, -1)))
    jax.tree.map(np.testing.assert_array_equal, trace.state, row(states, -1))

    given = {**optimizer.defaults, **hypers}
    for t in range(STEPS):
        given["lr"] = hypers["lr"] * np.exp(-t / SCHEDULES["exponential"].defaults["T"])
        with np.errstate(invalid="ignore"):  # of both branches of np.where
            shows = {
                name: function(row(states, t), row(states, t + 1), **{id: given[id] for id in keywords_of(function)})
                for name, function in optimizer.shows.items()
            }
        for quantity in shows.values():
            assert spec(quantity) == spec(NET)
        step = flat(row(params, t + 1)) - flat(row(params, t))
        if "velocity" in shows:
            share = flat(shows["rates"]) / given["lr"] if "rates" in shows else 1
            np.testing.assert_allclose(step, -share * flat(shows["velocity"]), rtol=1e-6, atol=1e-13)
        elif "rates" in shows:
            g = flat(row(grads, t))
            direction = np.sign(g) if optimizer.family == "sign" else g
            np.testing.assert_allclose(step, -flat(shows["rates"]) * direction, rtol=1e-6, atol=1e-13)


# The basic ones, against Optax, and Newton against NumPy


BASIC = [id for id, optimizer in OPTIMIZERS.items() if optimizer.basic]


def optax_path(id: str, hypers: dict[str, float]) -> np.ndarray:
    rule = OPTAX[id](**{**hypers, "lr": OPTAX_RATES["exponential"](hypers["lr"])})

    def step(carry, _):
        params, state = carry
        updates, state = rule.update(jax.grad(net_loss)(params), state, params)
        return (optax.apply_updates(params, updates), state), params

    start = jax.tree.map(jnp.asarray, NET)
    _, path = jax.lax.scan(step, (start, rule.init(start)), length=STEPS + 1)
    return np.array([flat(row(path, t)) for t in range(STEPS + 1)])


def gradient_by_hand(w: np.ndarray) -> np.ndarray:
    """Backpropagation in NumPy, of the weights in the order of `flat`; complex weights are welcome."""
    b, W, B, V = w[128:144], w[:128].reshape(8, 16), w[192:], w[144:192].reshape(16, 3)
    h = np.tanh(X @ W + b)
    error = (h @ V + B - Y) / Y.size
    inner = (error @ V.T) * (1 - h**2)
    return np.concatenate([(X.T @ inner).ravel(), inner.sum(0), (h.T @ error).ravel(), error.sum(0)])


def newton_path(id: str, hypers: dict[str, float]) -> np.ndarray:
    """The Hessian is the complex-step derivative of that gradient: exact but for rounding (Squire & Trapp 1998)."""
    path = [flat(NET)]
    for t in range(STEPS):
        w, eye = path[-1], np.eye(path[-1].size)
        H = np.array([gradient_by_hand(w + 1e-30j * one).imag / 1e-30 for one in eye])
        lr = hypers["lr"] * np.exp(-t / T)
        path.append(w - lr * np.linalg.solve(H + hypers["damping"] * eye, gradient_by_hand(w)))
    return np.array(path)


def test_every_basic_optimizer_has_its_reference():
    assert len(BASIC) == 8
    assert {*OPTAX, "newton"} >= set(BASIC)


@pytest.mark.parametrize("id", BASIC)
def test_a_basic_optimizer_takes_the_net_where_its_reference_does(id):
    hypers = {**OPTIMIZERS[id].defaults, **OTHERS[id]}

    def observe(step, params, probe, state):
        # Optax iterates the point where Nesterov's gradient is taken.
        return jax.tree.map(lambda w, v: w - hypers["momentum"] * v, params, state.v) if id == "nesterov" else params

    trace = follow(
        net_loss,
        OPTIMIZERS[id],
        NET,
        steps=STEPS,
        hypers=hypers,
        schedule="exponential",
        schedule_hypers={"T": T},
        observe=observe,
    )
    ours = np.array([flat(row(trace.observed, t)) for t in range(STEPS + 1)])
    theirs = (optax_path if id in OPTAX else newton_path)(id, hypers)
    assert np.abs(ours[-1] - ours[0]).max() > 1e-3
    np.testing.assert_allclose(ours, theirs, rtol=Optimizer.tolerance, atol=Optimizer.tolerance)


def test_a_net_in_float32_stays_in_float32():
    net = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), NET)
    for schedule in SCHEDULES:
        trace = follow(net_loss, OPTIMIZERS["adam"], net, steps=3, schedule=schedule, observe=in_place)
        assert {leaf.dtype for leaf in jax.tree.leaves((trace.params, trace.observed))} == {jnp.dtype("float32")}
