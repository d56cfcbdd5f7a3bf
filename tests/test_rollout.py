"""What rollout and race promise: shapes, float64, no compilation on a slider, plain words for bad input."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine import SCHEDULES, device, race, rollout
from engine import programs as pools
from engine.rollout import _for_one
from optimizers import OPTIMIZERS
from surfaces import SURFACES

every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
SURFACE = max(SURFACES.values(), key=lambda surface: len(surface.hypers))
OPTIMIZER = max(OPTIMIZERS.values(), key=lambda optimizer: len(optimizer.hypers))
SIMPLEST = min(OPTIMIZERS.values(), key=lambda optimizer: len(optimizer.hypers))  # lr is all it has
H, S = OPTIMIZER.hypers[-1].id, SURFACE.hypers[0].id
COMPILED = "/jax/core/compile/backend_compile_duration"  # once for every program that XLA compiles


# Shapes


@every_optimizer
@pytest.mark.parametrize("n", [None, 4])
def test_shapes_and_float64(optimizer, n):
    steps = 7
    lead = () if n is None else (n,)
    lr = np.full(lead, optimizer.defaults["lr"])
    run = rollout(SURFACE, optimizer, steps=steps, hypers={"lr": lr})
    assert run.position.shape == (*lead, steps + 1, 2)
    assert run.loss.shape == (*lead, steps + 1)
    assert run.gradient.shape == (*lead, steps + 1, 2)
    assert run.lr.shape == (*lead, steps)
    for array in (run.position, run.loss, run.gradient, run.lr):
        assert type(array) is np.ndarray
        assert array.dtype == np.float64
    initial = optimizer.init(jnp.array(SURFACE.start))._asdict()
    assert run.state.keys() == initial.keys()
    for kept, value in zip(jax.tree.leaves(run.state), jax.tree.leaves(initial), strict=True):
        assert kept.shape == (*lead, steps + 1, *value.shape)
        assert kept.dtype == value.dtype


RUN_AXES = {
    "start": {"start": np.full((4, 2), 0.5)},
    "a hyper": {"hypers": {H: np.full(4, OPTIMIZER.defaults[H])}},
    "a hyper of the surface": {"surface_hypers": {S: np.full(4, SURFACE.defaults[S])}},
    "a hyper of the schedule": {"schedule": "linear", "schedule_hypers": {"T": np.full(4, 50.0)}},
    "noise": {"noise": np.full(4, 0.1)},
    "seed": {"seed": np.arange(4)},
}


@pytest.mark.parametrize("inputs", RUN_AXES.values(), ids=RUN_AXES)
def test_any_input_may_carry_the_run_axis(inputs):
    assert rollout(SURFACE, OPTIMIZER, steps=5, **inputs).position.shape == (4, 6, 2)


def test_a_race_is_the_rollouts_one_by_one_in_the_order_of_its_entries():
    entries = [(optimizer, {"lr": optimizer.defaults["lr"] * 0.9}) for optimizer in [*OPTIMIZERS.values()][::-1]]
    shared = {"start": (0.5, 0.8), "schedule": "linear", "noise": 0.1, "seed": 2, "steps": 30}
    runs = race(SURFACE, entries, **shared)
    assert len(runs) == len(entries)
    for run, (optimizer, hypers) in zip(runs, entries, strict=True):
        alone = rollout(SURFACE, optimizer, hypers=hypers, **shared)
        jax.tree.map(np.testing.assert_array_equal, vars(run), vars(alone))


def test_a_race_of_nobody_has_no_runs():
    assert race(SURFACE, []) == []


def test_loss_is_the_surface_without_its_noise_and_gradient_has_it():
    run = rollout(SURFACE, OPTIMIZER, noise=0.5, steps=20)
    f = jax.vmap(lambda w: SURFACE.f(w, **SURFACE.defaults))
    np.testing.assert_allclose(run.loss, f(run.position), rtol=1e-12)
    gradient = jax.vmap(jax.grad(lambda w: SURFACE.f(w, **SURFACE.defaults)))(run.position)
    assert (np.abs(run.gradient - gradient) > 1e-9).all()


class Seen(NamedTuple):
    value: jax.Array
    value_of_f: jax.Array
    grad: jax.Array
    grad_of_f: jax.Array


def test_value_gradient_and_function_of_a_probe_are_those_of_one_objective():
    """An optimizer that remembers what it was shown: each step's tilted surface."""
    witness = replace(
        SIMPLEST,
        init=lambda w: Seen(jnp.zeros(()), jnp.zeros(()), jnp.zeros_like(w), jnp.zeros_like(w)),
        update=lambda probe, state, w, *, lr: (
            w - lr * probe.grad,
            Seen(probe.value, probe.f(w), probe.grad, jax.grad(probe.f)(w)),
        ),
        equations=None,
    )
    run = rollout(SURFACE, witness, noise=0.5, steps=20)
    seen = {id: rows[1:] for id, rows in run.state.items()}
    np.testing.assert_allclose(seen["value"], seen["value_of_f"], rtol=1e-13)
    np.testing.assert_allclose(seen["grad"], seen["grad_of_f"], rtol=1e-12)
    np.testing.assert_allclose(seen["grad"], run.gradient[:-1], rtol=1e-13)
    assert (np.abs(seen["value"] - run.loss[:-1]) > 1e-6).all()  # the tilt is in it


def test_what_is_left_out_takes_its_default():
    spelled = rollout(
        SURFACE,
        OPTIMIZER,
        start=SURFACE.start,
        steps=500,
        hypers=OPTIMIZER.defaults,
        surface_hypers=SURFACE.defaults,
        schedule="constant",
        schedule_hypers={},
        noise=0,
        seed=0,
    )
    jax.tree.map(np.testing.assert_array_equal, vars(rollout(SURFACE, OPTIMIZER)), vars(spelled))


@every_optimizer
def test_divergence_is_data(optimizer):
    """A start where f overflows: nothing is raised, and loss and gradient say inf or nan from the first row on."""
    run = rollout(SURFACES["himmelblau"], optimizer, start=(1e200, -1e200), steps=3)
    np.testing.assert_array_equal(run.position[0], (1e200, -1e200))
    assert not np.isfinite(run.loss).any()
    assert not np.isfinite(run.gradient[0]).any()


# Compilations


@pytest.fixture
def compilations(monkeypatch):
    """The names of the programs compiled during the test, a list that grows. What other tests compiled is forgotten."""
    monkeypatch.setattr(device, "cache_folder", lambda: None)
    for cache in (pools.loaded, pools.parked, _for_one.recent):
        cache.clear()
    names: list[str] = []

    def listen(event: str, duration: float, **about) -> None:
        if event == COMPILED:
            names.append(about["fun_name"])

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield names
    jax.monitoring.unregister_event_duration_listener(listen)


def test_no_slider_compiles_but_a_new_surface_or_optimizer_does(compilations):
    """Every optimizer under a schedule of each kind: none, one of the step's number, one that reacts to the run. The
    optimizers' programs do not know which schedule of the second kind it is, so one optimizer tries them all."""
    every = [*OPTIMIZERS.values()]
    reacts = next(id for id, rule in SCHEDULES.items() if rule.react)
    moves = [("constant", every), ("linear", every), (reacts, every), *((id, [SIMPLEST]) for id in SCHEDULES)]
    race(SURFACE, [(SIMPLEST, {})], noise=0.1)  # the first noise compiles the random numbers, once for all surfaces
    for schedule, optimizers in moves:
        race(SURFACE, [(optimizer, {}) for optimizer in optimizers], schedule=schedule)
    compilations.clear()

    for place in (0.0, 0.5, 1.0):

        def moved(member, place=place):
            return {h.id: h.low + place * (h.high - h.low) for h in member.hypers}

        for schedule, optimizers in moves:
            race(
                SURFACE,
                [(optimizer, moved(optimizer)) for optimizer in optimizers],
                start=(0.1 + place, 0.2),
                steps=1 + int(place * 1022),
                surface_hypers=moved(SURFACE),
                schedule=schedule,
                schedule_hypers=moved(SCHEDULES[schedule]),
                noise=place,
                seed=int(place * 100),
            )
    assert compilations == []

    # The counter counts: functions that JAX has not met yet, and the next longer block of rows.
    surface = replace(SURFACE, f=wraps(SURFACE.f)(lambda *args, **hypers: 2 * SURFACE.f(*args, **hypers)))
    rollout(surface, OPTIMIZER)
    assert len(compilations) == 1
    rollout(SURFACE, replace(OPTIMIZER, init=lambda params: OPTIMIZER.init(params)))
    assert len(compilations) == 2
    rollout(surface, OPTIMIZER, steps=1024)
    assert len(compilations) > 2


PROGRAM = """
import json, sys, jax
compiled = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, duration, **about: event == sys.argv[1] and compiled.append(about["fun_name"]))
from engine import configure, race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
configure()
runs = race(next(iter(SURFACES.values())), [(OPTIMIZERS[id], {}) for id in sys.argv[2:]])
print(json.dumps([len(compiled), [run.loss.tolist() for run in runs]]))
"""


@pytest.mark.parametrize("where", ["named", "default"])
def test_compiled_programs_outlive_the_process(where, tmp_path):
    """Both in JAX_COMPILATION_CACHE_DIR and, where that is not set, below the home folder."""
    environment = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"} | {"HOME": str(tmp_path)}
    folder = tmp_path / ".cache" / "descent-lab" / "jax"
    if where == "named":
        folder = tmp_path / "cache"
        environment["JAX_COMPILATION_CACHE_DIR"] = str(folder)
    answers, ids = [], ["sgd", "adam", "newton"]
    harm = None
    for harm in (None, None, lambda whole: whole[:-9], lambda whole: b"", lambda whole: bytes(32) + whole):
        for file in folder.glob("programs/*") if harm else ():
            file.write_bytes(harm(file.read_bytes()))
        command = [sys.executable, "-W", "error", "-c", PROGRAM, COMPILED, *ids]
        root = Path(__file__).parent.parent
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    programs = 1 + len(ids)  # the schedule, and the optimizers
    assert [compiled for compiled, _ in answers] == [programs, 0, *3 * [programs]], "what is damaged is made anew"
    assert all(losses == answers[0][1] for _, losses in answers)
    assert len(list(folder.glob("programs/*"))) == programs
