"""What the server sends over HTTP, however it was started."""

import gzip
import mimetypes
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.asking import get
from tests.conftest import LAPTOP, opened, without_errors
from tests.driver import visit
from tests.serving import ROOT, STREAMLIT, serve
from ui import static
from ui.routes import MEASURED, NAMES
from ui.version import PLOTLY_PATH, VERSION

# Streamlit's main script
THEIRS = Path(streamlit.__file__).parent / "static"
INDEX = THEIRS / re.findall(r'src="\./(static/js/[^"]+)"', (THEIRS / "index.html").read_text())[0]


def unpacked(server, path):
    """The body of an answer. Gzip stamps it with the time, so that only what is unpacked can be compared."""
    headers, body = get(server, path)
    return gzip.decompress(body) if headers["Content-Encoding"] == "gzip" else body


def test_what_never_changes_is_kept_for_ever_and_packed_once(server):
    for path in (PLOTLY_PATH, static.SCRIPT, static.STYLES, static.CATALOGUE, f"/static/js/{INDEX.name}"):
        plain, whole = get(server, path)
        assert plain["Content-Encoding"] is None
        for coding, unpack in (("gzip, br", brotli.decompress), ("gzip, br;q=0", gzip.decompress)):
            packed, sent = get(server, path, **{"Accept-Encoding": coding})
            assert packed["Content-Encoding"] in coding
            assert unpack(sent) == whole
            assert len(sent) < len(whole) / 3
            assert "immutable" in packed["Cache-Control"]
            assert "immutable" in plain["Cache-Control"]
            assert packed["Vary"] == "Accept-Encoding"
            assert packed["Content-Type"] == plain["Content-Type"]


def test_streamlits_files_are_answered_as_streamlit_would(server):
    others = [*INDEX.parent.glob("BidiComponent.*"), *(INDEX.parent.parent / "media").glob("SourceSansVF-Upright*")]
    assert len(others) == 2
    for file in others:
        headers, body = get(server, f"/static/{file.parent.name}/{file.name}")
        assert body == file.read_bytes()
        assert headers["Content-Type"].partition(";")[0] == mimetypes.guess_type(file.name)[0]
    with pytest.raises(urllib.error.HTTPError, match="405") as refused:
        urllib.request.urlopen(urllib.request.Request(f"{server}/static/js/{INDEX.name}", method="POST"))
    refused.value.close()


def test_what_is_put_into_streamlits_files_has_its_place():
    """Another version of Streamlit may lack it: then the tests of a first visit and of a restart tell why."""
    for suffix, (place, more) in static.INSERTED.items():
        found = [file for file in THEIRS.rglob(f"*{suffix}") if place in file.read_bytes()]
        assert len(found) == 1
        whole = found[0].read_bytes()
        assert static.theirs(THEIRS)[f"/{found[0].relative_to(THEIRS).as_posix()}"].read() == whole.replace(
            place, place + more
        )
        assert whole.count(place) == 1


def test_a_head_is_that_of_the_body(server):
    address = server + static.SCRIPT
    with urllib.request.urlopen(urllib.request.Request(address, method="HEAD")) as answer:
        assert answer.read() == b""
        assert int(answer.headers["Content-Length"]) == len(get(server, static.SCRIPT)[1])


def test_the_kept_forms_of_files_are_no_larger_than_the_files():
    """What is kept is bounded by what there is on disk: an identity and two packed forms of each."""
    files = {**static.theirs(THEIRS), **static.ours()}
    whole = packed = 0
    for file in files.values():
        whole += len(file.form(b"identity"))
        packed += sum(len(file.form(coding)) for coding in (b"br", b"gzip") if file.packs)
    assert packed < whole < 35e6


def test_what_was_asked_for_is_packed_better_later():
    files = {**static.theirs(THEIRS), **static.ours()}
    quick = files[static.STYLES].form(b"br")
    static.pack_well(files)
    assert len(files[static.STYLES].forms[b"br"]) < len(quick)
    assert brotli.decompress(files[static.STYLES].forms[b"br"]) == files[static.STYLES].read()
    assert not files[static.SCRIPT].forms, "nobody asked for it"


def test_an_answer_is_kept_by_its_own_version_alone(server):
    ours, _ = get(server, f"/paths?v={VERSION}")
    other, _ = get(server, "/paths?v=another")
    assert "max-age" in ours["Cache-Control"]
    assert other["Cache-Control"] == "no-store"


def named_by_the_page(server):
    """The paths that the page's head names."""
    _, page = get(server, "/")
    return {urlsplit(address).path.lstrip(".") for address in re.findall(r'<link[^>]* href="([^"]+)"', page.decode())}


def test_the_page_names_what_a_picture_needs_before_anything_of_it_runs(server):
    """So that browsers fetch the stage's files while Streamlit's own scripts start."""
    named = named_by_the_page(server)
    assert named > {static.SCRIPT, static.STYLES, static.CATALOGUE}
    assert not any("plotly-" in address for address in named), "it comes when a figure is opened"
    for address in named:
        assert get(server, address)


def test_a_first_visit_is_light(troubled_page, server):
    """Each file is fetched once, and what the head names is used; no library, no font that is not seen."""
    sent = {}
    cdp = troubled_page.context.new_cdp_session(troubled_page)
    cdp.send("Network.enable")
    cdp.on("Network.responseReceived", lambda event: sent.setdefault(event["requestId"], [event["response"]["url"], 0]))

    def finished(event):
        if event["requestId"] in sent:
            sent[event["requestId"]][1] = event["encodedDataLength"]

    cdp.on("Network.loadingFinished", finished)
    with without_errors(troubled_page, server) as page:
        visit(page)
        page.wait_for_load_state("networkidle")
    answers = [(urlsplit(url).path, size) for url, size in sent.values() if url.startswith(server)]
    paths = [path for path, _ in answers]
    assert len(paths) == len(set(paths)) <= 80
    assert 100_000 < sum(size for _, size in answers) <= 1.1e6
    unused = named_by_the_page(server) - set(paths)
    assert unused <= {"/_stcore/agent/openapi.json", "/favicon.png"}, "what is named and not used is fetched in vain"
    assert not any("MaterialSymbols" in path or "SourceCode" in path or "plotly" in path for path in paths)


def test_the_styles_of_all_parts_are_one_file(server):
    _, styles = get(server, static.STYLES)
    for file in (ROOT / "ui" / "stage" / "styles").glob("*.css"):
        assert file.read_bytes() in styles


def test_the_app_lives_below_a_path(tmp_path):
    """In a process of its own, because Streamlit reads its settings once."""
    question = "import app; print(*[route.path for route in app.app._user_routes])"
    settings = {**os.environ, "STREAMLIT_SERVER_BASE_URL_PATH": "lab"}
    out = subprocess.run(
        [sys.executable, "-c", question], cwd=ROOT, env=settings, capture_output=True, text=True, check=True
    )
    assert out.stdout.split()[:2] == ["/lab/paths", "/lab/grid"], out.stderr
    assert all(path.startswith("/lab/") for path in out.stdout.split())


def test_files_are_found_behind_a_proxy_that_cuts_a_path_off():
    """Uvicorn's --root-path puts it before what was asked for."""
    with TestClient(static.Static(Starlette(), static.ours()), root_path="/x") as client:
        assert client.get(f"/x{static.STYLES}").headers["Content-Type"] == "text/css; charset=utf-8"


# A request for each route.
ASKED = {
    "paths": "surface=beale&steps=20",
    "grid": "surface=beale",
    "fan": "surface=beale&steps=20&vary=rate",
    "formula": "formula=x^2&domain=-1,1,-1,1",
    "code": "optimizer=adam&library=optax",
    "csv": "optimizer=adam&steps=20",
    "figure": "surface=beale&steps=20",
    "inside": "optimizer=adam&steps=20",
    "graph": "surface=beale",
    "ways": "surface=beale&steps=20&optimizer=adam&way=numpy",
    "map": "surface=beale&steps=20&entry=adam&x=adam.lr&y=adam.b1",
    "search": "surface=beale&steps=20&entry=adam&axes=adam.lr&method=random&runs=16",
    "study": "surface=beale&steps=20&entry=adam&axes=adam.lr&method=random&runs=16&form=pictures",
    "tune": "surface=beale&steps=20&on=sgd",
}


def test_streamlit_run_serves_the_page_and_every_route(chromium, server):
    """Hosts start the app with `streamlit run`; `make run` and the other tests start it with Uvicorn."""
    assert ASKED.keys() == set(NAMES)
    with serve(*STREAMLIT) as host:
        assert get(host.address, "/")[1] == get(server, "/")[1]
        for route, query in ASKED.items():
            found, expected = (unpacked(address, f"/{route}?{query}") for address in (host.address, server))
            if route not in MEASURED:
                assert found == expected, route
        with opened(chromium, host.address, **LAPTOP) as page, without_errors(page, host.address):
            visit(page)
    with pytest.raises(RuntimeError, match="the server ended"):  # and all that it started
        host.wait_for("the end")
