"""Processes beside the server, for work of another kind: what they take of the memory ends with them."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Lock, Timer
from typing import Any

from ui.lanes import Refusal

ROOT = Path(__file__).parent.parent
LIMIT = 25.0  # s that an answer may take, a start included: a page waits for 30
ENDED = "The process that computes this ended, or took longer than {most} s: please ask again."


class Aside:
    """A module that is run as a program, and answers each line of its input, some JSON, by a line of its output.

    It is started by the first question; on Linux it has the priority of the thread that asks. Its input is closed when
    this process ends, in whatever way: then it has to end, too. It ends after `idle` s without a question, and another
    one takes its place after `most` questions.
    """

    def __init__(self, *arguments: str, most: int = 100, idle: float = 60.0) -> None:
        self._arguments, self.most, self.idle = arguments, most, idle
        self._turn = Lock()  # of who writes to the process, reads from it or ends it
        self._process: Popen[str] | None = None
        self._questions = 0  # that the process has had
        self._idle: Timer | None = None

    def ask(self, question: Any) -> str:
        """The answer, which takes at most LIMIT; who asks meanwhile waits for its turn. Raises Refusal."""
        with self._turn:
            if self._idle:
                self._idle.cancel()
            answer = self._answer(question)
            if not answer or self._questions >= self.most:
                self._end()
            else:
                self._idle = _later(self.idle, self._rest)
        if not answer:
            raise Refusal(500, ENDED, most=f"{LIMIT:g}")
        return answer

    def end(self) -> None:
        """End the process, whatever it does: who waits for its answer is refused."""
        if process := self._process:
            process.kill()
        self._rest()

    def _answer(self, question: Any) -> str:
        """A line without its end; nothing if the process ends first."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            command = [sys.executable, *self._arguments]
            self._process = Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, encoding="utf-8")  # noqa: S603  ours
        process = self._process
        assert process.stdin
        assert process.stdout
        self._questions += 1
        limit = _later(LIMIT, process.kill)
        with suppress(OSError):  # it has ended: nothing will be read from it, either
            print(json.dumps(question), file=process.stdin, flush=True)
        answer = process.stdout.readline().rstrip("\n")
        limit.cancel()
        return answer

    def _rest(self) -> None:
        """End the process once it does nothing."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()  # closes what connects it, and waits for its end
        self._process, self._questions = None, 0


def _later(seconds: float, work: Callable[[], object]) -> Timer:
    """Do some work later, unless it is cancelled; it does not keep this process alive."""
    timer = Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer


MEASURING = Aside("-m", "ui.measuring")
MAPPING = Aside("-m", "ui.mapping", most=100_000, idle=600.0)  # whose programs take seconds to be loaded
SEARCHING = Aside("-m", "ui.searching", most=1000, idle=120.0)  # as Optuna's samplers do
