"""The command of sweeps: whatever is killed, the file is the same, on this machine and by Dask on several."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from engine.sweep import parts
from engine.sweep.spec import read
from tests.serving import ROOT
from tests.test_sweep import LONG, spec_in


def command(spec: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "engine.sweep", str(spec), "--out", str(out), *more]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def until(condition: Callable[[], bool], *processes: subprocess.Popen[str]) -> None:
    """Wait for a condition. Raises AssertionError if a process ends before."""
    while not condition():
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
                raise AssertionError(f"it ended too soon: {process.communicate()[0]}")


def stored(out: Path) -> dict[str, int]:
    """The parts that are there, and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in out.with_name(f"{out.name}.parts").glob("*.npy")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The file of LONG, by a command that nobody interrupts, and its spec."""
    folder = tmp_path_factory.mktemp("sweep")
    spec, out = spec_in(folder, LONG), folder / "whole.parquet"
    process = command(spec, out)
    assert process.communicate()[0] == f"{out}: 12,000 runs\n"
    return spec, out.read_bytes()


def test_a_file_that_is_there_is_left_as_it_is(whole, tmp_path):
    spec, bytes_ = whole
    out = tmp_path / "out.parquet"
    out.write_bytes(bytes_)
    assert set(pq.read_table(out)["ended"].to_pylist()) == {"minimum 1", "diverged"}
    written = out.stat().st_mtime_ns
    parts.begun(out, read(spec))  # as after a kill between the last two things that a sweep does
    assert command(spec, out).communicate()[0] == f"{out}: 12,000 runs\n"
    assert out.stat().st_mtime_ns == written
    assert list(tmp_path.iterdir()) == [out]
    refused = command(spec_in(tmp_path, LONG.replace("0.2", "0.3")), out)
    assert "exists and is not of this sweep" in refused.communicate()[0]
    assert refused.returncode == 1


def test_killed_twice_it_is_the_same_file(whole, tmp_path):
    spec, bytes_ = whole
    out, before = tmp_path / "out.parquet", {}
    for least in (1, 3):
        process = command(spec, out, "--workers", "1")
        until(lambda least=least: len(stored(out)) >= least, process)
        process.kill()
        process.communicate()  # to the end of what it and its worker may print: the worker ends, too
        now = stored(out)
        assert before.items() <= now.items(), "no part was written again"
        before = now
    assert len(before) < 6
    process = command(spec, out, "--workers", "1")
    until(lambda: len(stored(out)) > len(before), process)
    assert before.items() <= stored(out).items()
    assert process.communicate()[0] == f"{out}: 12,000 runs\n"
    assert out.read_bytes() == bytes_


def test_many_machines_by_dask_of_which_one_is_lost(whole, tmp_path):
    spec, bytes_ = whole
    out, address = tmp_path / "out.parquet", tmp_path / "scheduler.json"

    def dask(what: str, *words: str) -> subprocess.Popen[str]:
        program = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(address)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        own = ["--host", "127.0.0.1", "--no-dashboard", *words]
        return subprocess.Popen([*program, *own], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, text=True)

    started = [dask("scheduler", "--port", "0", "--idle-timeout", "60s")]
    try:
        until(address.exists, started[0])
        workers = [dask("worker", "--nthreads", "1", "--no-nanny", "--death-timeout", "60s") for _ in range(2)]
        started += workers
        host = json.loads(address.read_text())["address"]
        process = command(spec, out, "--scheduler", host)
        started.append(process)
        until(lambda: len(stored(out)) >= 1, process, *workers)
        workers[0].kill()
        assert process.communicate()[0].splitlines()[-1] == f"{out}: 12,000 runs"
        assert out.read_bytes() == bytes_
    finally:
        for process in started:
            process.terminate()
            process.wait()


def test_without_a_scheduler_the_command_says_so(tmp_path):
    process = command(spec_in(tmp_path, LONG), tmp_path / "out.parquet", "--scheduler", "tcp://127.0.0.1:9")
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in process.communicate()[0]
    assert process.returncode == 1
