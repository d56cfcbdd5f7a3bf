"""What theory says on quadratics: against runs just within and beyond a limit, and the spectra of the rules' steps."""

import jax
import numpy as np
import pytest

from engine import Probe, float64, rollout
from engine.quadratics import curvatures
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.map_lines import lines
from ui.scene import Scene

RAVINE = SURFACES["ravine"]
KNOWN = [optimizer for optimizer in OPTIMIZERS.values() if optimizer.on_quadratics]
every_known_rule = pytest.mark.parametrize("optimizer", KNOWN, ids=lambda optimizer: optimizer.id)


def hypers_of(optimizer, value):
    return {h.id: value for h in optimizer.hypers if h.id != "lr"}


def radius(optimizer, curvature, lr, hypers):
    """The spectral radius of a step on curvature x**2 / 2: by how much a run shrinks at each step, in the long run."""
    with float64():
        state = optimizer.init(np.float64(0))

        def step(packed):
            w, *rest = packed
            probe = Probe(curvature * w**2 / 2, curvature * w, lambda w: curvature * w**2 / 2)
            w, after = optimizer.update(probe, type(state)(*rest), w, lr=lr, **hypers)
            return jax.numpy.stack([w, *jax.tree.leaves(after)])

        matrix = np.asarray(jax.jacobian(step)(jax.numpy.zeros(1 + len(jax.tree.leaves(state)))))
    return np.abs(np.linalg.eigvals(matrix)).max()


@every_known_rule
@pytest.mark.parametrize("value", [0.0, 0.5, 0.9])
def test_beyond_its_limit_a_run_grows_and_below_it_shrinks(optimizer, value):
    hypers = hypers_of(optimizer, value)
    limit = optimizer.on_quadratics.limit(**hypers) / 30
    assert radius(optimizer, 30.0, 0.999 * limit, hypers) < 1 < radius(optimizer, 30.0, 1.001 * limit, hypers)
    kappa = {"kappa": 30.0}
    inside, beyond = (
        rollout(RAVINE, optimizer, hypers={"lr": share * limit, **hypers}, surface_hypers=kappa, steps=900).loss
        for share in (0.97, 1.03)
    )
    assert inside[-1] < inside[0] / 2
    assert not beyond[-1] < beyond[0] * 100


@pytest.mark.parametrize("optimizer", [one for one in KNOWN if one.on_quadratics.best], ids=lambda one: one.id)
@pytest.mark.parametrize("lr", [0.002, 0.01, 0.03])
def test_the_best_momentum_converges_fastest(optimizer, lr):
    """No other of a fine grid converges faster where the slower of two directions decides."""
    least, largest = 1.0, 30.0
    ((hyper, best),) = optimizer.on_quadratics.best.items()

    def slowest(value):
        return max(radius(optimizer, curvature, lr, {hyper: value}) for curvature in (least, largest))

    value = float(best(lr * least, lr * largest))
    # At a double eigenvalue the radius is only exact to the root of the precision.
    assert slowest(value) <= min(slowest(other) for other in np.linspace(0, 0.99, 100)) + 1e-6


def test_where_nothing_is_known_nothing_is_said():
    assert np.isnan(OPTIMIZERS["nesterov"].on_quadratics.best["momentum"](0.1, 1.2))


def test_curvatures_of_quadratics_and_of_no_others():
    kappas = np.array([1.0, 20.0, 700.0])
    np.testing.assert_allclose(curvatures(RAVINE, {"kappa": kappas}), np.stack([np.ones(3), kappas], axis=1))
    np.testing.assert_allclose(curvatures(RAVINE, {"kappa": 5.0}), [[1.0, 5.0]])
    # Booth: (x + 2y - 7)^2 + (2x + y - 5)^2 has the Hessian [[10, 8], [8, 10]]
    np.testing.assert_allclose(curvatures(SURFACES["booth"], {}), [[2.0, 18.0]], rtol=1e-9)
    for id in ("rosenbrock", "himmelblau", "saddle"):
        assert curvatures(SURFACES[id], SURFACES[id].defaults) is None, id


def test_the_lines_over_a_map():
    places = np.geomspace(1e-3, 1, 4)

    def drawn(query, **along):
        scene = Scene.read({"surface": "ravine", "on": "sgd,momentum", **query})
        return lines(scene, "momentum", {key.replace("__", "."): values for key, values in along.items()})

    momenta = np.array([0.0, 0.5, 0.9, 0.99])
    limit, best = drawn({"surface.kappa": "10"}, momentum__lr=places, momentum__momentum=momenta)
    np.testing.assert_allclose(limit["x"], 2 * (1 + momenta) / 10)
    assert limit["y"] == momenta.tolist()
    np.testing.assert_allclose(
        best["y"], np.maximum((1 - places**0.5) ** 2, (1 - (10 * places) ** 0.5) ** 2), rtol=1e-5
    )
    halved = drawn({"surface.kappa": "10", "rate": "2"}, momentum__momentum=momenta, momentum__lr=places)[0]
    np.testing.assert_allclose(halved["y"], 2 * (1 + momenta) / 10 / 2)
    kappas = np.array([2.0, 20.0])
    (only,) = drawn({"momentum.momentum": "0.5"}, momentum__lr=places[:2], surface__kappa=kappas)
    np.testing.assert_allclose(only["x"], 3 / kappas)
    for query in ({"schedule": "linear"}, {"noise": "0.1"}, {"surface": "rosenbrock"}):
        assert not drawn(query, momentum__lr=places, momentum__momentum=momenta)
    assert not drawn({}, momentum__lr=places, noise=places), "a limit with noise is another one"
    assert not drawn({}, start__x=places, start__y=places)
