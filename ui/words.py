"""What the reader is told, in the reader's language.

The English text stands in the code and is the key. A file of `ui/locales` is a language: `ru.po` holds the Russian
text of every English one. What a file lacks is said in English.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
ENGLISH = "en"
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
    return {one.id if isinstance(one.id, str) else one.id[0]: one.string for one in catalogue if one.id}


def say(language: str, message: str, **values: object) -> str:
    """A message in a language. One that carries its own values, an `engine.Text`, is said with them."""
    template = getattr(message, "template", message)
    text = table(language).get(template, template)
    assert isinstance(text, str), f"{template!r} counts something"
    return text.format(**getattr(message, "values", {}), **values)


def choose(asked: str | None, preferred: Iterable[str]) -> str:
    """The language of a page: the one in its address, otherwise the first of the browser's languages that is known."""
    primary = (one.partition(";")[0].strip().partition("-")[0].lower() for one in (asked or "", *preferred))
    return next((one for one in primary if one in LANGUAGES), ENGLISH)
