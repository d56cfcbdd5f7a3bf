"""The programs that the tests drive, browsers and a proxy.

program_path() finds one; run as a program, this file obtains those that lack.
"""

import functools
import os
import shlex
import shutil
import subprocess
import sys
from typing import NamedTuple


class Program(NamedTuple):
    """A program by what it is called: on PATH or as a path, by Debian's package, and by Playwright if that has it."""

    names: tuple[str, ...]
    package: str
    playwright: str = ""
    asks_version: str = "--version"  # an argument with which it only says its version


CHROMIUM = Program(
    names=(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    package="chromium",
    playwright="chromium",
)
FIREFOX = Program(
    names=("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"),
    package="firefox-esr",
    playwright="firefox",
)
HAPROXY = Program(names=("haproxy",), package="haproxy", asks_version="-v")
OPENSSL = Program(names=("openssl",), package="openssl", asks_version="version")  # makes the proxy's certificate
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


def working(name: str, asks_version: str) -> str | None:
    """The path of a program that starts. One on PATH may be a distribution's stub, or lack shared libraries."""
    path = shutil.which(name)
    return path if path and succeeds([path, asks_version], 30, subprocess.DEVNULL) else None


def find(program: Program) -> str | None:
    """A program of this machine, or else the one that Playwright downloaded."""
    for name in program.names:
        if path := working(name, program.asks_version):
            return path
    if not program.playwright:
        return None
    own = subprocess.run([sys.executable, "-c", OWN, program.playwright], stdout=subprocess.PIPE, text=True, check=True)
    return working(own.stdout.strip(), program.asks_version)


@functools.cache
def program_path(program: Program) -> str:
    """The executable to start. Raises LookupError where there is none, so that a test without its program fails."""
    if path := find(program):
        return path
    raise LookupError(f"no {program.package}: run {sys.executable} {__file__}")


def obtain(program: Program) -> str:
    """The path of a program, installed if there was none. Raises LookupError with the commands that were tried."""
    ways = [[sys.executable, "-m", "playwright", "install", program.playwright]] if program.playwright else []
    if shutil.which("apt-get") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", program.package]
        # What Debian has needs no shared library that Debian lacks.
        ways = [install, ["apt-get", "update"], install, *ways]
    path, tried = find(program), []
    while path is None and ways:
        tried.append(shlex.join(ways[0]))
        print(f"No {program.package} yet: {tried[-1]}", flush=True)
        succeeds(ways.pop(0), 600)
        path = find(program)
    if path is None:
        remedy = f"Put one of {', '.join(program.names)} on PATH, then run this again."
        raise LookupError("\n  ".join([f"No {program.package} for the tests. Tried in vain:", *tried, remedy]))
    return path


if __name__ == "__main__":
    try:
        for program in (CHROMIUM, FIREFOX, HAPROXY, OPENSSL):
            print(f"Program for the tests: {obtain(program)}")
    except LookupError as error:
        sys.exit(str(error))
