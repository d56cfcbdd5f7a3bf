"""What came with breadth, in a browser: families, data, formulas, the rate's curve, code to take home."""

import itertools
import re

from playwright.sync_api import expect

from engine import SCHEDULES
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC, STAGE, painted, pixels, settled, slider, stage, visit
from ui.scene import FORMULA


def test_the_basic_optimizers_stand_first_and_the_others_behind_their_family(page):
    visit(page)
    rows = page.locator(f"{STAGE} .row")
    ids = rows.evaluate_all("rows => rows.map((row) => row.dataset.optimizer)")
    assert ids == list(OPTIMIZERS)
    assert ids[: len(BASIC)] == list(BASIC)
    for k, id in enumerate(ids):
        expect(rows.nth(k)).to_be_visible(visible=id in BASIC)
    page.locator(f"{STAGE} .family summary", has_text="second order").click()
    painted(page, lambda: page.get_by_label("show BFGS", exact=True).check())
    assert settled(page, "bfgs")["on"] == ",".join(id for id in OPTIMIZERS if id in BASIC or id == "bfgs")
    page.reload()
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.paths > 0")
    expect(page.locator("[data-optimizer='bfgs']").first).to_be_visible()  # its family stands open
    expect(page.locator(f"{STAGE} .family summary", has_text="second order")).to_contain_text("1 of 4")


def test_every_surface_can_be_chosen(page):
    visit(page)
    values = page.locator(f"{STAGE} .bar select").locator("option").evaluate_all("all => all.map((o) => o.value)")
    assert values == [*SURFACES, FORMULA]
    decays = page.locator(f"{STAGE} .shared select").locator("option").evaluate_all("all => all.map((o) => o.value)")
    assert decays == list(SCHEDULES)


def test_a_surface_made_of_data_shows_the_examples_and_every_model(page):
    visit(page, "surface=deep_neuron")
    (count,) = pixels(page, "data")
    assert count > 300
    assert page.locator(f"{STAGE} .contour .xtitle").text_content() == "inner weight w₁"
    expect(page.locator("[data-key='batch']")).to_be_visible()
    expect(page.locator(f"{STAGE} .chart .remark")).to_contain_text("validation")
    painted(page, lambda: (slider(page, "batch").fill("4"), slider(page, "batch").dispatch_event("change")))
    assert settled(page, "batch=")["batch"] == "5"
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("ravine"))
    expect(page.locator("[data-key='batch']")).to_be_hidden()
    expect(page.locator(f"{STAGE} div.data")).to_be_hidden()


def test_a_formula_is_drawn_and_a_bad_one_says_where_and_stays(page):
    visit(page)
    field = page.get_by_label("formula f(x, y)")
    expect(field).to_be_hidden()
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option(FORMULA))
    field.fill("x^2 + 3 z")
    field.press("Enter")
    expect(page.locator(f"{STAGE} .own .complaint")).to_contain_text("unknown name `z` at column 9")
    assert field.input_value() == "x^2 + 3 z"
    field.fill("x^2 + 3 y^2 + sin(3x)")
    painted(page, lambda: field.press("Enter"))
    expect(page.locator(f"{STAGE} .own .complaint")).to_be_empty()
    assert settled(page, r"surface\.f=x%5E2")["surface.f"] == "x^2 + 3 y^2 + sin(3x)"
    box = page.get_by_label(re.compile("^domain"))
    box.fill("-1, 1, -1")
    box.press("Enter")
    expect(page.locator(f"{STAGE} .own .complaint")).to_contain_text("expected x low")
    box.fill("-3, 3, -1, 1")
    painted(page, lambda: box.press("Enter"))
    assert settled(page, "domain=-3")["surface.domain"] == "-3,3,-1,1"
    assert all(count > 100 for count in pixels(page, "contour"))
    expect(page.locator(".stSidebar .katex").first).to_be_attached()


def test_a_schedule_shows_its_curve(page):
    visit(page)
    curve = page.get_by_label("the learning rate at every step")
    expect(curve).to_be_hidden()  # a constant rate has none
    painted(page, lambda: page.locator(f"{STAGE} .shared select").select_option("cosine"))
    expect(curve).to_be_visible()
    heights = curve.locator("path").evaluate(
        "path => path.getAttribute('d').slice(1).split('L').map((p) => +p.split(',')[1])"
    )
    assert heights[0] == 0
    assert all(a <= b for a, b in itertools.pairwise(heights))


def test_code_to_take_home(page):
    visit(page, "on=adam,newton")
    page.get_by_role("button", name="Code", exact=True).click()
    dialog = page.get_by_role("dialog", name="code to take home")
    code = dialog.get_by_label("the program")
    dialog.get_by_label("optimizer").select_option("adam")
    dialog.get_by_label("library").select_option("torch")
    expect(code).to_contain_text("torch.optim.Adam([w], lr=lr, betas=(b1, b2), eps=eps)")
    expect(dialog.get_by_role("status")).to_have_text("Identical.")
    dialog.get_by_label("library").select_option("keras")
    expect(dialog.get_by_role("status")).to_contain_text("Identical with the adapter shown")
    dialog.get_by_label("optimizer").select_option("newton")
    expect(dialog.get_by_role("status")).to_contain_text("Not available: Keras has no Newton")
    with page.expect_download() as download:
        dialog.get_by_text("Path as CSV").click()
    assert download.value.suggested_filename == "newton.csv"
    step = stage(page, "step")
    code.press("ArrowLeft")
    assert stage(page, "step") == step, "the stage's keys rest while the dialog is open"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
