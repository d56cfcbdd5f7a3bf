"""What a page does while its server is gone, when it comes back, and when it comes back as another version."""

import shutil

from playwright.sync_api import expect

from tests.conftest import LAPTOP, opened
from tests.driver import CONNECTED, READY, STAGE, goes_on, is_dialog_free, let_go, settled, slider, stage, visit
from tests.serving import EAGER, ROOT, free_port, serve

PARTS = ("app.py", ".streamlit", "engine", "optimizers", "surfaces", "ui", "tests")


def stage_of(page):
    """The address of the stage's script."""
    return page.evaluate("performance.getEntriesByType('resource').find(({ name }) => /stage.js$/.test(name)).name")


def test_a_page_outlives_its_server_and_moves_to_its_next_version(chromium, tmp_path):
    port = free_port()
    newer = tmp_path / "newer"
    newer.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, newer / part)
    (newer / "ui" / "stage" / "styles" / "newer.css").write_text(".newer { color: red; }\n")
    with opened(chromium, f"http://127.0.0.1:{port}", **LAPTOP) as page:
        with serve(*EAGER, port=port) as server:
            visit(page, "surface=beale&steps=1000&adam.lr=0.03")
            page.get_by_text("Loop").click()
            page.locator(f"{STAGE} .play").click()
            goes_on(page)
            page.evaluate(f"document.querySelector('{STAGE}').marked = true")
            expect(page.locator(CONNECTED)).to_have_count(1)
            server.process.kill()
            with page.expect_console_message(lambda message: "reaching server endpoint" in message.text):
                pass  # when Streamlit would tell the reader
            expect(page.locator(CONNECTED)).to_have_count(0)
            goes_on(page)
            is_dialog_free(page)
            slider(page, "adam.lr").press("ArrowLeft")
            expect(page.locator(f"{STAGE} .note")).to_contain_text("No answer from the server")
            goes_on(page)

        with serve(*EAGER, port=port) as server:
            expect(page.locator(CONNECTED)).to_have_count(1)
            expect(page.locator(f"{STAGE} .note")).to_have_text("")
            assert page.evaluate(f"document.querySelector('{STAGE}').marked"), "the stage is the same one"
            goes_on(page)
            is_dialog_free(page)
            before = let_go(page, "adam.lr")
            assert 0 < before < 0.03
            server.process.kill()

        with serve(*EAGER, port=port, root=newer):
            expect(page.locator(CONNECTED)).to_have_count(1)
            goes_on(page)
            with page.expect_event("load"):
                slider(page, "adam.lr").press("ArrowLeft")
            page.wait_for_function(READY)
            assert page.evaluate(f"document.querySelector('{STAGE}').marked === undefined"), "it is another stage"
            assert page.locator(STAGE).count() == 1
            value = float(settled(page, "adam.lr=")["adam.lr"])
            assert value < before
            assert f"adam.lr={value:g}" in stage(page, "scene")
            assert f"step={stage(page, 'step')}" in page.url, "it stopped where it was"
            assert page.request.get(stage_of(page)).ok, "the script is that of the new server"
            is_dialog_free(page)
