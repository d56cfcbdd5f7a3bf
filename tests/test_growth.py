"""A new optimizer, surface, lesson or panel is one file each, as the README says: the app shows them."""

import math
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine import Optimizer, Surface
from tests import test_optimizers, test_surfaces
from tests.conftest import NOT_NEW
from tests.driver import STAGE, painted, settled, stage, visit
from tests.serving import serve

ROOT = Path(__file__).parent.parent
EXAMPLE = re.compile(r"## Add an? (\w+):.*?Save this as `([^`]+)`.*?```\w+\n(.*?)```", re.DOTALL)
EXAMPLES = {kind: (path, text) for kind, path, text in EXAMPLE.findall((ROOT / "README.md").read_text())}


def test_the_readme_has_an_example_of_each():
    assert EXAMPLES.keys() == {"optimizer", "surface", "lesson", "panel"}
    assert len(EXAMPLES["panel"][1].splitlines()) <= 25


def member(kind: str) -> Optimizer | Surface:
    """The member that an example of the README defines."""
    names = {"__name__": f"readme_{kind}"}
    exec(EXAMPLES[kind][1], names)
    return names[kind.upper()]


OPTIMIZER_LAWS = (
    test_optimizers.test_every_hyper_bends_the_path,
    test_optimizers.test_many_runs_at_once_are_the_single_runs,
    test_optimizers.test_descends_a_bowl_at_its_defaults,
    test_optimizers.test_a_run_is_the_plain_loop_of_updates_on_each_steps_tilted_surface,
    test_optimizers.test_a_step_spends_the_gradients_and_hessians_it_declares,
)
SURFACE_LAWS = (
    test_surfaces.test_a_declared_minimum_is_one,
    test_surfaces.test_nothing_in_the_domain_lies_below_the_lowest_minimum,
    test_surfaces.test_minima_saddles_and_maxima_are_all_the_critical_points_there_are,
    test_surfaces.test_gradient_and_hessian_agree_with_central_differences,
    test_surfaces.test_it_starts_inside_its_domain_at_a_slope,
)


@pytest.mark.parametrize("law", OPTIMIZER_LAWS, ids=lambda law: law.__name__.removeprefix("test_"))
def test_the_optimizer_of_the_readme_keeps_the_laws_of_optimizers(law):
    law(member("optimizer"))


@pytest.mark.parametrize("law", SURFACE_LAWS, ids=lambda law: law.__name__.removeprefix("test_"))
def test_the_surface_of_the_readme_keeps_the_laws_of_surfaces(law):
    surface = member("surface")
    for hypers in test_surfaces.settings(surface):
        law(surface, hypers)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """The app with the examples in its tree."""
    root = tmp_path_factory.mktemp("grown")
    for part in ("app.py", ".streamlit", "engine", "optimizers", "surfaces", "lessons", "ui"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, root / part)
    for path, text in EXAMPLES.values():
        assert not (root / path).exists()
        (root / path).write_text(text)
    (root / "ui" / "stage" / ".DS_Store").write_bytes(b"\0")  # a stray file and a folder stop nothing
    (root / "ui" / "stage" / "drafts").mkdir()
    index = root / "ui" / "stage" / "panels" / "index.js"
    known = index.read_text()
    name = Path(EXAMPLES["panel"][0]).stem
    grown = re.sub(r"(export const PANELS = \[[^\]]*)\]", rf"\1, {name}]", known)
    assert grown != known
    index.write_text(f'import {{ {name} }} from "./{name}.js";\n{grown}')
    with serve("uvicorn", "app:app", "--port", "{port}", root=root) as server:
        yield server.address


def test_they_appear_on_the_page_in_its_link_and_compute(grown, chromium):
    context = chromium.new_context(base_url=grown)
    context.add_init_script(NOT_NEW)
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    visit(page)
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("bowl"))
    page.locator(f"{STAGE} .family summary", has_text="gradient").click()
    painted(page, lambda: page.get_by_label("show Coin", exact=True).check())
    page.get_by_role("button", name="Rates").click()
    query = settled(page, "rail=rates")
    assert query["surface"] == "bowl"
    assert "coin" in query["on"].split(",")
    visit(page, page.url.partition("?")[2] + "&step=7&coin.lr=0.25&schedule=exponential&schedule.T=10")
    panel = page.locator(f"{STAGE} .rates")
    expect(panel).to_be_visible()
    rates = dict(line.rsplit(" ", 1) for line in panel.inner_text().splitlines())
    assert float(rates["Coin"]) == pytest.approx(0.25 * math.exp(-0.7), rel=0.005)
    assert stage(page, "source") == "exact"
    measured = page.request.get("/ways?optimizer=coin&surface=bowl&steps=20&way=loop").json()
    assert (measured["steps"], measured["apart"]) == (20, 0.0), "the process that measures knows them, too"
    visit(page, "lesson=half_a_step.1")
    expect(page.locator(f"{STAGE} .lesson h2")).to_have_text("Half a step")
    assert wrong == []
    context.close()
