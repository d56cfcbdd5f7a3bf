"""The stage in Firefox: it loads, paints, and follows a slider. All else is tested in Chromium."""

import pytest

from tests.bidi import firefox
from tests.driver import READY, STAGE
from tests.programs import FIREFOX, program_path

SLIDER = "document.querySelector('[data-key=\"momentum.lr\"] input[type=range]')"
DATA = f"document.querySelector('{STAGE}').dataset"
# A number that changes with any pixel of the contour's canvas, and how many pixels are not of the commonest colour.
CONTOUR = f"""(() => {{
    const canvas = document.querySelector("{STAGE} .contour > canvas");
    const {{ data }} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    let sum = 0;
    for (const word of new Uint32Array(data.buffer)) {{
        sum = (Math.imul(sum, 31) + word) | 0;
        counts.set(word, (counts.get(word) ?? 0) + 1);
    }}
    return [sum, data.length / 4 - Math.max(...counts.values())];
}})()"""


@pytest.fixture(scope="module")
def page(server, tmp_path_factory):
    with firefox(program_path(FIREFOX), tmp_path_factory.mktemp("firefox")) as page:
        page.resize(1366, 768)
        page.goto(server)
        page.wait_for(READY)
        yield page


def test_a_first_picture_is_painted(page):
    _, ink = page.evaluate(CONTOUR)
    assert ink > 10_000
    assert page.evaluate(f"{DATA}.scene") == "surface=ravine"
    assert page.errors == []


def test_a_dragged_slider_bends_a_path(page):
    def drawn(x):
        """Move the mouse, and wait until the stage has drawn again; the picture."""
        before = page.evaluate(f"{DATA}.frames")
        page.pointer({"type": "pointerMove", "x": x, "y": y})
        page.wait_for(f"Number({DATA}.frames) > {before}")
        return page.evaluate(CONTOUR)[0]

    page.evaluate(f"{SLIDER}.scrollIntoView({{ block: 'center' }})")
    x, y = page.evaluate(f"""(() => {{
        const {{ left, top, width, height }} = {SLIDER}.getBoundingClientRect();
        return [left + 7 + {SLIDER}.style.getPropertyValue("--place") * (width - 14), top + height / 2].map(Math.round);
    }})()""")
    page.pointer({"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown"})
    page.pointer({"type": "pointerMove", "x": x - 4, "y": y})
    page.wait_for(f"{DATA}.source === 'fan'")
    assert len({drawn(x - 4 - 6 * k) for k in range(1, 5)}) == 4
    page.pointer({"type": "pointerUp"})
    page.wait_for(f"{DATA}.source === 'exact' && {DATA}.scene.includes('momentum.lr=')")
    page.wait_for("location.search.includes('momentum.lr=')")
    value = float(page.evaluate("new URLSearchParams(location.search).get('momentum.lr')"))
    assert value == float(page.evaluate("document.querySelector('[data-key=\"momentum.lr\"] .number').value")) < 0.02
    assert page.errors == []
