"""What the keys do, and where they work."""

import re

import pytest
from playwright.sync_api import expect

from tests.driver import BASIC, STAGE, box, painted, settled, slider, stage, visit
from ui.scene import Scene


def test_digits_switch_optimizers(page):
    visit(page)
    for digit, (id, optimizer) in enumerate(BASIC.items(), 1):
        tick = page.get_by_label(f"show {optimizer.name}", exact=True)
        for checked in (False, True):
            painted(page, lambda digit=digit: page.keyboard.press(str(digit)))
            expect(tick).to_be_checked(checked=checked)
            words = dict(pair.split("=") for pair in stage(page, "scene").split("&"))
            assert (id in Scene.read(words).on) == checked
    page.keyboard.press("9")  # there is no ninth basic optimizer
    page.keyboard.press("1")  # whose answer comes after one to the 9
    first, *others = BASIC
    assert settled(page, f"on={others[0]}")["on"].split(",") == others, first


def test_p_is_the_projector(page):
    visit(page)
    root = page.locator(STAGE)
    width = box(page, "contour")["width"]
    page.keyboard.press("p")
    expect(root).to_have_class(re.compile(r"\bprojector\b"))
    expect(page.locator(f"{STAGE} .bar")).to_be_hidden()
    expect(page.locator(f"{STAGE} .board")).to_be_visible()
    expect(page.locator(".stAppHeader")).to_be_hidden()
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert over <= 0
    page.keyboard.press("P")
    expect(root).not_to_have_class(re.compile(r"\bprojector\b"))
    expect(page.locator(f"{STAGE} .bar")).to_be_visible()
    expect(page.locator(f"{STAGE} .row").first).to_be_visible()
    assert box(page, "contour")["width"] == width


def test_the_projector_has_a_button_in_and_out(page):
    visit(page)
    button = page.get_by_role("button", name="projector")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(page.locator(STAGE)).to_have_class(re.compile(r"\bprojector\b"))
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("p")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("p")
    button.click()
    expect(page.locator(f"{STAGE} .bar")).to_be_visible()


@pytest.mark.parametrize("end", ["p", "Escape"])
def test_keys_work_on_a_projector_wherever_the_focus_was(page, end):
    visit(page)
    page.locator("[data-key='adam.lr'] input[type=range]").focus()
    page.keyboard.press("p")
    root = page.locator(STAGE)
    expect(root).to_have_class(re.compile(r"\bprojector\b"))
    page.keyboard.press("Home")
    expect(root).to_have_attribute("data-step", "0")
    page.keyboard.press(end)
    expect(root).not_to_have_class(re.compile(r"\bprojector\b"))


def test_a_hand_leaves_the_keys_to_the_stage(page):
    visit(page)
    loop = page.get_by_role("button", name="Loop")
    loop.click()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    expect(loop).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(" ")
    page.get_by_label("show Adam", exact=True).click()
    page.keyboard.press("Home")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="keys and gestures").click()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(STAGE)).to_be_focused()
    surface = page.locator(f"{STAGE} .bar select")
    surface.dispatch_event("pointerdown")
    painted(page, lambda: surface.select_option("beale"))
    expect(page.locator(STAGE)).to_be_focused()
    surface.focus()
    page.keyboard.press("End")  # the focus stays, so that the keyboard can go on choosing
    expect(surface).to_be_focused()


def test_space_opens_a_family_that_has_the_focus(page):
    visit(page)
    family = page.locator(f"{STAGE} .family").first
    family.locator("summary").focus()
    page.keyboard.press(" ")
    expect(family).to_have_attribute("open", "")
    assert stage(page, "step") == str(Scene.read({}).values["steps"])
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()


def test_f_is_the_full_screen(page):
    visit(page)
    page.keyboard.press("f")
    page.wait_for_function(f"document.fullscreenElement?.matches('{STAGE}')")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")


GESTURES = """async (registry) =>
    (await import(registry)).PANELS.flatMap(({ gestures = [] }) => gestures.map(([gesture]) => gesture))"""


def test_the_question_mark_opens_the_list_of_keys_and_closes_it(page, modules):
    visit(page)
    dialog = page.get_by_role("dialog", name="keys and gestures")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    listed = dialog.get_by_role("rowheader").all_inner_texts()
    gestures = modules.evaluate(GESTURES, "/ui/stage/panels/index.js")
    assert len(gestures) > 5
    assert listed[-len(gestures) :] == gestures, "what a pointer does on the panels, after the keys"
    assert {"Space", "?"} <= set(listed)
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="keys and gestures", exact=True).click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert stage(page, "step") == str(Scene.read({}).values["steps"])


def test_streamlits_own_keys_stay_away(page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(socket.url)))
    visit(page)
    assert sent, "the page did talk over its socket while it opened"
    page.wait_for_load_state("networkidle")
    sent.clear()
    expect(page.locator(STAGE)).to_be_focused()
    for key in ("r", "c", "R"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowLeft")  # handled after those keys, so a message that they caused would already be sent
    assert stage(page, "step") == str(Scene.read({}).values["steps"] - 1)
    settled(page, "step=")
    page.wait_for_function("document.querySelectorAll('[role=dialog]').length === 0")
    assert len(sent) <= 1, "the new scene alone"


def test_keys_work_from_the_first_moment_and_on_a_slider(page):
    visit(page, "step=5")
    page.keyboard.press("ArrowRight")
    assert stage(page, "step") == "6"
    slider(page, "sgd.lr").focus()
    page.keyboard.press(" ")
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.step > 12")


def test_the_projector_is_part_of_the_link_and_a_remote_works_in_it(page):
    visit(page, "projector=1")
    root = page.locator(STAGE)
    expect(root).to_have_class(re.compile(r"\bprojector\b"))
    expect(page.locator(f"{STAGE} .bar")).to_be_hidden()
    page.keyboard.press("PageUp")
    page.wait_for_function("document.querySelector('[data-stage]').dataset.step === '0'")
    page.keyboard.press("PageDown")
    page.wait_for_function("Number(document.querySelector('[data-stage]').dataset.step) > 1")
    page.keyboard.press("PageDown")
    dark = page.locator(f"{STAGE} > .dark")
    for key in ("b", "."):
        page.keyboard.press(key)
        expect(dark).to_be_visible()
        page.keyboard.press(key)
        expect(dark).to_be_hidden()
    page.keyboard.press("p")
    page.wait_for_function("!location.search.includes('projector')")
    page.keyboard.press("b")
    expect(dark).to_be_hidden()  # outside a projector there is nothing to hide from
    page.keyboard.press("p")
    page.wait_for_function("location.search.includes('projector=1')")


@pytest.mark.parametrize("focus", [".headline input[type=range]", ".transport input[type=range]", ".transport select"])
def test_a_remote_works_whatever_has_the_focus(page, focus):
    """Its keys move a slider and choose from a list elsewhere."""
    visit(page, "projector=1")
    control = page.locator(f"{STAGE} {focus}").first
    control.focus()
    before = control.input_value()
    page.keyboard.press("PageUp")
    page.wait_for_function("document.querySelector('[data-stage]').dataset.step === '0'")
    page.keyboard.press("PageDown")
    page.wait_for_function("Number(document.querySelector('[data-stage]').dataset.step) > 1")
    if "transport input" not in focus:
        assert control.input_value() == before


def test_the_projector_names_what_is_in_play_and_keeps_one_slider(page):
    visit(page, "surface=ravine&on=sgd,adam&schedule=cosine&surface.kappa=30")
    page.locator("[data-key='adam.lr'] input[type=range]").focus()
    page.keyboard.press("ArrowLeft")
    rate = settled(page, r"adam\.lr=")["adam.lr"]
    page.locator(STAGE).focus()
    page.keyboard.press("p")
    headline = page.locator(f"{STAGE} .headline")
    expect(headline.locator("h2")).to_have_text("Ravine")
    for words in ("condition number 30", "cosine decay", "decay time T 200", "SGD 0.09", f"Adam {float(rate):.5g}"):
        expect(headline).to_contain_text(words)
    hot = headline.locator(".slider")
    expect(hot.locator("label")).to_have_text("Adam learning rateη")
    painted(page, lambda: hot.locator("input[type=range]").press("ArrowLeft"))
    link = settled(page, rf"adam\.lr=(?!{re.escape(rate)}(&|$)).*hot=adam\.lr")
    assert link["projector"] == "1"
    assert float(link["adam.lr"]) < float(rate)
    visit(page, "projector=1&hot=surface.kappa")
    expect(hot.locator("label")).to_have_text("condition numberκ")
    page.keyboard.press("Escape")
    expect(headline).to_be_hidden()
    page.wait_for_function("!location.search.includes('hot')")


def test_o_opens_the_window_code_where_its_button_is_out_of_sight(page):
    visit(page, "projector=1")
    page.locator(STAGE).focus()
    page.keyboard.press("o")
    window = page.locator(f"{STAGE} dialog[open]")
    window.get_by_role("button", name="Where the gradient comes from").click()
    expect(window.locator(".panel.graph")).to_be_visible()
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    assert "projector" in page.locator(STAGE).get_attribute("class")


def test_a_projector_has_a_pointer_and_a_pen_that_fade(page):
    visit(page, "projector=1")
    ink = page.locator(f"{STAGE} > .ink")
    at = box(page, "contour")
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 3
    scene = stage(page, "scene")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="pen")).to_have_attribute("aria-pressed", "true")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=4)
    stroke = ink.locator("polyline")
    expect(stroke).to_have_attribute("points", re.compile(r"^\d+,\d+( \d+,\d+){4}$"))
    page.mouse.up()
    expect(stroke).to_have_count(0, timeout=20_000)  # it has faded
    assert stage(page, "scene") == scene, "the pen sets no start"

    page.get_by_role("button", name="pointer").click()
    dot = ink.locator("circle")
    page.mouse.move(x, y)
    expect(dot).to_have_css("opacity", "1")
    expect(dot).to_have_css("opacity", "0", timeout=20_000)
    page.mouse.click(x, y)
    page.wait_for_function("before => document.querySelector('[data-stage]').dataset.scene !== before", arg=scene)
    page.keyboard.press("p")
    expect(dot).to_be_hidden()
    for key in ("n", "l"):
        page.keyboard.press(key)
    assert stage(page, "tool") == ""
    expect(page.get_by_role("button", name="pen")).to_be_hidden()
