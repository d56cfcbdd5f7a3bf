"""The loop on pytrees: a two-layer net of 195 weights follows every optimizer, and the basic ones agree with others."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine import SCHEDULES, SHOWS, Optimizer, follow
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


def net_run(optimizer: Optimizer):
    """A net that follows an optimizer under a falling rate: the Trace, as NumPy arrays, and the hypers.

    A weight decay moves the weights beside what is shown, so it is off.
    """
    hypers = {"lr": optimizer.defaults["lr"] / 2} | ({"decay": 0.0} if "decay" in optimizer.defaults else {})
    trace = follow(net_loss, optimizer, NET, steps=STEPS, hypers=hypers, schedule="exponential", observe=everything)
    return jax.tree.map(np.asarray, trace), {**optimizer.defaults, **hypers}


def net_shows(optimizer: Optimizer, states, hypers, t: int) -> tuple[float, dict]:
    """The learning rate of step t, and what the optimizer shows of that step: here from the states around it alone."""
    lr = hypers["lr"] * np.exp(-t / SCHEDULES["exponential"].defaults["T"])
    given = {**hypers, "lr": lr}
    with np.errstate(invalid="ignore"):  # of both branches of np.where
        return lr, {
            name: function(row(states, t), row(states, t + 1), **{id: given[id] for id in keywords_of(function)})
            for name, function in optimizer.shows.items()
        }


def showing(*words: str):
    """Every optimizer that shows any of these words."""
    members = [optimizer for optimizer in OPTIMIZERS.values() if optimizer.shows.keys() & set(words)]
    return pytest.mark.parametrize("optimizer", members, ids=lambda optimizer: optimizer.id)


every_showing, every_law = showing(*SHOWS), showing("velocity", "rates")


def test_the_laws_of_what_is_shown_cover_nearly_every_optimizer_that_shows_something():
    assert len(every_showing.args[1]) >= 21
    assert len(every_law.args[1]) >= 19


@every_optimizer
def test_a_net_follows_every_optimizer(optimizer):
    trace, _ = net_run(optimizer)
    params, losses, _, states = trace.observed
    assert spec(trace.params) == spec(NET)
    assert losses.shape == (STEPS + 1,)
    assert losses[0] == pytest.approx(float(net_loss(NET)), rel=1e-12)
    assert np.isfinite(losses).all()
    assert np.abs(flat(trace.params) - flat(NET)).max() > 1e-7
    np.testing.assert_array_equal(flat(trace.params), flat(row(params, -1)))
    jax.tree.map(np.testing.assert_array_equal, trace.state, row(states, -1))


@every_showing
def test_what_is_shown_of_a_net_is_like_its_params(optimizer):
    trace, hypers = net_run(optimizer)
    for t in range(STEPS):
        _, shows = net_shows(optimizer, trace.observed[-1], hypers, t)
        assert shows.keys() == optimizer.shows.keys()
        for quantity in shows.values():
            assert spec(quantity) == spec(NET)


@every_law
def test_velocity_and_rates_made_the_steps_of_the_net(optimizer):
    """The laws of tests/test_shows.py on a pytree."""
    trace, hypers = net_run(optimizer)
    params, _, grads, states = trace.observed
    for t in range(STEPS):
        lr, shows = net_shows(optimizer, states, hypers, t)
        step = flat(row(params, t + 1)) - flat(row(params, t))
        if "velocity" in shows:
            share = flat(shows["rates"]) / lr if "rates" in shows else 1
            expected = -share * flat(shows["velocity"])
        else:
            g = flat(row(grads, t))
            expected = -flat(shows["rates"]) * (np.sign(g) if optimizer.family == "sign" else g)
        np.testing.assert_allclose(step, expected, rtol=1e-6, atol=1e-13)


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
