"""The tab of a step: every number that it prints is the one that the equation gives, and the playhead changes it."""

import base64
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.typeset import MINUS
from tests.driver import STAGE, slider, visit
from tests.test_inside import (
    STEPS,
    answer_of,
    by_hand,
    client,
    every_optimizer,
    every_scene,
    numbers_at,
    query_of,
    system_of,
)

BOX = f"{STAGE} .panel.step"
# The lines of the equations at some steps: the names and numbers on the right side, and the result.
PRINTED = """async ([bytes, steps]) => {
    const [{ step }, { unpack }] = await Promise.all(
        ["panels/step.js", "data/wire.js"].map((file) => import(`/ui/stage/${file}`)));
    const answer = unpack(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer);
    const box = document.createElement("div");
    const catalogue = { optimizers: [] };
    const idle = { query: () => "", viewChanged() {}, recompose() {} };
    const panel = step.create(box, { catalogue, arrays: async () => answer, ...idle });
    panel.show({ runs: [{ id: "one" }], nameOf: () => "One", lookOf: () => ({ color: "red" }), held: false });
    panel.draw(0);
    await new Promise((resolve) => setTimeout(resolve));
    const numbers = (el) => [...el.querySelectorAll("mn")].map((mn) => mn.textContent);
    return steps.map((k) => {
        panel.draw(k);
        return [...box.querySelectorAll(".equation")].map((line) => {
            const maths = [...line.querySelectorAll("math")];
            const right = maths.length < 3 ? [] : [...maths[1].querySelectorAll("[data-name]")].slice(1);
            return [right.map((el) => [el.dataset.name, numbers(el)]), numbers(maths.at(-1))];
        });
    });
}"""


def is_printed(texts: list[str], values) -> bool:
    """Whether these are the values to the digits that are printed."""
    values = np.ravel(values)

    def same(text: str, value: float) -> bool:
        if text in ("nan", "∞", f"{MINUS}∞"):
            return not np.isfinite(value)
        digits = len(re.sub("e.*", "", text).replace(".", "").replace(MINUS, "").lstrip("0"))
        shown = float(text.replace(MINUS, "-"))
        return abs(shown - value) <= 0.5000001 * 10.0 ** (np.floor(np.log10(abs(shown) or 1)) + 1 - max(digits, 1))

    return len(texts) == len(values) and all(map(same, texts, values))


@every_scene
@every_optimizer
def test_every_printed_number_is_right(modules, id, surface):
    head, arrays = answer_of(surface, id)
    body = client.get("/inside", params={**query_of(surface), "optimizer": id}).content
    system, steps = system_of(head), (0, STEPS // 2, STEPS - 1)
    for step, lines in zip(steps, modules.evaluate(PRINTED, [base64.b64encode(body).decode(), steps]), strict=True):
        numbers = {"I": np.eye(2), **numbers_at(step, head, arrays)}
        results = by_hand(system, numbers)
        assert len(lines) == len(system.equations) > 0
        for equation, (right, result) in zip(system.equations, lines, strict=True):
            assert is_printed(result, results[equation.name]), (equation.name, step, result)
            assert bool(right) != bool(equation.measured)
            for name, texts in right:
                assert is_printed(texts, numbers[name]), (equation.name, name, step, texts)


def test_of_a_rule_without_equations_nothing_is_drawn(modules):
    drawn = """async () => {
        const { step } = await import("/ui/stage/panels/step.js");
        const head = { optimizer: "own", equations: [], measured: {}, names: {}, source: "def update(", arrays: [] };
        const idle = { query: () => "", viewChanged() {}, recompose() {}, catalogue: { optimizers: [] } };
        const box = document.createElement("div");
        const panel = step.create(box, { arrays: async () => ({ head, arrays: {} }), ...idle });
        panel.show({ runs: [{ id: "own" }], nameOf: () => "Own", lookOf: () => ({ color: "red" }), held: false });
        panel.draw(0);
        await new Promise((resolve) => setTimeout(resolve));
        return [panel.inside(), box.querySelector("pre").textContent];
    }"""
    assert modules.evaluate(drawn) == [None, "def update("]


def test_a_wrong_digit_is_found():
    assert is_printed(["1.235", f"{MINUS}2.000e{MINUS}7"], [1.23456, -2.0004e-7])
    assert not is_printed(["1.234"], [1.23456])
    assert not is_printed(["1.235"], [-1.2351])


def test_the_playhead_changes_the_numbers_and_the_entry_stays_in_the_link(page):
    visit(page, "surface=ravine&on=sgd,adam&steps=50&step=3&rail=step")
    lines = page.locator(f"{BOX} .equation")
    expect(lines).to_have_count(1)
    before = lines.first.inner_text()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(STAGE).focus()
    page.keyboard.press("ArrowRight")
    expect(lines.first).not_to_have_text(before)
    expect(page.locator(f"{BOX} h3")).to_have_text("From step 4 to 5")
    assert not any("/inside" in url for url in asked), "stepping asks nothing"
    page.locator(f"{BOX} select").select_option("adam")
    expect(lines).to_have_count(5)
    terms = page.locator(f"{BOX} .terms")
    for words in ("the gradient there", "learning rate", "decay of the mean", "epsilon"):
        expect(terms).to_contain_text(words)
    page.wait_for_url(re.compile("inside=adam"))
    page.get_by_text("The code that ran").click()
    expect(page.locator(f"{BOX} pre")).to_contain_text("def update(")
    page.reload()
    expect(lines).to_have_count(5)


def test_another_scene_has_other_numbers(page):
    visit(page, "surface=ravine&on=sgd&steps=50&step=3&rail=step")
    lines = page.locator(f"{BOX} .equation")
    expect(lines).to_have_count(1)
    before = lines.first.inner_text()
    slider(page, "surface.kappa").press("ArrowRight")
    expect(lines.first).not_to_have_text(before)


def test_an_answer_that_does_not_come_is_told_and_asked_for_again(troubled_page):
    page = troubled_page
    page.route("**/inside?*", lambda route: route.abort())
    visit(page, "surface=ravine&on=sgd&steps=50&rail=step")
    expect(page.locator(f"{BOX} .remark")).to_contain_text("No answer from the server")
    page.unroute("**/inside?*")
    slider(page, "surface.kappa").press("ArrowRight")
    expect(page.locator(f"{BOX} .equation")).to_have_count(1)


@pytest.mark.parametrize("id", ["bfgs", "newton"])
def test_formulas_are_in_russian_too(page, id):
    visit(page, f"surface=ravine&on={id}&steps=20&rail=step&lang=ru")
    expect(page.locator(f"{BOX} h3")).to_have_text("От шага 19 к шагу 20")
    assert not re.search("[a-z]{5,}", page.locator(f"{BOX} .equations .equation").all_inner_texts()[0])
