"""The engine against loops: eight optimizers, a thousand steps each, down Rosenbrock's valley."""

import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import EIGHT, Row
from benchmarks.rivals.loops import TORCH, numpy_path, optax_path, torch_path
from engine import configure, race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.test_references import OPTAX
from ui.scene import Scene

STEPS = 1000
OURS, NUMPY = f"Descent Lab, 8 optimizers x {STEPS} steps", "NumPy loop, the same 8"
JITTED = "jitted Optax step in a Python loop, 7 (it has no Newton)"
AUTOGRAD = "torch.optim in a Python loop, 7 (it has no Newton)"


async def engine(browser: Browser, n: int) -> list[Row]:
    configure()  # the Optax loop computes in float64, too
    surface, scene = SURFACES["rosenbrock"], Scene.read({"surface": "rosenbrock"})
    start, hypers = np.array(scene.start), {id: scene.hypers(id) for id in EIGHT}
    entries = [(OPTIMIZERS[id], hypers[id]) for id in EIGHT]
    compiled = [optax_path(rule(**hypers[id])) for id, rule in OPTAX.items() if id in hypers]
    sets: dict[str, Callable[[], list[np.ndarray]]] = {
        OURS: lambda: [run.position for run in race(surface, entries, start=start, steps=STEPS)],
        NUMPY: lambda: [numpy_path(id, hypers[id], start, STEPS) for id in EIGHT],
        JITTED: lambda: [path(start, STEPS) for path in compiled],
    }
    if find_spec("torch"):
        sets[AUTOGRAD] = lambda: [torch_path(id, hypers[id], start, STEPS) for id in TORCH]

    paths = {name: run() for name, run in sets.items()}  # compiles, too
    # Who walks elsewhere is no rival. Later on, a run that jitters makes the last bit of a rounding visible.
    half = STEPS // 2
    for theirs, own in zip(paths[NUMPY], paths[OURS], strict=True):
        np.testing.assert_allclose(theirs[:half], own[:half], rtol=0, atol=1e-9)
    taken: dict[str, list[float]] = {name: [] for name in sets}
    for _ in range(n):
        for name, run in sets.items():
            began = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - began) * 1000)
    rows = [Row(name, samples, "ms") for name, samples in taken.items()]
    ours = taken.pop(OURS)
    rows += [Row(f"{name} / ours", np.divide(samples, ours).tolist(), "x") for name, samples in taken.items()]
    return rows if AUTOGRAD in sets else [*rows, Row(f"{AUTOGRAD}: torch is not installed here", [], "ms")]
