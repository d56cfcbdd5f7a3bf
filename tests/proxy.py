"""The proxy of deploy/ in front of servers of the app, each in a process of its own."""

import csv
import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import NamedTuple

from tests.asking import metrics
from tests.programs import HAPROXY, OPENSSL, program_path
from tests.serving import ROOT, Server, free_port, serve

SOON = ("uvicorn", "tests.soon:app", "--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning")
CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"


class Proxy(Server):
    """A running proxy: its address, the lines that it has printed, and its runtime API."""

    def __init__(self, process: subprocess.Popen[str], address: str, admin: Path, metrics: str):
        super().__init__(process, address)
        self.admin, self.metrics = admin, metrics

    def tell(self, command: str) -> str:
        """What the runtime API answers to a command."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.admin))
            line.sendall(f"{command}\n".encode())
            with line.makefile() as answer:
                return answer.read().strip()

    def states(self, backend: str) -> dict[str, str]:
        """The state of each server of a backend, such as UP, DOWN or DRAIN."""
        return self._column(backend, "status")

    def at_work(self, backend: str) -> dict[str, int]:
        """How many requests each server of a backend is answering."""
        return {server: int(number) for server, number in self._column(backend, "scur").items()}

    def _column(self, backend: str, column: str) -> dict[str, str]:
        rows = csv.DictReader(self.tell("show stat").removeprefix("# ").splitlines())
        return {row["svname"]: row[column] for row in rows if row["pxname"] == backend and row["svname"] != "BACKEND"}

    def lines(self) -> list[dict]:
        """What it has logged of requests."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]


def environment(folder: Path, *servers: str, **more: str) -> dict[str, str]:
    """The variables of a proxy on free ports of the loopback interface, whose files are in a folder."""
    addresses = {f"DESCENT_P{k}": address.removeprefix("http://") for k, address in enumerate(servers, 1)}
    return {
        **os.environ,
        **addresses,
        "DESCENT_LISTEN": f"127.0.0.1:{free_port()}",
        "DESCENT_PROXY_METRICS": f"127.0.0.1:{free_port()}",
        "DESCENT_ADMIN": str(folder / "admin.sock"),
        "DESCENT_CONNECTIONS": "400",
        **more,
    }


def checked(variables: dict[str, str]) -> str:
    """What HAProxy finds wrong with its file: nothing. Raises CalledProcessError if it cannot be used at all."""
    command = [program_path(HAPROXY), "-q", "-c", "-f", str(CONFIGURATION)]
    return subprocess.run(command, env=variables, check=True, stderr=subprocess.PIPE, text=True).stderr


@contextmanager
def proxied(variables: dict[str, str], file: Path = CONFIGURATION) -> Iterator[Proxy]:
    """The proxy as its file and these variables set it up; the body runs once it listens to readers and to tell()."""
    process = subprocess.Popen(
        [program_path(HAPROXY), "-db", "-f", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=variables,
    )
    addresses = [f"http://{variables[name]}" for name in ("DESCENT_LISTEN", "DESCENT_PROXY_METRICS")]
    proxy = Proxy(process, addresses[0], Path(variables["DESCENT_ADMIN"]), addresses[1])
    try:
        host, _, port = variables["DESCENT_LISTEN"].rpartition(":")
        while not (_listens(str(proxy.admin), socket.AF_UNIX) and _listens((host, int(port)))):
            if process.poll() is not None:
                raise RuntimeError(f"the proxy ended with {process.returncode}:\n{proxy.log()}")
        yield proxy
    finally:
        process.terminate()
        process.wait()


def _listens(address: str | tuple[str, int], kind: socket.AddressFamily = socket.AF_INET) -> bool:
    with socket.socket(kind) as probe:
        return probe.connect_ex(address) == 0


class Lab(NamedTuple):
    """A proxy, and its two processes by the names that it gives them."""

    proxy: Proxy
    processes: dict[str, Server]


@contextmanager
def lab_in(folder: Path, **variables: str) -> Iterator[Lab]:
    """Both processes are ready: what they lack is compiled when it is asked for."""
    ready = folder / "ready"
    ready.touch()
    with (
        serve(*SOON, READY_FILE=str(ready)) as first,
        serve(*SOON, READY_FILE=str(ready)) as second,
        proxied(environment(folder, first.address, second.address, **variables)) as proxy,
    ):
        for process in (first, second):
            process.wait_for("everything is compiled")
        becomes(proxy, "sessions", p1="UP", p2="UP")
        yield Lab(proxy, {"p1": first, "p2": second})


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; the time limit of a test ends a wait in vain."""
    pause = Event()
    while not condition():
        pause.wait(0.02)


def becomes(proxy: Proxy, backend: str, **states: str) -> None:
    """Wait until servers have these states."""
    until(lambda: states.items() <= proxy.states(backend).items())


def count(lab: Lab, *name: str) -> dict[str, float]:
    """A metric of each process, asked behind the proxy's back."""
    return {place: metrics(process.address).get(name, 0) for place, process in lab.processes.items()}


def more(lab: Lab, before: dict[str, float], *name: str) -> dict[str, float]:
    """By how much a metric of each process has grown."""
    return {place: number - before[place] for place, number in count(lab, *name).items()}


def certificate(folder: Path) -> str:
    """A new file with a certificate that nobody has signed, and its key."""
    both, key = folder / "certificate.pem", folder / "key.pem"
    make = [program_path(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*make, "-keyout", key, "-out", both], check=True, capture_output=True)
    both.write_text(both.read_text() + key.read_text())
    return str(both)
