"""`python -m benchmarks.deploy [costs] [shares]`: what a request costs, and how processes best share questions.

The figures are those of deploy/README.md. Processor time is that of the server's whole process; a machine that is busy
with other work makes it a little longer, waiting much longer.
"""

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median, quantiles
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.asking import metrics
from tests.conftest import QUIET, opened
from tests.driver import visit
from tests.programs import CHROMIUM, program_path
from tests.proxy import CONFIGURATION, environment, proxied
from tests.serving import Server, serve
from ui.routes import CLIENT, NAMES

SERVED = ("uvicorn", "app:app", "--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning")
ELSEWHERE = "127.0.0.2"  # not the address of this machine that the app knows: it packs answers as for a network
SURFACES = ("ravine", "saddle", "rosenbrock", "himmelblau", "beale", "double_well")
HASH = "balance hash var(txn.question)\n    hash-type consistent\n    hash-balance-factor 200"
SHARES = {  # by what the proxy is told instead of the hash of the question
    "hash of the question (deploy/haproxy.cfg)": None,
    "the same, at most 1.5 times its share": HASH.replace("200", "150"),
    "by the whole address, at most 1.5 times": HASH.replace("var(txn.question)", "pathq").replace("200", "150"),
    "round robin": "balance roundrobin",
    "leastconn": "balance leastconn",
}
SETTLED = 15  # s after which a process has given back the memory that it does not need
PAGES = 200  # that stand open at a time
CLASSES = 3  # for each way of sharing
AT_ONCE = 8  # readers of a class who wait for an answer at the same time


def used(process: int) -> float:
    """Seconds of processor time that a process has taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def line_to(address: str, reader: str) -> Iterator[Callable[[str], int]]:
    """Ask for a path on a reader's connection: the bytes of the answer's body as they were sent."""
    line = HTTPConnection(urlsplit(address).netloc, source_address=(ELSEWHERE, 0))

    def ask(path: str) -> int:
        line.request("GET", path, headers={"Accept-Encoding": "br, gzip", CLIENT: reader})
        answer = line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered {answer.status}: {body[:200]!r}")
        return len(body)

    yield ask
    line.close()


def files_of(address: str) -> list[str]:
    """What a browser asks for in a first visit, but for answers."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program_path(CHROMIUM), args=QUIET)
        with opened(browser, address) as page:
            urls: list[str] = []
            page.on("request", lambda request: urls.append(request.url))
            visit(page)
            page.wait_for_load_state("networkidle")
    return [part.path for part in map(urlsplit, urls) if part.scheme == "http" and part.path[1:] not in NAMES]


@contextmanager
def session(address: str) -> Iterator[int]:
    """Connect as a page does, and run its script once: the bytes received."""
    received = 0
    with connect(address.replace("http", "ws") + "/_stcore/stream", subprotocols=[Subprotocol("streamlit")]) as line:
        message = BackMsg()
        message.rerun_script.query_string = ""
        line.send(message.SerializeToString())
        finished = False
        while not finished:
            part = line.recv(timeout=60)
            assert isinstance(part, bytes)
            received += len(part)
            finished = ForwardMsg.FromString(part).WhichOneof("type") == "script_finished"
        yield received


def visited(address: str) -> int:
    """Connect, run the script and leave; the bytes received."""
    with session(address) as received:
        return received


def scene(random: Random, **more: str) -> str:
    """The query of a scene of eight optimizers and 200 steps that nobody else has."""
    start = f"{random.uniform(-1, 1):.4f},{random.uniform(-0.9, 1):.4f}"
    found = {"surface": random.choice(SURFACES), "start": start, "adam.lr": f"{random.uniform(0.01, 0.5):.5f}"}
    return urlencode({**found, "steps": "200", **more})


def costs(server: Server) -> None:
    """Print what each kind of request costs, each asked alone, one after the other."""
    random = Random(0)
    files = files_of(server.address)
    print("| | times | processor, ms each | waiting, median, ms | received, kB each |\n|---|---|---|---|---|")

    def row(name: str, times: int, ask: Callable[[], int]) -> None:
        ask()
        before, took, received = used(server.process.pid), [], 0
        for _ in range(times):
            began = time.perf_counter()
            received += ask()
            took.append(time.perf_counter() - began)
        spent = (used(server.process.pid) - before) / times
        middle = quantiles(took, n=2)[0]
        print(
            f"| {name} | {times} | {spent * 1e3:.2f} | {middle * 1e3:.2f} | {received / times / 1e3:.1f} |", flush=True
        )

    with line_to(server.address, "alone") as ask:
        row(f"first visit: its {len(files)} files", 50, lambda: sum(map(ask, files)))
        row("first visit: websocket and script", 50, lambda: visited(server.address))
        row("paths at hand", 2000, lambda: ask("/paths?surface=ravine&steps=200"))
        row("fresh paths, 8 x 200 steps", 200, lambda: ask(f"/paths?{scene(random)}"))
        row("fresh fan, 8 x 200 steps", 100, lambda: ask(f"/fan?{scene(random, vary='rate')}"))

        def formula() -> int:
            typed = f"x^2 + {random.uniform(1, 9):.5f} y^2"
            query = urlencode({"surface": "formula", "surface.f": typed, "surface.domain": "-2,2,-2,2"})
            return ask(f"/paths?{query}") + ask(f"/grid?{query}")

        row("a new formula: paths and grid", 10, formula)
    time.sleep(SETTLED)
    before = resident(server)
    with ExitStack() as pages:
        for _ in range(PAGES):
            pages.enter_context(session(server.address))
        time.sleep(SETTLED)
        more = resident(server) - before
    print(f"\nresident: {before:.0f} MB, and {more / PAGES:.2f} MB for each of {PAGES} pages that stand open")


def resident(server: Server) -> float:
    """The memory of a process that is in RAM, in MB."""
    return metrics(server.address)["process_resident_memory_bytes",] / 1e6


def class_of(seed: int) -> list[str]:
    """The questions of a class: all open the same scenes, drag for themselves, and draw a few formulas together."""
    random = Random(seed)
    shared = [scene(random) for _ in range(20)]
    asked = [f"/{route}?{query}" for query in shared for route in ("paths", "grid") for _ in range(10)]
    asked += [f"/fan?{scene(random, vary='rate')}" for _ in range(60)]
    for _ in range(6):
        typed = {"surface.f": f"x^2 + {random.uniform(1, 9):.5f} y^2", "surface.domain": "-2,2,-2,2"}
        query = urlencode({"surface": "formula", **typed})
        asked += [f"/{route}?{query}" for route in ("paths", "grid") for _ in range(5)]
        asked += [f"/fan?{query}&adam.lr={random.uniform(0.01, 0.5):.5f}&vary=rate" for _ in range(5)]
    random.shuffle(asked)
    return asked


def shares(servers: tuple[Server, Server]) -> None:
    """Print what a class costs by how its questions are shared among two processes: medians of several classes."""
    print("\n| | answers computed | processor of both, s | of the proxy, s | p50, ms | p95, ms |")
    print("|---|---|---|---|---|---|")
    found = defaultdict(list)
    for seed, (name, words) in enumerate(islice(cycle(SHARES.items()), CLASSES * len(SHARES))):
        found[name].append(taught(servers, words, class_of(seed)))
    for name, classes in found.items():
        computed, both, proxys, middle, most = map(median, zip(*classes, strict=True))
        print(f"| {name} | {computed:.0f} | {both:.1f} | {proxys:.2f} | {middle * 1e3:.0f} | {most * 1e3:.0f} |")


def taught(servers: tuple[Server, Server], words: str | None, asked: list[str]) -> tuple[float, ...]:
    """Let a class ask its questions of a proxy with these words instead of its own.

    How many answers were computed, s of processor time of the processes and of the proxy, p50 and p95 in s.
    """

    def misses() -> float:
        return sum(metrics(server.address).get(("descent_cache_misses_total", "sent"), 0.0) for server in servers)

    def spent() -> float:
        return sum(used(server.process.pid) for server in servers)

    whole = CONFIGURATION.read_text()
    assert HASH in whole
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "haproxy.cfg")
        file.write_text(whole.replace(HASH, words) if words else whole)
        with proxied(environment(Path(folder), *(server.address for server in servers)), file) as proxy:
            while set(proxy.states("answers").values()) != {"UP"}:
                time.sleep(0.1)

            def ask(path: str) -> float:
                began = time.perf_counter()
                with line_to(proxy.address, f"reader {began}") as once:
                    once(path)
                return time.perf_counter() - began

            before = misses(), spent()
            with ThreadPoolExecutor(AT_ONCE) as readers:
                times = quantiles(readers.map(ask, asked), n=20)
            return misses() - before[0], spent() - before[1], used(proxy.process.pid), times[9], times[18]


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["costs", "shares"]
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with serve(*SERVED) as one, serve(*SERVED) as other:
        for process in (one, other):
            process.wait_for("everything is compiled")
        if "costs" in wanted:
            costs(one)
        if "shares" in wanted:
            shares((one, other))
    print(f"load average {os.getloadavg()[0]:.1f}")
