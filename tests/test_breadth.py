"""Families of optimizers, surfaces made of data, typed formulas, the curve of a schedule, and programs to take home."""

import itertools
import re
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.sync_api import expect

from engine import SCHEDULES
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC, READ, STAGE, decay, painted, pixels, settled, slider, stage, visit
from ui.scene import FORMULA, Scene


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
    expect(page.locator("[data-optimizer='bfgs']").first).to_be_visible()  # its family is open
    expect(page.locator(f"{STAGE} .family summary", has_text="second order")).to_contain_text("1 of 4")


def test_every_surface_can_be_chosen(page):
    visit(page)
    values = page.locator(f"{STAGE} .bar select").locator("option").evaluate_all("all => all.map((o) => o.value)")
    assert values == [*SURFACES, FORMULA]
    decays = decay(page).locator("option").evaluate_all("all => all.map((o) => o.value)")
    assert decays == list(SCHEDULES)


def test_a_surface_made_of_data_shows_the_examples_and_every_model(page):
    visit(page, "surface=deep_neuron")
    (count,) = pixels(page, "examples")
    assert count > 300
    axes = page.locator(f"{STAGE} .contour").get_attribute("aria-description")
    assert axes == "across: inner weight w₁; up: outer weight w₂"
    expect(page.locator("[data-key='batch']")).to_be_visible()
    expect(page.locator(f"{STAGE} .chart .remark")).to_contain_text("validation")
    painted(page, lambda: (slider(page, "batch").fill("4"), slider(page, "batch").dispatch_event("change")))
    assert settled(page, "batch=")["batch"] == "5"
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("ravine"))
    expect(page.locator("[data-key='batch']")).to_be_hidden()
    expect(page.locator(f"{STAGE} div.examples")).to_be_hidden()


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
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    box.fill("-3, 3, -1, 1")
    painted(page, lambda: box.press("Enter"))
    assert settled(page, "domain=-3")["surface.domain"] == "-3,3,-1,1"
    assert all(count > 100 for count in pixels(page, "contour"))
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.locator(".stSidebar .katex").first).to_be_attached()
    expect(page.get_by_label("the formula as it was read").locator("math")).to_have_text(
        "f=x2+3\u2062y2+sin\u2061(3\u2062x)"
    )
    expect(page.locator(f"{STAGE} .contour .legend")).to_have_text(
        "\u2605 lowest minimum found   \u2606 minimum found   \u00d7 saddle found   \u25cb start", use_inner_text=True
    )
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("ravine"))
    expect(page.locator(f"{STAGE} .contour .legend")).to_have_text("\u2605 minimum   \u25cb start", use_inner_text=True)
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("styblinski_tang"))
    expect(page.locator(f"{STAGE} .contour .legend")).to_have_text(
        "\u2605 lowest minimum   \u2606 minimum   \u00d7 saddle   \u25cb start", use_inner_text=True
    )


GROUND = f"""axes => {{
    const {{ data, width, height }} = ({READ})(axes);
    const counts = new Map();
    for (let i = 0; i < data.length; i += 4) {{
      const colour = [data[i], data[i + 1], data[i + 2]].join();
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }}
    const background = getComputedStyle(document.querySelector(".stage")).backgroundColor.match(/\\d+/g).join();
    const share = (colour) => (counts.get(colour) ?? 0) / width / height;
    return [1 - share(background), share("0,0,0")];
}}"""


@pytest.fixture(scope="module")
def own(open_page):
    """A page with a formula that is none of those below."""
    of = {"surface": FORMULA, "surface.f": "x y", "surface.domain": "-2,2,-2,2", "on": "sgd,adam"}
    return visit(open_page, urlencode(of))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("3", 1),
        ("x", 1),
        ("1/x", 1 - 4 / 120),  # of 120 columns of cells, four have a corner or a difference at x = 0
        ("sqrt(x)", 0.5),
        ("log(y - 1)", 0.25),
        ("log(0 - x)", 0.5),
        ("10^30 x", 1),
        ("floor(x)", 1),
    ],
)
def test_an_odd_formula_has_a_picture(own, text, share):
    """The ground is painted where f is defined, and the background elsewhere; paths or marks are painted too."""
    page, field = own, own.get_by_label("formula f(x, y)")
    field.fill(text)
    painted(page, lambda: field.press("Enter"))
    assert parse_qs(stage(page, "scene"))["surface.f"] == [text]
    painted_share, black = page.locator(f"{STAGE} .contour .axes").evaluate(GROUND)
    assert share - 0.03 < painted_share < share + 0.06, "marks are also painted where f is undefined"
    assert black < 0.01, "nan would be painted black; only a path may be"
    assert pixels(page, "contour")[0] > 30
    expect(page.get_by_label("the formula as it was read").locator("math")).to_be_visible()


def test_a_schedule_shows_its_curve(page):
    visit(page)
    curve = page.get_by_label("the learning rate at every step")
    expect(curve).to_be_hidden()  # a constant rate has none
    painted(page, lambda: decay(page).select_option("cosine"))
    expect(curve).to_be_visible()
    heights = curve.locator("path").evaluate(
        "path => path.getAttribute('d').slice(1).split('L').map((p) => +p.split(',')[1])"
    )
    assert heights[0] == 0
    assert all(a <= b for a, b in itertools.pairwise(heights))
    line = curve.locator("line")
    assert float(line.get_attribute("x1")) == 100
    page.keyboard.press("Home")
    expect(line).to_have_attribute("x1", "0")
    page.keyboard.press("ArrowRight")
    expect(line).to_have_attribute("x1", str(100 / Scene.read({}).values["steps"]))


def test_a_schedule_that_answers_to_the_run_shows_a_curve_of_each(page):
    visit(page, "surface=rastrigin&schedule=plateau&schedule.patience=2&on=sgd,adam,momentum&rate=3")
    curve = page.get_by_label("the learning rate at every step")
    expect(curve).to_be_visible()
    colours = curve.locator("path").evaluate_all("paths => paths.map((path) => path.style.stroke)")
    on = page.locator(f"{STAGE} .row:not(.off)").evaluate_all(
        "rows => rows.map((row) => row.style.getPropertyValue('--colour'))"
    )
    assert [tuple(map(int, re.findall(r"\d+", colour))) for colour in colours] == [
        tuple(bytes.fromhex(colour[1:])) for colour in on
    ]
    shapes = curve.locator("path").evaluate_all("paths => paths.map((path) => path.getAttribute('d'))")
    assert len(set(shapes)) == 3


def test_code_to_take_home(page):
    visit(page, "on=adam,newton")
    page.get_by_role("button", name="Code", exact=True).click()
    dialog = page.get_by_role("dialog", name="a run as a program for Keras, PyTorch or Optax")
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
    for name in ("Adam", "Newton"):
        painted(page, lambda name=name: page.get_by_label(f"show {name}", exact=True).uncheck())
    page.get_by_role("button", name="Code", exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text("No optimizer is switched on.")
    expect(dialog.get_by_role("button", name="Copy")).to_be_disabled()
    expect(dialog.get_by_role("link")).to_have_count(0)
