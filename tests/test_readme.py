"""What the README tells its readers to type does work."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from docs import members
from engine import SCHEDULES, Optimizer, discover, rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES

README = (Path(__file__).parent.parent / "README.md").read_text()
NOTEBOOK, PYTREE, MEMBER, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_notebook(capsys):
    exec(NOTEBOOK, {})
    assert capsys.readouterr().out.splitlines()[-1] == "(3, 101, 2)"


def test_any_function_of_a_pytree(capsys):
    exec(PYTREE, {})
    lines = capsys.readouterr().out.splitlines()
    assert float(lines[0].split()[0]) < 1e-3
    assert lines[-1] == "()"


def test_an_optimizer_is_one_file(tmp_path, monkeypatch):
    package = tmp_path / "my_optimizers"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "coin.py").write_text(MEMBER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_optimizers", raising=False)
    found = discover("my_optimizers", str(package / "__init__.py"), Optimizer)
    assert list(found) == ["coin"]
    run = rollout(SURFACES["ravine"], found["coin"], steps=10, hypers={"lr": 0.03})
    moved = np.diff(run.position, axis=0) != 0
    np.testing.assert_array_equal(moved, [[False, True], [True, False]] * 5)


def test_there_are_as_many_members_as_it_says():
    words = {10: "Ten", 28: "twenty-eight", 33: "Thirty-three", 4: "four"}
    analytic = sum(surface.data is None for surface in SURFACES.values())
    assert len(OPTIMIZERS) >= 26
    assert analytic >= 20
    assert len(SURFACES) - analytic >= 3
    assert len(SCHEDULES) >= 10
    assert f"{words[len(OPTIMIZERS)]} optimizers race down {words[len(SURFACES)]} loss surfaces" in README
    assert f"On {words[len(SURFACES) - analytic]} surfaces made of data" in README
    assert f"{words[len(SCHEDULES)]} schedules" in README


def test_the_table_of_members_is_current():
    assert (Path(__file__).parent.parent / "docs" / "members.md").read_text(encoding="utf-8") == members.text()


def test_the_pictures_are_there():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (Path(__file__).parent.parent / picture).stat().st_size > 10_000


@pytest.mark.parametrize("command", re.findall(r"^    make (\w+)", README, re.MULTILINE))
def test_every_make_target_exists(command):
    makefile = (Path(__file__).parent.parent / "Makefile").read_text()
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)
