"""Lessons: their claims are true of the engine's runs, and a file that is no lesson is named with what to do."""

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest

from engine import race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.expected import scene_of
from ui import claims, lesson_tool, lessons
from ui.claims import ClaimError, holds, number, parse
from ui.lessons import LessonError

FOUND, WRONG = lessons.lessons()
STEPS = {f"{lesson.id}.{k}": step for lesson in FOUND for k, step in enumerate(lesson.steps, 1)}
GOOD = """\
title = "A title"
section = "2.2 SGD and its learning rate"
order = 1

[[step]]
text = "Text with {loss(sgd, 0)}."
scene = "surface=booth&on=sgd&steps=20"
question = "Which?"
answers = ["One", "Two"]
right = 2
look = "Look."
why = "Why: {loss(sgd)}."
claim = "loss(sgd) < loss(sgd, 0)"
"""


def test_there_is_a_lesson_for_each_statement_of_the_lecture_and_none_is_broken():
    assert WRONG == ()
    assert len(FOUND) >= 24
    assert [lesson.order for lesson in FOUND] == sorted({lesson.order for lesson in FOUND}), "each has its own place"
    sections = [lesson.section for lesson in FOUND]
    assert len(set(sections)) == sum(a != b for a, b in zip([None, *sections], sections, strict=False)), "together"


@pytest.mark.parametrize("id", STEPS)
def test_what_a_lesson_claims_is_true(id):
    step = STEPS[id]
    runs = claims.shown(step.read())
    assert holds(step.claim, runs), step.claim
    for call in lessons.CALL.findall(step.text + step.why):
        assert not math.isnan(number(call, runs)), call


def frozen(run: claims.Shown, place: np.ndarray, gap: float) -> claims.Shown:
    """The run if it had been at one place from its second state on."""
    first, n = run.position[:1], len(run.gap) - 1
    return dataclasses.replace(
        run,
        position=np.concatenate([first, np.broadcast_to(place, (n, 2))]),
        gap=np.concatenate([run.gap[:1], np.full(n, gap)]),
        gradient=np.zeros((n + 1, 2)),
        rates=np.ones((n + 1, 2)),
        lr=np.ones(n + 1),
        validation=None if run.validation is None else np.full(n + 1, gap),
        test=None if run.test is None else np.full(n + 1, gap),
        left=None,
        diverged=None,
    )


@pytest.mark.parametrize("id", STEPS)
def test_a_false_claim_is_found(id):
    """Its negation does not hold; and it says something: it is false if no run moves, or if all arrive at once."""
    step = STEPS[id]
    runs = claims.shown(step.read())
    assert not holds(f"not ({step.claim})", runs)
    still = {entry: frozen(run, run.position[0], run.gap[0]) for entry, run in runs.items()}
    arrived = {entry: frozen(run, np.array([*run.minima, (0.0, 0.0)][0]), 0.0) for entry, run in runs.items()}
    assert not (holds(step.claim, still) and holds(step.claim, arrived))


def test_metrics_are_those_of_the_engine():
    """On a quadratic, whose minimum and gradient are known in closed form."""
    scene = scene_of("surface=ravine&on=sgd,momentum&sgd.lr=0.09&steps=60&surface.kappa=20")
    runs = claims.shown(scene)
    (run,) = race(SURFACES["ravine"], [(OPTIMIZERS["sgd"], {"lr": 0.09})], steps=60, surface_hypers={"kappa": 20.0})
    x, y = run.position.T
    slopes = run.gradient
    moves = np.diff(run.position, axis=0)
    expected = {
        "loss(sgd)": run.loss[-1],
        "loss(sgd, 7)": run.loss[7],
        "x(sgd)": x[-1],
        "y(sgd, 3)": y[3],
        "distance(sgd, 3)": math.hypot(x[3], y[3]),
        "gradient(sgd, 2)": math.hypot(*slopes[2]),
        "move(sgd, 0)": math.hypot(*moves[0]),
        "lr(sgd)": 0.09,
        "rate_x(sgd)": 0.09,
        "steps(sgd, 1)": int(np.argmax(run.loss <= 1)),
        "turns(sgd)": sum(a @ b < 0 for a, b in pairwise(moves)),
        "length(sgd)": np.hypot(*moves.T).sum(),
        "max_y(sgd)": y.max(),
        "min_y(sgd)": y.min(),
        "highest(sgd)": run.loss.max(),
    }
    assert {call: number(call, runs) for call in expected} == pytest.approx(expected, rel=1e-6)
    assert number("steps(sgd, 1e-30)", runs) == math.inf
    assert number("diverged(sgd)", runs) == number("left(sgd)", runs) == math.inf


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("not 2 <= 1 and (-1 < 0 or 1 > 2)", True),
        ("loss(sgd.2, 0) >= loss(sgd, 0) * 1 - 0 / 5 + 0", True),
        ("diverged(sgd) < inf", False),
    ],
)
def test_claims_are_read_as_they_are_written(claim, true):
    assert holds(claim, claims.shown(scene_of("surface=booth&on=sgd,sgd.2&steps=10"))) is true


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("__import__('os')", "expected numbers, comparisons and loss"),
        ("loss(sgd).real", "expected numbers"),
        ("loss(adam) < 1", "expected one of the entries sgd, got adam"),
        ("lost(sgd) < 1", "expected one of loss, gap"),
        ("steps(sgd) < 3", "expected steps(entry), with a tolerance"),
        ("turns(sgd, 3) < 3", "expected turns(entry), got"),
        ("loss(sgd, loss(sgd)) < 1", "expected loss(entry), or with a step"),
        ("loss(sgd) <", "expected an expression"),
        ("2 ** 1000000 > 1", "expected numbers"),
        ("True", "expected a number"),
        ("[1][0] < 2", "expected numbers"),
        ("1 + " * 200 + "1 < 2", "at most 400 characters"),
    ],
)
def test_what_is_no_claim_is_refused(claim, words):
    with pytest.raises(ClaimError) as refused:
        parse(claim, ["sgd"])
    assert words in str(refused.value)


def test_a_number_is_no_claim_and_a_step_beyond_the_run_is_named():
    runs = claims.shown(scene_of("surface=booth&on=sgd&steps=10"))
    with pytest.raises(ClaimError, match="true or false"):
        holds("loss(sgd)", runs)
    with pytest.raises(ClaimError, match="expected a step up to 10, got 11"):
        holds("loss(sgd, 11) < 1", runs)


@pytest.mark.parametrize(
    ("wrong", "line", "words"),
    [
        (GOOD.replace("right = 2", "right = 3"), 10, "expected a number from 1 to 2, got 3"),
        (GOOD.replace('answers = ["One", "Two"]', 'answers = ["One"]'), 9, "expected 2 to 4 texts"),
        (GOOD.replace("on=sgd", "on=sdg"), 7, "on=sdg is read as"),
        (GOOD.replace("steps=20", "steps=2"), 7, "steps=2 is read as"),
        (GOOD.replace("steps=20", "stesp=20"), 7, "expected a setting of a link, got stesp"),
        (GOOD.replace("{loss(sgd)}", "{loss(adam)}"), 12, "expected one of the entries sgd, got adam"),
        (GOOD.replace("loss(sgd) < loss(sgd, 0)", "loss(sgd)) < 1"), 13, "expected an expression"),
        (GOOD.replace('look = "Look."\n', ""), 5, "expected look = ..., got none"),
        (GOOD.replace("look =", "loook ="), 11, "got loook"),
        (GOOD.replace("order = 1", 'order = "1"'), 3, "expected order to be a int, got '1'"),
        (GOOD.replace('title = "A title"', 'title = "A title'), 1, "line 1"),
        (GOOD.partition("[[step]]")[0], 1, "expected step = ..., got none"),
    ],
)
def test_a_file_that_is_no_lesson_is_named_with_its_line_and_the_others_are_shown(tmp_path, wrong, line, words):
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "wrong.toml").write_text(wrong)
    found, problems = lessons.lessons(tmp_path)
    assert [lesson.id for lesson in found] == ["good"]
    (problem,) = problems
    assert "wrong.toml" in problem
    assert f"line {line}" in problem
    assert words in problem


def test_a_lesson_is_begun_with_the_scene_of_a_link(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lessons, "FOLDER", tmp_path)
    link = "http://localhost:8501/?surface=beale&on=adam,sgd.2&adam.lr=0.01&lesson=other.1"
    monkeypatch.setattr("sys.argv", ["lesson_tool", "mine", link])
    assert lesson_tool.main() == 0
    assert "mine.1: holds" in capsys.readouterr().out
    (step,) = lessons.read(tmp_path / "mine.toml").steps
    assert step.read() == scene_of("surface=beale&on=adam,sgd.2&adam.lr=0.01")
    (tmp_path / "mine.toml").write_text((tmp_path / "mine.toml").read_text().replace("< inf", "< 0"))
    monkeypatch.setattr("sys.argv", ["lesson_tool", "mine"])
    assert lesson_tool.main() == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out
    with pytest.raises(LessonError, match=r"lessons/Mine.toml: expected a name of small letters"):
        lessons.read((tmp_path / "mine.toml").rename(tmp_path / "Mine.toml"))
