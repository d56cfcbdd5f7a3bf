"""The app in a process of its own, and what it has written to its terminal so far."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition, Thread

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The app as `make run` starts it, only that it compiles everything sooner; and `streamlit run app.py`, as hosts do.
EAGER = ("uvicorn", "tests.eager:app", "--host", "127.0.0.1", "--port", "{port}")
STREAMLIT = ("streamlit", "run", "app.py", "--server.address", "127.0.0.1", "--server.port", "{port}")


class Server:
    """A running server: its address, and the lines that it has printed."""

    def __init__(self, process: subprocess.Popen[str], address: str):
        self.process = process
        self.address = address
        self._lines: list[str] = []
        self._ended = False
        self._news = Condition()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def log(self) -> str:
        with self._news:
            return "".join(self._lines)

    def wait_for(self, *words: str) -> str:
        """Wait for a line of the log that contains any of these words; the line. Raises RuntimeError at its end."""
        read = 0
        with self._news:
            while True:
                for line in self._lines[read:]:
                    if any(word in line for word in words):
                        return line
                if self._ended:
                    raise RuntimeError(f"the server ended and never said {words}:\n{''.join(self._lines)}")
                read = len(self._lines)
                self._news.wait()


@contextmanager
def serve(*words: str, root: Path = ROOT, port: int | None = None, **environment: str) -> Iterator[Server]:
    """The app of a folder, served by `python -m` and these words; the body runs once it answers.

    `{port}` among the words becomes the port, by default a free one, of the loopback interface, which they must tell
    the server.
    """
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *(word.format(port=port) for word in words)],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **environment},
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    try:
        while not _answers(server.address):
            with suppress(subprocess.TimeoutExpired):
                raise RuntimeError(f"the server ended with {process.wait(0.1)}:\n{server.log()}")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # it first finishes what it is compiling
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/_stcore/health").close()
    except urllib.error.URLError:
        return False
    return True
