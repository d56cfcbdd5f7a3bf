"""Contrast of every text, and a name for everything that can be operated."""

import re

import pytest
from playwright.sync_api import expect

from tests.driver import STAGE, visit

FAINT = """() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const paint = (...colours) => {
        for (const colour of colours) {
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
        }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const texts = [...document.querySelectorAll(".stage :is(.bar, .rail, .transport, .panels) *")].filter((el) =>
        el.checkVisibility({ visibilityProperty: true }) &&
        (el.value && el.type === "text" || [...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim())));
    return texts.map((el) => {
        const above = [];
        for (let at = el; at; at = at.parentElement) above.unshift(getComputedStyle(at));
        const back = paint("#ffffff", ...above.map((style) => style.backgroundColor));
        const opacity = above.reduce((product, style) => product * style.opacity, 1);
        const ink = paint("rgb(" + back + ")", getComputedStyle(el).color);
        const seen = ink.map((v, i) => v * opacity + back[i] * (1 - opacity));
        const [a, b] = [light(seen), light(back)].sort((p, q) => q - p);
        return [(a + 0.05) / (b + 0.05), el.textContent || el.value];
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("rail", ["settings", "leaderboard"])
def test_every_text_has_a_contrast_of_4_5(page, scheme, rail):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"on=sgd,adam,adamw&rail={rail}&arrows=1&surface=linear_regression")
    found = page.evaluate(FAINT)
    assert len(found) > 40
    assert [text for contrast, text in found if contrast < 4.5] == []


MOVABLE = "[data-stage] :is(button, input, select, [role=img], [role=group], .board, dialog)"


NAMELESS = """(movable) => [...document.querySelectorAll(movable)]
    .filter((el) => {
        const labels = [...(el.labels ?? [])].map((label) =>
            [...label.childNodes].filter((node) => node !== el).map((node) => node.textContent).join(""));
        const own = el.tagName === "BUTTON" ? el.textContent : el.tagName === "TABLE" ? el.caption?.textContent : "";
        return ![el.getAttribute("aria-label"), ...labels, own].some((name) => name?.trim());
    })
    .map((el) => el.outerHTML)"""


@pytest.mark.parametrize("rail", ["settings", "leaderboard"])
def test_everything_that_can_be_moved_has_a_name(page, rail):
    visit(page, f"rail={rail}&surface=rosenbrock")
    assert page.evaluate(NAMELESS, MOVABLE) == []
    for role in ("button", "slider", "combobox", "textbox", "checkbox"):
        every = page.locator(STAGE).get_by_role(role)
        named = page.locator(STAGE).get_by_role(role, name=re.compile(r"\S"))
        assert named.count() == every.count()
    for tab in page.locator(f"{STAGE} [data-rail]").all():
        assert tab.get_attribute("aria-pressed") == str(tab.get_attribute("data-rail") == rail).lower()


def test_no_two_sliders_have_the_same_name(page):
    visit(page)
    names = page.locator(f"{STAGE} input").evaluate_all("all => all.map((el) => el.getAttribute('aria-label'))")
    assert len(names) == len(set(names))


def test_the_pictures_are_told_when_the_playhead_stops(page):
    """What is said is the leaderboard's: the losses and the first three places."""
    visit(page, "surface=ravine&on=sgd,momentum,adam&steps=100&rail=leaderboard")
    told = page.locator(f"{STAGE} .told")
    expect(told).to_contain_text("Step 100 of 100. ")
    rows = page.locator(f"{STAGE} .board tbody tr").all()
    for place, row in enumerate(rows, 1):
        name, loss = row.locator(".name").inner_text(), row.locator("td").first.inner_text()
        expect(told).to_contain_text(f"{name}: loss {loss}, place {place}.")
    for panel in page.locator(f"{STAGE} .panels .panel:not([hidden])").all():
        assert panel.get_attribute("aria-describedby") == told.get_attribute("id")
    page.locator(STAGE).focus()
    page.keyboard.press("Home")
    expect(told).to_contain_text("Step 0 of 100. ")
    visit(page, "surface=ravine&on=sgd&sgd.lr=0.5&steps=100")
    expect(told).to_contain_text("SGD: left the picture at step")
