"""Laws that every optimizer keeps. None is named here: a new file in optimizers/ is held to them as it is."""

from collections import Counter
from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import SCHEDULES, Probe, Reference, Spends, Surface, race, rollout
from optimizers import OPTIMIZERS

every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))

# A quadratic with the eigenvalues 1 and 9 along its diagonals: no coordinate is a special case.
BOWL = Surface(
    id="bowl",
    name="Bowl",
    family="a first look",
    tex=r"f(x, y) = \tfrac{1}{2}\left(5 x^2 - 8 x y + 5 y^2\right)",
    reference=Reference("Polyak", 1964, "doi:10.1016/0041-5553(64)90137-5"),
    f=lambda xy: (5 * xy[0] ** 2 - 8 * xy[0] * xy[1] + 5 * xy[1] ** 2) / 2,
    domain=((-3.0, 3.0), (-3.0, 3.0)),
    start=(2.0, -1.0),
    minima=lambda: (((0.0, 0.0), 0.0),),
    saddles=lambda: (),
)
bowl_gradient = jax.vmap(jax.grad(BOWL.f))


def quadratic(params) -> jax.Array:
    """A bowl over any pytree; a different curvature in each leaf."""
    return sum(((k + 1) * (leaf - k) ** 2).sum() for k, leaf in enumerate(jax.tree.leaves(params)))


@every_optimizer
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_an_update_keeps_structure_shapes_and_dtypes_of_a_nested_pytree(optimizer, dtype):
    params = {"a": jnp.ones((3, 2), dtype), "b": [jnp.full((), 2, dtype), (jnp.arange(4, dtype=dtype),)]}
    hypers = {id: jnp.asarray(value, dtype) for id, value in optimizer.defaults.items()}

    @jax.jit
    def update(params, state):
        probe = Probe(quadratic(params), jax.grad(quadratic)(params), quadratic)
        return optimizer.update(probe, state, params, **hypers)

    state = optimizer.init(params)
    after, next_state = update(*update(params, state))

    def spec(tree):
        return jax.tree.structure(tree), [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(tree)]

    assert spec(after) == spec(params)
    assert spec(next_state) == spec(state)
    assert quadratic(after) < quadratic(params)


@every_optimizer
def test_coordinates_are_the_same_whether_in_one_leaf_or_in_two(optimizer):
    @partial(jax.jit, static_argnums=1)
    def step(params, f):
        probe = Probe(f(params), jax.grad(f)(params), f)
        return optimizer.update(probe, optimizer.init(params), params, **optimizer.defaults)[0]

    w = jnp.array([2.0, -1.0])
    whole = step(w, BOWL.f)
    parts = step({"x": w[0], "y": w[1]}, lambda p: BOWL.f(jnp.stack([p["x"], p["y"]])))
    np.testing.assert_allclose([parts["x"], parts["y"]], whole, rtol=1e-13)


@every_optimizer
def test_every_hyper_bends_the_path(optimizer):
    """A hyper that changes nothing would be a slider that does nothing."""
    still = rollout(BOWL, optimizer, steps=50).position
    for h in optimizer.hypers:
        moved = rollout(BOWL, optimizer, hypers={h.id: h.high if h.default == h.low else h.low}, steps=50).position
        assert not np.array_equal(moved, still), h.id


def arrays_of(run):
    """What was computed of a run, without what it was computed from."""
    return {name: value for name, value in vars(run).items() if name != "origin"}


@every_optimizer
def test_many_runs_at_once_are_the_single_runs(optimizer):
    n = 3
    many = {
        "start": np.array([[2.0, -1.0], [-1.0, 0.5], [0.1, 2.0]]),
        "hypers": {h.id: h.default * np.linspace(0.8, 1, n) for h in optimizer.hypers},
        "schedule_hypers": {"T": np.array([50.0, 100.0, 20.0])},
        "noise": np.array([0.0, 0.1, 0.2]),
        "seed": np.array([1, 2, 2]),
    }
    together = rollout(BOWL, optimizer, schedule="exponential", steps=60, **many)
    for i in range(n):
        alone = rollout(BOWL, optimizer, schedule="exponential", steps=60, **jax.tree.map(lambda a, i=i: a[i], many))
        jax.tree.map(
            lambda all_runs, run, i=i: np.testing.assert_allclose(all_runs[i], run, rtol=1e-13, atol=1e-14),
            arrays_of(together),
            arrays_of(alone),
        )


@every_optimizer
def test_descends_a_bowl_at_its_defaults(optimizer):
    loss = rollout(BOWL, optimizer).loss
    assert loss[-1] < loss[0] / 10


@every_optimizer
def test_the_first_row_is_the_start(optimizer):
    start = (0.7, -0.3)
    run = rollout(BOWL, optimizer, start=start, steps=1)
    np.testing.assert_array_equal(run.position[0], start)
    assert run.loss[0] == pytest.approx(BOWL.f(start), rel=1e-15)
    np.testing.assert_allclose(run.gradient[0], jax.grad(BOWL.f)(jnp.array(start)), rtol=1e-14)
    initial = optimizer.init(jnp.array(start))._asdict()
    jax.tree.map(lambda row, expected: np.testing.assert_array_equal(row[0], expected), run.state, initial)


@every_optimizer
def test_a_shorter_run_is_the_beginning_of_a_longer_one(optimizer):
    """Also where the longer one is computed in a larger block."""
    shared = {"schedule": "exponential", "noise": 0.1, "seed": 3}
    runs = [rollout(BOWL, optimizer, steps=steps, **shared) for steps in (3000, 1024, 1023, 10)]
    for longer, shorter in pairwise(runs):
        rows = len(shorter.position)
        np.testing.assert_array_equal(longer.position[:rows], shorter.position)
        np.testing.assert_array_equal(longer.gradient[:rows], shorter.gradient)
        np.testing.assert_array_equal(longer.lr[: rows - 1], shorter.lr)


def test_all_optimizers_meet_the_same_noise_at_the_same_step():
    runs = race(BOWL, [(optimizer, {}) for optimizer in OPTIMIZERS.values()], noise=0.5, seed=11, steps=200)
    noises = [run.gradient - bowl_gradient(run.position) for run in runs]
    for noise in noises[1:]:
        np.testing.assert_allclose(noise, noises[0], atol=1e-13)  # g + noise - g rounds at 1e-15 of g
    assert len(np.unique(noises[0])) == noises[0].size  # and new noise at every step, in each coordinate


@every_optimizer
def test_a_run_is_the_plain_loop_of_updates_on_each_steps_tilted_surface(optimizer):
    """Noise tilts the surface itself: a gradient looked for elsewhere, or a Hessian, belongs to the same objective."""
    run = rollout(BOWL, optimizer, noise=0.5, seed=4, schedule="exponential", steps=40)
    tilts = run.gradient - bowl_gradient(run.position)
    lr = optimizer.defaults["lr"] * np.exp(-np.arange(40) / SCHEDULES["exponential"].defaults["T"])

    @jax.jit
    def step(w, state, tilt, lr):
        def tilted(w):
            return BOWL.f(w) + tilt @ w

        probe = Probe(tilted(w), jax.grad(tilted)(w), tilted)
        return optimizer.update(probe, state, w, **{**optimizer.defaults, "lr": lr})

    w, state = jnp.array(BOWL.start), optimizer.init(jnp.array(BOWL.start))
    for t in range(40):
        np.testing.assert_allclose(run.position[t], w, rtol=1e-11, atol=1e-12)
        row = jax.tree.map(lambda rows, t=t: rows[t], run.state)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12), row, state._asdict())
        w, state = step(w, state, tilts[t], lr[t])


@every_optimizer
def test_without_noise_the_seed_has_no_say_and_with_it_it_has(optimizer):
    still = rollout(BOWL, optimizer, steps=100)
    silent, noisy, same, other = (
        rollout(BOWL, optimizer, steps=100, noise=noise, seed=seed)
        for noise, seed in ((0.0, 9), (0.1, 9), (0.1, 9), (0.1, 10))
    )
    np.testing.assert_array_equal(silent.position, still.position)
    np.testing.assert_array_equal(noisy.position, same.position)
    for different in (still, other):
        assert not np.array_equal(noisy.position, different.position)


def test_noise_is_standard_normal_times_its_size():
    """Mean, variance, fourth moment and correlations of N(0, sigma^2 I), each within five of its standard errors."""
    sigma, n = 0.3, 4000
    (run,) = race(BOWL, [(next(iter(OPTIMIZERS.values())), {})], noise=sigma, seed=1, steps=n)
    xi = (run.gradient - bowl_gradient(run.position))[:n] / sigma
    error = 5 / np.sqrt(n)
    np.testing.assert_allclose(xi.mean(0), 0, atol=error)
    np.testing.assert_allclose((xi**2).mean(0), 1, atol=error * np.sqrt(2))
    np.testing.assert_allclose((xi**4).mean(0), 3, atol=error * np.sqrt(96))
    np.testing.assert_allclose((xi[:, 0] * xi[:, 1]).mean(), 0, atol=error)
    np.testing.assert_allclose((xi[1:] * xi[:-1]).mean(0), 0, atol=error)


@every_optimizer
def test_a_step_spends_the_gradients_and_hessians_it_declares(optimizer):
    """A bowl whose derivatives are asked of Python, which counts; what no result depends on is not asked for."""
    asked = Counter()
    H = np.array([[5.0, -4.0], [-4.0, 5.0]])

    def ask(kind, derivative, w):
        def answer(w):
            asked[kind] += 1
            return derivative(w)

        return jax.pure_callback(answer, jax.eval_shape(derivative, w), w, vmap_method="sequential")

    @jax.custom_jvp
    def f(w):
        return w @ H @ w / 2

    @jax.custom_jvp
    def gradient(w):
        return ask("gradients", lambda w: H @ w, w)

    def hessian(w):
        return ask("hessians", lambda w: H + 0 * w, w)

    f.defjvp(lambda at, along: (f(*at), gradient(*at) @ along[0]))
    gradient.defjvp(lambda at, along: (gradient(*at), hessian(*at) @ along[0]))

    @jax.jit
    def step(w, state):
        return optimizer.update(Probe(f(w), jax.grad(f)(w), f), state, w, **optimizer.defaults)

    w = jnp.array([2.0, -1.0])
    state = optimizer.init(w)
    for _ in range(3):
        asked.clear()
        w, state = jax.block_until_ready(step(w, state))
        assert Spends(asked["gradients"], asked["hessians"]) == optimizer.spends
