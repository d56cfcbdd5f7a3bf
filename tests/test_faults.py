"""Bad networks, full disks, foreign files, several tabs: what a reader sees stays right, and goes on."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import programs
from engine.device import PROGRAMS
from tests.conftest import LAPTOP, new_page, opened
from tests.driver import STAGE, is_stage, let_go, painted, slider, stage, thumb, visit
from tests.serving import ROOT, serve
from ui import answer_cache
from ui.routes import ROUTES

LOSSY = ("uvicorn", "tests.lossy:app", "--host", "127.0.0.1", "--port", "{port}", "--log-level", "critical")


def test_on_a_bad_network_every_picture_comes_in_the_end(chromium):
    with serve(*LOSSY) as server, opened(chromium, server.address, **LAPTOP) as page:
        cut = []
        page.on("requestfailed", lambda request: cut.append(request.url))
        visit(page, "surface=beale&steps=50")
        x, y = thumb(page, "adam.lr")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 10, y)
        page.mouse.move(x - 20, y)
        let_go(page, "adam.lr")
        for key in ("sgd.lr", "momentum.lr"):
            painted(page, lambda key=key: slider(page, key).press("ArrowRight"))
        is_stage(page, "source", "exact")
        expect(page.locator(f"{STAGE} .note")).to_have_text("")
        assert len(cut) >= 2, "some answers were lost"


def test_an_answer_that_never_comes_is_asked_for_again(troubled_page):
    """A connection that hangs without a reset must not block those that come later."""
    page = troubled_page
    hanging = "const soon = AbortSignal.timeout; AbortSignal.timeout = (ms) => soon.call(AbortSignal, ms / 100);"
    page.add_init_script(hanging)  # 0.3 s instead of 30 s
    visit(page)
    held = []
    page.route("**/paths*", lambda route: held.append(route) if not held else route.continue_())
    painted(page, lambda: slider(page, "adam.lr").press("ArrowLeft"))
    assert len(held) == 1
    held[0].abort()
    expect(page.locator(f"{STAGE} .note")).to_have_text("")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache folder of its own."""
    monkeypatch.setattr("ui.answer_cache.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("engine.device.cache_folder", lambda: tmp_path)
    return tmp_path


QUESTION = "/paths?surface=booth&steps=21&on=sgd,adam"


def answer():
    with TestClient(Starlette(routes=ROUTES)) as client:
        found = client.get(QUESTION)
    assert found.status_code == 200
    return found.content


def forget():
    """Leave nothing in memory that could answer: the disk is asked, as by a new process."""
    for kept in (answer_cache.answers, programs.loaded, programs.parked):
        kept.clear()


def test_a_full_disk_stops_nothing_and_leaves_no_half_files(folder):
    written = []

    def full(self, data):
        with self.open("wb") as file:
            file.write(data[:7])
        written.append(self)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def stored():
        return [file for file in folder.rglob("*") if file.is_file()]

    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        found = answer()
    assert {file.parent for file in written} == {folder / PROGRAMS}
    assert stored() == []
    forget()
    assert answer() == found
    assert stored(), "there is room again"


@pytest.mark.parametrize("home", ["missing", "a file"])
def test_a_server_without_a_place_for_its_files_says_so_once_and_answers(home, tmp_path):
    """A file where the folder should be cannot be written by anybody, root included. A home is missing for a user whom
    the system does not know, as in a container.
    """
    place = tmp_path / "file"
    place.write_text("")
    program = (
        "import pwd, sys; pwd.getpwuid = {}.__getitem__; from ui import logs; logs.set_up(); "
        "from tests.test_faults import answer; sys.stdout.buffer.write(answer())"
    )
    environment = {key: word for key, word in os.environ.items() if key not in ("HOME", "JAX_COMPILATION_CACHE_DIR")}
    where = {} if home == "missing" else {"HOME": str(place)}
    out = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**environment, **where}, capture_output=True, check=True
    )
    (line,) = [line for line in out.stderr.decode().splitlines() if "compiled programs are not kept" in line]
    assert ("Could not determine home directory" if home == "missing" else "Not a directory") in line
    assert b"Traceback" not in out.stderr
    assert out.stdout == answer()


def test_two_tabs_of_one_browser_do_not_disturb_each_other(laptop, server):
    with new_page(laptop, server) as one, new_page(laptop, server) as other:
        visit(one, "surface=beale&adam.lr=0.02")
        visit(other, "surface=booth&adam.lr=0.05")
        painted(one, lambda: slider(one, "adam.lr").press("ArrowRight"))
        painted(other, lambda: slider(other, "sgd.lr").press("ArrowRight"))
        one.reload()
        one.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.paths > 0")
        assert stage(one, "scene").startswith("surface=beale")
        assert "adam.lr=0.05" in stage(other, "scene")
        assert "surface=booth" in stage(other, "scene")
