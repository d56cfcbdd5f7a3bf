"""On the page: an optimizer is entered again, pointed at, shown alone, taken back; Back leads to the surface before."""

import re

import pytest
from playwright.sync_api import expect

from tests.driver import (
    STAGE,
    box,
    is_stage,
    let_go,
    painted,
    pixel,
    room,
    settled,
    slider,
    stage,
    start_of,
    thumb,
    visit,
)
from tests.expected import run_of, scene_of

THREE = "on=sgd,sgd.2,sgd.3&sgd.lr=0.01&sgd.2.lr=0.09&sgd.3.lr=0.101"


def row(page, entry):
    return page.locator(f"{STAGE} .row[data-optimizer='{entry}']")


def names(page):
    return page.locator(f"{STAGE} .row:not(.off) .name").all_inner_texts()


def test_a_link_shows_one_optimizer_at_three_rates(page):
    visit(page, f"{THREE}&view=panels")
    assert stage(page, "entries") == "sgd,sgd.2,sgd.3"
    titles = ["SGD 0.01", "SGD 0.09", "SGD 0.101"]
    assert page.locator(f"{STAGE} .cell .title").all_inner_texts() == titles
    assert names(page) == titles
    colors = page.locator(f"{STAGE} .row:not(.off)").evaluate_all(
        "rows => rows.map((row) => row.style.getPropertyValue('--colour'))"
    )
    assert len(set(colors)) == 3
    page.get_by_role("button", name="Leaderboard").click()
    expect(page.locator(".board .name")).to_have_text(["SGD 0.09", "SGD 0.01", "SGD 0.101"])
    page.get_by_role("button", name="Code").click()
    assert page.locator("dialog.window select").first.locator("option").all_inner_texts() == titles


def test_plus_enters_an_optimizer_again_and_its_slider_bends_that_entry_alone(page):
    visit(page, "on=sgd,adam")
    row(page, "sgd").hover()
    painted(page, row(page, "sgd").get_by_role("button", name="enter SGD again").click)
    assert stage(page, "entries") == "sgd,sgd.2,adam"
    assert names(page) == ["SGD", "SGD (2)", "Adam"]
    x, y = thumb(page, "sgd.2.lr")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.3 * room(page, "sgd.2.lr"), y, steps=8)
    is_stage(page, "source", "fan")
    value = let_go(page, "sgd.2.lr")
    assert settled(page, f"sgd.2.lr={value:g}$")["on"] == "sgd,sgd.2,adam"
    assert names(page)[1] == f"SGD {value:.5g}"
    end = run_of(scene_of(page.url.partition("?")[2]), "sgd.2").loss[-1]
    shown = float(row(page, "sgd.2").locator(".loss").inner_text())
    assert shown == pytest.approx(end, rel=0.06)
    painted(page, row(page, "sgd.2").get_by_role("button", name="remove SGD").click)
    assert names(page) == ["SGD", "Adam"]
    assert "sgd.2" not in page.evaluate("document.querySelector('[data-stage]').dataset.scene")


def test_five_rates_at_one_press(page):
    visit(page, "on=momentum")
    row(page, "momentum").hover()
    painted(page, row(page, "momentum").get_by_role("button", name="five more times").click)
    assert stage(page, "entries") == ",".join(["momentum", *(f"momentum.{n}" for n in range(2, 7))])
    rates = [float(name.split()[1]) for name in names(page)]
    assert len(set(rates)) == 6
    assert max(rates) / min(rates) > 20
    row(page, "momentum").hover()
    expect(row(page, "momentum").get_by_role("button", name="enter Momentum again")).to_be_hidden()  # there is no room


def test_a_pointer_on_a_path_or_a_name_lights_that_run(page):
    query = "on=sgd,newton&newton.lr=0.1"
    visit(page, query)
    run = run_of(scene_of(query), "newton")
    middle = (run.position[3] + run.position[4]) / 2
    page.mouse.move(*pixel(page, *middle))
    is_stage(page, "lit", "newton")
    tip = page.locator(f"{STAGE} .tip")
    expect(tip).to_contain_text("Newton")
    expect(tip).to_contain_text(re.compile("step [34]"))
    page.mouse.move(*pixel(page, 5, 7))
    is_stage(page, "lit", "")
    expect(tip).to_be_hidden()
    row(page, "sgd").locator(".name").hover()
    is_stage(page, "lit", "sgd")
    for panel in ("chart", "relief"):
        area = box(page, panel)
        found = set()
        for share in range(2, 40):
            page.mouse.move(area["x"] + area["width"] * share / 41, area["y"] + area["height"] * 0.55)
            page.wait_for_function("new Promise(requestAnimationFrame)")
            found.add(stage(page, "lit"))
        assert found & {"sgd", "newton"}, panel


def test_a_click_on_a_name_shows_it_alone_and_another_one_beside_it(page):
    visit(page, "on=sgd,momentum,adam")
    name = row(page, "momentum").locator(".name")
    name.click()
    is_stage(page, "entries", "momentum")
    note = page.locator(f"{STAGE} .alone")
    expect(note).to_contain_text("only Momentum")
    bar, shown = (page.locator(f"{STAGE} {part}").bounding_box() for part in (".bar", ".alone"))
    assert bar
    assert shown
    assert shown["y"] >= bar["y"] + bar["height"], "it lies over the picture, not over the settings"
    note.get_by_label("compare with").select_option("Adam")
    is_stage(page, "entries", "momentum,adam")
    page.wait_for_function("new URLSearchParams(location.search).get('only') === 'momentum,adam'")
    page.reload()  # the link holds it
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.entries === 'momentum,adam'")
    note.get_by_role("button", name="Show all").click()
    is_stage(page, "entries", "sgd,momentum,adam")
    expect(note).to_be_hidden()
    name.click()
    name.click()
    is_stage(page, "entries", "sgd,momentum,adam")
    assert "on=" in page.url
    assert "momentum" in stage(page, "scene")


def test_places_stand_beside_the_names_and_move_with_a_rate(page):
    visit(page, "on=sgd,momentum,nesterov,adam")

    def places():
        rows = page.locator(f"{STAGE} .row:not(.off)")
        found = {}
        for entry in rows.all():
            found[entry.get_attribute("data-optimizer")] = entry.locator(".rank").inner_text()
        return found

    query = page.url.partition("?")[2]
    losses = {id: run_of(scene_of("on=sgd,momentum,nesterov,adam"), id).loss[-1] for id in places()}
    ordered = sorted(losses, key=losses.__getitem__)
    assert places() == {id: str(1 + ordered.index(id)) if ordered.index(id) < 3 else "" for id in losses}, query
    winner = ordered[0]
    slider(page, f"{winner}.lr").press("Home")
    settled(page, rf"{winner}\.lr=")
    page.wait_for_function(
        "(id) => document.querySelector(`.row[data-optimizer='${id}'] .rank`).textContent !== '1'", arg=winner
    )


def test_a_stray_click_is_taken_back(page):
    visit(page, "on=sgd,adam")
    undo = page.get_by_role("button", name="undo")
    expect(undo).to_be_hidden()  # nothing is there to take back
    before = start_of(page)
    painted(page, lambda: page.mouse.click(*pixel(page, 4, 4)))
    assert start_of(page) != before
    painted(page, undo.click)
    assert start_of(page) == before
    redo = page.get_by_role("button", name="redo")
    painted(page, redo.click)
    assert start_of(page) == pytest.approx([4, 4], abs=0.05)
    painted(page, lambda: page.keyboard.press("Control+z"))
    assert start_of(page) == before
    painted(page, lambda: page.keyboard.press("Control+Shift+Z"))
    assert start_of(page) != before
    settled(page, "start=")


def test_the_settings_of_a_surface_survive_a_visit_to_another(page):
    visit(page, "on=sgd,sgd.2&sgd.lr=0.05&sgd.2.lr=0.02&surface.kappa=30")
    surfaces = page.locator(f"{STAGE} .bar select").first
    painted(page, lambda: surfaces.select_option("beale"))
    settled(page, "surface=beale")
    painted(page, lambda: surfaces.select_option("ravine"))
    query = settled(page, "surface=ravine")
    assert (query["sgd.lr"], query["sgd.2.lr"], query["surface.kappa"]) == ("0.05", "0.02", "30")


def test_back_leads_to_the_surface_before_and_a_slider_adds_nothing_to_it(page):
    visit(page, "on=sgd")
    surfaces = page.locator(f"{STAGE} .bar select").first
    length = page.evaluate("history.length")
    painted(page, lambda: slider(page, "sgd.lr").press("ArrowLeft"))
    rate = settled(page, "sgd.lr=")["sgd.lr"]
    painted(page, lambda: surfaces.select_option("saddle"))
    settled(page, "surface=saddle")
    assert page.evaluate("history.length") == length + 1
    painted(page, lambda: page.go_back())
    expect(surfaces).to_have_value("ravine")
    assert settled(page, "surface=ravine")["sgd.lr"] == rate
    painted(page, lambda: page.go_forward())
    expect(surfaces).to_have_value("saddle")


def test_undo_works_in_a_field_whose_number_is_taken(page):
    """Before that the browser takes back what was typed."""
    visit(page, "on=sgd")
    field = page.locator("[data-key='sgd.lr'] .number")
    before = field.input_value()
    field.fill("0.05")
    painted(page, lambda: field.press("Enter"))
    painted(page, lambda: field.press("Control+z"))
    expect(field).to_have_value(before)
    painted(page, lambda: field.press("Control+y"))
    expect(field).to_have_value("0.05")
    field.press_sequentially("7")
    field.press("Control+z")
    expect(field).to_have_value("0.05")
    assert "sgd.lr=0.05" in stage(page, "scene")


def test_what_is_added_while_one_is_alone_is_seen_too(page):
    visit(page, "on=sgd,adam")
    row(page, "sgd").hover()
    row(page, "sgd").get_by_role("button", name="only SGD").click()
    assert stage(page, "entries") == "sgd"
    expect(row(page, "sgd").get_by_role("button", name="only SGD")).to_have_attribute("aria-pressed", "true")
    painted(page, row(page, "sgd").get_by_role("button", name="enter SGD again").click)
    assert stage(page, "entries") == "sgd,sgd.2"
    expect(row(page, "adam")).to_have_class(re.compile(r"\baside\b"))
    page.get_by_role("button", name="Show all").click()
    assert stage(page, "entries") == "sgd,sgd.2,adam"
    expect(row(page, "adam")).not_to_have_class(re.compile(r"\baside\b"))
