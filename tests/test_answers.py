"""What the server keeps: an answer is computed once, and those that a page opens with outlive the process."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ui import answers
from ui.answers import answer, kept_at
from ui.paths import grid, paths
from ui.scene import Scene

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Nothing is kept yet, neither in memory nor in this folder."""
    monkeypatch.setattr(answers, "cache_folder", lambda: tmp_path)
    answers._place.cache_clear()
    return tmp_path


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def counted(kind):
    """`kind`, and the scenes that it was asked to compute."""
    seen = []

    def counting(scene, *more):
        seen.append(scene)
        return kind(scene, *more)

    counting.__name__ = kind.__name__
    return counting, seen


@pytest.mark.parametrize("kind", [paths, grid])
def test_an_opening_outlives_the_process(kind, folder):
    query = {"surface": "beale"}
    computing, seen = counted(kind)
    body = answer(computing, query)
    answers._place.cache_clear()  # as a new process would begin
    assert answer(computing, query) == body == kind(Scene.read(query))
    assert len(seen) == 1
    assert [path.read_bytes() for path in files(folder)] == [body]


def test_only_openings_are_kept_on_the_disk(folder):
    answer(paths, {"steps": "10"})
    answer(paths, {"surface": "formula"})
    assert files(folder) == []


def test_another_version_goes(folder, monkeypatch):
    answer(grid, {})
    monkeypatch.setattr(answers, "VERSION", "newer")
    answers._place.cache_clear()
    answer(grid, {})
    assert files(folder) == [kept_at(grid, Scene.read({}))]


@pytest.mark.parametrize("name", ["DESCENT_DEVICE", "XLA_FLAGS"])
def test_another_device_has_an_answer_of_its_own(folder, monkeypatch, name):
    before = kept_at(grid, Scene.read({}))
    monkeypatch.setenv(name, "other")
    assert kept_at(grid, Scene.read({})) != before


def test_without_a_folder_answers_are_computed(monkeypatch):
    monkeypatch.setattr(answers, "cache_folder", lambda: None)
    answers._place.cache_clear()
    assert answer(grid, {}) == grid(Scene.read({}))


def test_a_folder_that_cannot_be_written_is_no_harm(folder):
    (folder / "answers").write_text("not a folder")
    assert answer(grid, {}) == grid(Scene.read({}))


def test_a_class_that_asks_at_once_has_it_computed_once(folder):
    computing, seen = counted(grid)
    everybody = Barrier(8)

    def ask(_):
        everybody.wait()
        return answer(computing, {"surface": "saddle"})

    with ThreadPoolExecutor(8) as readers:
        assert len(set(readers.map(ask, range(8)))) == 1
    assert len(seen) == 1


def test_the_port_opens_before_jax_is_loaded():
    question = "import sys, app; sys.exit('jax' in sys.modules)"
    subprocess.run([sys.executable, "-c", question], cwd=ROOT, check=True)
