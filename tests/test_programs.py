"""The pools of compiled programs."""

import os
import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from engine import float64, race
from engine import programs as pools
from engine.files import name_of
from engine.programs import Program
from engine.rollout import _for_one
from optimizers import OPTIMIZERS
from surfaces import SURFACES

BASIC = [(optimizer, {}) for optimizer in OPTIMIZERS.values() if optimizer.basic]


def forget():
    for cache in (pools.loaded, pools.parked, _for_one.recent):
        cache.clear()


@pytest.fixture(autouse=True)
def pool():
    """The pool of loaded programs, empty, as the other."""
    forget()
    yield pools.loaded
    forget()


def doubled(times):
    """x times a number."""
    return lambda x: times * x


def test_a_program_is_compiled_for_each_kind_of_argument_and_no_number(pool):
    run = Program(doubled, 2.0)
    for x in (np.ones(3), np.zeros(3), jnp.ones(3)):
        np.testing.assert_array_equal(run(x), 2 * x)
    first = len(pool)
    for x in (1.5, 2.5, np.float32(1.5), np.ones((2, 3))):
        np.testing.assert_array_equal(run(x), 2 * x)
    assert len(pool) == first + 3
    assert Program(doubled, 3.0)(1.5) == 4.5
    assert Program(doubled, 2.0)(4.5) == 9.0
    assert len(pool) == first + 4
    with float64():
        assert Program(doubled, 2.0)(np.ones(3)).dtype == "float64"


@pytest.mark.parametrize("id", ["rosenbrock", next(id for id, surface in SURFACES.items() if surface.data)])
def test_a_program_that_was_pushed_out_comes_back_the_same(id, pool):
    setting = {"steps": 40, "noise": 0.1}
    before = race(SURFACES[id], BASIC, **setting)
    kept, parked = len(pool), len(pools.parked)
    assert kept == parked >= len(BASIC)
    pool.clear()
    after = race(SURFACES[id], BASIC, **setting)
    assert (len(pool), len(pools.parked)) == (len(BASIC), parked), "not the schedule's, whose result is kept"
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.position, other.position)
        np.testing.assert_array_equal(one.loss, other.loss)


def test_both_pools_are_bounded_by_bytes(pool, monkeypatch):
    monkeypatch.setattr(pool, "most", 3 * pools.OVERHEAD)
    monkeypatch.setattr(pools.parked, "most", 40_000)
    for surface in list(SURFACES.values())[:2]:
        race(surface, BASIC, steps=5)
    assert len(pool) == 2
    assert pool.weight <= pool.most
    assert 0 < len(pools.parked) < len(BASIC)
    assert pools.parked.weight <= pools.parked.most


def test_a_program_comes_back_on_the_device_that_it_was_compiled_for():
    """With a GPU that JAX prefers, rollouts are on the CPU. Here the process has two CPUs, and the second is chosen."""
    script = """
import jax
from engine import programs
from tests.test_programs import doubled
for _ in range(2):
    with jax.default_device(jax.devices()[1]):
        (device,) = programs.Program(doubled, 2.0)(jax.numpy.ones(3)).devices()
    assert device == jax.devices()[1], device
    programs.loaded.clear()
assert len(programs.parked) == 1
"""
    flags = "--xla_force_host_platform_device_count=2"
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "XLA_FLAGS": flags}, timeout=120)


def first(_):
    return lambda a, b: 2 * a


def second(_):
    return lambda a, b: 2 * b


def neither(_):
    return lambda given: jnp.ones(2)


def test_programs_on_disk_that_differ_in_what_they_leave_out_are_told_apart(tmp_path, monkeypatch):
    """XLA would not see an argument that is not used."""
    monkeypatch.setattr("engine.programs.program_file", lambda *about: tmp_path / name_of(*about))
    one, other = np.ones(3), np.full(3, 5.0)
    for _ in range(2):  # the second time from the disk
        assert Program(first, 0)(one, other)[0] == 2
        assert Program(second, 0)(one, other)[0] == 10
        for given in ({}, {"a": one}, {"b": one, "c": other}):
            assert Program(neither, 0)(given)[0] == 1
        assert len(list(tmp_path.iterdir())) == 5
        pools.loaded.clear()
        pools.parked.clear()
