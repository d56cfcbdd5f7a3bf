"""What is read off the stage: the leaderboard, the chart, arrows, keys, and the names of what can be moved."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine import rollout
from surfaces import SURFACES
from tests.driver import BASIC, READY, STAGE, box, fingerprint, painted, pixels, settled, stage, visit
from ui.scene import LOOKS, Scene

NOTHING = "\N{EN DASH}"  # in a cell


def run_of(scene, id):
    """The engine's own run of a scene."""
    hypers = scene.hypers(id)
    return rollout(
        SURFACES[scene.surface],
        BASIC[id],
        start=scene.start,
        steps=int(scene.values["steps"]),
        hypers={**hypers, "lr": hypers["lr"] * scene.values["rate"]},
        surface_hypers=scene.hypers("surface"),
        schedule=scene.schedule,
        schedule_hypers=scene.hypers("schedule"),
        noise=scene.values["noise"],
        seed=int(scene.values["seed"]),
    )


def scene_of(query):
    return Scene.read(dict(pair.split("=") for pair in query.split("&")))


def distance(scene, position):
    """To the nearest minimum."""
    minima = SURFACES[scene.surface].minima(**scene.hypers("surface"))
    return min(np.hypot(*(position - np.array(place))) for place, _ in minima)


def board(page):
    """Each row of the leaderboard by its optimizer, from the top: its cells."""
    return dict(
        page.locator(f"{STAGE} .board tbody tr").evaluate_all(
            """rows => rows.map((row) =>
                [row.dataset.optimizer, [...row.querySelectorAll("td")].map((el) => el.innerText)])"""
        )
    )


def reads(text, value):
    """Whether a cell shows a number to three digits (two where it needs a power of ten)."""
    return float(text) == pytest.approx(value, rel=5.1e-2 if "e" in text else 5.1e-3, abs=0)


@pytest.mark.parametrize(
    "query", ["surface=ravine", "surface=himmelblau&noise=1&seed=4", "surface=rosenbrock&steps=700"]
)
def test_the_leaderboard_is_in_order_and_says_what_the_engine_says(page, query):
    visit(page, f"{query}&rail=leaderboard")
    scene = scene_of(query)
    runs = {id: run_of(scene, id) for id in BASIC}
    last = int(scene.values["steps"])
    for step in (0, 7, last // 2, last):
        page.locator(f"{STAGE} .scrub").fill(str(step))
        rows = board(page)
        assert set(rows) == set(BASIC)
        losses = [runs[id].loss[step] for id in rows]
        assert losses == sorted(losses)
        for id, (loss, away, slope, _, _) in rows.items():
            run = runs[id]
            assert reads(loss, run.loss[step]), (id, step)
            assert reads(away, distance(scene, run.position[step])), (id, step)
            assert reads(slope, np.hypot(*run.gradient[step])), (id, step)


def test_the_leaderboard_says_when_a_run_is_there_and_what_it_cost(page):
    visit(page, "rail=leaderboard")
    scene = Scene.read({})
    last = int(scene.values["steps"])
    floor = 0.0
    for step in (last, 3):
        page.locator(f"{STAGE} .scrub").fill(str(step))
        for tolerance in ("1", "0.01", "1e-4", "1e-8"):
            page.get_by_label("within").select_option(label=tolerance)
            for id, cells in board(page).items():
                within = run_of(scene, id).loss[: step + 1] - floor <= float(tolerance)
                assert cells[3] == (str(within.argmax()) if within.any() else NOTHING), (id, step, tolerance)
        costs = {id: cells[4] for id, cells in board(page).items()}
        assert costs == {
            id: str(step * o.spends.gradients)
            + (f" +\u00a0{step * o.spends.hessians}\u00a0H" if o.spends.hessians else "")
            for id, o in BASIC.items()
        }
        assert [id for id, cost in costs.items() if "H" in cost] == ["newton"]


def test_a_run_that_diverged_costs_no_more(page):
    visit(page, "rail=leaderboard&surface.kappa=1000&sgd.lr=1&on=sgd,adam")
    scene = Scene.read({"surface.kappa": "1000", "sgd.lr": "1"})
    finite = np.isfinite(run_of(scene, "sgd").loss)
    assert not finite[-1]
    costs = {id: cells[4] for id, cells in board(page).items()}
    assert costs == {"sgd": str(finite.argmin()), "adam": str(int(scene.values["steps"]))}


def test_a_diverged_run_is_last_and_says_so(page):
    query = "surface=rosenbrock&sgd.lr=1"
    visit(page, f"{query}&rail=leaderboard")
    run = run_of(scene_of(query), "sgd")
    gone = int(np.argmin(np.isfinite(run.position).all(axis=1) & np.isfinite(run.loss)))
    rows = board(page)
    assert list(rows)[-1] == "sgd"
    assert rows["sgd"][:3] == [NOTHING, NOTHING, NOTHING]
    status = page.locator(".board [data-optimizer=sgd] .status")
    expect(status).to_have_text(f"diverged at step {gone}")
    page.locator(f"{STAGE} .scrub").fill(str(gone - 1))
    assert reads(board(page)["sgd"][0], run.loss[gone - 1])
    expect(status).to_have_text(re.compile("^left the picture at step"))


def test_newton_stands_at_a_saddle(page):
    visit(page, "surface=saddle&rail=leaderboard")
    expect(page.locator(".board [data-optimizer=newton] .status")).to_have_text(re.compile("at a saddle$"))
    expect(page.locator(".board [data-optimizer=sgd] .status")).to_have_text(re.compile("^left the picture"))
    expect(page.get_by_text("This surface has no minimum")).to_be_visible()
    assert {cells[1] for cells in board(page).values()} == {NOTHING}


def test_the_leaderboard_is_a_table_with_named_columns(page):
    visit(page, "rail=leaderboard")
    table = page.get_by_role("table", name="Where the optimizers stand at the playhead")
    expect(table).to_be_visible()
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert heads == ["", "loss", "distance", "gradient", "reached", "cost"]
    expect(table.get_by_role("rowheader")).to_have_count(len(BASIC))
    expect(table.get_by_role("row")).to_have_count(1 + len(BASIC))


@pytest.mark.parametrize("scale", LOOKS["scale"])
def test_every_quantity_can_be_picked_and_travels_in_the_link(page, scale):
    visit(page)
    if scale != "log":
        page.get_by_label("scale of the chart").select_option(scale)
        settled(page, f"scale={scale}")
    seen = {fingerprint(page, "chart")}
    for chart in LOOKS["chart"][1:]:
        page.get_by_label("what the chart shows").select_option(chart)
        query = settled(page, f"chart={chart}")
        assert query.get("scale", "log") == scale
        expect(page.locator(f"{STAGE} .chart .remark")).to_have_text("thick: x, thin: y" if chart == "rates" else "")
        assert pixels(page, "chart")[0] > 300
        page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('chart={chart}')")
        seen.add(fingerprint(page, "chart"))
    assert len(seen) == len(LOOKS["chart"]), "each draws something else"
    page.reload()
    page.wait_for_function(READY)
    expect(page.get_by_label("what the chart shows")).to_have_value(chart)
    expect(page.get_by_label("scale of the chart")).to_have_value(scale)


@pytest.mark.parametrize(
    "query", ["surface=himmelblau", "surface=ravine&schedule=exponential&noise=1", "surface=saddle"]
)
def test_the_numbers_of_every_quantity_are_the_engines(page, query):
    """seriesOf of the stage's own quantity.js, given the stage's own paths."""
    visit(page, query)
    found = page.evaluate(
        """async (query) => {
             const base = document.querySelector('link[href*="stage.css"]').href;
             const load = (name) => import(base.replace("stage.css", name));
             const { QUANTITIES, seriesOf } = await load("quantity.js");
             const { unpack } = await load("wire.js");
             const { terrain } = await load("terrain.js");
             const answer = async (route) => unpack(await (await fetch(`${route}?${query}`)).arrayBuffer());
             const [{ head, arrays }, ground] = [await answer("paths"), terrain(await answer("grid"))];
             const n = head.values.steps + 1;
             const having = head.runs.filter((run) => run.shows.includes("rates"));
             return head.runs.map((run, k) => {
               const part = (name, width, i) => arrays[name].subarray(width * n * i, width * n * (i + 1));
               const whole = { position: part("position", 2, k), gap: part("gap", 1, k) };
               whole.gradient = part("gradient", 2, k);
               if (having.includes(run)) whole.rates = part("rates", 2, having.indexOf(run));
               return [run.id, Object.fromEntries(QUANTITIES.map(({ id }) =>
                 [id, seriesOf(whole, id, ground).map((series) => [...series])]))];
             });
           }""",
        query,
    )
    scene = scene_of(query)
    minima = SURFACES[scene.surface].minima(**scene.hypers("surface"))
    floor = min((value for _, value in minima), default=0.0)
    assert set(dict(found)) == set(BASIC)
    for id, series in found:
        run = run_of(scene, id)
        assert set(series) == set(LOOKS["chart"])

        def same(got, expected, id=id):
            np.testing.assert_allclose(np.array(got), expected, rtol=2e-6, atol=1e-30, err_msg=id)

        same(series["loss"], [run.loss - floor])
        same(series["gradient"], [np.hypot(*run.gradient.T)])
        same(series["step"], [np.hypot(*np.diff(run.position, axis=0).T)])
        if minima:
            same(series["distance"], [[distance(scene, w) for w in run.position]])
        else:
            assert series["distance"] == []
        assert len(series["rates"]) == 2
        if id in {"sgd", "newton", "momentum", "nesterov"}:
            same(series["rates"], [run.lr, run.lr])
        elif id == "adagrad":
            # Every coordinate has lr over the root of its squares so far.
            eps = scene.hypers(id).get("eps", 0.0)
            squares = np.cumsum(run.gradient[:-1] ** 2, axis=0)
            same(series["rates"], (run.lr[:, None] / np.sqrt(squares + eps)).T)


def test_a_surface_without_minimum_has_an_empty_distance_and_no_error(page):
    visit(page, "surface=saddle&chart=distance")
    assert pixels(page, "chart") == [0], "nothing is drawn"


@pytest.mark.parametrize("id", BASIC)
def test_the_arrows_of_every_optimizer(page, id):
    visit(page, f"on={id}&step=5&noise=2")  # which keeps Newton from standing still

    def with_arrows(word):
        page.get_by_label("arrows", exact=True).select_option(word)
        page.wait_for_function(
            """([stage, word]) =>
                 (new URLSearchParams(document.querySelector(stage).dataset.scene).get("arrows") ?? "off") === word""",
            arg=[STAGE, word],
        )
        return fingerprint(page, "contour")

    with_arrows("100")
    bare, true, longer, again = map(with_arrows, ("off", "1", "10", "off"))
    assert len({bare, true, longer}) == 3
    assert again == bare, "nothing of them stays behind"
    with_arrows("10")
    assert settled(page, r"arrows=10(&|$)")["arrows"] == "10"


def test_digits_switch_optimizers(page):
    visit(page)
    for digit, (id, optimizer) in enumerate(BASIC.items(), 1):
        tick = page.get_by_label(f"show {optimizer.name}", exact=True)
        for checked in (False, True):
            painted(page, lambda digit=digit: page.keyboard.press(str(digit)))
            expect(tick).to_be_checked(checked=checked)
            words = dict(pair.split("=") for pair in stage(page, "scene").split("&"))
            assert (id in Scene.read(words).on) == checked
    page.keyboard.press("9")  # nobody's
    assert stage(page, "scene") == "surface=ravine"


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
    page.keyboard.press("End")  # of the list: a keyboard goes on choosing
    expect(surface).to_be_focused()


def test_space_opens_a_family_that_has_the_focus(page):
    visit(page)
    family = page.locator(f"{STAGE} .family").first
    family.locator("summary").focus()
    page.keyboard.press(" ")
    expect(family).to_have_attribute("open", "")
    assert stage(page, "step") == str(Scene.read({}).values["steps"])
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()


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
        el.checkVisibility({ visibilityProperty: true }) && !el.closest(".plot") &&
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


def test_f_is_the_full_screen(page):
    visit(page)
    page.keyboard.press("f")
    page.wait_for_function(f"document.fullscreenElement?.matches('{STAGE}')")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")


def test_the_question_mark_opens_the_list_of_keys_and_closes_it(page):
    visit(page)
    dialog = page.get_by_role("dialog", name="keys and gestures")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("row")).to_have_count(12)
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
    page.keyboard.press("ArrowLeft")  # heard after those: had one been Streamlit's, it would have gone out before
    assert stage(page, "step") == str(Scene.read({}).values["steps"] - 1)
    settled(page, "step=")
    page.wait_for_function("document.querySelectorAll('[role=dialog]').length === 0")
    assert len(sent) <= 1, "the new scene alone"


MOVABLE = "[data-stage] :is(button, input, select, [role=img], [role=group], .board, dialog)"
NAMELESS = """(movable) => [...document.querySelectorAll(movable)]
    .filter((el) => {
        const labels = [...(el.labels ?? [])].map((label) =>
            [...label.childNodes].filter((node) => node !== el).map((node) => node.textContent).join(""));
        const own = el.tagName === "BUTTON" ? el.textContent : el.tagName === "TABLE" ? el.caption?.textContent : "";
        return ![el.getAttribute("aria-label"), ...labels, own].some((name) => name?.trim());
    })
    .map((el) => el.outerHTML)"""


@pytest.mark.parametrize("rail", LOOKS["rail"])
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


def test_no_picture_needs_webgl(page):
    page.add_init_script("""{
        const before = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind.startsWith("webgl") ? null : before.call(this, kind, ...rest);
        };
    }""")
    visit(page, "steps=60")
    for panel in ("contour", "relief", "chart"):
        assert min(pixels(page, panel)) > 20, panel


def test_another_window_size_redraws_every_panel(page):
    visit(page, "surface=logistic_regression")  # which has all of them
    before = page.locator(f"{STAGE} .panels canvas:not(.plot canvas)").evaluate_all(
        "canvases => canvases.map((canvas) => [canvas.width, canvas.height])"
    )
    assert len(before) == 4
    page.set_viewport_size({"width": 1100, "height": 700})
    page.wait_for_function(
        """(before) => [...document.querySelectorAll(".panels canvas")].filter((el) => !el.closest(".plot")).every(
             (canvas, k) => canvas.width !== before[k][0] && canvas.height !== before[k][1]
               && Math.abs(canvas.getBoundingClientRect().width - canvas.width / devicePixelRatio) <= 1)""",
        arg=before,
    )
    for panel in ("contour", "relief", "data", "chart"):
        assert pixels(page, panel)[0] > 100, panel
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_function(
        """(before) => [...document.querySelectorAll(".panels canvas")].filter((el) => !el.closest(".plot")).every(
             (canvas, k) => canvas.width === before[k][0] && canvas.height === before[k][1])""",
        arg=before,
    )


COMMONEST = """canvas => {
     const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
     const counts = new Map();
     for (const word of new Uint32Array(data.buffer)) counts.set(word, (counts.get(word) ?? 0) + 1);
     const [word] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
     return ((word & 255) + ((word >> 8) & 255) + ((word >> 16) & 255)) / 3;
   }"""


def test_another_theme_redraws_every_panel(page):
    visit(page)
    panels = ("contour", "relief", "chart")

    def grounds():
        return [page.eval_on_selector(f"{STAGE} .{panel} canvas:not(.plot canvas)", COMMONEST) for panel in panels]

    assert all(light > 170 for light in grounds())
    for scheme, test in (("dark", "< 110"), ("light", "> 170")):
        page.emulate_media(color_scheme=scheme)
        for panel in panels:
            canvas = f"document.querySelector('{STAGE} div.{panel} > canvas')"
            page.wait_for_function(f"({COMMONEST})({canvas}) {test}")
