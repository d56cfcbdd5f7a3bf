"""Figures in a browser: files that play without a network, the route, the panel, and the stage's own colours."""

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC
from ui.catalogue import catalogue
from ui.figures import gzipped_json, html
from ui.picture import picture_of
from ui.routes import ROUTES
from ui.scene import Scene
from ui.theme import MARKS, PALETTE, THEME, look
from ui.traces import draw

ROOT = Path(__file__).parent.parent
client = TestClient(Starlette(routes=ROUTES))


def test_colours_and_marks_are_those_of_the_stage(modules):
    stage = modules.evaluate(
        """async ([theme, optimizers]) => {
            const { lookOf, readTheme } = await import("/ui/stage/paint/theme.js");
            const light = readTheme(document.body, theme);
            return optimizers.map((optimizer) => lookOf(light, optimizer));
        }""",
        [THEME, catalogue()["optimizers"]],
    )
    for k, shown in enumerate(stage):
        assert shown["color"] == PALETTE["light"][look(k).color]
        mark = MARKS[look(k).mark]
        turns = 2 * np.pi * np.arange(mark.sides) / mark.sides - np.pi / 2 + np.pi * mark.turn
        np.testing.assert_allclose(shown["mark"], np.stack([np.cos(turns), np.sin(turns)], axis=1), atol=1e-12)
    some = range(0, len(OPTIMIZERS), 7)
    drawn = draw(picture_of(Scene.read({"on": ",".join(list(OPTIMIZERS)[k] for k in some), "steps": "10"})))
    named = [trace for trace in drawn["data"] if trace.get("legendgroup") and trace["showlegend"]]
    assert [trace["marker"]["color"] for trace in named] == [stage[k]["color"] for k in some]


def test_64_optimizers_have_64_looks():
    assert len({look(k) for k in range(64)}) == 64


@pytest.fixture
def offline(chromium):
    """A page without a network on which any error and any request for another file is a failure."""
    context = chromium.new_context(viewport={"width": 900, "height": 640}, offline=True)
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: wrong.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
    yield page
    context.close()
    assert wrong == []


ACTIVE = "document.querySelector('.js-plotly-plot').layout.sliders[0].active"


def test_the_file_plays_from_disk_without_a_network(offline, tmp_path):
    """With a clock that the test moves: a slow machine plays no further than a fast one."""
    file = tmp_path / "figure.html"
    file.write_text(html(Scene.read({"surface": "himmelblau", "steps": "30", "on": "sgd,adam"})), encoding="utf-8")
    offline.clock.install(time=0)
    offline.goto(file.as_uri())
    offline.wait_for_function("document.querySelector('.js-plotly-plot')?._transitionData._frames.length === 31")
    offline.clock.pause_at(1e6)

    def after(ms: int) -> int:
        offline.clock.run_for(ms)
        return offline.evaluate(ACTIVE)

    offline.get_by_text("Play", exact=True).click()
    assert 0 < after(200) < 30
    offline.locator(".slider-rail-touch-rect").click(position={"x": 5, "y": 5})  # interrupts it
    assert after(200) == 0
    offline.get_by_text("Play", exact=True).click()
    stopped = after(200)
    assert 0 < stopped < 30
    offline.get_by_text("Pause", exact=True).click()
    assert after(200) == stopped
    offline.clock.resume()
    for title, begins in (("Download plot as an SVG", b"<svg"), ("Download plot as a PNG", b"\x89PNG")):
        with offline.expect_download() as download:
            offline.locator(f'a[data-title^="{title}"], button[data-title^="{title}"]').first.click()
        assert download.value.path().read_bytes().startswith(begins)


def test_the_panel_draws_when_opened_and_gives_everything_back(modules):
    """With a stand-in for Plotly, which says what it is asked to do."""
    seen = modules.evaluate(
        """async () => {
            const { figure } = await import("/ui/stage/panels/figure.js");
            const { NoAnswer } = await import("/ui/stage/state/requests.js");
            const asked = [];
            const Plotly = {
                newPlot: async (box, { data, config }) => {
                    box.on = () => {};
                    asked.push(`draw ${data}, ${config.modeBarButtonsToAdd[0].title}`);
                },
                purge: () => asked.push("purge"),
            };
            const answer = { data: "paths", frames: [], layout: { updatemenus: [], sliders: [] } };
            let json = async () => answer;
            const address = (route, query) => new URL(`${route}?${query}`, "http://here/");
            const box = document.createElement("div");
            const api = { address, json: () => json(), query: () => "on=adam", plotly: async () => Plotly };
            const panel = figure.create(box, api);
            const early = panel.show();
            panel.close();
            await early;
            asked.push("closed early");
            await panel.show();
            asked.push(box.querySelector("a").href);
            json = () => Promise.reject(new NoAnswer("gone"));
            await panel.show();
            asked.push(box.textContent);
            panel.destroy();
            return [...asked, box.querySelector(".figure-view").childElementCount];
        }"""
    )
    failed = seen.pop(4)
    assert failed.startswith("No answer from the server: ")
    draws = "draw paths, Download plot as an SVG"
    assert seen == ["closed early", draws, "http://here/figure?on=adam&format=html", "purge", 0]


def test_no_name_can_end_the_script_that_it_stands_in():
    surface = replace(SURFACES["ravine"], name="</script><b>")
    file = html(rollout(surface, next(iter(BASIC.values())), steps=10))
    assert file.count("</script>") == html(Scene.read({"steps": "10"})).count("</script>")


def test_the_route_answers_the_figure_and_the_file():
    query = {"surface": "himmelblau", "steps": "30", "on": "sgd,adam"}
    answer = client.get("/figure", params=query)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(gzip.decompress(gzipped_json(Scene.read(query))))
    file = client.get("/figure", params={**query, "format": "html", "view": "panels"})
    assert file.headers["content-disposition"] == 'attachment; filename="descent-lab-himmelblau.html"'
    assert file.text == html(Scene.read(query))
    refusal = client.get("/figure", params={"format": "gif"})
    assert refusal.status_code == 400
    assert "json or html" in refusal.text


def test_a_server_answers_figures_without_loading_plotly():
    code = (
        "import sys; from ui.answers import ANSWERS; "
        "assert ANSWERS['figure']({'steps': '10', 'on': 'adam'}).content; "
        "print([name for name in sys.modules if name.startswith('plotly')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
