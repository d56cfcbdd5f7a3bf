"""What the stage paints by itself: strokes, and the surface from above. Pure functions of the browser, in a browser."""

import numpy as np
import pytest

STROKE = """async ([x, y, style]) => {
    const { createSheet } = await import("/ui/stage/paint/sheet.js");
    const canvas = document.createElement("canvas");
    const sheet = createSheet(canvas);
    const white = new Uint32Array(120 * 100).fill(0xffffffff);
    sheet.open(120, 100, () => white);
    sheet.stroke({ x, y, hidden: x.map(() => 0) }, 0, x.length - 1, { color: "#000000", width: 3, ...style });
    sheet.flush();
    return [...canvas.getContext("2d").getImageData(0, 0, 120, 100).data].filter((_, i) => i % 4 === 0);
}"""


def ink(modules, x, y, **style):
    """How much of each pixel (100, 120) is painted, from 0 to 1."""
    return 1 - np.array(modules.evaluate(STROKE, [x, y, style])).reshape(100, 120) / 255


@pytest.mark.parametrize(
    ("ax", "ay", "bx", "by"), [(10, 50.3, 110, 50.3), (60.2, 5, 60.2, 95), (10, 20, 110, 80), (100, 90, 30, 5)]
)
def test_a_stroke_covers_its_own_area(modules, ax, ay, bx, by):
    length = np.hypot(bx - ax, by - ay)
    end = np.pi * 1.5**2 / 2  # it begins round
    painted = ink(modules, [ax, bx], [ay, by])
    assert painted.sum() == pytest.approx(3 * length + end, rel=0.03)
    rows, columns = np.nonzero(painted > 0.02)
    distance = np.abs((bx - ax) * (rows + 0.5 - ay) - (by - ay) * (columns + 0.5 - ax)) / length
    assert distance.max() < 1.5 + 1


def test_a_line_that_is_no_number_breaks_and_one_that_is_enormous_goes_on_to_the_edge(modules):
    broken = ink(modules, [10, 50, float("nan"), 70, 110], [50, 50, 50, 50, 50])
    assert broken[50, 30] == broken[50, 90] == 1
    assert broken[50, 55:65].max() == 0
    enormous = ink(modules, [60, 1e30], [50, 50 + 1e30])
    assert enormous[50 + 45, 60 + 45] > 0.9, "towards where it goes, not clamped"
    assert enormous[:48].max() == 0


def test_a_stroke_from_outside_to_outside_is_a_hairline(modules):
    wall = ink(modules, [-500, 500], [50.5, 50.5])
    assert wall[:, 60].sum() == pytest.approx(0.5, abs=0.02)
    assert ink(modules, [-500, 500], [50.5, 50.5], halo=True).max() == 0


GROUND = """async ([heights, range]) => {
    const { paintGround } = await import("/ui/stage/paint/ground.js");
    const { terrainOfHeights } = await import("/ui/stage/data/terrain.js");
    const terrain = terrainOfHeights({ domain: [[0, 1], [0, 1]], log_height: false, floor: 0, minima: [], saddles: [] },
      Float32Array.from(heights));
    const theme = { low: "#ffffff", high: "#000000", line: "rgba(255,0,0,1)", background: "#00ff00" };
    const pixels = new Uint32Array(200 * 100);
    paintGround(terrain, range, 200, 100, 1, theme, pixels);
    return { pixels: [...new Uint8Array(pixels.buffer)], start: terrain.levels.start, size: terrain.levels.size };
}"""


def ground(modules, heights, domain=((0, 1), (0, 1))):
    painted = modules.evaluate(GROUND, [heights.ravel().tolist(), domain])
    return np.array(painted["pixels"]).reshape(100, 200, 4)[..., :3], painted["start"], painted["size"]


def test_the_ground_of_a_slope_is_striped_where_its_heights_are(modules):
    x = np.linspace(0, 1, 21)
    pixels, start, size = ground(modules, np.broadcast_to(x, (21, 21)))
    level = ((np.arange(200) + 0.5) / 200 - start) / size
    near_line = np.abs(level - np.round(level)) * size * 200 < 1.5
    near_line &= np.round(level) >= 0
    band = np.clip(start + (np.floor(level) + 0.5) * size, 0, 1)
    np.testing.assert_allclose(
        pixels[50, ~near_line], np.repeat(255 * (1 - band[~near_line, None]), 3, axis=1), atol=1.5
    )
    reddest = np.flatnonzero(pixels[50, :, 0] - pixels[50, :, 1] > 40)
    for k in range(int(level.max()) + 1):
        expected = (start + k * size) * 200
        assert np.abs(reddest + 0.5 - expected).min() < 1, f"a line at level {k}"
    np.testing.assert_array_equal(pixels[0], pixels[99])


def test_the_ground_runs_smoothly_through_its_grid(modules):
    """Catmull and Rom's interpolation reproduces a quadratic inside the grid."""
    x = np.linspace(0, 1, 11)
    pixels, start, size = ground(modules, np.broadcast_to(x**2, (11, 11)))
    columns = np.arange(25, 175)
    level = (((columns + 0.5) / 200) ** 2 - start) / size
    clear = np.abs(level - np.round(level)) * size / (2 * (columns + 0.5) / 200) * 200 > 1.5
    band = np.clip(start + (np.floor(level) + 0.5) * size, 0, 1)
    np.testing.assert_allclose(pixels[50, columns[clear], 0], 255 * (1 - band[clear]), atol=1.5)


def test_beyond_the_domain_there_is_no_ground(modules):
    pixels, _, _ = ground(modules, np.broadcast_to(np.linspace(0, 1, 5), (5, 5)), ((-1, 1), (0, 1)))
    assert (pixels[:, :100] == [0, 255, 0]).all()
    assert not (pixels[:, 101:] == [0, 255, 0]).all(axis=-1).any()
