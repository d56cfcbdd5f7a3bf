"""Lessons: short walks beside the running stage, one TOML file each in the folder `lessons`.

    title = "Momentum in the ravine"
    section = "2.3 Momentum"        # of the lecture: lessons of one section stand together
    order = 230                     # where it stands in the list

    [[step]]                        # one to six
    text = "Two or three sentences."
    scene = "surface=ravine&on=sgd,momentum"   # what follows the question mark in a link
    question = "Which one is there first?"
    answers = ["Gradient descent", "Momentum"] # two to four
    right = 2                       # which of them happens
    look = "What to look at while it plays."
    why = "Why, with numbers of this very run: {steps(momentum, 0.01)} steps instead of {steps(sgd, 0.01)}."
    claim = "steps(momentum, 0.01) < steps(sgd, 0.01) / 2"   # see ui/claims.py; the tests compute it

A file that breaks a rule is named with its line and what to do, and all others are shown.
"""

import logging
import re
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ui import claims
from ui.scene import Scene
from ui.words import LESSON_CONTEXT, text

FOLDER = Path(__file__).parent.parent / "lessons"
STEPS = 6  # that a lesson has at most
ANSWERS = (2, 4)
LONGEST = 600  # characters of a text: it is read while a class waits
UNSAID = {"id", "scene"}  # parts of a lesson that are no texts
CALL = re.compile(r"\{([^{}]*)\}")  # a number in a text
LESSON = {"title": str, "section": str, "order": int, "step": list}
STEP = {
    "text": str,
    "scene": str,
    "question": str,
    "answers": list,
    "right": int,
    "look": str,
    "why": str,
    "claim": str,
}


@dataclass(frozen=True)
class Step:
    """One step of a lesson."""

    text: str
    scene: str  # a query
    question: str
    answers: tuple[str, ...]
    right: int  # of the answers, from 1
    look: str
    why: str
    claim: str

    def read(self) -> Scene:
        """The scene that it shows."""
        return Scene.read(dict(parse_qsl(self.scene, keep_blank_values=True)))


@dataclass(frozen=True)
class Lesson:
    """A walk of a few steps; its id is the name of its file."""

    id: str
    title: str
    section: str
    order: int
    steps: tuple[Step, ...]


class LessonError(ValueError):
    """A file that is no lesson: where, what was expected and what came."""


@cache
def lessons(folder: Path = FOLDER) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
    """The lessons of a folder in their order, and what is wrong with the files that are none."""
    found, wrong = [], []
    for file in sorted(folder.glob("*.toml")):
        try:
            found.append(read(file))
        except LessonError as error:
            logging.getLogger(__name__).warning("a lesson is left out: %s", error)
            wrong.append(str(error))
    return tuple(sorted(found, key=lambda lesson: (lesson.order, lesson.id))), tuple(wrong)


def for_stage(language: str) -> dict[str, Any]:
    """All lessons in a language as plain data for the browser, which computes no claims."""
    found, wrong = lessons()

    def said(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: said(one) if key not in UNSAID else one for key, one in value.items() if key != "claim"}
        if isinstance(value, (list, tuple)):
            return [said(one) for one in value]
        return text(language, value, LESSON_CONTEXT) if isinstance(value, str) else value

    listed = [said(asdict(lesson)) for lesson in found]
    for step in (step for lesson in listed for step in lesson["steps"]):
        scene = Scene.read(dict(parse_qsl(step["scene"], keep_blank_values=True)))
        step["scene"] = urlencode({"surface": scene.surface, **scene.to_query()}, safe=",")  # as the stage spells it
    return {"lessons": listed, "wrong": wrong}


def texts() -> set[str]:
    """Every text of every lesson, in English."""
    found, _ = lessons()
    whole = {text for lesson in found for text in (lesson.title, lesson.section)}
    for step in (step for lesson in found for step in lesson.steps):
        whole |= {step.text, step.question, step.look, step.why, *step.answers}
    return whole


def read(file: Path) -> Lesson:
    """The lesson in a file. Raises LessonError."""
    try:
        text = file.read_text(encoding="utf-8")
        whole = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LessonError(f"lessons/{file.name}: {error}") from None
    if not re.fullmatch("[a-z][a-z0-9_]{0,39}", file.stem):
        raise LessonError(f"lessons/{file.name}: expected a name of small letters, digits and _, got {file.stem!r}")
    for step, key, message in _faults(whole):
        raise LessonError(f"lessons/{file.name}, line {_line(text, step, key)}: {message}")
    steps = tuple(Step(**{**step, "answers": tuple(step["answers"])}) for step in whole.pop("step"))
    return Lesson(file.stem, **whole, steps=steps)


def _faults(whole: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with a file: in which step, from 1 (0: before them), at which key, and what was expected."""
    for key, message in _misfits(whole, LESSON):
        yield 0, key, message
    steps = whole["step"]
    if not 1 <= len(steps) <= STEPS:
        yield 0, "step", f"expected 1 to {STEPS} steps, got {len(steps)}"
    for k, step in enumerate(steps, 1):
        for key, message in _misfits(step, STEP) if isinstance(step, dict) else [("", "expected [[step]]")]:
            yield k, key, message
        for key, message in _step_faults(step):
            yield k, key, message


def _misfits(given: dict[str, Any], expected: dict[str, type]) -> Iterator[tuple[str, str]]:
    """Keys that are missing, unknown, or of another type."""
    for key in given:
        if key not in expected:
            yield key, f"expected one of {', '.join(expected)}, got {key}"
    for key, kind in expected.items():
        if key not in given:
            yield "", f"expected {key} = ..., got none"
        elif not isinstance(given[key], kind) or isinstance(given[key], bool):
            yield key, f"expected {key} to be a {kind.__name__}, got {given[key]!r}"
        elif kind is str and not 1 <= len(given[key].strip()) <= LONGEST:
            yield key, f"expected {key} to have 1 to {LONGEST} characters, got {len(given[key])}"


def _step_faults(step: dict[str, Any]) -> Iterator[tuple[str, str]]:
    answers, right = step["answers"], step["right"]
    if not ANSWERS[0] <= len(answers) <= ANSWERS[1] or not all(isinstance(word, str) for word in answers):
        yield "answers", f"expected {ANSWERS[0]} to {ANSWERS[1]} texts, got {answers!r}"
    if not 1 <= right <= len(answers):
        yield "right", f"expected a number from 1 to {len(answers)}, got {right}"
    query = dict(parse_qsl(step["scene"], keep_blank_values=True))
    scene = Scene.read(query)
    shown = scene.flat()
    for key, word in query.items():
        if key not in shown:
            yield "scene", f"expected a setting of a link, got {key}"
        elif not _says(word, shown[key]):
            yield "scene", f"{key}={word} is read as {shown[key]}: give a value within its range"
    calls = [(key, call) for key in ("text", "why") for call in CALL.findall(step[key])]
    for key, claim in (*calls, ("claim", step["claim"])):
        try:
            claims.parse(claim, scene.on)
        except claims.ClaimError as error:
            yield key, str(error)


def _says(word: str, value: object) -> bool:
    """Whether the word of a query was read as this value."""
    if isinstance(value, (list, tuple)):
        parts = word.split(",") if word else []
        return len(parts) == len(value) and all(map(_says, parts, value))
    if isinstance(value, (int, float)):
        try:
            return float(word) == float(value)
        except ValueError:
            return False
    return word == value


def _line(text: str, step: int, key: str) -> int:
    """The line of a key in a step of a file, or of the step where it lacks the key."""
    lines = text.splitlines()
    heads = [0, *(k for k, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*step\s*\]\]", line)), len(lines) + 1]
    begin, end = heads[step], heads[min(step + 1, len(heads) - 1)]
    named = [k for k in range(begin, end) if k and re.match(rf"\s*{re.escape(key)}\s*=", lines[k - 1])] if key else []
    return named[0] if named else max(begin, 1)
