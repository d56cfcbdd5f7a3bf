"""Maps as the page asks for them: in pieces, each cell once, computed by a process beside the server."""

import os
from urllib.parse import parse_qsl

import numpy as np
import pytest

from engine import rollout
from engine.maps import DIVERGED, MOVING, OUTSIDE, SADDLE
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.aside import MAPPING
from ui.fan import DECADE, NONE
from ui.lanes import Refusal
from ui.maps import LEVELS, SIDE, START, Piece, axes, cells_of, computed, piece_of
from ui.paths import unpack
from ui.scene import Scene

RATE_AND_DECAY = "surface=ravine&steps=40&entry=adam&x=adam.lr&y=adam.b1"


def asked(query):
    return unpack(computed(*piece_of(dict(parse_qsl(query)))))


def whole(query, side, parts=1):
    """A map up to a level, (side, side) for each of its arrays; row 0 is the lowest value of y."""
    found = {}
    for level in LEVELS[: LEVELS.index(side) + 1]:
        for part in range(parts):
            scene, piece = piece_of(dict(parse_qsl(f"{query}&side={level}&part={part}&parts={parts}")))
            columns, rows = cells_of(piece)
            stride = SIDE // side
            for name, values in unpack(computed(scene, piece))[1].items():
                cells = found.setdefault(name, np.full((side, side), np.nan))
                assert np.isnan(cells[rows // stride, columns // stride]).all(), "each cell once"
                cells[rows // stride, columns // stride] = values
    assert not any(np.isnan(cells).any() for cells in found.values())
    return found


def test_the_pieces_of_all_levels_are_the_map():
    def places(side, parts):
        pieces = [Piece("sgd", "x", "y", side, part, parts, 0.01) for part in range(parts)]
        return [cell for piece in pieces for cell in zip(*map(np.ndarray.tolist, cells_of(piece)), strict=True)]

    for parts in (1, 3, 64):
        cells = [cell for side in LEVELS for cell in places(side, parts)]
        assert len(cells) == len(set(cells)) == SIDE**2
    assert len(places(32, 1)) == 32**2


def test_a_map_in_more_parts_is_the_same():
    one, more = whole(RATE_AND_DECAY, 64), whole(RATE_AND_DECAY, 64, parts=4)
    for name, cells in one.items():
        np.testing.assert_array_equal(cells, more[name])


def test_a_cell_is_the_run_of_the_scene_with_its_values():
    head, arrays = asked(f"{RATE_AND_DECAY}&within=1.0")
    along = [np.array(values) for values in head["values"]]
    scene = Scene.read({"surface": "ravine", "steps": "40"})
    assert along[0][[0, -1]].tolist() == [1e-4, 1.0], "the whole slider"
    columns, rows = cells_of(Piece("adam", "adam.lr", "adam.b1", 32, 0, 1, 1.0))
    some = np.random.default_rng(0).choice(32 * 32, 40, replace=False)
    hypers = {**scene.hypers("adam"), "lr": along[0][columns[some]], "b1": along[1][rows[some]]}
    surface = {key: scene.values[f"surface.{key}"] for key in SURFACES["ravine"].defaults}
    run = rollout(
        SURFACES["ravine"], OPTIMIZERS["adam"], start=scene.start, steps=40, hypers=hypers, surface_hypers=surface
    )
    log = arrays["loss"][some] / DECADE
    np.testing.assert_allclose(log, np.log10(run.loss[:, -1]), atol=0.02)
    within = run.loss <= 1.0
    np.testing.assert_array_equal(arrays["reached"][some], np.where(within.any(axis=1), within.argmax(axis=1), 41))


def test_a_surface_that_changes_along_the_map_has_its_own_minima():
    """Rosenbrock's minimum moves with a along the parabola: Newton finds it everywhere, and 0 is its loss."""
    _, arrays = asked("surface=rosenbrock&steps=60&entry=newton&newton.lr=1&x=surface.a&y=surface.b")
    assert (arrays["ended"] == 0).all()
    assert (arrays["loss"] <= -6 * DECADE).all()


def test_basins_are_symmetric_where_the_surface_is():
    """Two wells without a tilt: f(-x, y) = f(x, y), and the places of starts are symmetric about 0, too."""
    surface = SURFACES["double_well"]
    assert all(low == -high for low, high in surface.domain)
    query = "surface=double_well&surface.c=0&steps=200&entry=momentum&x=start.x&y=start.y"
    head, _ = asked(query)
    x = np.array(head["values"][0])
    np.testing.assert_allclose(x, -x[::-1], atol=1e-3)
    ended = whole(query, 256)["ended"]
    minima = surface.minima(c=0.0)
    assert {0, 1} <= set(ended.ravel().tolist())
    left, right = (k for k, _ in sorted(enumerate(minima), key=lambda pair: pair[1][0][0]))
    mirrored = np.select([ended == left, ended == right], [right, left], ended)[:, ::-1]
    differs = ended != mirrored
    assert differs.mean() < 0.02, "only at the borders, where float32 and the rounded starts decide"


def test_how_a_run_ends_is_told():
    def ended(query):
        _, arrays = asked(query)
        return set(arrays["ended"].tolist()), arrays

    codes, arrays = ended("surface=ravine&steps=200&entry=sgd&x=sgd.lr&y=surface.kappa")
    assert codes == {0, MOVING, DIVERGED}
    assert (arrays["loss"][arrays["ended"] == DIVERGED] == NONE).any()
    saddle = "surface=saddle&steps=300&entry=newton&newton.lr=1&x=start.x&y=start.y"
    assert SADDLE in ended(saddle)[0], "Newton is attracted by it"
    assert OUTSIDE in ended("surface=saddle&steps=60&entry=sgd&x=start.x&y=start.y")[0]


def test_what_may_lie_along_a_map():
    scene = Scene.read({"schedule": "exponential"})
    known = list(axes(scene, "adam"))
    assert known[:4] == ["adam.lr", "adam.b1", "adam.b2", "adam.eps"]
    assert {"surface.kappa", "schedule.T", "rate", "noise", *START} < set(known)
    assert not {"seed", "steps", "batch", "sgd.lr", "schedule.gamma"} & set(known)
    assert "batch" in axes(Scene.read({"surface": "deep_neuron"}), "adam")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("entry=nobody", "entry must be one of sgd,"),
        ("x=seed", "x must be one of adam.lr,"),
        ("y=adam.lr", "must be two numbers"),
        ("side=33", "side must be one of 32, 64, 128, 256; got 33"),
        ("parts=65", "parts must be one of"),
        ("part=2&parts=2", "part must be one of 0, 1; got 2"),
        ("within=0.5", "within must be one of"),
    ],
)
def test_what_is_no_piece_is_refused_in_words(change, words):
    with pytest.raises(Refusal, match=words) as refusal:
        piece_of(dict(parse_qsl(f"{RATE_AND_DECAY}&{change}")))
    assert refusal.value.status == 400


def test_a_process_beside_the_server_computes_it(client):
    answer = client.get(f"/map?{RATE_AND_DECAY}")
    assert answer.status_code == 200
    head, there = unpack(answer.content)
    assert (head["entry"], head["side"], head["steps"], head["devices"]) == ("adam", 32, 40, "cpu")
    _, here = asked(RATE_AND_DECAY)
    process = MAPPING._process
    assert process.pid != os.getpid()
    # Its arithmetic is another one: fused and reordered.
    assert np.abs(there["loss"].astype(int) - here["loss"]).max() <= 3
    assert (there["ended"] != here["ended"]).sum() <= 5
    assert client.get(f"/map?{RATE_AND_DECAY}&side=64").status_code == 200
    assert MAPPING._process is process
    questions = MAPPING._questions
    assert client.get(f"/map?{RATE_AND_DECAY}").content == answer.content
    assert MAPPING._questions == questions, "it is at hand"
    assert client.get(f"/map?{RATE_AND_DECAY}&side=0").status_code == 400
