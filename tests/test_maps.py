"""A cell of a map is a whole run, computed in float32: its numbers are those of a rollout, whatever chunk it is in."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import programs as pools
from engine import rollout
from engine.maps import ends
from optimizers import OPTIMIZERS
from surfaces import SURFACES

ROOT = Path(__file__).parent.parent
ADAM, RAVINE = OPTIMIZERS["adam"], SURFACES["ravine"]
DATA = next(surface for surface in SURFACES.values() if surface.data)
# What a search along a line accepts depends on the last digits of f: two points there may be equally good.
SEARCHES = {"exact_line_search": 1e-2, "conjugate_gradient": 1e-3}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_a_cell_is_the_run_with_its_numbers(optimizer):
    rates = optimizer.defaults["lr"] * np.geomspace(0.01, 0.3, 40)
    cells = ends(RAVINE, optimizer, hypers={"lr": rates}, steps=20)
    run = rollout(RAVINE, optimizer, hypers={"lr": rates}, steps=20)
    assert {part.dtype for part in (cells.position, cells.loss)} == {np.dtype("f4")}
    tolerance = SEARCHES.get(optimizer.id, 5e-5)
    np.testing.assert_allclose(cells.position, run.position[:, -1], atol=tolerance)
    np.testing.assert_allclose(cells.loss, run.loss[:, -1], rtol=1e-3, atol=2 * tolerance)


SETTINGS = {
    "a hyper of the surface": (RAVINE, {"surface_hypers": {"kappa": np.linspace(1, 60, 30)}}),
    "the start": (SURFACES["himmelblau"], {"start": np.random.default_rng(0).uniform(-2, 2, (30, 2))}),
    "noise": (RAVINE, {"noise": np.linspace(0, 0.5, 30), "seed": 3}),
    "noise of another kind": (RAVINE, {"noise": 0.2, "noise_model": "multiplicative", "seed": 3}),
    "a decay": (RAVINE, {"schedule": "exponential", "schedule_hypers": {"T": np.geomspace(10, 200, 30)}}),
    "a schedule that reacts": (RAVINE, {"schedule": "plateau", "schedule_hypers": {"patience": 3.0}}),
    "batches": (DATA, {"batch": np.arange(1, 31), "seed": 5}),
    "batches and noise": (DATA, {"batch": 4, "noise": np.linspace(0, 0.1, 30)}),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_everything_that_a_run_depends_on_is_there(what):
    surface, setting = SETTINGS[what]
    cells = ends(surface, ADAM, steps=41, **setting)  # of an odd number of steps, the last is a turn of its own
    run = rollout(surface, ADAM, steps=41, **setting)
    np.testing.assert_allclose(cells.position, np.atleast_2d(run.position[..., -1, :]), atol=2e-5)
    np.testing.assert_allclose(cells.loss, np.atleast_1d(run.loss[..., -1]), rtol=1e-3, atol=1e-4)


def test_the_first_step_within_a_goal():
    rates = np.geomspace(1e-3, 0.5, 60)
    run = rollout(RAVINE, ADAM, hypers={"lr": rates}, steps=200)
    goal = np.geomspace(0.9, 1e-3, 60)
    cells = ends(RAVINE, ADAM, hypers={"lr": rates}, steps=200, goal=goal)
    below = run.loss <= goal[:, None]
    expected = np.where(below.any(axis=1), below.argmax(axis=1), 201)
    assert 5 < (expected == 201).sum() < 55, "some of them never come there"
    close = np.abs(run.loss / goal[:, None] - 1).min(axis=1) < 1e-4  # float32 cannot tell on which side
    assert close.sum() < 6
    np.testing.assert_array_equal(cells.reached[~close], expected[~close])
    assert ends(RAVINE, ADAM, steps=5, goal=np.inf).reached == 0, "the start is within it"
    at_last = rollout(RAVINE, ADAM, steps=5).loss[-1] * 1.001
    assert ends(RAVINE, ADAM, steps=5, goal=at_last).reached == 5


@pytest.mark.parametrize(("surface", "optimizer"), [("rastrigin", "rmsprop"), ("rosenbrock", "newton")])
def test_chunks_make_no_difference_to_the_last_bit(surface, optimizer):
    member = OPTIMIZERS[optimizer]
    rates = member.defaults["lr"] * np.geomspace(0.01, 3, 300)
    start = np.random.default_rng(1).uniform(-1, 1, (300, 2))
    whole, parts, few = (
        ends(SURFACES[surface], member, hypers={"lr": rates}, start=start, steps=50, goal=0.1, chunk=chunk)
        for chunk in (2048, 128, 64)
    )
    for one, *others in zip(whole, parts, few, strict=True):
        for other in others:
            np.testing.assert_array_equal(one, other)


DEVICES = """
import engine, json, sys
import numpy as np
from engine import programs
from engine.device import map_devices, named
from engine.maps import ends
from optimizers import OPTIMIZERS
from surfaces import SURFACES

engine.configure()
rates, start = np.geomspace(1e-4, 0.03, 600), np.random.default_rng(1).uniform(-1, 1, (600, 2))
for chunk, at_once in ((64, 8), (600, 1)):
    found = ends(
        SURFACES["rastrigin"], OPTIMIZERS["adam"], hypers={"lr": rates}, start=start, steps=50, goal=0.1,
        chunk=chunk, at_once=at_once,
    )
    print(named(map_devices()), len(programs.loaded), *(part.tobytes().hex() for part in found))
"""


def test_devices_make_no_difference_to_the_last_bit(tmp_path):
    def printed(devices):
        flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
        environment = {**os.environ, "XLA_FLAGS": flags, "JAX_COMPILATION_CACHE_DIR": str(tmp_path)}
        done = subprocess.check_output([sys.executable, "-c", DEVICES], cwd=ROOT, env=environment, text=True)
        return [line.split(" ") for line in done.splitlines()]

    (*one, x, loss, reached), *others = printed(1)
    assert one == ["cpu", "1"]
    eight = printed(8)
    assert [line[:4] for line in eight] == [["cpu", "x", "8", str(programs)] for programs in (8, 9)]
    for line in (*others, *eight):
        assert line[-3:] == [x, loss, reached]


def test_what_diverges_is_not_clamped():
    cells = ends(RAVINE, OPTIMIZERS["sgd"], hypers={"lr": np.array([0.01, 5.0])}, steps=400)
    assert np.isfinite(cells.loss).tolist() == [True, False]


def test_another_value_compiles_nothing():
    def compiled(**setting):
        before = pools.parked.misses
        ends(RAVINE, ADAM, **setting)
        return pools.parked.misses - before

    rates = np.geomspace(1e-3, 1, 64)
    compiled(hypers={"lr": rates}, steps=30)
    assert compiled(hypers={"lr": rates[:9] * 2, "b1": 0.5}, steps=77, start=(0.1, 0.2), goal=3.0) == 0
    assert compiled(hypers={"lr": rates}, schedule="exponential", steps=30) == 1, "it would be noticed"


def test_a_seed_is_one_number():
    with pytest.raises(ValueError, match="seed must be one number"):
        ends(RAVINE, ADAM, seed=np.arange(3))


def test_rollouts_are_as_before():
    """Powers of float32 are computed otherwise than those of float64, which must round as other libraries do."""
    run = rollout(RAVINE, ADAM, steps=30)
    w, m, v = np.array(RAVINE.start), np.zeros(2), np.zeros(2)
    h = ADAM.defaults
    for t in range(1, 31):
        g = run.gradient[t - 1]
        m = h["b1"] * m + (1 - h["b1"]) * g
        v = h["b2"] * v + (1 - h["b2"]) * g * g
        w = w - h["lr"] * (m / (1 - h["b1"] ** t)) / (np.sqrt(v / (1 - h["b2"] ** t)) + h["eps"])
        np.testing.assert_allclose(run.position[t], w, rtol=1e-14, atol=1e-15)
