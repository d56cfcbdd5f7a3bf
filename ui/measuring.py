"""`python -m ui.measuring`: runs entries in several ways for the server, which starts and ends it (`ui/aside.py`).

JAX keeps a program for each operation that it runs by itself. In the server they would be kept for ever: of all
optimizers they took 1 GB.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from ui import memory


def _listen(questions: SimpleQueue) -> None:
    """Note the questions; end when the server has, also in the middle of a run."""
    for line in sys.stdin:
        questions.put(json.loads(line))
    os._exit(0)


def main() -> None:
    """Answer questions, each the query of a scene, one of its entries and a way, by what `ui.ways.measured` says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the server, and that this
    with suppress(OSError):  # Linux, where memory lacks, ends this before the server
        Path("/proc/self/oom_score_adj").write_text("1000")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a rule prints is no answer
    questions: SimpleQueue = SimpleQueue()
    Thread(target=_listen, args=(questions,), daemon=True).start()
    if os.environ.get("DESCENT_DEVICE") != "gpu":
        os.environ["JAX_PLATFORMS"] = "cpu"  # the memory of a graphics card is the server's
    # Imported now: JAX reads its environment, and the server may end meanwhile.
    jax, engine, ways = map(import_module, ("jax", "engine", "ui.ways"))
    engine.configure()
    while True:
        print(ways.measured(*questions.get()), file=answers, flush=True)
        # Each measurement begins alike, and the process stays small.
        jax.clear_caches()
        memory.give_back()


if __name__ == "__main__":
    main()
