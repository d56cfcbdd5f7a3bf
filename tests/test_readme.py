"""What the README tells its readers to type does work."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from docs import members
from engine import SCHEDULES, Optimizer, discover, rollout
from engine.sweep.spec import read
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui import claims, lessons

README = (Path(__file__).parent.parent / "README.md").read_text()
NOTEBOOK, PYTREE, MEMBER, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SWEEP, LESSON = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)


def test_the_notebook(capsys):
    exec(NOTEBOOK, {})
    assert capsys.readouterr().out.splitlines()[-1] == "(3, 101, 2)"


def test_any_function_of_a_pytree(capsys):
    exec(PYTREE, {})
    lines = capsys.readouterr().out.splitlines()
    assert float(lines[0].split()[0]) < 1e-3
    assert lines[-1] == "()"


def test_a_sweep(tmp_path):
    (tmp_path / "spec.toml").write_text(SWEEP)
    spec = read(tmp_path / "spec.toml")
    assert (spec.optimizer, spec.runs) == (OPTIMIZERS["adam"], 5000)


def test_a_lesson_is_one_file(tmp_path):
    (tmp_path / "mine.toml").write_text(LESSON)
    lesson = lessons.read(tmp_path / "mine.toml")
    assert all(claims.holds(step.claim, claims.shown(step.read())) for step in lesson.steps)
    found, _ = lessons.lessons()
    assert f"{in_words(len(found))} short walks" in README


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


SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(n: int) -> str:
    """A number below 100 as prose spells it."""
    tens, ones = divmod(n, 10)
    return SMALL[n] if n < 20 else TENS[tens - 2] + (f"-{SMALL[ones]}" if ones else "")


def test_numbers_in_words():
    numbers = {4: "four", 10: "ten", 12: "twelve", 20: "twenty", 33: "thirty-three", 40: "forty", 99: "ninety-nine"}
    assert {n: in_words(n) for n in numbers} == numbers


def test_there_are_as_many_members_as_it_says():
    analytic = sum(surface.data is None for surface in SURFACES.values())
    assert len(OPTIMIZERS) >= 26
    assert analytic >= 20
    assert len(SURFACES) - analytic >= 3
    assert len(SCHEDULES) >= 10
    optimizers, surfaces, of_data, schedules = (
        in_words(n) for n in (len(OPTIMIZERS), len(SURFACES), len(SURFACES) - analytic, len(SCHEDULES))
    )
    assert f"{optimizers.capitalize()} optimizers race down {surfaces} loss surfaces" in README
    assert f"On {of_data} surfaces made of data" in README
    assert f"{schedules.capitalize()} schedules" in README


def test_the_table_of_members_is_current():
    table = (Path(__file__).parent.parent / "docs" / "members.md").read_text(encoding="utf-8")
    assert table == members.text(), "python docs/members.py writes it again"


def test_the_pictures_are_there():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (Path(__file__).parent.parent / picture).stat().st_size > 10_000


@pytest.mark.parametrize("command", re.findall(r"^    make (\w+)", README, re.MULTILINE))
def test_every_make_target_exists(command):
    makefile = (Path(__file__).parent.parent / "Makefile").read_text()
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)
