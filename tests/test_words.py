"""Every language has every text, and the same holes in it; the server answers in the reader's language."""

import ast
import json
import re
import subprocess
import sys
from gettext import c2py
from urllib.request import Request, urlopen

import pytest
from babel.core import Locale

from engine import FormulaError, Text, formula_surface
from tests.messages import CALL, catalogue_of, files, messages, of_python, of_the_stage
from ui import words
from ui.lanes import Refusal
from ui.words import ENGLISH, LANGUAGES, choose, listed, name, number, say, speaking, table, told

OTHERS = LANGUAGES[1:]
HOLE = re.compile(r"\{([^{}]*)\}")


def test_russian_is_there():
    assert LANGUAGES[0] == ENGLISH
    assert "ru" in OTHERS
    assert name("ru") == "Русский"
    assert name("en") == "English"


def test_reading_sees_every_text_of_the_stage():
    source = 'const a = [t("one"), t(two), t(three, { n }), msg("four"), h("p", {}, `● ${t("five")}`)];\n'
    source += 'tn("{n} six", "{n} sixes", n);\nt(\n  "seven " +\n    "eight",\n);\nconst at = split("nine");\n'
    assert of_the_stage(source) == ["one", "four", "five", ("{n} six", "{n} sixes"), "seven eight"]


@pytest.mark.parametrize("file", files())
def test_no_text_of_a_module_is_overlooked(file):
    """The extractor finds as many as there are calls with a text. None has values glued into it."""
    source = files()[file]
    assert len(of_the_stage(source)) == len(CALL.findall(source))
    assert not re.search(r"\b(?:t|msg|tn)\(\s*`", source)


def test_reading_sees_every_text_of_python():
    source = 'WHAT = "two {n}"\nText("one", n=1)\nRefusal(400, WHAT, n=2)\nsay(lang, "three" if x else "four")\n'
    source += 'what = "five"\nraise FormulaError(what, 1)\nraise FormulaError(ELSEWHERE, 1)\nother("six")'
    found = set(of_python(source, {"ELSEWHERE": [ast.Constant("seven")]}))
    assert found == {"one", "two {n}", "three", "four", "five", "seven"}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_text_and_no_other(language):
    held = {(one.context or "", one.id) for one in catalogue_of(language) if one.id}
    assert messages() - held == set(), f"python -m tests.messages {language} writes them"
    assert held - messages() == set(), "nobody says these any more"


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_holes_of_the_english_text(language):
    catalogue = catalogue_of(language)
    for one in catalogue:
        if not one.id:
            continue
        assert not one.fuzzy, one.id
        if isinstance(one.id, str):
            assert one.string.strip(), one.id
            assert sorted(set(HOLE.findall(one.string))) == sorted(set(HOLE.findall(one.id))), one.id
            continue
        assert len(one.string) == catalogue.num_plurals
        for form in one.string:
            assert sorted(HOLE.findall(form)) == sorted(HOLE.findall(one.id[1])), one.id


@pytest.mark.parametrize("language", OTHERS)
def test_the_order_of_plurals_is_that_of_the_stage(language):
    """gettext's formula, for translators' tools, and the rules of Unicode, which the stage uses, number them alike."""
    rules, catalogue = Locale.parse(language).plural_form, catalogue_of(language)
    order = [kind for kind in ("zero", "one", "two", "few", "many", "other") if kind in map(rules, range(200))]
    assert len(order) == catalogue.num_plurals
    form = c2py(catalogue.plural_expr)
    assert [form(n) for n in range(200)] == [order.index(rules(n)) for n in range(200)]


def test_python_says_a_text_with_its_values():
    assert say("ru", "loss") == "потери"
    assert say("en", "loss") == "loss"
    assert say("ru", "nobody translates {n} this", n=1) == "nobody translates 1 this"
    assert say("ru", "step", "schedule") == "ступенчатое"
    own = Text("Not available: {library} has no {optimizer} of this form.", library="Keras", optimizer=Text("Newton"))
    assert own == "Not available: Keras has no Newton of this form."
    assert say("ru", own) == "Недоступно: в Keras нет такой формы (Метод Ньютона)."


def test_python_prints_numbers_as_the_stage_does():
    numbers = ["0.5", "1e-7", "1.2e-07", "-1e-7", "3e12", "20"]
    with speaking("ru"):
        assert list(map(number, numbers)) == ["0,5", "10⁻⁷", "1,2·10⁻⁷", "-10⁻⁷", "3·10¹²", "20"]
        assert listed(["0,5", "1"]) == "0,5; 1"
        assert told("loss") == "потери"
    assert list(map(number, numbers)) == numbers
    assert listed(["0.5", "1"]) == "0.5, 1"
    assert told("loss") == "loss"


def test_errors_and_refusals_can_be_said_in_other_languages():
    with pytest.raises(FormulaError) as error:
        formula_surface("x + beta", (-1.0, 1.0, -1.0, 1.0))
    assert str(error.value).startswith("unknown name `beta` at column 5: use x, y, pi, e")
    assert say("ru", error.value.args[0]).startswith("неизвестное имя `beta` в позиции 5:")
    refusal = Refusal(400, "format must be json or html; got {got}.", got="'{x}'")
    assert str(refusal) == "format must be json or html; got '{x}'."
    assert say("ru", refusal) == "Параметр format должен быть json или html; получено '{x}'."


def test_the_address_chooses_a_language_then_the_browser():
    assert choose("ru", ["en-US"]) == "ru"
    assert choose(None, ["de", "ru-RU;q=0.9", "en;q=0.8"]) == "ru"
    assert choose("xx", [" RU"]) == "ru"
    assert choose("", [""]) == ENGLISH


def test_a_third_language_is_one_file(monkeypatch, tmp_path):
    begun = 'msgid "loss"\nmsgstr "Verlust"\n\nmsgid "step"\nmsgstr ""\n\n'
    begun += 'msgid "{n} step"\nmsgid_plural "{n} steps"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    (tmp_path / "de.po").write_text(begun, encoding="utf-8")
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    assert dict(table("de")) == {"loss": "Verlust"}, "what waits to be translated is said in English"
    assert say("de", "step") == "step"
    assert name("de") == "Deutsch"
    table.cache_clear()


def test_babel_is_not_loaded_before_it_is_needed():
    code = "import sys, ui.routes, ui.static, ui.words; ui.words.say('en', 'loss'); sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# --- what the server answers ---


def get(address: str, **headers: str) -> tuple[str, dict[str, str]]:
    with urlopen(Request(address, headers=headers)) as answer:
        return answer.read().decode(), {key.lower(): word for key, word in answer.headers.items()}


def test_the_page_is_in_the_readers_language(server):
    russian, headers = get(f"{server}/", **{"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"})
    assert headers["vary"] == "Accept-Encoding, Accept-Language"
    assert '<html lang="ru">' in russian
    assert "включите JavaScript" in russian
    (path,) = re.findall(r'href="\.(/stage/\w+/words\.ru\.json)"', russian)
    held, headers = get(f"{server}{path}")
    assert "immutable" in headers["cache-control"]
    held = json.loads(held)
    assert held["loss"] == "потери"
    assert held["schedule\4step"] == "ступенчатое"
    assert not [text for text in held if text.startswith("lesson\4")], "they come with the lessons"
    english, _ = get(f"{server}/?lang=en", **{"Accept-Language": "ru"})
    assert '<html lang="en">' in english
    assert "words." not in english
    assert get(f"{server}/", **{"Accept-Language": "ru"})[0] == get(f"{server}/?lang=ru")[0]


def test_words_are_answered_in_a_language_and_numbers_in_none(server):
    asked = f"{server}/formula?formula=x%2B&domain=-1,1,-1,1"
    assert "обрывается в позиции 3" in json.loads(get(f"{asked}&lang=ru")[0])["error"]
    assert "ends too early at column 3" in json.loads(get(asked)[0])["error"]
    assert "ends too early at column 3" in json.loads(get(f"{asked}&lang=../../x")[0])["error"]
    grade = json.loads(get(f"{server}/code?optimizer=newton&library=keras&lang=ru")[0])["grade"]
    assert grade == "Недоступно: в Keras нет такой формы (Метод Ньютона)."
    assert get(f"{server}/csv?optimizer=sgd&steps=10&lang=ru")[0] == get(f"{server}/csv?optimizer=sgd&steps=10")[0]
