"""`make lesson NAME=ravine LINK="http://...?surface=ravine&..."`: begin a lesson with a scene's link, or check one."""

import argparse
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from engine import configure
from ui import claims, lessons
from ui.scene import Scene

SKELETON = """\
title = "{name}"
section = "2.2 SGD and its learning rate"
order = 299

[[step]]
text = "What is to be seen, in two or three sentences."
scene = "{query}"
question = "What will happen?"
answers = ["One thing", "Another"]
right = 1
look = "What to look at while it plays."
why = "Why: the loss is {{loss({entry})}} in the end."
claim = "loss({entry}) < inf"
"""


def begin(file: Path, link: str) -> None:
    """Write a lesson of one step that shows the scene of a link."""
    scene = Scene.read(dict(parse_qsl(urlsplit(link).query)))
    entry = next(iter(scene.on), "sgd")
    file.write_text(SKELETON.format(name=file.stem, query=scene.to_url(), entry=entry), encoding="utf-8")


def report(lesson: lessons.Lesson) -> list[str]:
    """The numbers of a lesson's texts, and for each step whether its claim holds."""
    lines = []
    for k, step in enumerate(lesson.steps, 1):
        runs = claims.shown(step.read())
        holds = claims.holds(step.claim, runs)
        lines.append(f"{lesson.id}.{k}: {'holds' if holds else 'DOES NOT HOLD'}: {step.claim}")
        lines += [
            f"    {call} = {claims.number(call, runs):.6g}" for call in lessons.CALL.findall(step.why + step.text)
        ]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ui.lesson_tool", description=__doc__)
    parser.add_argument("name", help="of the file lessons/NAME.toml")
    parser.add_argument("link", nargs="?", default="", help="of the scene with which a new lesson begins")
    asked = parser.parse_args()
    configure()
    file = lessons.FOLDER / f"{asked.name}.toml"
    if not file.exists():
        begin(file, asked.link)
        print(f"{file.name} is written: fill it in, and run this again to check it.")
    try:
        lines = report(lessons.read(file))
    except (lessons.LessonError, claims.ClaimError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return int(any("DOES NOT HOLD" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())
