"""What runs beside the server (`ui/aside.py`): questions come by its input, and it ends with the server."""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread


def answer(
    begin: Callable[[], Callable[..., str]], rest: Callable[[], None] = lambda: None, *, fastest: bool = False
) -> None:
    """Answer questions, each the JSON of some arguments, by what a function says of them: a line without its end.

    `begin` gives that function. It is called once questions are listened to: JAX reads the environment as it is
    imported, which takes a second or two, and the server may end meanwhile. `rest` is called after each answer.
    JAX finds the fastest devices only if asked, or if DESCENT_DEVICE names them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the server, and that this
    with suppress(OSError):  # Linux, where memory lacks, ends this before the server
        Path("/proc/self/oom_score_adj").write_text("1000")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a rule prints is no answer
    questions: SimpleQueue = SimpleQueue()
    Thread(target=_listen, args=(questions,), daemon=True).start()
    choice = os.environ.get("DESCENT_DEVICE", "auto")
    if choice == "cpu" or (choice == "auto" and not fastest):
        os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # the memory of a graphics card is the server's, too
    function = begin()
    while True:
        print(function(*questions.get()), file=answers, flush=True)
        rest()


def _listen(questions: SimpleQueue) -> None:
    """Note the questions; end when the server has, also in the middle of a run."""
    for line in sys.stdin:
        questions.put(json.loads(line))
    os._exit(0)
