"""The arrows at the playhead: each points where the run's own numbers say, and as far."""

from itertools import pairwise

import jax
import numpy as np
import pytest
from playwright.sync_api import expect

from engine.metrics import shown
from surfaces import SURFACES
from tests.driver import BASIC, STAGE, drawn, fingerprint, painted, pixel, settled, stage, visit
from tests.expected import run_of, scene_of

STEP = 5  # where the playhead stands
DIRECTION = 38  # pixels of an arrow that has a direction, but no length in the plane
LARGEST = 44  # pixels of the side of a run's largest accumulated square
RING = 5  # pixels, the radius of the ring round the point where Nesterov's gradient is taken
PATH = 3  # pixels round a path in which its colour was there before
MARK = 11  # pixels round the head of the path that the optimizer's mark may hide


def with_arrows(page, times):
    """Choose how many times their true length the arrows have, and wait until they are drawn."""
    page.get_by_label("arrows", exact=True).select_option(times)
    page.wait_for_function(
        """([stage, word]) =>
             (new URLSearchParams(document.querySelector(stage).dataset.scene).get("arrows") ?? "off") === word""",
        arg=[STAGE, times],
    )
    return fingerprint(page, "contour")


# Which pixels of the contour have changed since it was kept; each as a place in the window.
CHANGED = """(canvas) => {
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const now = new Uint32Array(data.buffer.slice());
    const before = window.kept;
    window.kept = now;
    const { left, top } = canvas.getBoundingClientRect();
    const fine = canvas.width / canvas.getBoundingClientRect().width;
    const found = [];
    if (before) now.forEach((word, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      if (word !== before[i]) found.push([left + (x + 0.5) / fine, top + (y + 0.5) / fine]);
    });
    return found;
}"""


def line(*corners):
    """(n, 2): points along a line through these pixels, at most one pixel apart."""
    corners = np.array(corners, dtype=float)
    parts = [a + np.linspace(0, 1, int(np.hypot(*(b - a))) + 2)[:, None] * (b - a) for a, b in pairwise(corners)]
    return np.concatenate(parts)


def square(x, y, side):
    """The outline of a square; x and y are its upper left corner."""
    return line((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))


def drawn_of(page, run, inside, times):
    """By name, the lines that must be drawn at the playhead, in pixels of the window."""
    w = run.position[STEP]

    def to(place):
        return np.array(pixel(page, *map(float, place)))

    def direction(d):
        along = to(w + d) - to(w)
        return line(to(w), to(w) + DIRECTION * along / np.hypot(*along))

    lines = {
        "gradient": direction(-run.gradient[STEP]),
        "step": line(to(w), to(w + times * (run.position[STEP + 1] - w))),
    }
    if "velocity" in inside:
        # Where rates scale every coordinate, a velocity has another unit than a step.
        v = -inside["velocity"][STEP]
        lines["velocity"] = direction(v) if "squares" in inside else line(to(w), to(w + times * v))
    if "ahead" in inside:
        turn = np.linspace(0, 2 * np.pi, 60)[:, None]
        lines["ahead"] = to(w + inside["ahead"][STEP]) + RING * np.hstack([np.cos(turn), np.sin(turn)])
    if "squares" in inside:
        a, b = LARGEST * np.sqrt(inside["squares"][STEP] / inside["squares"].max())
        x, y = to(w)
        lines["square of x"] = square(x + 9, y - a / 2, a)
        lines["square of y"] = square(x - b / 2, y - 9 - b, b)
    return lines


def newtons_model(page, run, surface, hypers):
    """The level line of the quadratic model through w, and the cross where its gradient is zero."""
    w, g = run.position[STEP], run.gradient[STEP]
    H = np.asarray(jax.hessian(lambda w: surface.f(w, **hypers))(w))
    centre = w - np.linalg.solve(H, g)
    # The level line is the image of a circle under H^(-1/2): d' H d is constant round the centre.
    values, vectors = np.linalg.eigh(H)
    assert (values > 0).all()
    radius = np.sqrt((w - centre) @ H @ (w - centre))
    turn = np.linspace(0, 2 * np.pi, 400)
    ellipse = centre + (radius * np.stack([np.cos(turn), np.sin(turn)], 1) / np.sqrt(values)) @ vectors.T
    x, y = pixel(page, *map(float, centre))
    return {
        "model": np.array([pixel(page, *map(float, place)) for place in ellipse]),
        "cross": np.concatenate([line((x - 5, y), (x + 5, y)), line((x, y - 5), (x, y + 5))]),
    }


def nearest(points, others):
    """(n,): how far each point is from the nearest of the others."""
    return np.array([np.hypot(*(others - point).T).min() for point in points])


@pytest.fixture(scope="module")
def noisy(open_page):
    """Without noise Newton would stand still at this step."""
    return visit(open_page, f"surface=ravine&on=&step={STEP}&noise=2")


@pytest.mark.parametrize("id", BASIC)
def test_every_arrow_points_where_the_numbers_of_the_run_say(noisy, id):
    page, scene = noisy, scene_of(f"surface=ravine&on={id}&step={STEP}&noise=2")
    for other in page.locator(f"{STAGE} .row:not(.off) input[type=checkbox]").all():
        painted(page, other.uncheck)
    painted(page, page.locator(f"[data-optimizer={id}] input[type=checkbox]").check)
    assert stage(page, "step") == str(STEP)
    surface, run = SURFACES["ravine"], run_of(scene, id)
    inside = shown(run, BASIC[id], scene.hypers(id))
    w = run.position[STEP]
    here, there = (np.array(pixel(page, *map(float, place))) for place in (w, run.position[STEP + 1]))
    # As long as can be told from its head, and no longer than the picture.
    times = next(times for times in (1, 10, 100) if times * np.hypot(*(there - here)) > 30)

    canvas = page.locator(f"{STAGE} .contour > canvas")
    canvas.evaluate(CHANGED)
    bare = fingerprint(page, "contour")
    assert len({bare, with_arrows(page, "1"), with_arrows(page, "10")}) == 3, "each length has a picture of its own"
    assert settled(page, r"arrows=10(&|$)")["arrows"] == "10"
    with_arrows(page, str(times))
    ink = np.array(canvas.evaluate(CHANGED))
    assert with_arrows(page, "off") == bare, "nothing of them stays behind"

    lines = drawn_of(page, run, inside, times)
    if BASIC[id].spends.hessians:
        lines |= newtons_model(page, run, surface, scene.hypers("surface"))
    axes = page.locator(f"{STAGE} .contour .axes").bounding_box()
    low = np.array([axes["x"], axes["y"]])
    high = low + np.array([axes["width"], axes["height"]])
    corners = [np.array(pixel(page, *map(float, place))) for place in run.position[: STEP + 1]]
    path = np.concatenate([line(a, b) for a, b in pairwise(corners) if np.hypot(*(b - a)) > 0])
    for name, points in lines.items():
        framed = ((points > low + 2) & (points < high - 2)).all(axis=1) & (nearest(points, here[None]) > MARK)
        seen = points[framed]
        assert len(seen) > 5, f"{name} is hidden"
        drawn = nearest(seen, ink) < 1.5
        if name == "model":  # where it crosses the path, its colour was there before
            drawn |= nearest(seen, path) < PATH
        assert drawn.mean() > 0.95, f"{name} is not drawn where it should be"
    every = np.concatenate(list(lines.values()))
    a, b = (lines.get(f"square of {axis}", here[None]) for axis in "xy")
    filled = np.any([((ink > s.min(0) - 2) & (ink < s.max(0) + 2)).all(axis=1) for s in (a, b)], axis=0)
    stray = ink[(nearest(ink, every) > 7) & ~filled]
    assert len(stray) == 0, "nothing is drawn elsewhere"


LIT = ".panel.step [data-name].lit"


def names_lit(page):
    return set(page.locator(f"{STAGE} {LIT}").evaluate_all("all => all.map((one) => one.dataset.name)"))


def test_a_symbol_lights_its_arrow_and_an_arrow_its_symbol(page):
    """Beside the equations of a step: momentum's velocity is drawn to scale, from the point, without asking."""
    visit(page, "surface=ravine&on=momentum&momentum.lr=0.02&step=3&arrows=1&rail=step")
    expect(page.locator(f"{STAGE} .panel.step .equation")).to_have_count(2)
    scene = scene_of("surface=ravine&momentum.lr=0.02&step=3")
    run = run_of(scene, "momentum")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    bare = fingerprint(page, "contour")
    drawn(page, page.locator(f"{STAGE} .panel.step [data-name=v_]").first.hover)
    assert names_lit(page) == {"v_"}
    lit = fingerprint(page, "contour")
    assert lit != bare
    page.mouse.move(5, 5)
    expect(page.locator(f"{STAGE} {LIT}")).to_have_count(0)

    # Of the velocity before this step, which led here, the arrow is gone; that of the step lies on the path.
    here, there = run.position[3], run.position[4]
    page.mouse.move(*pixel(page, *map(float, here + 0.6 * (there - here))))
    expect(page.locator(f"{STAGE} {LIT}").first).to_be_visible()
    assert names_lit(page) <= {"v", "w_next"}
    expect(page.locator(f"{STAGE} .tip math")).to_be_visible()
    downhill = -run.gradient[3]
    x, y = pixel(page, *map(float, here))
    tx, ty = pixel(page, *map(float, here + downhill))
    along = np.array([tx - x, ty - y]) / np.hypot(tx - x, ty - y)
    page.mouse.move(*(np.array([x, y]) + (DIRECTION - 6) * along))
    expect(page.locator(f"{STAGE} {LIT}[data-name=g]").first).to_be_visible()
    assert names_lit(page) == {"g"}
    assert asked == [], "what is lit is there already"
