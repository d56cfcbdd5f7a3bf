"""A formula with letters on the page: its sliders, and what keeps their values."""

import re
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.driver import STAGE, drawn, fingerprint, is_stage, let_go, painted, settled, shown, slider, thumb, visit

QUERY = urlencode({"surface": "formula", "surface.f": "x^2 + y^2", "surface.domain": "-2,2,-2,2", "on": "sgd,adam"})


def letters(page):
    return page.locator(f"{STAGE} .numbers .slider").evaluate_all("all => all.map((one) => one.dataset.key)")


def test_a_letter_is_a_slider_that_bends_the_picture_and_is_kept(page):
    visit(page, QUERY)
    assert letters(page) == []
    field = page.get_by_label("formula f(x, y)")
    field.fill("a x^2 + b y^2")
    painted(page, lambda: field.press("Enter"))
    assert letters(page) == ["surface.a", "surface.b"]
    assert [shown(page, key) for key in letters(page)] == [1, 1]
    expect(page.get_by_label("the formula as it was read").locator("math")).to_have_text("f=a\u2062x2+b\u2062y2")

    # A drag bends ground and paths on its way.
    x, y = thumb(page, "surface.a")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y)
    is_stage(page, "source", "fan")
    before = fingerprint(page, "contour"), fingerprint(page, "relief"), fingerprint(page, "chart")
    drawn(page, lambda: page.mouse.move(x + 12, y))
    after = fingerprint(page, "contour"), fingerprint(page, "relief"), fingerprint(page, "chart")
    assert all(one != other for one, other in zip(before, after, strict=True))
    value = let_go(page, "surface.a")
    assert value > 2
    # The address may have heard of a value on the way.
    settled(page, rf"surface\.a={value:g}(&|$)")

    # It is kept by a reload, by a formula that is refused and by one that still has the letter.
    page.reload()
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.paths > 0")
    assert [shown(page, key) for key in letters(page)] == [value, 1]
    field.fill("a x^2 + beta y^2")
    field.press("Enter")
    expect(page.locator(f"{STAGE} .own .complaint")).to_contain_text("unknown name `beta` at column 9")
    assert letters(page) == ["surface.a", "surface.b"]
    field.fill("a x^2 + c y^2")
    painted(page, lambda: field.press("Enter"))
    assert letters(page) == ["surface.a", "surface.c"]
    assert [shown(page, key) for key in letters(page)] == [value, 1]

    # Undo takes back a value, then the formula.
    slider(page, "surface.c").focus()
    painted(page, lambda: page.keyboard.press("ArrowLeft"))
    assert shown(page, "surface.c") == 0.9
    settled(page, r"surface\.c=0\.9")
    undo = page.get_by_role("button", name="undo")
    painted(page, undo.click)
    assert [shown(page, key) for key in letters(page)] == [value, 1]
    painted(page, undo.click)
    assert field.input_value() == "a x^2 + b y^2"
    assert letters(page) == ["surface.a", "surface.b"]
    assert shown(page, "surface.a") == value


def test_what_is_typed_while_a_formula_is_computed_stays(page):
    visit(page, QUERY)
    field = page.get_by_label("formula f(x, y)")
    field.fill("x^2 + 7 y^2")
    painted(page, lambda: (field.press("Enter"), field.press_sequentially(" + x")))
    assert settled(page, r"surface\.f=x.*7")["surface.f"] == "x^2 + 7 y^2"
    assert field.input_value() == "x^2 + 7 y^2 + x"
    undo = page.get_by_role("button", name="undo")
    painted(page, undo.click)
    assert field.input_value() == "x^2 + y^2"
    painted(page, page.get_by_role("button", name="redo").click)
    assert field.input_value() == "x^2 + 7 y^2"


def test_a_refused_formula_moves_nothing(page):
    visit(page, QUERY)
    parts = (".bar h1", ".bar .link", ".contour", ".rail")
    before = [page.locator(f"{STAGE} {part}").bounding_box() for part in parts]
    field = page.get_by_label("formula f(x, y)")
    field.fill("x^2 + foo(y)")
    field.press("Enter")
    expect(page.locator(f"{STAGE} .own .complaint")).to_contain_text("foo")
    assert [page.locator(f"{STAGE} {part}").bounding_box() for part in parts] == before


def test_a_projector_names_the_letters_and_has_the_slider_of_one(page):
    visit(page, f"{QUERY}&{urlencode({'surface.f': 'a x^2 + b y^2', 'surface.b': '3'})}&projector=1&hot=surface.b")
    headline = page.locator(f"{STAGE} .headline")
    expect(headline.locator(".settings")).to_contain_text(re.compile("^a 1 · b 3 ·"))
    expect(headline.locator("[data-key='surface.b'] .number")).to_have_value("3")
