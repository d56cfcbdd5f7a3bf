"""Early stopping on the page: its switch, its patience, what it says that it is worth; and the legends of the data."""

import re

import pytest
from playwright.sync_api import expect

from engine import rollout
from surfaces import SURFACES
from tests.driver import (
    BASIC,
    READY,
    STAGE,
    drawn,
    fingerprint,
    resize,
    room,
    settled,
    slider,
    stage,
    thumb,
    visit,
    watch,
)
from tests.expected import scene_of
from tests.test_data import BY_HAND

LINE = f"{STAGE} .chart .stopping"
MOVE = "surface=logistic_regression"


def switch(page):
    return page.get_by_label("early stopping", exact=True)


def told(scene) -> dict[str, str]:
    """The line of every run by hand: the engine's run, NumPy's losses, and a count of the steps without a gain."""
    surface, patience = SURFACES[scene.surface], int(scene.display["patience"])
    data = surface.data
    assert data
    lines = {}
    for id in scene.on:
        run = rollout(
            surface,
            BASIC[id],
            start=scene.start,
            steps=int(scene.values["steps"]),
            hypers=scene.hypers(id),
            batch=int(scene.values["batch"]),
        )
        valid, test = (
            [float(BY_HAND[scene.surface](w, *part).mean()) for w in run.position] for part in (data.valid, data.test)
        )
        best, waited, stop = 0, 0, None
        for i, loss in enumerate(valid[1:], 1):
            best, waited = (i, 0) if loss < valid[best] else (best, waited + 1)
            if waited == patience:
                stop = i
                break
        before, after = (f"{loss:#.3g}" for loss in (test[best], test[-1]))
        compared = f"{before} instead of {after}{' (worse)' if test[best] > test[-1] else ''}"
        saved = f"stops at step {stop} \N{MULTIPLICATION SIGN}, keeps step {best} \N{WHITE CIRCLE}: "
        saved += f"{len(valid) - 1 - (stop or 0)} steps saved, test loss {compared}"
        lines[id] = f"{BASIC[id].name} {saved}" if stop else None
    return lines


def test_the_line_says_what_numpy_says_and_follows_what_is_pointed_at(page):
    query = f"{MOVE}&on=sgd,momentum,adam&batch=8&patience=12&rail=leaderboard"
    visit(page, query)
    lines = told(scene_of(query))
    assert None not in lines.values(), "each of them stops"
    items = page.locator(f"{STAGE} .stops li")
    assert dict(items.evaluate_all("all => all.map((el) => [el.dataset.optimizer, el.textContent])")) == lines
    assert page.locator(LINE).text_content() in lines.values()
    for id, line in lines.items():
        page.locator(f"{STAGE} .board [data-optimizer={id}] .name").hover()
        expect(page.locator(LINE)).to_have_text(line)


def test_it_is_a_switch_that_travels_in_the_link(page):
    visit(page, MOVE)
    expect(switch(page)).to_be_checked()
    expect(page.locator(LINE)).to_contain_text(re.compile(r"stops at step \d+ "))
    marked = fingerprint(page, "chart")
    drawn(page, switch(page).uncheck)
    assert settled(page, "patience=0")["patience"] == "0"
    expect(slider(page, "patience")).to_be_hidden()
    expect(page.locator(LINE)).to_contain_text(re.compile(r"without early stopping: test loss [\d.]+ at the end"))
    assert fingerprint(page, "chart") != marked, "no crosses, no rings"
    page.reload()
    page.wait_for_function(READY)
    expect(switch(page)).not_to_be_checked()
    drawn(page, switch(page).check)
    page.wait_for_function("!location.search.includes('patience')")
    expect(slider(page, "patience")).to_be_visible()
    assert fingerprint(page, "chart") == marked


def test_dragging_the_patience_moves_the_stops_and_asks_for_nothing(page):
    visit(page, f"{MOVE}&on=newton&patience=60")
    line = page.locator(LINE)
    (best,) = re.findall(r"keeps step (\d+)", line.text_content())
    marked = fingerprint(page, "chart")
    asked, paths = watch(page), stage(page, "paths")
    x, y = thumb(page, "patience")
    page.mouse.move(x, y)
    page.mouse.down()
    words = page.locator("[data-key=patience] .words")
    for share in (0.1, 0.3):
        before = words.text_content()
        drawn(page, lambda share=share: page.mouse.move(x + share * room(page, "patience"), y))
        expect(words).not_to_have_text(before)
    (patience,) = re.findall(r"patience: (\d+) steps", words.text_content())
    expect(line).to_contain_text(f"stops at step {int(best) + int(patience)} ")  # before the hand lets go
    assert fingerprint(page, "chart") != marked
    page.mouse.up()
    assert settled(page, rf"patience={patience}\b")["patience"] == patience
    assert (asked, stage(page, "paths")) == ([], paths)
    page.reload()
    page.wait_for_function(READY)
    expect(words).to_have_text(f"patience: {patience} steps without gain")


def test_the_batch_says_how_many_of_the_examples_a_step_sees(page):
    visit(page, f"{MOVE}&batch=8")
    words = page.locator("[data-key=batch] .words")
    expect(words).to_have_text("8 of 32 examples a step")
    expect(slider(page, "batch")).to_have_attribute("aria-valuetext", "8 of 32 examples a step")
    slider(page, "batch").press("End")
    expect(words).to_have_text("all 32 examples a step")


def test_a_surface_without_data_has_neither(page):
    visit(page, "patience=0")
    for hidden in (switch(page), slider(page, "patience"), page.locator(LINE), page.locator("[data-key=batch] .words")):
        expect(hidden).to_be_hidden()


# Texts of the legends that lie over the axes, a select or each other, or are cut.
FAULTS = """() => {
    const faults = [];
    for (const panel of document.querySelectorAll(".stage :is(.examples, .chart)")) {
        const { left, top } = panel.getBoundingClientRect();
        const [[x, y]] = JSON.parse(panel.dataset.axes);
        const parts = [...panel.querySelectorAll(".remark:not(:has(b)), .remark > *, .stopping, select")]
            .filter((el) => el.textContent && el.checkVisibility());
        const boxes = parts.map((el) => [el.textContent, el.getBoundingClientRect()]);
        for (const [text, box] of boxes) {
            if (box.bottom > top + y - 3) faults.push(`over the axes: ${text}`);
            if (box.right > left + panel.clientWidth + 1) faults.push(`outside: ${text}`);
        }
        for (const [i, [text, a]] of boxes.entries()) for (const [j, [other, b]] of boxes.entries())
            if (i < j && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
                faults.push(`overlap: ${text} | ${other}`);
        for (const el of parts) if (el.scrollHeight > el.clientHeight + 2 && el.matches(".stopping"))
            faults.push(`cut: ${el.textContent}`);
    }
    return faults;
}"""


@pytest.mark.parametrize("view", ["overlay", "panels"])
@pytest.mark.parametrize("surface", BY_HAND)
def test_the_legends_lie_over_nothing(page, surface, view):
    visit(page, f"surface={surface}&view={view}")
    legend = page.locator(f"{STAGE} .examples .remark")
    for mark in ("\N{BLACK CIRCLE} training", "\N{WHITE CIRCLE} validation", "+ test"):
        expect(legend).to_contain_text(mark)
    found = {}
    for size in ((390, 844), (1024, 768), (1366, 768)):
        resize(page, *size)
        found[size] = page.evaluate(FAULTS)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.wait_for_function(f"document.querySelector('{STAGE}').getBoundingClientRect().left > 200")
    for width in (1366, 1024):
        resize(page, width, 768)
        found["sidebar", width] = page.evaluate(FAULTS)
    assert {where: faults for where, faults in found.items() if faults} == {}


# The curves of the examples panel, of an unbroken look and of a dashed one: how many pixels have the look's colour.
CURVES = """async () => {
    const { examples } = await import("/ui/stage/panels/examples.js");
    const { lookOf, readTheme } = await import("/ui/stage/paint/theme.js");
    const { CATALOGUE, RUNS, bowl } = await import("/docs/gallery/fixtures.js");
    const theme = readTheme(document.body, CATALOGUE.theme);
    const box = document.body.appendChild(document.createElement("div"));
    Object.assign(box.style, { position: "relative", width: "900px", height: "400px" });
    return [1, 2, 3].map((number) => {
        const look = { ...lookOf(theme, CATALOGUE.optimizers[1], number), color: "#c81e1e" };
        const panel = examples.create(box, { catalogue: CATALOGUE });
        panel.show({ runs: [RUNS[0]], terrain: bowl(true), theme, magnification: 1, layout: {}, lookOf: () => look });
        panel.draw(60);
        const canvas = box.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) count += data[i] === 0xc8 && data[i + 1] === 0x1e;
        box.replaceChildren();
        return [count, look.dash];
    });
}"""


def test_the_curves_of_further_entries_are_broken_like_their_paths(modules):
    (whole, unbroken), *others = modules.evaluate(CURVES)
    assert unbroken == []
    assert whole > 500
    for count, dash in others:
        share = sum(dash[::2]) / sum(dash)
        assert count / whole == pytest.approx(share, abs=0.12)
