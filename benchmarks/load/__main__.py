"""`python -m benchmarks.load SCENE`: one scene of many students alone.

python -m benchmarks.load burst
python -m benchmarks.load soak --minutes 120 --users 50 --out curve.csv
"""

import argparse
import asyncio
import os
from pathlib import Path

from benchmarks.load.section import SCENES, play
from benchmarks.measure import chromium, line


async def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__, formatter_class=raw)
    parser.add_argument("scene", choices=SCENES)
    parser.add_argument("--quick", action="store_true", help="a small one: does it run?")
    parser.add_argument("--minutes", type=float, help="that busy_hour or soak takes")
    parser.add_argument("--users", type=int, default=50, help="of soak")
    parser.add_argument("--out", type=Path, help="a CSV file for the curve of busy_hour or soak")
    asked = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} before", flush=True)
    async with chromium() as browser:
        more = {"minutes": asked.minutes, "users": asked.users, "out": asked.out}
        for row in await play(browser, [asked.scene], small=asked.quick, **more):
            print(line("load", row))


if __name__ == "__main__":
    asyncio.run(main())
