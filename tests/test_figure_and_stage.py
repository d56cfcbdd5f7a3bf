"""A Plotly figure and the stage draw the same scene alike: their constants, loss axes and words are compared."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Run
from surfaces import SURFACES
from ui import traces
from ui.layout import layout
from ui.picture import Path, outcome_of, picture_of
from ui.scene import Scene
from ui.theme import look

POSITION = np.array([[0.0, 0.0], [2.0, 0.0], [3.0, 0.0]])  # it leaves [-1, 1] x [-1, 1] with its first step
# Calls `work` with a terrain on that domain and the stage's modules.
STAGE = """async ([work, given]) => {
    const modules = {};
    for (const name of ["data/terrain", "paint/drape", "paint/paths", "data/scales", "data/outcome"])
        Object.assign(modules, await import(`/ui/stage/${name}.js`));
    const head = { domain: [[-1, 1], [-1, 1]], minima: [[[0, 0], 0]], saddles: [], floor: 0, log_height: false };
    const terrain = modules.terrainOfHeights(head, new Float32Array(4));
    const runOf = ({ position, gap, ...more }) => ({
        ...{ left: null, diverged: null, internals: {}, ...more },
        ...{ position: Float64Array.from(position, Number), gap: Float64Array.from(gap, Number) },
    });
    return eval(work)(modules, terrain, given.map(runOf));
}"""


def test_contour_lines_lift_and_faintness_are_those_of_the_stage(modules):
    found = modules.evaluate(STAGE, ["({ LEVELS, LIFT, AHEAD }) => [LEVELS, LIFT, AHEAD]", []])
    assert found == [traces.LEVELS, traces.LIFT, traces.AHEAD]


@pytest.mark.parametrize("losses", [[[9, 2, 1e-3], [9, 1e4, 1e9]], [[9, 2, 0.5], [9, 3, 0.25]], [[1e-7, 1e-12, 0]]])
def test_the_loss_axis_is_that_of_the_stage(modules, losses):
    axis_of = """({ axisOf }, terrain, runs) => {
        const { range, ticks } = axisOf("loss", "log", runs, terrain, "loss");
        return [...range, ticks.values.length];
    }"""
    given = [{"position": POSITION.ravel().tolist(), "gap": gap} for gap in losses]
    low, high, ticks = modules.evaluate(STAGE, [axis_of, given])
    plain = picture_of(Scene.read({"surface": "booth", "on": "", "steps": "10"}))
    assert plain.floor == 0
    paths = [Path("", look(0), POSITION, np.array(gap, dtype=float)) for gap in losses]
    axis = layout(plain._replace(paths=paths), [0])["yaxis2"]
    assert axis["range"] == [low, high]
    assert 1 + (high - low) // axis["dtick"] == ticks


@pytest.mark.parametrize(
    ("end", "loss", "diverged"),
    [([3, 0], 1, None), ([2.000001, 0], 1, None), (["Infinity", 0], 1, 2), ([0, 0], "NaN", 2)],
    ids=str,
)
def test_what_became_of_a_run_is_said_as_the_stage_says_it(modules, end, loss, diverged):
    position = [*POSITION[:2].ravel().tolist(), *end]
    given = {"position": position, "gap": [1, 1, loss], "left": 1, "diverged": diverged}
    words = modules.evaluate(STAGE, ["({ outcomeOf }, terrain, [run]) => outcomeOf(run, 2, terrain)", [given]])
    at = np.array(position, dtype=float).reshape(3, 2)
    run = Run(at, np.array([1, 1, loss], dtype=float), at, at[:2, 0], {})
    assert words
    assert outcome_of(run, replace(SURFACES["booth"], domain=((-1.0, 1.0), (-1.0, 1.0)))) == words
