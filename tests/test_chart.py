"""The chart: every quantity it can show, and the numbers that it draws."""

from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.metrics import shown
from surfaces import SURFACES
from tests.driver import BASIC, READY, STAGE, box, fingerprint, is_stage, pixels, settled, visit
from tests.expected import distance, run_of, scene_of
from tests.serving import ROOT
from ui.scene import DISPLAY


@pytest.mark.parametrize("scale", DISPLAY["scale"])
def test_every_quantity_can_be_picked_and_travels_in_the_link(page, scale):
    visit(page)
    if scale != "log":
        page.get_by_label("scale of the chart").select_option(scale)
        settled(page, f"scale={scale}")
    seen = {fingerprint(page, "chart")}
    for chart in list(DISPLAY["chart"])[1:]:
        page.get_by_label("what the chart shows").select_option(chart)
        query = settled(page, f"chart={chart}")
        assert query.get("scale", "log") == scale
        said = ["thick: x, thin: y"] if chart == "rates" else []
        said += ["a Hessian counts as two gradients"] if scale.endswith("cost") else []
        expect(page.locator(f"{STAGE} .chart .remark")).to_have_text("; ".join(said))
        assert pixels(page, "chart")[0] > 300
        page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('chart={chart}')")
        seen.add(fingerprint(page, "chart"))
    assert len(seen) == len(DISPLAY["chart"]), "each draws something else"
    page.reload()
    page.wait_for_function(READY)
    expect(page.get_by_label("what the chart shows")).to_have_value(chart)
    expect(page.get_by_label("scale of the chart")).to_have_value(scale)


@pytest.mark.parametrize(
    "query", ["surface=himmelblau", "surface=ravine&schedule=exponential&noise=1", "surface=saddle"]
)
def test_the_numbers_of_every_quantity_are_the_engines(page, query):
    """What the stage's seriesOf makes of the server's paths."""
    visit(page, query)
    page.route("**/ui/stage/**", lambda route: route.fulfill(path=ROOT / urlsplit(route.request.url).path[1:]))
    found = page.evaluate(
        """async (query) => {
             const load = (name) => import(`/ui/stage/${name}`);
             const { QUANTITIES, seriesOf } = await load("data/quantities.js");
             const { runsOf, unpack } = await load("data/wire.js");
             const { terrainOf } = await load("data/terrain.js");
             const answer = async (route) => unpack(await (await fetch(`${route}?${query}`)).arrayBuffer());
             const [paths, terrain] = [await answer("paths"), terrainOf(await answer("grid"))];
             return runsOf(paths).map((run) =>
               [run.id, Object.fromEntries(QUANTITIES.map((id) =>
                 [id, seriesOf(run, id, terrain).map((series) => [...series])]))]);
           }""",
        query,
    )
    scene = scene_of(query)
    minima = SURFACES[scene.surface].minima(**scene.hypers("surface"))
    floor = min((value for _, value in minima), default=0.0)
    assert set(dict(found)) == set(BASIC)
    for id, series in found:
        run = run_of(scene, id)
        assert set(series) == set(DISPLAY["chart"])

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
        rates = shown(run, BASIC[id], scene.hypers(id)).get("rates", np.stack([run.lr, run.lr], axis=1))
        same(series["rates"], rates.T)


def test_a_surface_without_minimum_has_an_empty_distance_and_no_error(page):
    visit(page, "surface=saddle&chart=distance")
    assert pixels(page, "chart") == [0], "nothing is drawn"


def test_the_chart_counts_what_the_steps_cost(page):
    """Newton's step costs a gradient and a Hessian, which counts as two; SAM's two gradients."""
    steps = 50
    visit(page, f"on=sgd,newton,sam&steps={steps}&scale=log-cost")
    frame, across, _ = page.evaluate("JSON.parse(document.querySelector('.chart').dataset.axes)")
    assert across == [0, 3 * steps]
    expect(page.locator(f"{STAGE} .chart .remark")).to_have_text("a Hessian counts as two gradients")
    area = box(page, "chart")
    # The cheapest run's own step lies under the pointer.
    page.mouse.click(area["x"] + frame[0] + frame[2] * 20 / (3 * steps), area["y"] + frame[1] + frame[3] / 2)
    is_stage(page, "step", "20")
