"""The Chromium or Chrome that the tests drive: browser_path() finds it; run as a program, this file obtains one."""

import functools
import os
import shlex
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# In a process of its own, since a test may call from inside sync_playwright(), which cannot be nested.
OWN = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"


def succeeds(command: list[str], seconds: float, output: int | None = None) -> bool:
    """Whether the command ends well and in time; it gets no input, so it cannot wait for an answer."""
    try:
        done = subprocess.run(command, timeout=seconds, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def working(name: str) -> str | None:
    """The path of that program if it starts: it may be a distribution's stub, or miss shared libraries."""
    path = shutil.which(name)
    return path if path and succeeds([path, "--version"], 30, subprocess.DEVNULL) else None


def find() -> str | None:
    """A browser of this machine, or else the one that Playwright downloaded."""
    for name in NAMES:
        if path := working(name):
            return path
    own = subprocess.run([sys.executable, "-c", OWN], stdout=subprocess.PIPE, text=True, check=True)
    return working(own.stdout.strip())


@functools.cache
def browser_path() -> str:
    """The executable to launch. Raises LookupError where there is none: a test without its browser fails."""
    if path := find():
        return path
    raise LookupError(f"no browser: run {sys.executable} {__file__}")


def main() -> None:
    """Obtain a browser if there is none, and print its path; exit with what was tried where that fails."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", "chromium"]
        ways += [install, ["apt-get", "update"], install]
    path, tried = find(), []
    while path is None and ways:
        tried.append(shlex.join(ways[0]))
        print(f"No browser yet: {tried[-1]}", flush=True)
        succeeds(ways.pop(0), 600)
        path = find()
    if path is None:
        remedy = "Put Chromium or Chrome on PATH, then run this again."
        sys.exit("\n  ".join(["No browser for the tests. Tried in vain:", *tried, remedy]))
    print(f"Browser for the tests: {path}")


if __name__ == "__main__":
    main()
