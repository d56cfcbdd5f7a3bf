"""Figures: what they show is what the runs hold, frame by frame."""

import gzip
import json
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from engine import Run, race, rollout
from engine.metrics import diverged_at, first_outside
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC
from ui.drape import drape, height_at
from ui.figures import figure, gzipped_json
from ui.paths import race_of
from ui.picture import picture_of
from ui.scene import Scene, surface_of
from ui.traces import FINE, FRAMES, Trace, draw

# Rates at which the first two optimizers run away, one of them through overflows.
WILD = {"surface": "rosenbrock", **{f"{id}.lr": repr(OPTIMIZERS[id].hypers[0].high) for id in list(BASIC)[:2]}}


def runs_of(scene: Scene) -> list[Run]:
    entries, setting = race_of(scene)
    return race(setting, entries)


def views(drawn, k: int) -> dict[str, tuple[int, Trace]]:
    """The traces of the k-th path by what they are, each with its number; ui/traces.py says their order. `drawn` is
    plain data or a figure."""
    mine = [
        (i, trace) for i, trace in enumerate(drawn["data"]) if "legendgroup" in trace and trace["legendgroup"] == str(k)
    ]
    names = ("whole", "begun", "lifted", "loss", "mark", "ball", "end")
    return dict(zip(names, mine, strict=True))


def change(frame: Trace, number: int) -> Trace:
    """What a frame changes in a trace."""
    return frame["data"][frame["traces"].index(number)]


def test_a_figure_is_the_drawn_data_and_plotly_finds_it_valid():
    """The other tests read what is drawn as plain data: Plotly checks every property of every frame again."""
    scene = Scene.read({"surface": "himmelblau", "steps": "10", "on": "sgd,adam"})
    fig, drawn = figure(scene), draw(picture_of(scene))
    assert len(fig.frames) == len(drawn["frames"]) == 11

    def same(found, expected, where: str):
        if isinstance(expected, dict):
            for key, value in expected.items():
                same(found[key], value, f"{where}.{key}")
        elif isinstance(expected, list | tuple) and not isinstance(found, np.ndarray):
            for k, (one, value) in enumerate(zip(found, expected, strict=True)):
                same(one, value, f"{where}[{k}]")
        else:
            np.testing.assert_array_equal(found, expected, err_msg=where)

    same(fig, drawn, "figure")


@pytest.mark.parametrize("query", [{"surface": "himmelblau", "noise": "5"}, {"surface": "deep_neuron"}, WILD])
def test_paths_and_losses_are_those_of_the_runs_to_the_last_bit(query):
    scene = Scene.read({**query, "steps": "70"})
    drawn = draw(picture_of(scene))
    floor = min(value for _, value in surface_of(scene).minima(**scene.hypers("surface")))
    for k, run in enumerate(runs_of(scene)):
        traces = {name: trace for name, (_, trace) in views(drawn, k).items()}
        np.testing.assert_array_equal(np.stack([traces["whole"]["x"], traces["whole"]["y"]], axis=1), run.position)
        shown = run.loss if surface_of(scene).data else run.loss - floor
        above = ~(shown <= 0)
        np.testing.assert_array_equal(traces["loss"]["y"][above], shown[above])
        assert (traces["loss"]["y"][~above] < 1e-300).all(), "a logarithm of 0 leaves the picture downward"


@pytest.mark.parametrize("query", [{"surface": "rastrigin"}, {"surface": "ravine", "noise": "10"}, WILD])
def test_frames_show_the_paths_up_to_their_step(query):
    scene = Scene.read(query)
    drawn, span = draw(picture_of(scene)), np.diff(surface_of(scene).domain, axis=1)[:, 0]
    frames, stops = drawn["frames"], [int(frame["name"]) for frame in drawn["frames"]]
    assert stops == sorted({0, *stops, scene.values["steps"]})
    assert 20 < len(stops) <= FRAMES + 1
    for k, run in enumerate(runs_of(scene)):
        traces = views(drawn, k)
        with np.errstate(over="ignore"):
            position = run.position.astype(np.float32)
        for t, frame in zip(stops[:-1], frames, strict=False):
            begun = change(frame, traces["begun"][0])
            vertices = np.stack([begun["x"], begun["y"]], axis=1)
            np.testing.assert_array_equal(vertices[[0, -1]], position[[0, t]])
            rows = sorted({*rows_of(vertices, position[: t + 1]), t})
            assert strays(run.position[: t + 1] / span, rows) <= FINE * 1.001
            assert change(frame, traces["whole"][0])["opacity"] < 1
            lifted, line = traces["lifted"][1], change(frame, traces["lifted"][0])["line"]
            strong = (lifted["line"]["color"] - line["cmin"]) / (line["cmax"] - line["cmin"]) < 0.5
            assert (np.diff(strong.astype(int)) <= 0).all(), "up to some vertex, and faint from there"
            if first_outside(run, surface_of(scene)) is None or t < first_outside(run, surface_of(scene)):
                end = strong.sum() - 1
                np.testing.assert_array_equal([lifted["x"][end], lifted["y"][end]], position[t])
        for t, frame in zip(stops, frames, strict=True):
            expected = [v if np.isfinite(v) else None for v in run.position[t].tolist()]
            for name in ("mark", "ball"):
                place = change(frame, traces[name][0])
                assert [place["x"][0], place["y"][0]] == expected
            assert change(frame, traces["end"][0])["x"] == [t]
        assert change(frames[-1], traces["whole"][0])["opacity"] == 1
        assert change(frames[-1], traces["mark"][0])["x"] == traces["mark"][1]["x"], "it opens at the last step"


def rows_of(vertices: np.ndarray, position: np.ndarray) -> list[int]:
    """The rows of the path that the vertices are, in their order; fails where one of them is none of the path's."""
    rows, k = [], 0
    for vertex in vertices:
        while not np.array_equal(position[k], vertex, equal_nan=True):
            k += 1
        rows.append(k)
        k += 1
    return rows


def strays(position: np.ndarray, rows: list[int]) -> float:
    """How far the path goes from the line through some of its rows: the distance from each point to its segment."""
    worst = 0.0
    for a, b in pairwise(rows):
        for point in position[a + 1 : b]:
            if np.isfinite(position[[a, b]]).all():
                along = position[b] - position[a]
                share = np.clip(np.dot(point - position[a], along) / max(np.dot(along, along), 1e-300), 0, 1)
                worst = max(worst, np.hypot(*(point - position[a] - share * along)))
            else:
                assert not np.isfinite(point).any()
    return worst


def test_a_run_that_diverges_is_shown_diverging():
    scene = Scene.read(WILD)
    drawn, domain = draw(picture_of(scene)), surface_of(scene).domain
    assert [tuple(drawn["layout"][axis]["range"]) for axis in ("xaxis", "yaxis")] == [tuple(side) for side in domain]
    gone = 0
    for k, run in enumerate(runs_of(scene)):
        traces = {name: trace for name, (_, trace) in views(drawn, k).items()}
        since, left = diverged_at(run), first_outside(run, surface_of(scene))
        assert ("diverged" in traces["mark"]["name"]) == (since is not None)
        if since is None:
            continue
        gone += 1
        assert f"(diverged at step {since})" in traces["mark"]["name"]
        assert np.nanmax(np.abs(traces["whole"]["x"][left:])) > 1e6, "no vertex is moved to the edge"
        assert traces["mark"]["x"] == [None]
        lifted = np.stack([traces["lifted"]["x"], traces["lifted"]["y"]], axis=1)
        seen = lifted[np.isfinite(lifted[:, 0])].astype(float)
        low, high = np.float32(np.transpose(domain))
        assert ((low <= seen) & (seen <= high)).all()
        assert np.isclose(seen[-1], low).any() or np.isclose(seen[-1], high).any(), "it is cut where it leaves"
    assert gone == 2


def test_a_step_over_the_edge_is_cut_on_its_own_straight_line():
    plane = np.add.outer(np.linspace(0, 2, 41), np.linspace(0, 3, 41))  # f = 3 x + 2 y on the unit square
    path = np.array([[0.5, 0.5], [2.5, 1.0], [0.5, 0.9], [0.5, 0.9], [np.inf, 0.9], [np.nan, np.nan]])
    x, y, z, step = drape(path, plane, ((0, 1), (0, 1)))
    broken = np.isnan(x)
    np.testing.assert_allclose(z[~broken], (3 * x + 2 * y)[~broken], rtol=1e-12)
    i = np.minimum(step.astype(int), 2)
    ahead = (path[i] + (step - i)[:, None] * (path[i + 1] - path[i]))[~broken]
    np.testing.assert_allclose(np.stack([x, y], axis=1)[~broken], ahead, atol=1e-12)
    edge = np.flatnonzero(broken)[1:]  # the first break stands before the path
    np.testing.assert_allclose([step[edge - 1], x[edge - 1]], [[0.25], [1]])
    np.testing.assert_allclose([step[edge + 1], x[edge + 1]], [[1.75], [1]])
    assert step[-1] == 3
    assert np.isnan(height_at(plane, ((0, 1), (0, 1)), np.array([[1.1, 0.5], [np.nan, 0]]))).all()


FORMULA = {"surface": "formula", "surface.f": "sqrt(x) + 1/y", "surface.domain": "-1,1,-1,1", "start": "0.5,0.5"}


@pytest.mark.parametrize("query", [*({"surface": id} for id in SURFACES), FORMULA, {"on": ""}])
def test_every_scene_makes_a_valid_figure_that_stays_small(query):
    scene = Scene.read(query)
    drawn = draw(picture_of(scene))
    assert len(drawn["frames"]) <= FRAMES + 1
    fig = go.Figure({**drawn, "frames": drawn["frames"][:: FRAMES // 2]})  # Plotly checks every property: it takes long
    assert sum("surface" in trace.type for trace in fig.data) == 1
    for frame in fig.frames:
        assert {part.type for part in frame.data} <= {"scatter", "scatter3d"}, "a frame does not repeat the surface"

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    text = gzip.decompress(gzipped_json(scene))
    assert len(text) < 1_500_000
    assert json.loads(text, parse_constant=refuse).keys() == drawn.keys()


@pytest.mark.parametrize("surface", [id for id, surface in SURFACES.items() if not surface.minima(**surface.defaults)])
def test_without_a_minimum_the_axis_has_a_logarithm_for_both_signs(surface):
    scene = Scene.read({"surface": surface})
    drawn = draw(picture_of(scene))
    for k, run in enumerate(runs_of(scene)):
        _, loss = views(drawn, k)["loss"]
        np.testing.assert_array_equal(loss["customdata"], run.loss)
        y = loss["y"]
        np.testing.assert_allclose(np.sign(y) * (10 ** np.abs(y) - 1), run.loss, rtol=1e-9, atol=1e-12)


def test_noise_makes_fewer_frames_not_a_larger_file():
    scene = Scene.read({"surface": "himmelblau", "steps": "500", "noise": "20"})
    assert len(gzip.decompress(gzipped_json(scene))) < 1_500_000


def test_a_run_is_enough():
    surface, optimizer = SURFACES["rosenbrock"], next(iter(BASIC.values()))
    run = rollout(surface, optimizer, steps=30, hypers={"lr": 1e-3})
    fig = figure(run)
    assert [trace.name for trace in fig.data if trace.legendgroup and trace.showlegend] == [optimizer.name]
    np.testing.assert_array_equal(views(fig, 0)["whole"][1].x, run.position[:, 0])
    many = rollout(surface, optimizer, steps=30, hypers={"lr": [1e-3, 2e-3]}, surface_hypers={"b": [5, 5]})
    fig = figure([many, rollout(surface, optimizer, steps=20, surface_hypers={"b": 5.0})])
    named = [trace for trace in fig.data if trace.legendgroup and trace.showlegend]
    assert [trace.name.split(" (")[0] for trace in named] == [
        f"{optimizer.name} {lr:.5g}" for lr in (1e-3, 2e-3, optimizer.defaults["lr"])
    ]
    assert len({trace.marker.color for trace in named}) == 3, "runs of one optimizer can be told apart"
    np.testing.assert_array_equal(views(fig, 1)["whole"][1].y, many.position[1, :, 1])
    assert fig.frames[-1].name == "30"


def test_what_is_no_picture_is_refused_in_words():
    one, other = (rollout(SURFACES[id], next(iter(BASIC.values())), steps=10) for id in ("ravine", "beale"))
    with pytest.raises(ValueError, match="at least one run"):
        figure([])
    with pytest.raises(ValueError, match=r"on one surface, got ravine .* and beale"):
        figure([one, other])
    with pytest.raises(ValueError, match="without its origin"):
        figure(Run(one.position, one.loss, one.gradient, one.lr, one.state))
    with pytest.raises(ValueError, match="differ in its hyperparameters"):
        figure(rollout(SURFACES["rosenbrock"], next(iter(BASIC.values())), surface_hypers={"b": [1, 2]}))
