"""Maps: 65,536 whole runs of Adam on Rosenbrock's function beside the same work in hand-vectorised C and in NumPy.

python -m benchmarks.maps [--times 15]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import ROOT, Row

SIDE, STEPS, GOAL = 256, 500, 1.0
SOURCE = Path(__file__).with_suffix(".c")
COMPILED = ("gcc", "-O3", "-march=native", "-ffast-math", "-fopenmp", str(SOURCE), "-lm", "-o")
START, DECAY, EPS = np.array([-1.5, 2.0]), 0.999, 1e-8


def in_numpy() -> None:
    """One run, as a loop over runs computes it."""
    w, m, v = START.copy(), np.zeros(2), np.zeros(2)
    for t in range(1, STEPS + 1):
        x, y = w
        g = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
        m = 0.9 * m + 0.1 * g
        v = DECAY * v + (1 - DECAY) * g * g
        w = w - 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - DECAY**t)) + EPS)


def measured(times: int) -> list[Row]:
    """Ours and C by turns, in this process, which computes as those that compute maps for the page."""
    from ui import mapping

    mapping.begin()
    from engine.device import processors
    from engine.maps import ends
    from optimizers import OPTIMIZERS
    from surfaces import SURFACES

    places = np.arange(SIDE) / (SIDE - 1)
    hypers = {"lr": np.tile(10 ** (-4 + 4 * places), SIDE), "b1": np.repeat(0.99 * places, SIDE)}
    ours, theirs, loops = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/maps"
        subprocess.run([*COMPILED, program], check=True)
        for k in range(times + 1):
            began = time.perf_counter()
            found = ends(SURFACES["rosenbrock"], OPTIMIZERS["adam"], hypers=hypers, steps=STEPS, goal=GOAL)
            took = time.perf_counter() - began
            printed = subprocess.check_output([program, str(processors()), "2"], text=True).split()
            began = time.perf_counter()
            in_numpy()
            loop = (time.perf_counter() - began) * SIDE**2
            if k:  # the first one compiles
                ours.append(took * 1000)
                theirs.append(float(printed[3]) * 1000)  # the first time C's memory is new, too
                loops.append(loop * 1000)
    losses, steps = np.log10(found.loss + 1e-12).mean(), found.reached.mean()
    same = abs(losses - float(printed[4])) < 0.02 and abs(steps - float(printed[5])) < 1
    if not same:
        raise RuntimeError(f"C found {printed[4:]}, we {losses:.4f} and {steps:.2f}: it is not the same work")
    name = f"{SIDE**2:,} runs x {STEPS} steps of Adam, {processors()} threads"
    return [
        Row(f"{name}: ours", ours, "ms"),
        Row(f"{name}: hand-vectorised C", theirs, "ms"),
        Row(f"{name}: ours / C", (np.array(ours) / theirs).tolist(), "x"),
        Row(f"{name}: a NumPy loop over runs, by one of them", loops, "ms"),
        Row(f"{name}: NumPy / ours", (np.array(loops) / ours).tolist(), "x"),
    ]


async def maps(_: Browser, n: int) -> list[Row]:
    """In a process of its own: XLA's flags are read once."""
    command = [sys.executable, "-m", "benchmarks.maps", "--times", str(n)]
    printed = subprocess.check_output(command, cwd=ROOT, env=os.environ, text=True)
    rows = [line.rsplit("|", 2) for line in printed.splitlines()]
    return [Row(name, [float(one) for one in samples.split()], unit) for name, unit, samples in rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.maps", description=__doc__)
    parser.add_argument("--times", type=int, default=15)
    for row in measured(parser.parse_args().times):
        print(f"{row.name}|{row.unit}|{' '.join(map(repr, row.samples))}")
