"""Fixtures that every test may ask for: the app's server, a browser, a page that tolerates no error."""

import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.testclient import TestClient
from xdist.scheduler import LoadScopeScheduling

from engine import configure
from tests.programs import CHROMIUM, program_path
from tests.serving import EAGER, ROOT, Server, serve
from ui import routes
from ui.aside import MAPPING, MEASURING, SEARCHING

os.environ["KERAS_BACKEND"] = "jax"  # Keras reads it once, at its import
configure()  # before JAX computes: float64, and a rounding like NumPy's

# A browser that runs as root and does not call home.
QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The benchmarks' browser has WebGL in software, for rivals that need it: the machine may have no graphics card.
FLAGS = [*QUIET, "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
# What the tests' browser does without. The first three are pages of the address bar: each window would start a process
# for them, which takes a second of processor time. Of several such lists Chromium takes the last: the others are those
# that Playwright switches off.
WITHOUT = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    "ThirdPartyStoragePartitioning",
]
# The time limit of pytest-timeout is enough: an example may take long because other workers have the processor.
settings.register_profile("parallel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("parallel")
TIMEOUT_MS = 60_000  # that a page may take to fulfil a condition, on two cold cores that run other tests as well
expect.set_options(timeout=TIMEOUT_MS)


# A function that takes a page or the server, in a file of tests.
SERVED = re.compile(r"^def \w+\([^)]*\b(?:(?:troubled_|open_)?page|phone|server)\b", re.MULTILINE)


@functools.cache
def group_of(file: str) -> str:
    """Tests of one group run in one worker: all tests of the server, since a second one would compile the whole app
    again; of the others each file, since its tests share compiled programs."""
    return "server" if SERVED.search((ROOT / file).read_text(encoding="utf-8")) else file


class Groups(LoadScopeScheduling):
    """pytest-xdist hands a group of tests to each worker that has none left."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> Groups:
    return Groups(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, since a test of a page often waits for its browser or for the server."""
    return min(4, (os.cpu_count() or 1) + 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of the server come first: they are the largest group."""

    def place(item: pytest.Item) -> tuple[bool, bool]:
        others = group_of(item.nodeid.partition("::")[0]) != "server"
        return others, item.get_closest_marker("first") is None

    items.sort(key=place)


@pytest.fixture(scope="session")
def app_server() -> Iterator[Server]:
    """The app, served as `make run` does but for its patience; its log names every program that JAX compiles."""
    with serve(*EAGER, JAX_LOG_COMPILES="1") as server:
        yield server


@pytest.fixture(scope="session")
def server(app_server) -> str:
    """The address of the app."""
    return app_server.address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = [*QUIET, "--disable-gpu", f"--disable-features={','.join(WITHOUT)}"]
        browser = playwright.chromium.launch(executable_path=program_path(CHROMIUM), args=flags)
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


# The reader has been here before: the page does not play by itself, as it does on a first visit.
NOT_NEW = """if (location.protocol.startsWith("http") && localStorage.getItem("descent-lab") === null)
    localStorage.setItem("descent-lab", "");"""


@pytest.fixture
def client() -> Iterator[TestClient]:
    """The routes alone; the processes beside the server end with the test."""
    routes._desk.cache_clear()
    with TestClient(Starlette(routes=routes.ROUTES)) as client:
        yield client
    for process in (MEASURING, MAPPING, SEARCHING):
        process.end()
    routes._desk.cache_clear()


@contextmanager
def profile(browser: Browser, address: str, **settings) -> Iterator[BrowserContext]:
    """A browser that has never been anywhere; its pages are relative to an address."""
    context = browser.new_context(base_url=address, **settings)
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(NOT_NEW)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def opened(browser: Browser, address: str, **settings) -> Iterator[Page]:
    """A page of a browser that has never been anywhere, relative to an address."""
    with profile(browser, address, **settings) as context:
        yield context.new_page()


@contextmanager
def without_errors(page: Page, address: str) -> Iterator[Page]:
    """In the body, any error of the console and any request to another host is a failure."""
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: wrong.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None)
    yield page
    assert wrong == []


LAPTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def troubled_page(chromium, server):
    """A laptop's page whose requests a test makes fail: the console may say so."""
    with opened(chromium, server, **LAPTOP) as page:
        yield page


@pytest.fixture(scope="session")
def laptop(chromium, server):
    """A browser that keeps the files of the page from one test to the next."""
    with profile(chromium, server, **LAPTOP) as context:
        yield context


@pytest.fixture(scope="session")
def mobile(chromium, server):
    """A phone's browser that keeps the files of the page from one test to the next."""
    with profile(chromium, server, **PHONE) as context:
        yield context


# The first script of a new page: what another page has stored, such as an open sidebar, is forgotten.
FORGET = """if (!sessionStorage.begun) {
    localStorage.clear();
    localStorage.setItem("descent-lab", "");
    sessionStorage.begun = true;
}"""


@contextmanager
def new_page(context: BrowserContext, server: str) -> Iterator[Page]:
    """A page on which any error of the console and any request to another host is a failure."""
    with context.new_page() as page, without_errors(page, server):
        page.add_init_script(FORGET)
        yield page


@pytest.fixture(scope="module")
def open_page(laptop, server):
    """One page for many tests of a file, each of which goes on from what it finds there."""
    with new_page(laptop, server) as page:
        yield page


@pytest.fixture
def page(laptop, server):
    """A laptop's page on which any error of the console and any request to another host is a failure."""
    with new_page(laptop, server) as page:
        yield page


@pytest.fixture
def phone(mobile, server):
    """A phone's page on which any error of the console and any request to another host is a failure."""
    with new_page(mobile, server) as page:
        yield page
