"""Compute a sweep: a table of what became of every run on a grid of numbers. Stopped in whatever way, the same command
goes on from where it was.

python -m engine.sweep spec.toml --out results.parquet [--workers 4 | --scheduler tcp://host:8786]
"""

import argparse
import sys
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from engine.sweep import parts
from engine.sweep.runs import task
from engine.sweep.spec import Spec, read
from engine.sweep.workers import dask, here

UNDER_WAY = 128  # parts that are handed out at a time: their results, 2 MB each, may have to wait here


def compute(spec: Spec, folder: Path, executor: Executor, bar: tqdm) -> None:
    """Compute the parts that are missing, and store each as it comes."""
    absent = iter(parts.missing(folder, spec))
    under_way = {}  # their numbers
    while True:
        for number in islice(absent, UNDER_WAY - len(under_way)):
            under_way[executor.submit(task, spec.text, number)] = number
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            rows = future.result()
            parts.store(folder, under_way.pop(future), rows)
            bar.update(len(rows))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.sweep", description=__doc__)
    parser.add_argument("spec", type=Path, help="a TOML file: engine/sweep/spec.py describes it")
    parser.add_argument("--out", type=Path, required=True, help="the Parquet file to write")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, help="processes on this machine; by default as many as processors")
    where.add_argument("--scheduler", help="of Dask, such as tcp://host:8786: its workers compute")
    asked = parser.parse_args()
    if asked.workers is not None and asked.workers < 1:
        parser.error(f"--workers must be at least 1, got {asked.workers}.")
    try:
        spec = read(asked.spec)
        if not parts.finished(asked.out, spec):
            folder = parts.begun(asked.out, spec)
            there = min(spec.runs, (spec.parts - len(parts.missing(folder, spec))) * spec.part_rows)
            workers = dask(asked.scheduler) if asked.scheduler else here(asked.workers)
            with (
                workers as executor,
                tqdm(total=spec.runs, initial=there, unit=" runs", unit_scale=True, disable=None) as bar,
            ):
                compute(spec, folder, executor, bar)
            parts.merge(folder, asked.out, spec)
        parts.discard(asked.out)
    except (ValueError, OSError) as error:
        sys.exit(f"{parser.prog}: {error}")
    except BrokenProcessPool:
        sys.exit(f"{parser.prog}: a worker was killed, perhaps for want of memory: the same command goes on from here.")
    except CancelledError:
        sys.exit(f"{parser.prog}: the scheduler is gone: the same command goes on from here.")
    except KeyboardInterrupt:
        sys.exit(f"{parser.prog}: stopped: the same command goes on from here.")
    print(f"{asked.out}: {spec.runs:,} runs")


if __name__ == "__main__":
    main()
