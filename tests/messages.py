"""The texts that a reader may see, by what the code says of them: what a language must have.

`python -m tests.messages ru` writes those that ui/locales/ru.po lacks, ready to be translated.
"""

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from engine import NOISES, SCHEDULES, formula_surface, graph, ways
from engine.equations import MEASURED
from engine.typeset import OTHERWISE, WORDS
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui import lessons
from ui.catalogue import catalogue
from ui.figures import TOOLS
from ui.words import LANGUAGES, LESSON_CONTEXT, LOCALES

ROOT = Path(__file__).parent.parent
STAGE = ROOT / "ui" / "stage"
KEYWORDS = {"t": None, "msg": None, "tn": (1, 2), "tc": ((1, "c"), 2)}
CALL = re.compile(r"""(?<![\w.])(?:t|msg|tn)\(\s*["'`]""")  # of a text that stands there
# What is called with a text, and as which of its arguments.
SAYING = {"Text": 0, "FormulaError": 0, "say": 1, "t": 0, "told": 0, "Refusal": 1, "Allowance": 1}
SHOWN = {"name", "family", "about", "remark", "remark_on_data", "label", "openings"}  # of the catalogue
LAYERS = ("engine", "optimizers", "ui")
Message = tuple[str, str | tuple[str, str]]  # context, English: one text, or a singular and a plural


def of_the_stage(source: str) -> list[str | tuple[str, str]]:
    """The texts in a module's calls of t, tn and msg."""
    options = {"parse_template_string": "true", "encoding": "utf-8"}
    found = extract("javascript", BytesIO(source.encode()), keywords=KEYWORDS, options=options)
    return [message for _, message, _, _ in found]


def assigned_in(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What is assigned to each name, anywhere in a module."""
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    return assigned


def of_python(source: str, constants: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts in the calls of SAYING. A name stands for what is assigned to it, if need be in another module."""
    tree = ast.parse(source)
    assigned = constants | assigned_in(tree)

    def texts(node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Constant(str(text)):
                yield text
            case ast.IfExp():
                yield from texts(node.body)
                yield from texts(node.orelse)
            case ast.Name(id):
                for value in assigned.get(id, []):
                    yield from texts(value)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            place = SAYING[node.func.id]
            if len(node.args) > place:
                yield from texts(node.args[place])


def of_members() -> Iterator[Message]:
    """What the catalogue shows, and what only the sidebar does."""

    def shown(part: object, key: str = "") -> Iterator[str]:
        if isinstance(part, dict):
            for name, value in part.items():
                if name not in ("theme", "libraries", "languages", "schedules"):
                    yield from shown(value, name)
        elif isinstance(part, list):
            for one in part:
                yield from shown(one, key)
        elif isinstance(part, str) and key in SHOWN and part:
            yield part

    yield from (("", text) for text in TOOLS)
    yield from (("", text) for text, _ in MEASURED.values())
    yield from (("", text) for text in (graph.ARRAYS, ways.ARRAYS.reason, ways.OPERATION.reason, ways.RULE.reason))
    yield from (("", text) for text in (*WORDS.values(), OTHERWISE))
    known = catalogue()
    yield from (("", text) for text in shown(known))
    yield from (("", slider["name"]) for schedule in known["schedules"] for slider in schedule["sliders"])
    yield from (("schedule", schedule.name) for schedule in SCHEDULES.values())
    for surface in SURFACES.values():
        yield from (("", lesson.reason) for lesson in surface.lessons)
        if surface.data:
            yield from (("", text) for text in (*surface.data.names, surface.data.formula))
    own = formula_surface("where(x < y, x, y)", (-1.0, 1.0, -1.0, 1.0))
    for member in (own, *SURFACES.values(), *OPTIMIZERS.values(), *SCHEDULES.values(), *NOISES.values()):
        yield from (("", text.strip()) for text in re.findall(r"\\text\{([^{}]*)\}", member.tex))
        if not member.reference.authors:
            yield "", member.reference.where


def files() -> dict[str, str]:
    """The modules of the stage, by path."""
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in sorted(STAGE.rglob("*.js"))}


def messages() -> set[Message]:
    """All of them."""
    found = {("", text) for source in files().values() for text in of_the_stage(source)}
    sources = [file.read_text(encoding="utf-8") for layer in LAYERS for file in (ROOT / layer).rglob("*.py")]
    everywhere = [assigned_in(ast.parse(source)) for source in sources]
    constants = {name: values for names in everywhere for name, values in names.items() if name.isupper()}
    for source in sources:
        found |= {("", text) for text in of_python(source, constants)}
    found |= set(of_members())
    found |= {(LESSON_CONTEXT, text) for text in lessons.texts()}
    # A text that is counted is known by its singular.
    return {one for one in found if one[1] and not _is_letter(one[1])}


def _is_letter(text: str | tuple[str, str]) -> bool:
    return isinstance(text, str) and len(text) == 1


def catalogue_of(language: str) -> Catalog:
    with open(LOCALES / f"{language}.po", "rb") as file:
        return read_po(file, language)


def main(arguments: list[str]) -> int:
    """Write what a language lacks."""
    (language,) = arguments
    held = {(one.context or "", one.id) for one in catalogue_of(language)} if language in LANGUAGES[1:] else set()
    lacking = Catalog(language)
    for context, text in sorted(messages() - held, key=str):
        lacking.add(text, context=context or None)
    write_po(sys.stdout.buffer, lacking, omit_header=bool(held), width=120)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
