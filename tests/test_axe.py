"""axe-core finds no serious or critical violation of WCAG 2.2 A and AA in the stage: on every view, tab and window."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.driver import STAGE, visit
from tests.test_lessons_page import explained

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2; axe leaves it out by default
}
VIEWS = (
    "",
    "rail=leaderboard&surface=linear_regression",
    "view=panels&arrows=1",
    "surface=formula",
    "projector=1",
    "lesson=nothing.1",  # the list of lessons
    "lesson=zigzag.1",
    "lang=ru&lesson=zigzag.1",
)
WINDOWS = ("Code", "Figure", "?")


def violations(page, within: str = STAGE) -> list[str]:
    found = Axe().run(page, context=within, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    ("scheme", "width", "views"), [("light", 1366, VIEWS), ("dark", 1366, VIEWS[1::2]), ("light", 390, VIEWS[::3])]
)
def test_no_view_violates_a_rule(page, scheme, width, views):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 768})
    for view in views:
        visit(page, view)
        if "lesson" in view:
            expect(page.locator(f"{STAGE} .lesson button").nth(2)).to_be_visible()
        assert violations(page) == [], view
    assert "zigzag" in views[-1]
    explained(page)
    expect(page.locator(f"{STAGE} .lesson .why")).to_be_visible()
    assert violations(page) == [], "what is said after the run"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_window_violates_a_rule(page, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, "on=sgd,adam")
    for name in WINDOWS:
        page.locator(f"{STAGE} button", has_text=name).first.click()
        window = page.locator("dialog[open]")
        expect(window).to_be_visible()
        assert violations(page, "dialog[open]") == [], name
        window.get_by_role("button", name="Close").click()


def test_axe_finds_what_is_wrong(page):
    visit(page, "")
    page.evaluate("document.querySelector('.stage .bar').append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in violations(page))
