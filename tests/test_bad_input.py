"""Bad input is refused at once, in words that name what was expected and what came."""

import jax
import numpy as np
import pytest

from engine import MAX_STEPS, SCHEDULES, race, rollout
from engine.device import rollout_device
from optimizers import OPTIMIZERS
from surfaces import SURFACES

SURFACE = next(iter(SURFACES.values()))
OPTIMIZER = next(iter(OPTIMIZERS.values()))

BAD_INPUTS = {
    "no steps": ({"steps": 0}, rf"steps must be a whole number from 1 to {MAX_STEPS}, got 0"),
    "too many steps": ({"steps": MAX_STEPS + 1}, rf"steps .* {MAX_STEPS}, got {MAX_STEPS + 1}"),
    "steps not whole": ({"steps": 2.5}, r"steps must be a whole number .*, got 2\.5"),
    "steps a truth value": ({"steps": True}, r"steps must be a whole number .*, got True"),
    "unknown schedule": ({"schedule": "cosmic"}, rf"unknown schedule 'cosmic': expected one of {', '.join(SCHEDULES)}"),
    "start too long": ({"start": (1.0, 2.0, 3.0)}, r"start must have shape \(2,\) or \(n, 2\), got \(3,\)"),
    "start too deep": ({"start": np.zeros((2, 2, 2))}, r"start must have shape .*, got \(2, 2, 2\)"),
    "start a number": ({"start": 1.0}, r"start must have shape .*, got \(\)"),
    "start not finite": ({"start": (np.inf, 0.0)}, r"start must be finite, got \(inf, 0\.0\)"),
    "start a word": ({"start": "here"}, r"start must be a number or an array of numbers, got 'here'"),
    "start ragged": ({"start": [[1.0, 2.0], [3.0]]}, r"start must be a number or an array of numbers, got \[\["),
    "seed not whole": ({"seed": 1.5}, r"seed must be a whole number from 0 to 4294967295, got 1\.5"),
    "seed negative": ({"seed": -1}, r"seed must be a whole number .*, got -1"),
    "seed too large": ({"seed": 2**32}, r"seed must be a whole number .*, got 4294967296"),
    "seed too deep": (
        {"seed": np.zeros((2, 2), int)},
        r"seed must be a number or have shape \(n,\), got shape \(2, 2\)",
    ),
    "noise not finite": ({"noise": np.nan}, r"noise must be finite, got nan"),
    "noise too deep": ({"noise": np.zeros((2, 2))}, r"noise must be a number or have shape \(n,\), got shape \(2, 2\)"),
    "unknown hyper": (
        {"hypers": {"speed": 1.0}},
        rf"{OPTIMIZER.id} has no hyperparameter 'speed': expected some of {', '.join(OPTIMIZER.defaults)}",
    ),
    "hyper not finite": ({"hypers": {"lr": np.inf}}, rf"{OPTIMIZER.id}\.lr must be finite, got inf"),
    "hyper a word": ({"hypers": {"lr": "fast"}}, rf"{OPTIMIZER.id}\.lr must be a number .*, got 'fast'"),
    "hyper too deep": ({"hypers": {"lr": np.ones((2, 2))}}, rf"{OPTIMIZER.id}\.lr must .*, got shape \(2, 2\)"),
    "unknown hyper of the surface": (
        {"surface_hypers": {"slope": 1.0}},
        rf"{SURFACE.id} has no hyperparameter 'slope'",
    ),
    "hyper of another schedule": (
        {"schedule_hypers": {"T": 10.0}},
        r"constant has no hyperparameters, got 'T'\.",
    ),
    "run axes of two lengths": ({"start": np.zeros((3, 2)), "seed": [1, 2]}, r"must agree on its length.*got \[2, 3\]"),
    "run axis of length 0": ({"noise": []}, r"must agree on its length, at least 1; got \[0\]"),
}


@pytest.mark.parametrize(("inputs", "message"), BAD_INPUTS.values(), ids=BAD_INPUTS)
def test_bad_input_is_refused_in_words(inputs, message):
    with pytest.raises(ValueError, match=message):
        rollout(SURFACE, OPTIMIZER, **inputs)


def test_a_wrong_kind_is_refused_in_words():
    with pytest.raises(ValueError, match=rf"surface must be SURFACES\[\.\.\.\] or another Surface, got '{SURFACE.id}'"):
        rollout(SURFACE.id, OPTIMIZER)
    with pytest.raises(ValueError, match=r"optimizer must be OPTIMIZERS\[\.\.\.\] or another Optimizer"):
        rollout(SURFACE, SURFACE)
    with pytest.raises(ValueError, match=rf"optimizer must be .*, got '{OPTIMIZER.id}'"):
        race(SURFACE, [(OPTIMIZER, {}), (OPTIMIZER.id, {})])


# Devices


@pytest.mark.parametrize("choice", [None, "auto", "cpu"])
def test_rollouts_run_on_the_cpu_unless_asked_otherwise(choice, monkeypatch):
    if choice is None:
        monkeypatch.delenv("DESCENT_DEVICE", raising=False)
    else:
        monkeypatch.setenv("DESCENT_DEVICE", choice)
    assert rollout_device().platform == "cpu"


def test_an_unknown_device_is_refused_in_words(monkeypatch):
    monkeypatch.setenv("DESCENT_DEVICE", "abacus")
    with pytest.raises(ValueError, match=r"DESCENT_DEVICE must be one of auto, cpu, gpu, got 'abacus'"):
        rollout(SURFACE, OPTIMIZER)


def test_a_missing_device_is_refused_in_words(monkeypatch):
    def no_devices(platform):
        raise RuntimeError(f"Unknown backend {platform}")

    monkeypatch.setattr(jax, "devices", no_devices)
    monkeypatch.setenv("DESCENT_DEVICE", "gpu")
    with pytest.raises(ValueError, match=r"DESCENT_DEVICE=gpu, but JAX finds no gpu here: Unknown backend gpu"):
        rollout(SURFACE, OPTIMIZER)
