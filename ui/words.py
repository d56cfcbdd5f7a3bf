"""What the reader is told, in the reader's language.

The English text stands in the code and is the key. A file of `ui/locales` is a language: `ru.po` holds the Russian
text of every English one. What a file lacks is said in English.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

LOCALES = Path(__file__).parent / "locales"
ENGLISH = "en"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CONTEXT = "\4"  # between a context and a text, as gettext has it
LESSON_CONTEXT = "lesson"  # of the texts of lessons, which come with the lessons
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)
LANGUAGES = (ENGLISH, *sorted(file.stem for file in LOCALES.glob("*.po")))


def name(language: str) -> str:
    """What a language calls itself."""
    own = import_module("babel").Locale.parse(language).get_display_name() or language
    return own[0].upper() + own[1:]


@cache
def table(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """The texts of a language by the English ones; a text that counts something is a tuple, a form for each plural."""
    if language == ENGLISH:
        return {}
    # Babel is loaded with the first text that is not English: it takes 25 ms.
    with open(LOCALES / f"{language}.po", "rb") as file:
        catalogue = import_module("babel.messages.pofile").read_po(file, language)
    done = (one for one in catalogue if one.id and one.string and all(one.string) and not one.fuzzy)
    return {_key(one.context, one.id): one.string for one in done}


def _key(context: str | None, id: str | tuple[str, str]) -> str:
    english = id if isinstance(id, str) else id[0]
    return f"{context}{CONTEXT}{english}" if context else english


@runtime_checkable
class Said(Protocol):
    """What carries its own values, such as an `engine.Text` or a Refusal."""

    template: str
    values: dict[str, object]


def say(language: str, message: str | Said, context: str = "", **values: object) -> str:
    """A message in a language, with values put in. A word that means several things has one of them in a context."""
    template, own = (message.template, message.values) if isinstance(message, Said) else (message, values)
    said = {key: say(language, value) if isinstance(value, Said) else value for key, value in own.items()}
    found = text(language, template, context)
    return found.format(**said) if said else found


def text(language: str, english: str, context: str = "") -> str:
    """A text as it stands in a language's file, its holes not filled."""
    known = table(language)
    found = known.get(f"{context}{CONTEXT}{english}", known.get(english, english))
    assert isinstance(found, str), f"{english!r} counts something"
    return found


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In the body, `told`, `number` and `listed` speak a language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def told(message: str | Said, context: str = "", **values: object) -> str:
    """A message in the language that is spoken, as `say` has it."""
    return say(_spoken.get(), message, context, **values)


def number(number: str) -> str:
    """A number as the language that is spoken prints it; the stage's state/numerals.js prints alike."""
    if _spoken.get() == ENGLISH:
        return number
    digits, _, exponent = number.replace(".", _decimal(_spoken.get())).partition("e")
    if not exponent:
        return digits
    factor = "" if digits == "1" else "-" if digits == "-1" else f"{digits}·"
    return f"{factor}10{str(int(exponent)).translate(RAISED)}"


def listed(parts: Iterable[str]) -> str:
    """Parts with numbers in a row: a comma in the numbers leaves none for between them."""
    comma = _spoken.get() != ENGLISH and _decimal(_spoken.get()) == ","
    return ("; " if comma else ", ").join(parts)


@cache
def _decimal(language: str) -> str:
    return import_module("babel").Locale.parse(language).number_symbols["latn"]["decimal"]


def choose(asked: str | None, preferred: Iterable[str] = ()) -> str:
    """The language of a page: the one in its address, otherwise the first of the browser's languages that is known."""
    primary = (one.partition(";")[0].strip().partition("-")[0].lower() for one in (asked or "", *preferred))
    return next((one for one in primary if one in LANGUAGES), ENGLISH)
