"""`python -m benchmarks.beside FOLDER`: this checkout and another one, measured in turns in one run.

FOLDER holds the other checkout, such as one made by `git worktree add`. Each section is measured for one and then for
the other, several times over, so that a machine that gets slower meanwhile slows both. The table says the medians and
their ratio; below 1 this checkout takes less, and of a rate above 1 it is faster. A run of all sections is kept in
BESIDE.md.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import EIGHT, ROOT, Row, chromium, tree
from benchmarks.stage import drag, memory, playback
from benchmarks.start import CACHE, start

RACE = f"""
import json, time
from engine import race, race_paths
from optimizers import OPTIMIZERS
from surfaces import SURFACES
{{configure}}
entries = [(OPTIMIZERS[id], {{{{}}}}) for id in {EIGHT}]
surface = SURFACES["rosenbrock"]
def timed(work):
    work()
    taken = []
    for _ in range({{n}}):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken
print(json.dumps({{{{
    "8 optimizers x 1000 steps": timed(lambda: race(surface, entries, steps=1000)),
    "a fan: 8 optimizers x 101 runs x 500 steps, paths alone": timed(lambda: [block.block_until_ready()
        for block in race_paths(surface, entries, steps=500, noise=[k / 1000 for k in range(101)])]),
}}}}))
"""


async def engine(_: Browser, n: int) -> list[Row]:
    """The engine of the checkout that is measured, in a process of its own."""
    configures = (tree.get() / "engine" / "device.py").read_text().find("def configure(") >= 0
    configure = "from engine import device; device.configure()" if configures else ""
    program = RACE.format(n=n, configure=configure)
    found = json.loads(subprocess.check_output([sys.executable, "-c", program], cwd=tree.get(), text=True))
    return [Row(name, samples, "ms") for name, samples in found.items()]


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("folder", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=3, help="how often each section is measured for each checkout")
    parser.add_argument("--samples", type=int, default=10, help="of each row and round; a drag has many frames")
    sections = {section.__name__: section for section in (engine, drag, playback, start, memory)}
    parser.add_argument("--only", choices=sections, help="one section alone")
    asked = parser.parse_args()
    trees = {"before": asked.folder.resolve(), "now": ROOT}
    commits = [
        subprocess.check_output(["git", "describe", "--always", "--dirty"], cwd=at, text=True) for at in trees.values()
    ]
    lines = [
        f"Commits {commits[0].strip()} and {commits[1].strip()}; medians of {asked.rounds} x {asked.samples} samples.",
        "",
        "| section | what | before | now | now / before | unit |",
        "|---|---|---:|---:|---:|---|",
    ]
    print(*lines, sep="\n", flush=True)
    async with chromium() as browser:
        # Each checkout compiles into a folder of its own: neither finds, or prunes, what the other has stored.
        folders = {which: tempfile.mkdtemp(prefix=f"descent-lab-{which}-") for which in trees}
        for name in [asked.only] if asked.only else sections:
            samples: dict[tuple[str, str], dict[str, list[float]]] = {}
            for _ in range(asked.rounds):
                for which, folder in trees.items():
                    tree.set(folder)
                    os.environ[CACHE] = folders[which]
                    for row in await sections[name](browser, asked.samples):
                        samples.setdefault((row.name, row.unit), {}).setdefault(which, []).extend(row.samples)
            for (what, unit), taken in samples.items():
                if taken.keys() != trees.keys() or not all(taken.values()):
                    continue  # sizes of panels stand in the names of ceilings
                before, now = (float(np.median(taken[which])) for which in trees)
                lines.append(f"| {name} | {what} | {before:.4g} | {now:.4g} | {now / before:.2f} | {unit} |")
                print(lines[-1], flush=True)
    if not asked.only:
        (ROOT / "benchmarks" / "BESIDE.md").write_text("\n".join(["# Two checkouts, side by side", "", *lines, ""]))


if __name__ == "__main__":
    asyncio.run(main())
