"""A process beside the server: another one takes its place, and none outlives the server."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.serving import ROOT
from ui import aside
from ui.aside import Aside
from ui.lanes import Refusal

TIMEOUT_S = 60
# What answers instead of JAX: each question does something, and is answered by the id of the process.
STUB = """
import os, threading
from ui import child

def answer(what):
    if what == "end":
        os._exit(1)
    if what == "hang":
        threading.Event().wait()
    print("a rule that prints")
    return str(os.getpid())

child.answer(lambda: answer)
"""


@pytest.fixture
def beside():
    beside = Aside("-c", STUB)
    yield beside
    beside.end()


def ask(beside, what="answer"):
    return int(beside.ask([what]))


def test_one_process_answers_until_it_had_its_share(beside):
    beside.most = 3
    first, *others = [ask(beside) for _ in range(6)]
    assert first != os.getpid()
    assert [pid == first for pid in others] == [True, True, False, False, False]
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_one_that_ends_is_replaced(beside):
    first = ask(beside)
    with pytest.raises(Refusal, match="The process that computes this ended"):
        ask(beside, "end")
    second = ask(beside)
    process = beside._process
    os.kill(second, signal.SIGKILL)
    process.wait(TIMEOUT_S)
    assert len({first, second, ask(beside)}) == 3, "one that has ended while nobody asked is noticed before"


def test_one_that_takes_too_long_is_ended(beside, monkeypatch):
    first = ask(beside)
    monkeypatch.setattr(aside, "LIMIT", 0.1)
    with pytest.raises(Refusal, match=r"or took longer than 0\.1 s"):
        ask(beside, "hang")
    monkeypatch.undo()
    assert ask(beside) != first


def test_one_that_is_asked_nothing_ends(beside):
    beside.idle = 0.01
    first = ask(beside)
    beside._idle.join(TIMEOUT_S)
    assert beside._process is None
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_to_end_it_refuses_who_waits(beside):
    ask(beside)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, beside, "hang")
        while beside._questions < 2:
            assert not waiting.done()
        beside.end()
        assert isinstance(waiting.exception(TIMEOUT_S), Refusal)


def test_it_ends_with_the_server_however_that_ends():
    """In the middle of an answer. It has the same standard error, which is read until the last of them has ended."""
    server = f"""
import os, signal, threading
from ui.aside import Aside
beside = Aside("-c", {STUB!r})
beside.ask(["answer"])
threading.Thread(target=beside.ask, args=[["hang"]]).start()
while beside._questions < 2:
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", server]
    ran = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, timeout=TIMEOUT_S)
    assert (ran.returncode, ran.stderr) == (-signal.SIGKILL, b"a rule that prints\n")
