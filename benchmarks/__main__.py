"""`python -m benchmarks`: measure everything, print one table and keep it in RESULTS.md."""

import argparse
import asyncio
import os
import platform
import re
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from playwright.async_api import Browser

from benchmarks.charts import rivals
from benchmarks.engine import engine
from benchmarks.entries import entries
from benchmarks.fuzz_formulas import formulas
from benchmarks.load.section import load
from benchmarks.measure import LAPTOP, ROOT, WINDOW, Row, chromium, fresh, line
from benchmarks.screens import screens
from benchmarks.stage import drag, memory, playback
from benchmarks.start import start

RESULTS = Path(__file__).with_name("RESULTS.md")
SECTIONS: dict[str, Callable[[Browser, int], Awaitable[list[Row]]]] = {
    section.__name__: section
    for section in (engine, formulas, drag, playback, entries, screens, start, rivals, memory, load)
}
LIBRARIES = ("streamlit", "plotly", "jax", "numpy", "optax", "torch", "playwright")
RENDERER = """() => {
    const gl = document.createElement("canvas").getContext("webgl");
    return gl ? gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL) : "none";
}"""
HOW_TO_READ = f"""\
p90 is the worse end: nine samples in ten are at most that, of a rate at least that. Times begin at the hand's own
moment (the hardware time of its event) or at the start of the process, and end when the painting has ended. Frames are
counted in windows of {WINDOW} ms, those of playing rivals one by one. A ceiling is what this machine's browser can do,
driven alike, in a page that paints next to nothing."""


def cpu() -> str:
    info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.*)", info.read_text() if info.exists() else "")
    return named[1] if named else platform.processor()


def installed(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"{library} not installed"


async def machine(browser: Browser) -> list[str]:
    async with fresh(browser) as page:
        renderer = await page.evaluate(RENDERER)
    commit = subprocess.check_output(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True).strip()
    versions = [f"Python {platform.python_version()}", *map(installed, LIBRARIES), f"Chromium {browser.version}"]
    return [
        f"- Commit: {commit}",
        f"- Machine: {cpu()}, {os.cpu_count()} cores, {platform.platform()}, load {os.getloadavg()[0]:.1f} before",
        f"- WebGL: {renderer}; window {LAPTOP} where a row names no other",
        f"- Versions: {', '.join(versions)}",
    ]


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 samples each: does it run? Nothing is written")
    parser.add_argument("--only", choices=SECTIONS, metavar="SECTION", help=f"one of {', '.join(SECTIONS)}; likewise")
    asked = parser.parse_args()

    failed = []
    async with chromium() as browser:
        text = ["# Benchmarks", "", *await machine(browser), "", HOW_TO_READ, ""]
        text += ["| section | what | median | p90 | n | unit |", "|---|---|---:|---:|---:|---|"]
        for section in [asked.only] if asked.only else SECTIONS:
            print(f"measuring: {section}", file=sys.stderr)
            try:
                text += [line(section, row) for row in await SECTIONS[section](browser, 3 if asked.quick else 30)]
            except Exception:  # what the other sections took half an hour to measure is not thrown away
                traceback.print_exc()
                failed.append(section)
    table = "\n".join(text)
    print(table)
    if not (asked.quick or asked.only or failed):
        RESULTS.write_text(table + "\n")
    return len(failed)


sys.exit(asyncio.run(main()))
