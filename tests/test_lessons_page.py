"""Lessons on the page: every step opens, is predicted, played, explained; with a pointer, a remote, a link."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from engine.typeset import MINUS
from tests.conftest import opened, without_errors
from tests.driver import READY, STAGE, is_stage, painted, settled, slider, stage, visit
from ui import claims, lessons
from ui.paths import grid, paths

FOUND, _ = lessons.lessons()
BOX = f"{STAGE} .lesson"
ANSWERS = f"{BOX} .answers button"
WHY = f"{BOX} .why"

FILLED = """async ([paths, grid, texts]) => {
    const [{ filledWith }, wire, { terrainOf }] = await Promise.all(
        ["data/metrics.js", "data/wire.js", "data/terrain.js"].map((file) => import(`/ui/stage/${file}`)));
    const read = (text) => wire.unpack(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    const [runs, terrain] = [wire.runsOf(read(paths)), terrainOf(read(grid))];
    return texts.map((text) => filledWith(text, runs, terrain));
}"""


def begun(page: Page, place: str) -> Page:
    """A lesson's step is open, and its scene is drawn at the start."""
    visit(page, f"lesson={place}")
    is_stage(page, "lesson", place)
    expect(page.locator(ANSWERS).first).to_be_visible()
    is_stage(page, "step", "0")
    return page


def explained(page: Page) -> None:
    """Press on until the run has been played and explained. It may end by itself between two presses."""
    phases = ["ask", "watch", "see", "why"]
    while (phase := page.locator(BOX).get_attribute("data-phase")) != "why":
        page.keyboard.press("PageDown")
        later = ", ".join(f"[data-phase={other}]" for other in phases[phases.index(phase) + 1 :])
        expect(page.locator(f"{BOX}:is({later})")).to_be_visible()


@pytest.mark.parametrize("lesson", FOUND, ids=lambda lesson: lesson.id)
def test_the_page_says_the_numbers_that_the_claims_are_about(modules, lesson):
    for step in lesson.steps:
        scene = step.read()
        runs = claims.shown(scene)
        names = {name: metric.takes for name, metric in claims.METRICS.items() if name not in ("length",)}
        entry = scene.on[0]
        calls = [f"{name}({entry}{', 0.5' if takes == 'tolerance' else ''})" for name, takes in names.items()]
        calls += lessons.CALL.findall(step.text + step.why)
        texts = [base64.b64encode(answer).decode() for answer in (paths(scene), grid(scene))]
        printed = modules.evaluate(FILLED, [*texts, [f"{{{call}}}" for call in calls]])
        for call, text in zip(calls, printed, strict=True):
            value = claims.number(call, runs)
            if text == "?":
                assert value != value, call  # not a number
            elif text in ("never", "∞"):
                assert value == float("inf"), call
            else:
                digits = 2 if "e" in text else 3
                assert float(text.replace(MINUS, "-")) == pytest.approx(value, rel=0.51 * 10 ** (1 - digits)), call


@pytest.mark.parametrize("section", dict.fromkeys(lesson.section for lesson in FOUND))
def test_every_step_is_asked_played_and_explained_by_a_remote(page, section):
    steps = [(f"{one.id}.{k}", step) for one in FOUND if one.section == section for k, step in enumerate(one.steps, 1)]
    begun(page, steps[0][0])
    for place, step in steps:
        is_stage(page, "lesson", place)
        expect(page.locator(f"{BOX} .question")).to_have_text(step.question)
        expect(page.locator(ANSWERS)).to_have_count(len(step.answers))
        scene = step.read()
        page.wait_for_function(f"document.querySelector('{STAGE}').dataset.entries === '{','.join(scene.on)}'")
        is_stage(page, "step", "0")
        page.keyboard.press("PageDown")
        expect(page.locator(f"{BOX} .look")).to_have_text(step.look)
        explained(page)
        expect(page.locator(f"{BOX} .outcome .right")).to_contain_text(step.answers[step.right - 1])
        assert not re.search(r"[{}]|\?(?= |,|\.)", page.locator(WHY).inner_text())
        is_stage(page, "step", str(int(scene.values["steps"])))
        page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    expect(page.locator(BOX)).to_have_attribute("data-phase", "ask")


def test_a_step_is_predicted_played_seen_and_explained(page):
    begun(page, "zigzag.1")
    step = next(lesson for lesson in FOUND if lesson.id == "zigzag").steps[0]
    wrong = 1 if step.right != 1 else 2
    page.locator(ANSWERS).nth(wrong - 1).click()
    expect(page.locator(f"{BOX} .look")).to_have_text(step.look)
    expect(page.get_by_text("What did you see?")).to_be_visible()
    page.locator(ANSWERS).nth(step.right - 1).click()
    outcome = page.locator(f"{BOX} .outcome li")
    expect(outcome.nth(wrong - 1)).to_contain_text("you expected this")
    expect(outcome.nth(step.right - 1)).to_contain_text("you saw this")
    expect(outcome.nth(step.right - 1)).to_have_class("right")


def test_what_is_still_to_come_is_hidden_until_the_run_has_ended(page):
    """The picture at the start has no line in it before the answer, and one after it."""
    colours = """() => {
        const canvas = document.querySelector(".chart canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size;
    }"""
    begun(page, "zigzag.1")
    hidden = page.evaluate(colours)
    page.get_by_role("button", name="Play freely").click()
    is_stage(page, "lesson", "")
    expect(page.locator(BOX)).to_be_hidden()
    page.wait_for_function(f"({colours})() > {hidden}")


def test_who_changes_the_scene_is_told_so_and_finds_back(page):
    begun(page, "zigzag.1")
    explained(page)
    before = page.locator(WHY).inner_text()
    entry = stage(page, "entries").split(",")[0]
    painted(page, lambda: slider(page, f"{entry}.lr").press("ArrowLeft"))
    expect(page.locator(f"{BOX} .changed")).to_contain_text("You have changed the scene")
    expect(page.locator(WHY)).not_to_have_text(before)
    page.get_by_role("button", name="Back to the lesson's scene").click()
    expect(page.locator(ANSWERS).first).to_be_visible()
    is_stage(page, "step", "0")


def test_a_link_with_a_scene_of_ones_own_keeps_it(page):
    visit(page, "surface=ravine&on=sgd&sgd.lr=0.01&steps=50&lesson=zigzag.1")
    expect(page.locator(f"{BOX} .changed")).to_contain_text("You have changed the scene")
    is_stage(page, "step", "50")
    is_stage(page, "lesson", "zigzag.1")


def test_the_link_holds_the_step_and_the_list_what_was_done(page):
    begun(page, "zigzag.1")
    explained(page)
    assert settled(page, "surface=.*lesson=zigzag.1")["surface"] == "ravine"
    page.reload()
    page.wait_for_function(READY)
    is_stage(page, "lesson", "zigzag.1")
    page.get_by_role("button", name="All lessons").click()
    steps = len(next(lesson for lesson in FOUND if lesson.id == "zigzag").steps)
    line = page.locator(f"{BOX} li", has_text="Zigzag in")
    expect(line).to_contain_text("done" if steps == 1 else f"1 of {steps}")
    expect(page.locator(f"{BOX} li button")).to_have_count(len(FOUND))
    page.get_by_role("button", name="Lessons", exact=True).click()
    expect(page.locator(BOX)).to_be_hidden()
    assert "lesson" not in settled(page, r"^(?!.*lesson=)")


@pytest.mark.parametrize("place", ["nothing.1", "zigzag.99", "zigzag.x", "1"])
def test_a_link_to_no_lesson_opens_the_list(page, place):
    visit(page, f"lesson={place}")
    expect(page.locator(f"{BOX} li button")).to_have_count(len(FOUND))
    is_stage(page, "lesson", "")


def test_a_path_can_be_drawn_as_a_prediction(page):
    begun(page, "zigzag.1")
    page.get_by_role("button", name="Draw where the path will go").click()
    box = page.locator(f"{STAGE} .contour").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 200)
    page.mouse.up()
    expect(page.locator(f"{BOX} .look")).to_be_visible()
    assert len(page.locator(f"{STAGE} .sketch polyline").get_attribute("points").split()) >= 2
    assert stage(page, "scene").find("start=") < 0, "the start has not moved"


def test_lessons_come_when_they_are_opened(chromium, server):
    with opened(chromium, server) as page, without_errors(page, server):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        visit(page, "")
        assert not any("lessons" in url for url in asked)
        page.get_by_role("button", name="Lessons", exact=True).click()
        expect(page.locator(f"{BOX} li button")).to_have_count(len(FOUND))
        assert sum("lessons" in url for url in asked) == 1
