"""The first minute: the race plays by itself once, a line says what to try, what is tried is praised; and what a link
asks for in vain is named."""

import json
import re

import pytest
from playwright.sync_api import expect

from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import STAGE, box, painted, settled, slider, stage, visit

FIRST_VISIT = "localStorage.removeItem('descent-lab');"


@pytest.fixture
def newcomer(page):
    """A page of a reader who has never been here."""
    page.add_init_script(f"if (!sessionStorage.here) {{ {FIRST_VISIT} sessionStorage.here = true; }}")
    return page


def test_the_first_visit_plays_once_and_says_what_to_try(newcomer):
    page = visit(newcomer)
    line = page.locator(f"{STAGE} .welcome")
    expect(line).to_have_text(re.compile("^Eight optimizers, one start. Drag a learning rate"))
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step === '200'")
    assert int(stage(page, "frames")) > 20, "it was played"
    expect(line).to_be_visible()
    painted(page, lambda: slider(page, "adam.lr").press("ArrowLeft"))
    expect(line).to_be_hidden()
    frames = int(stage(page, "frames"))
    settled(page, "adam.lr=")
    page.reload()
    visit(page)
    expect(line).to_be_hidden()
    assert int(stage(page, "frames")) < min(20, frames)
    assert stage(page, "step") == "200"


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768), (1920, 1080)])
def test_the_first_line_lies_over_the_contour_alone(newcomer, size):
    """It covers neither the numbers of an axis nor another panel."""
    newcomer.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page = visit(newcomer)
    line, contour = page.locator(f"{STAGE} .welcome").bounding_box(), box(page, "contour")
    [[left, top, width, height], *_] = json.loads(page.locator(f"{STAGE} .contour").get_attribute("data-axes"))
    assert line["x"] >= contour["x"] + left
    assert line["y"] >= contour["y"] + top
    assert line["x"] + line["width"] <= contour["x"] + left + width
    assert line["y"] + line["height"] <= contour["y"] + top + height


def test_who_wants_no_motion_gets_the_end_of_the_race(newcomer):
    newcomer.emulate_media(reduced_motion="reduce")
    page = visit(newcomer)
    expect(page.locator(f"{STAGE} .welcome")).to_be_visible()
    assert stage(page, "step") == "200"
    newcomer.emulate_media(reduced_motion="no-preference")


def test_a_race_that_would_last_longer_than_five_seconds_waits_to_be_played(newcomer):
    page = visit(newcomer, "surface=rosenbrock&steps=300")
    expect(page.locator(f"{STAGE} .welcome")).to_be_visible()
    assert stage(page, "step") == "300"
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()


def test_a_challenge_is_praised_when_it_happens(page):
    visit(page, "on=sgd,adam")
    line = page.locator(f"{STAGE} .welcome")
    expect(line).to_be_hidden()
    rate = page.locator("[data-key='sgd.lr'] .number")
    for words in ("0.11", "0.001"):
        rate.fill(words)
        painted(page, lambda: rate.press("Enter"))
        expect(line).to_be_visible()
        praised = "SGD diverges" if words == "0.11" else "Adam wins"
        expect(line).to_contain_text(praised)


def test_a_link_that_asks_for_what_there_is_not_says_so(page):
    visit(page, "surface=moon&sgd.lr=99&on=sgd,nobody")
    note = page.locator(f"{STAGE} .note")
    expect(note).to_contain_text("left out of what this link shows: surface=moon, sgd.lr=99, on=nobody.")
    painted(page, lambda: slider(page, "sgd.lr").press("ArrowLeft"))
    expect(note).to_be_empty()
    visit(page, "surface=formula&surface.f=x%20%2B&surface.domain=-1,1,-1,1")
    expect(note).to_contain_text("surface.f=x +")


def test_formulas_are_there_after_a_reload_with_the_sidebar_open(page):
    visit(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    formulas = page.locator("[data-testid=stSidebar] .katex")
    expect(formulas.first).to_be_visible()
    page.reload()
    visit(page)
    expect(formulas.first).to_be_visible()


def test_a_refused_start_loses_its_mark_once_it_is_mended(page):
    visit(page)
    field = page.get_by_label("start x")
    field.fill("99")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("-9")
    field.press("Enter")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"{STAGE} .start .complaint")).to_be_empty()


def test_every_surface_and_optimizer_says_in_plain_words_what_it_is_for(page):
    visit(page, "surface=rosenbrock")
    expect(page.locator(f"{STAGE} .side > .about")).to_have_text(SURFACES["rosenbrock"].about)
    for member in (*SURFACES.values(), *OPTIMIZERS.values()):
        assert 30 < len(member.about) < 125, member.id
        assert member.about.endswith("."), member.id


def test_the_letter_of_a_formula_stands_beside_its_slider(page):
    visit(page, "schedule=exponential")
    for key, label in {
        "adam.lr": "learning rateη",
        "momentum.momentum": "momentum\N{GREEK SMALL LETTER GAMMA}",
        "surface.kappa": "condition numberκ",
        "schedule.T": "decay time T",
        "steps": "steps",
    }.items():
        expect(page.locator(f"[data-key='{key}'] label")).to_have_text(label)
    assert page.locator("[data-key='adam.b2'] label sub").text_content() == "2"


def test_the_first_picture_has_few_controls(newcomer):
    """As many as before there were entries, undo and challenges, and sliders of two momenta with their numbers."""
    newcomer.set_viewport_size({"width": 1366, "height": 768})
    page = visit(newcomer)
    names = page.locator(f"{STAGE} :is(button, input, select, a, textarea, [tabindex='0'])").evaluate_all(
        """all => all.filter((el) => {
             const { left, top, right, bottom, width } = el.getBoundingClientRect();
             const seen = el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
             return seen && width && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
           }).map((el) => el.ariaLabel || el.textContent || el.type)"""
    )
    momenta = [name for name in names if re.match("(Momentum|Nesterov) momentum", name)]
    assert len(momenta) == 4
    assert 40 < len(names) - len(momenta) <= 66, names
