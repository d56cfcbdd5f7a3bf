"""The page in Russian: no English word is left, nothing is cut, and numbers are printed and read as Russians do."""

import re

import pytest
from playwright.sync_api import Page, expect

from optimizers import OPTIMIZERS
from tests.conftest import FORGET, LAPTOP, PHONE, opened, without_errors
from tests.driver import STAGE, painted, pixel, settled, shown, slider, stage, visit
from tests.layout import SCENES, faults_by_size
from ui.words import say

# What is Latin in Russian, too: names, formats, keys, functions, and what a language calls itself.
LATIN = {
    *(
        "Descent",
        "Lab",
        "Keras",
        "PyTorch",
        "NumPy",
        "Python",
        "Optax",
        "JAX",
        "CPU",
        "Plotly",
        "HTML",
        "CSV",
        "PNG",
        "SVG",
        "English",
    ),
    *("Ctrl", "Shift", "Escape", "Home", "End", "Page", "Down", "Up", "exp", "tanh", "float"),
}
NAMES = {word for one in OPTIMIZERS.values() for word in say("ru", one.name).split() if word.isascii()}
WORD = re.compile(r"[A-Za-z][a-zA-Z'-]+")
# Every text of the page, hidden ones too, what is said of its elements, and what was painted on its canvases, but for
# programs and formulas.
TEXTS = """(parts) => {
    const texts = [...new Set(window.letters), document.title];
    for (const root of document.querySelectorAll(parts)) {
        for (const el of [root, ...root.querySelectorAll("*")]) {
            if (el.closest("pre, code, script, style, .katex, math, [data-testid=stIconMaterial]")) continue;
            for (const node of el.childNodes) if (node.nodeType === 3) texts.push(node.data);
            for (const name of ["title", "aria-label", "aria-valuetext", "aria-description", "placeholder", "alt"])
                texts.push(el.getAttribute(name) ?? "");
            if (el.dataset.title) texts.push(el.dataset.title);
        }
    }
    return texts;
}"""
NOTE_LETTERS = """(() => {
    window.letters = [];
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (...what) {
        letters.push(what[0]);
        return fillText.apply(this, what);
    };
})()"""


def english_in(page: Page, parts: str = STAGE, also: set[str] | None = None) -> set[str]:
    texts = page.evaluate(TEXTS, parts)
    assert len(texts) > 5
    return {word for text in texts for word in WORD.findall(text)} - LATIN - NAMES - (also or set())


@pytest.fixture
def russian(chromium, server):
    """A laptop's page of a browser that prefers Russian; any error is a failure."""
    with opened(chromium, server, **LAPTOP, locale="ru-RU") as page, without_errors(page, server):
        page.add_init_script(FORGET)
        page.add_init_script(NOTE_LETTERS)
        yield page


@pytest.mark.parametrize(
    "scene",
    [
        "",
        "surface=deep_neuron&rail=leaderboard&view=panels&arrows=10&on=sgd,newton,adagrad,adam",
        "surface=rare_feature&chart=rates&scale=linear-cost&noise=1&schedule=warmup_cosine&patience=5",
        "surface=saddle&rail=leaderboard&start=0.5,0&on=sgd,sgd.2,newton&sgd.2.lr=0.2",
        "surface=cliff&chart=distance&sgd.lr=1&adam.lr=abc&only=sgd",
        "projector=1&schedule=step&rate=2&noise=1&surface=logistic_regression&hot=sgd.lr",
    ],
)
def test_no_english_word_is_left(russian, scene):
    visit(russian, scene)
    russian.locator(f"{STAGE} .row .door").first.wait_for(state="attached")
    # The link's own word for what it asks for.
    assert english_in(russian, also={"lr", "abc", "adam"} if "abc" in scene else set()) == set()


def test_no_english_word_is_left_in_windows(russian):
    visit(russian, "surface=himmelblau&on=sgd,newton,momentum,momentum.2&momentum.2.momentum=0.5")
    russian.get_by_role("button", name="Код").click()
    dialog = russian.get_by_role("dialog")
    expect(dialog.get_by_role("status")).to_have_text("Совпадает.")
    dialog.get_by_label("оптимизатор").select_option("newton")
    expect(dialog.get_by_role("status")).to_contain_text("Недоступно: в Keras")
    assert english_in(russian) == set()
    dialog.get_by_role("button", name="Закрыть").click()
    russian.get_by_role("button", name="Рисунок").click()
    expect(dialog.locator(".modebar-btn").first).to_be_attached()
    assert english_in(russian) == set()
    expect(dialog.locator(".legendtext", has_text="Импульс 0,5")).to_have_count(1)


def test_no_english_word_is_left_in_what_a_hand_makes(russian):
    visit(russian, "surface=formula&surface.f=a*x^2%2By^2")
    russian.get_by_label("формула f(x, y)").fill("x^2 + foo")
    russian.get_by_role("button", name="Построить").click()
    complaint = russian.locator(f"{STAGE} .own .complaint")
    expect(complaint).to_contain_text("неизвестное имя `foo` в позиции 7")
    known = {"foo", "pi", "sin"}
    assert english_in(russian, also=known) == set()
    x, y = (russian.get_by_label(f"старт {axis}") for axis in "xy")
    start = float(x.input_value()), float(y.input_value())
    x.fill("слева")
    russian.keyboard.press("Enter")
    expect(russian.locator(f"{STAGE} .start .complaint")).to_have_text("x: нужно число от -2 до 2")
    russian.locator(f"{STAGE} .row").first.hover()
    russian.get_by_role("button", name="добавить ещё раз: SGD").click()
    settled(russian, "sgd[.]2")
    russian.mouse.move(*pixel(russian, *start))
    expect(russian.locator(f"{STAGE} .tip")).to_have_text(
        re.compile(r"^\S.* шаг 0\s*потери [-\d,]+ в точке \(-?\d+,\d+; -?\d+,\d+\)$")
    )
    assert english_in(russian, also=known) == set()


def test_the_sidebar_is_russian_and_about_the_scene_of_the_link(russian):
    russian.set_viewport_size({"width": 1600, "height": 900})
    scene = "surface=cliff&on=sgd,newton,lookahead,rprop,armijo,lbfgs&schedule=plateau&noise=1"
    visit(russian, scene)
    assert russian.title() == "Обрыв \N{EN DASH} Descent Lab"
    russian.get_by_test_id("stExpandSidebarButton").click()
    sidebar = russian.get_by_test_id("stSidebar")
    expect(sidebar).to_contain_text("Вычислено в float64")
    expect(sidebar.get_by_role("heading").first).to_have_text("Обрыв")
    expect(sidebar.locator(".katex").filter(has_text="ближайший минимум").first).to_be_attached()
    content = "[data-testid=stSidebarUserContent] :is(h3, summary)"
    assert english_in(russian, content) == set()


def test_a_first_visit_greets_in_russian(chromium, server):
    with opened(chromium, server, **LAPTOP, locale="ru-RU") as page, without_errors(page, server):
        page.add_init_script('if (!sessionStorage.begun) localStorage.clear(); sessionStorage.begun = "1"')
        visit(page)
        expect(page.locator(f"{STAGE} .welcome")).to_have_text(
            "Восемь оптимизаторов, один старт. Потяните скорость обучения: удастся ли заставить SGD разойтись "
            "или привести Adam к победе (соперников можно выключить)?"
        )


def test_numbers_have_a_comma_and_fields_a_point_and_take_both(russian):
    visit(russian, "on=sgd&surface=booth")
    loss = russian.locator(f"{STAGE} .row .loss").first
    expect(loss).to_have_text(re.compile(r"^\d(,\d+)?(·10⁻[⁰¹²³⁴-⁹]+)?$"))
    field = russian.locator("[data-key='sgd.lr'] .number")
    for words in ("0,025", "0.035"):
        field.fill(words)
        painted(russian, lambda: field.press("Enter"))
        assert shown(russian, "sgd.lr") == float(words.replace(",", "."))
        settled(russian, f"sgd.lr={words.replace(',', '.')}")
    field.fill("нет")
    field.press("Enter")
    expect(russian.locator("[data-key='sgd.lr'] .complaint")).to_contain_text("нужно число от")
    assert slider(russian, "sgd.lr").get_attribute("aria-label") == "SGD: скорость обучения"


def test_the_language_is_chosen_in_the_page_and_kept_in_its_link(russian):
    visit(russian, "surface=saddle&on=sgd&step=3")
    language = "document.documentElement.lang"
    assert russian.evaluate(language) == "ru"
    assert "lang=" not in russian.url
    russian.keyboard.press("?")
    choice = russian.get_by_role("dialog").get_by_label("язык")
    assert choice.evaluate("select => select.selectedOptions[0].textContent") == "Русский"
    with russian.expect_navigation():
        choice.select_option("en")
    russian.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.paths > 0")
    assert russian.evaluate(language) == "en"
    expect(russian.get_by_role("button", name="Copy link")).to_be_visible()
    assert stage(russian, "step") == "3"
    slider(russian, "sgd.lr").focus()
    russian.keyboard.press("ArrowRight")
    query = settled(russian, "sgd.lr=")
    assert (query["lang"], query["surface"]) == ("en", "saddle")
    russian.goto("/?lang=ru&surface=saddle")
    russian.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.paths > 0")
    expect(russian.get_by_role("button", name="Ссылка")).to_be_visible()


def test_who_reads_english_loads_no_words(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert [url for url in asked if "words" in url or "lang=" in url] == []


def test_who_reads_russian_gets_them_before_the_first_text(chromium, server):
    """They are named in the page's head, and asked for once. Where they do not come, the page is in English."""
    with opened(chromium, server, **LAPTOP, locale="ru-RU") as page, without_errors(page, server):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        visit(page)
        assert len([url for url in asked if "words.ru.json" in url]) == 1
        assert [url for url in asked if "lang=" in url] == [], "numbers are asked for without a language"
    with opened(chromium, server, **LAPTOP, locale="ru-RU") as page:
        page.route("**/words.ru.json", lambda route: route.abort())
        visit(page)
        expect(page.get_by_role("button", name="Reset")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("scene", SCENES)
def test_no_russian_text_is_cut_or_covered(page, scene):
    visit(page, f"lang=ru&{SCENES[scene]}")
    assert faults_by_size(page) == {}


@pytest.mark.parametrize("surface", ["ravine", "rosenbrock", "logistic_regression"])
def test_the_bar_has_one_row_on_a_laptop(page, surface):
    visit(page, f"lang=ru&surface={surface}")
    assert page.locator(f"{STAGE} .bar").evaluate("bar => bar.offsetHeight") < 60
    names = page.locator(f"{STAGE} .row .slider label span")
    cut = names.evaluate_all(
        "all => all.filter((el) => el.checkVisibility() && el.textContent === 'скорость обучения'"
        " && el.scrollWidth > el.clientWidth + 1).length"
    )
    assert cut == 0


def test_a_finger_taps_in_russian(chromium, server):
    with opened(chromium, server, **PHONE, locale="ru-RU") as phone, without_errors(phone, server):
        visit(phone)
        phone.get_by_role("button", name="клавиши и жесты").tap()
        expect(phone.get_by_role("rowheader", name="Касание карты")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
