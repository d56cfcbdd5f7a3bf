"""The browsers that the tests drive: browser_path() finds one; run as a program, this file obtains those that lack."""

import functools
import os
import shlex
import shutil
import subprocess
import sys
from typing import NamedTuple


class Kind(NamedTuple):
    """A browser by what it is called: on PATH or as a path, by Playwright, and by Debian's package."""

    names: tuple[str, ...]
    playwright: str
    package: str


CHROMIUM = Kind(
    names=(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    playwright="chromium",
    package="chromium",
)
FIREFOX = Kind(
    names=("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"),
    playwright="firefox",
    package="firefox-esr",
)
# In a process of its own, since a test may call from inside sync_playwright(), which cannot be nested.
OWN = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(getattr(playwright, sys.argv[1]).executable_path)
"""


def succeeds(command: list[str], seconds: float, output: int | None = None) -> bool:
    """Whether the command ends with exit status 0 in time. It gets no input, so it cannot wait for an answer."""
    try:
        done = subprocess.run(command, timeout=seconds, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def working(name: str) -> str | None:
    """The path of a program that starts. One on PATH may be a distribution's stub, or lack shared libraries."""
    path = shutil.which(name)
    return path if path and succeeds([path, "--version"], 30, subprocess.DEVNULL) else None


def find(kind: Kind) -> str | None:
    """A browser of this machine, or else the one that Playwright downloaded."""
    for name in kind.names:
        if path := working(name):
            return path
    own = subprocess.run([sys.executable, "-c", OWN, kind.playwright], stdout=subprocess.PIPE, text=True, check=True)
    return working(own.stdout.strip())


@functools.cache
def browser_path(kind: Kind = CHROMIUM) -> str:
    """The executable to launch. Raises LookupError where there is none, so that a test without its browser fails."""
    if path := find(kind):
        return path
    raise LookupError(f"no {kind.package}: run {sys.executable} {__file__}")


def obtain(kind: Kind) -> str:
    """The path of a browser, installed if there was none. Raises LookupError with the commands that were tried."""
    ways = [[sys.executable, "-m", "playwright", "install", kind.playwright]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", kind.package]
        # What Debian has needs no shared library that Debian lacks.
        ways = [install, ["apt-get", "update"], install, *ways]
    path, tried = find(kind), []
    while path is None and ways:
        tried.append(shlex.join(ways[0]))
        print(f"No {kind.package} yet: {tried[-1]}", flush=True)
        succeeds(ways.pop(0), 600)
        path = find(kind)
    if path is None:
        remedy = f"Put one of {', '.join(kind.names)} on PATH, then run this again."
        raise LookupError("\n  ".join([f"No {kind.package} for the tests. Tried in vain:", *tried, remedy]))
    return path


if __name__ == "__main__":
    try:
        for kind in (CHROMIUM, FIREFOX):
            print(f"Browser for the tests: {obtain(kind)}")
    except LookupError as error:
        sys.exit(str(error))
