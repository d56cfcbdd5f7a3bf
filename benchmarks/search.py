"""Searches: how many runs a method needs to come within a tenth of the best, on ten surfaces, for 20 seeds.

python -m benchmarks.search [--seeds 20]

What is searched for are the learning rate and the momentum of Momentum, its only two numbers, over their whole sliders.
The loss is that at the end of 20 steps above the lowest minimum, the mean of 16 starts within a twentieth of the domain
around the surface's own. So it is positive: of a single run two numbers can be chosen that end in the minimum itself,
within roundings, and a tenth more than that is no aim. The surfaces are the first ten of the list that are smooth, not
made of data and declare a minimum, and whose best is at least a thousandth of the loss at the start.

The best is that of a map of 256 x 256 values. A grid's runs are those of the smallest grid n x n of evenly spread
values that comes within a tenth of it; the budget is a tenth of these, and of 256 where the grid has fewer. For each
method: in how many searches the budget was enough, and after how many runs half of the searches were there. A search
gives up after 512 runs, by a Gaussian process after 128. Successive halving is no column: its budget decides its first
rung, so that it has no number of runs after which it is there.
"""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

SIDE, STEPS, STARTS, WIDTH, NEAR = 256, 20, 16, 0.05, 1.1
LEAST = 1e-3  # of the loss at the start: what a best must be
SURFACES_WANTED = 10
ENTRY, NUMBERS = "momentum", ("lr", "momentum")
LARGEST_GRID = 64
SMALLEST = 256  # runs of a grid, of which a tenth is a budget
PATIENCE = {"gp": 128}  # runs after which a search gives up
MOST = 512
CHUNK = 64  # four places at a time, 16 starts each


class Task(NamedTuple):
    """What is searched on a surface."""

    evaluate: Callable[..., np.ndarray]  # the mean loss (n,) at places (n, 2) of the unit square; inf if a run diverges
    start: float  # the mean loss before the first step


def task_of(surface: Any) -> Task:
    """That of one of SURFACES."""
    from engine.maps import ends
    from optimizers import OPTIMIZERS

    low, high = np.transpose(surface.domain)
    aside = WIDTH * (high - low) * (2 * np.random.default_rng(0).random((STARTS, 2)) - 1)
    starts = np.clip(surface.start + aside, low, high)
    optimizer = OPTIMIZERS[ENTRY]
    sides = [next(hyper for hyper in optimizer.hypers if hyper.id == id) for id in NUMBERS]
    floor = min(value for _, value in surface.minima(**surface.defaults))

    def evaluate(places: np.ndarray) -> np.ndarray:
        columns = zip(sides, places.T.tolist(), strict=True)
        hypers = {side.id: np.repeat([side.at(place) for place in column], STARTS) for side, column in columns}
        found = ends(
            surface,
            optimizer,
            hypers=hypers,
            start=np.tile(starts, (len(places), 1)),
            steps=STEPS,
            chunk=CHUNK if len(places) < 100 else 2048,
        )
        gap = found.loss.astype(float).reshape(-1, STARTS) - floor
        with np.errstate(all="ignore"):
            return np.where(np.isfinite(gap).all(axis=1), gap.mean(axis=1), np.inf)

    return Task(evaluate, float(np.mean([surface.f(start, **surface.defaults) for start in starts])) - floor)


def grid_of(side: int, ends: bool = False) -> np.ndarray:
    """The places (side^2, 2) of a grid, with or without the ends of the sliders."""
    along = np.arange(side) / (side - 1) if ends else (np.arange(side) + 0.5) / side
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


def runs_needed(method: Any, evaluate: Callable[..., np.ndarray], aim: float, seed: int) -> float:
    """After how many runs a search is there; inf if it gives up."""
    spent, most = 0, PATIENCE.get(method.id, MOST)
    for batch in method.search(lambda places, share: np.log10(evaluate(places)), 2, most, seed):
        for trial in batch:
            spent += 1
            if trial.value <= np.log10(aim):
                return spent
    return np.inf


def measured(seeds: int) -> None:
    """Print the table."""
    from ui import mapping

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as ui/searching.py has it
    mapping.configure()
    from engine.search import METHODS
    from surfaces import SURFACES

    methods = [method for method in METHODS.values() if method.id != "halving"]
    print(f"| surface | best | grid | budget | {' | '.join(f'{m.name}: there, runs' for m in methods)} |")
    print(f"|---|---:|---:|---:|{'---:|' * len(methods)}")
    shown, there = 0, dict.fromkeys(METHODS, 0)
    for surface in SURFACES.values():
        if shown == SURFACES_WANTED or not surface.smooth or surface.data or not surface.minima(**surface.defaults):
            continue
        evaluate, start = task_of(surface)
        best = float(evaluate(grid_of(SIDE, ends=True)).min())
        if best < LEAST * start:
            continue
        shown, aim = shown + 1, NEAR * best
        side = next((n for n in range(1, LARGEST_GRID) if evaluate(grid_of(n)).min() <= aim), LARGEST_GRID)
        budget = max(side**2, SMALLEST) // 10
        cells = []
        for method in methods:
            if method.id == "grid":  # whose runs depend on its size
                fits = any(evaluate(grid_of(n)).min() <= aim for n in range(1, int(budget**0.5) + 1))
                reached, middle = fits * seeds, side**2
            else:
                needed = [runs_needed(method, evaluate, aim, seed) for seed in range(seeds)]
                reached, middle = int(np.sum(np.array(needed) <= budget)), np.median(needed)
            there[method.id] += reached > seeds / 2
            most = PATIENCE.get(method.id, MOST)
            cells.append(f"{reached} of {seeds}, {f'{middle:.0f}' if np.isfinite(middle) else f'above {most}'}")
        print(f"| {surface.name} | {best:.3g} | {side} x {side} | {budget} | {' | '.join(cells)} |", flush=True)
    print()
    for method in methods:
        print(f"- {method.name}: more than half of the searches are there within the budget on {there[method.id]}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    begun = time.perf_counter()
    measured(parser.parse_args().seeds)
    print(f"\n{time.perf_counter() - begun:.0f} s")
