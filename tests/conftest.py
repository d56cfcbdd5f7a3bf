"""What must be decided before any test imports a library, and the app in a real browser."""

import contextlib
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from engine import configure
from tests.browser import browser_path

os.environ["KERAS_BACKEND"] = "jax"  # Keras reads it once, at its import
configure()  # before JAX computes: float64, and a rounding like NumPy's

ROOT = Path(__file__).parent.parent
# WebGL in software: the machine may have no graphics card. The rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def server(log):
    """The app on a free loopback port; its log names every compilation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "JAX_LOG_COMPILES": "1"}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health").close()
                break
            except urllib.error.URLError:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.1)
                assert process.poll() is None, log.read_text()
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def modules(chromium):
    """An empty page that can import the stage's modules, without a server."""
    page = chromium.new_page()
    page.route(
        "http://modules.test/**", lambda route: route.fulfill(path=ROOT / urlsplit(route.request.url).path.lstrip("/"))
    )
    page.route("http://modules.test/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto("http://modules.test/")
    yield page
    page.close()


@pytest.fixture
def troubled_page(chromium, server):
    """A laptop's page whose requests a test makes fail: the console may say so."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=server)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(troubled_page, server):
    """A laptop's page on which any error of the console and any request to another host is a failure."""
    page = troubled_page
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: wrong.append(r.url) if not r.url.startswith((server, "data:", "blob:")) else None)
    yield page
    assert wrong == []
