"""Answers kept in memory and on disk, and what the server compiles before the first request."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from surfaces import SURFACES
from ui import answer_cache, warm
from ui.answer_cache import EXPIRY, cached, file_of
from ui.paths import grid, paths
from ui.scene import Scene

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache in memory, and an empty folder for the one on disk."""
    monkeypatch.setattr(answer_cache, "cache_folder", lambda: tmp_path)
    answer_cache.answers.clear()
    return tmp_path


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def counted(kind):
    """`kind`, and the scenes that it was asked to compute."""
    seen = []

    def counting(scene):
        seen.append(scene)
        return kind(scene)

    counting.__name__ = kind.__name__
    return counting, seen


@pytest.mark.parametrize("kind", [paths, grid])
def test_an_opening_outlives_the_process(kind, folder):
    query = {"surface": "beale"}
    computing, seen = counted(kind)
    body = cached(computing, query)
    answer_cache.answers.clear()  # as a new process would begin
    assert cached(computing, query) == body == kind(Scene.read(query))
    assert len(seen) == 1
    assert files(folder) == [file_of(kind, Scene.read(query))]


@pytest.mark.parametrize("harm", [lambda whole: b"", lambda whole: whole[:-8], lambda whole: whole[:99] + whole[98:]])
def test_a_damaged_file_is_computed_again(harm, folder):
    body = cached(grid, {})
    (file,) = files(folder)
    whole = file.read_bytes()
    file.write_bytes(harm(whole))
    answer_cache.answers.clear()
    assert cached(grid, {}) == body
    assert file.read_bytes() == whole


def test_only_openings_are_kept_on_the_disk(folder):
    cached(paths, {"steps": "10"})
    cached(paths, {"surface": "formula"})
    assert files(folder) == []


def test_answers_of_a_version_unused_for_a_week_are_deleted(folder, monkeypatch):
    cached(grid, {})
    (old,) = files(folder)
    foreign = old.parent.parent / "not ours"
    foreign.mkdir()
    monkeypatch.setattr(answer_cache, "VERSION", "0123456789ab")
    for age, left in ((0, True), (EXPIRY + 60, False)):
        now = old.parent.stat().st_mtime
        for path in (old.parent, foreign):
            os.utime(path, (now - age, now - age))
        answer_cache.answers.clear()
        cached(grid, {"surface": "saddle"} if age else {})
        assert old.exists() == left
    assert foreign.exists()


def test_answers_of_this_version_are_kept_however_old(folder):
    cached(grid, {})
    (file,) = files(folder)
    long_ago = file.stat().st_mtime - EXPIRY - 60
    os.utime(file.parent, (long_ago, long_ago))
    cached(grid, {"surface": "saddle"})
    assert set(files(folder)) == {file, file_of(grid, Scene.read({"surface": "saddle"}))}


def test_an_error_while_compiling_ahead_is_raised(folder, monkeypatch):
    def broken(scene):
        raise ArithmeticError(scene.surface)

    monkeypatch.setattr(warm, "paths", broken)
    with pytest.raises(ArithmeticError, match="saddle"):
        warm.surface("saddle")


@pytest.mark.parametrize("name", ["DESCENT_DEVICE", "XLA_FLAGS", "JAX_DEFAULT_PRNG_IMPL"])
def test_other_settings_have_answers_of_their_own(folder, monkeypatch, name):
    before = file_of(grid, Scene.read({}))
    monkeypatch.setenv(name, "other")
    assert file_of(grid, Scene.read({})) != before


def test_without_a_folder_answers_are_computed(monkeypatch):
    monkeypatch.setattr(answer_cache, "cache_folder", lambda: None)
    answer_cache.answers.clear()
    assert cached(grid, {}) == grid(Scene.read({}))


def test_without_a_writable_folder_answers_are_computed(folder):
    (folder / "descent-lab-answers").write_text("not a folder")
    assert cached(grid, {}) == grid(Scene.read({}))
    assert next(job.func for job in warm.work()) is warm.surface


def test_simultaneous_requests_for_one_scene_compute_it_once(folder):
    computing, seen = counted(grid)
    everybody = Barrier(8)

    def ask(_):
        everybody.wait()
        return cached(computing, {"surface": "saddle"})

    with ThreadPoolExecutor(8) as readers:
        assert len(set(readers.map(ask, range(8)))) == 1
    assert len(seen) == 1


def test_what_is_compiled_first_is_what_the_first_page_lacks(folder):
    first = Scene.read({}).surface
    jobs = [(job.func, job.args) for job in warm.work()]
    assert jobs[:2] == [(warm.surface, (first,)), (warm.fans, (first,))]
    assert {args for func, args in jobs if func is warm.surface} == {(id,) for id in SURFACES}
    cached(grid, {})
    assert next(warm.work()).func is warm.surface, "the paths are still to be computed"
    cached(paths, {})
    assert [(job.func, job.args) for job in warm.work()] == [(warm.opened, (first,)), *jobs]


LIFE = """
import asyncio, sys, threading, types
import app
held, prunings = threading.Event(), []

def work():
    held.wait()
    jobs = {"first": print, "second": int, "third": print, "fourth": print}
    return [lambda job=job, word=word: job(word) for word, job in jobs.items()]

def prune_cache():
    prunings.append("pruned")
    if len(prunings) == 1:
        raise OSError("the disk is full")
    print(*prunings)

sys.modules["ui.warm"] = types.SimpleNamespace(work=work)
sys.modules["engine.device"] = types.SimpleNamespace(prune_cache=prune_cache)
app.PAUSE = app.QUIET = app.PRUNING = 0.001

async def live():
    async with app.lifespan(None):
        print("open", "jax" in sys.modules)
        held.set()
        while len(prunings) < 2:
            await asyncio.sleep(0.01)

asyncio.run(live())
"""


def test_the_port_opens_before_jax_is_loaded_and_a_later_job_that_fails_ends_no_other():
    out = subprocess.run([sys.executable, "-c", LIFE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[:6] == [
        "open False",
        "first",
        "third",
        "fourth",
        "Descent Lab: the rest is compiled; failed jobs: 1.",
        "pruned pruned",
    ]
    for error in (
        "could not compile ahead",
        "ValueError: invalid literal for int() with base 10: 'second'",
        "could not delete old programs",
        "OSError: the disk is full",
    ):
        assert error in out.stderr


def test_a_server_that_cannot_start_ends_and_says_why():
    out = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "DESCENT_DEVICE": "abacus"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert out.returncode != 0
    (line,) = [line for line in out.stderr.splitlines() if "CRITICAL" in line]
    assert "Descent Lab cannot start: DESCENT_DEVICE must be one of auto, cpu, gpu, got 'abacus'." in line
    assert "Traceback" not in out.stderr
