"""No text is cut or lies over another one, in any size of window and with any scene."""

import pytest

from tests.driver import STAGE, visit
from tests.layout import SCENES, faults_by_size


@pytest.mark.parametrize("scene", SCENES)
def test_no_text_is_cut_or_covered(page, scene):
    visit(page, SCENES[scene])
    assert faults_by_size(page) == {}
    assert page.locator(STAGE).count() == 1


# The sizes of all letters painted on canvases since the last look, and the smallest type of the page itself.
NOTE_LETTERS = """(() => {
    window.letters = [];
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (...what) {
        const [{ a, b }, size] = [this.getTransform(), this.font.match(/[\\d.]+(?=px)/)[0]];
        letters.push([(Math.hypot(a, b) * size) / devicePixelRatio, what[0]]);
        return fillText.apply(this, what);
    };
})()"""
TYPE = """() => {
    const own = (el) => [...el.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const texts = [...document.querySelectorAll(".stage *")].filter((el) => own(el) && el.getClientRects().length
        && el.checkVisibility({ visibilityProperty: true }) && !el.closest("select, dialog"));
    return texts.map((el) => [parseFloat(getComputedStyle(el).fontSize), el.textContent]);
}"""


@pytest.mark.parametrize("scene", ["", "view=panels", "surface=deep_neuron", "surface=deep_neuron&chart=rates"])
def test_the_smallest_type_of_a_projector_is_a_45th_of_its_height(page, scene):
    page.add_init_script(NOTE_LETTERS)
    for width, height in ((1024, 768), (1366, 768), (1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        visit(page, f"projector=1&on=sgd,adam&{scene}")
        typed, painted = page.evaluate(TYPE), page.evaluate("letters")
        assert len(typed) > 10
        assert len(painted) > 10
        assert [(size, text) for size, text in [*typed, *painted] if size < height / 45] == [], (width, height)
