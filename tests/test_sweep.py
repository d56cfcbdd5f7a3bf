"""A sweep is the engine's own runs in the order of the grid, whoever computed which part, and whatever was killed."""

from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tqdm import tqdm

from engine.maps import endings, ends
from engine.sweep import parts
from engine.sweep.__main__ import compute
from engine.sweep.runs import RESULT, computed
from engine.sweep.spec import MOST_ROWS, read, spec_of
from optimizers import OPTIMIZERS
from surfaces import SURFACES

ROOT = Path(__file__).parent.parent
ADAM = """
surface = "double_well"
optimizer = "adam"
steps = 60
seed = 3
schedule = "exponential"
within = 0.5
fixed = {adam.b2 = 0.99, start.y = 0.25}
[[axes]]
key = "adam.lr"
low = 0.01
high = 1.0
count = 5
log = true
[[axes]]
key = "surface.c"
low = 0.1
high = 0.5
count = 3
[[axes]]
key = "start.x"
values = [0.5, -1, 1.5]
[[axes]]
key = "noise"
values = [0.0, 0.2]
[[axes]]
key = "schedule.T"
values = [20.0, 200.0]
"""
# Parts of 2048 runs, of which each takes long enough for something to happen meanwhile.
LONG = """
surface = "ravine"
optimizer = "sgd"
steps = 100_000
[[axes]]
key = "sgd.lr"
low = 1e-4
high = 0.2
count = 2000
log = true
[[axes]]
key = "surface.kappa"
values = [1, 4, 9, 16, 25, 36]
"""


def spec_in(folder: Path, text: str) -> Path:
    file = folder / "spec.toml"
    file.write_text(text)
    return file


class Here(Executor):
    """Computes in this process, and notes the numbers of the parts."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def submit(self, fn, /, *args, **kwargs):
        text, number = args
        self.numbers.append(number)
        future = Future()
        future.set_result(computed(text, number))
        return future


def swept(spec, out: Path) -> list[int]:
    """Compute a sweep in this process; the numbers of the parts that were computed."""
    executor, folder = Here(), parts.begun(out, spec)
    with tqdm(disable=True) as bar:
        compute(spec, folder, executor, bar)
    parts.merge(folder, out, spec)
    parts.discard(out)
    return executor.numbers


def test_rows_are_the_runs_of_the_grid(tmp_path):
    spec = read(spec_in(tmp_path, ADAM))
    assert swept(spec, tmp_path / "out.parquet") == [0]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.parquet", "spec.toml"]
    table = pq.read_table(tmp_path / "out.parquet").to_pydict()
    along = np.geomspace(0.01, 1, 5), np.linspace(0.1, 0.5, 3), [0.5, -1, 1.5], [0.0, 0.2], [20.0, 200.0]
    rate, c, x, noise, time = (axis.ravel() for axis in np.meshgrid(*along, indexing="ij"))
    keys = ["adam.lr", "surface.c", "start.x", "noise", "schedule.T"]
    assert list(table) == [*keys, "x", "y", "loss", "reached", "ended"]
    for key, values in zip(keys, (rate, c, x, noise, time), strict=True):
        np.testing.assert_allclose(table[key], values, rtol=1e-15)

    surface = SURFACES["double_well"]
    lowest = np.array([min(value for _, value in surface.minima(c=one)) for one in c])
    found = ends(
        surface,
        OPTIMIZERS["adam"],
        hypers={"lr": np.array(table["adam.lr"]), "b2": 0.99},
        surface_hypers={"c": np.array(table["surface.c"])},
        start=np.stack([x, np.full(len(x), 0.25)], axis=1),
        steps=60,
        schedule="exponential",
        schedule_hypers={"T": time},
        noise=noise,
        seed=3,
        goal=lowest + 0.5,
    )
    np.testing.assert_array_equal(np.stack([table["x"], table["y"]], axis=1), found.position)
    np.testing.assert_array_equal(table["loss"], found.loss)
    np.testing.assert_array_equal([61 if step is None else step for step in table["reached"]], found.reached)
    assert 10 < table["reached"].count(None) < 170
    for c_, group in ((one, np.flatnonzero(c == one)) for one in np.unique(c)):
        minima, saddles = surface.minima(c=c_), surface.saddles(c=c_)
        names = {k: f"minimum {k + 1}" for k in range(len(minima))} | {128: "saddle 1", 253: "moving", 254: "left"}
        codes = endings(type(found)(*(part[group] for part in found)), surface.domain, minima, saddles)
        assert [table["ended"][row] for row in group] == [names[code] for code in codes.tolist()]
    assert set(table["ended"]) == {"minimum 1", "minimum 2", "moving"}


def test_only_what_is_missing_is_computed_and_in_any_order(tmp_path):
    text = LONG.replace("100_000", "20").replace("2000", "60_000")
    spec = read(spec_in(tmp_path, text))
    assert (spec.runs, spec.part_rows, spec.parts) == (360_000, MOST_ROWS, 3)
    assert swept(spec, tmp_path / "whole.parquet") == [0, 1, 2]
    out = tmp_path / "other.parquet"
    folder = parts.begun(out, spec)
    parts.store(folder, 2, computed(spec.text, 2))
    parts.store(folder, 0, computed(spec.text, 0))
    assert swept(spec, out) == [1]
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert parts.finished(out, spec)
    assert pq.ParquetFile(out).num_row_groups == 3


def test_parts_that_are_small_share_a_row_group(tmp_path):
    spec = read(spec_in(tmp_path, LONG))
    assert (spec.part_rows, spec.parts) == (2048, 6)
    out = tmp_path / "out.parquet"
    folder = parts.begun(out, spec)
    for number in range(spec.parts):
        begin = number * 2048
        rows = np.zeros(min(2048, spec.runs - begin), RESULT)
        rows["reached"] = np.arange(begin, begin + len(rows))
        parts.store(folder, number, rows)
    parts.merge(folder, out, spec)
    assert pq.ParquetFile(out).num_row_groups == 1
    assert pq.read_table(out)["reached"].to_pylist() == list(range(12_000))


def test_a_spec_says_everything_in_one_text(tmp_path):
    for text in (ADAM, LONG):
        spec = read(spec_in(tmp_path, text))
        assert spec_of(spec.text).text == spec.text
    assert read(spec_in(tmp_path, LONG.replace("0.2", "0.3"))).text != spec.text
    x = SURFACES["ravine"].start[0]
    stated = LONG.replace("[[", f"fixed = {{noise = 0, start.x = {x}}}\n[[", 1)
    assert read(spec_in(tmp_path, stated)).text == spec.text, "a default that is stated"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"ravine"', '"revine"', "unknown surface 'revine': expected one of .*ravine"),
        ('"sgd"', '"sdg"', "unknown optimizer 'sdg'"),
        ("steps", "step", "must be one of surface, optimizer, axes, steps, .*; got 'step'"),
        ('surface = "ravine"\n', "", "a spec needs 'surface', got only optimizer, steps, axes"),
        ("100_000", "100_001", "steps must be a whole number from 1 to 100000, got 100001"),
        ("100_000", "1.5", "steps must be a whole number from 1, got 1.5"),
        ("sgd.lr", "adam.lr", "the key of an axis must be one of sgd.lr, .*; got 'adam.lr'"),
        ("sgd.lr", "batch", "the key of an axis must be one of"),
        ("low = 1e-4", "low = 0", "sgd.lr: low must be a number from 0.0001 to 1, got 0"),
        ("0.2", "0.0001", "sgd.lr: low must be below high"),
        ("count = 2000", "count = 1", "sgd.lr: count must be a whole number from 2, got 1"),
        ("count = 2000", "", "an axis must have key, low, high, count and perhaps log, or key and values; got"),
        ("log = true", "log = 3", "log must be true or false"),
        ("1, 4", "1, '4'", "surface.kappa must be a number from 1 to .*, got '4'"),
        ("surface.kappa", "sgd.lr", "sgd.lr must be a number from 0.0001 to 1, got 4"),
        ("[1, 4, 9, 16, 25, 36]", "[]", "must be a list of numbers, got \\[\\]"),
        ("steps", "fixed = {sgd.lr = 0.1}\nsteps", "sgd.lr must be one axis or fixed, got it twice"),
        ("steps", "fixed = {noise = -1}\nsteps", "noise must be a number from 0 to inf, got -1"),
        ("steps", "within = inf\nsteps", "within must be a number from 0 to inf, got inf"),
        ("steps", "seed = -1\nsteps", "seed must be a whole number from 0, got -1"),
        ("steps", "seed = 5_000_000_000\nsteps", "seed must be a whole number from 0 to"),
        ("steps", 'schedule = "sometimes"\nsteps', "schedule must be one of constant, .*; got 'sometimes'"),
        ("[[axes]]", "[axes]", "Cannot declare|axis|Expected"),
    ],
)
def test_what_is_no_spec_is_refused_in_words(tmp_path, old, new, words):
    with pytest.raises(ValueError, match=words):
        read(spec_in(tmp_path, LONG.replace(old, new)))


def test_whole_numbers(tmp_path):
    data = next(surface for surface in SURFACES.values() if surface.data)
    text = f'surface = "{data.id}"\noptimizer = "sgd"\naxes = [{{key = "batch", low = 1, high = 9, count = COUNT}}]'
    (axis,) = read(spec_in(tmp_path, text.replace("COUNT", "5"))).axes
    assert axis.at(np.arange(5)).tolist() == [1, 3, 5, 7, 9]
    with pytest.raises(ValueError, match="batch must be whole numbers, which these are not all"):
        read(spec_in(tmp_path, text.replace("COUNT", "6")))


def test_what_belongs_to_another_sweep_is_not_touched(tmp_path):
    spec, other = (read(spec_in(tmp_path, ADAM.replace("0.99", b2))) for b2 in ("0.99", "0.9"))
    out = tmp_path / "out.parquet"
    folder = parts.begun(out, spec)
    with pytest.raises(ValueError, match="holds parts of another sweep: delete it, or give another --out"):
        parts.begun(out, other)
    assert parts.begun(out, spec) == folder
    out.write_text("a letter")
    with pytest.raises(ValueError, match="exists and is not of this sweep: move it away, or give another --out"):
        parts.finished(out, spec)
    out.unlink()
    swept(spec, out)
    with pytest.raises(ValueError, match="exists and is not of this sweep"):
        parts.finished(out, other)
