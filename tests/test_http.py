"""What the server sends over HTTP, however it was started."""

import gzip
import os
import re
import subprocess
import sys
import urllib.request
from urllib.parse import urlsplit

import plotly

from tests.conftest import LAPTOP, opened, without_errors
from tests.driver import visit
from tests.serving import ROOT, STREAMLIT, serve
from ui.routes import NAMES
from ui.version import VERSION


def get(server, path, **headers):
    """The headers and the body of an answer, as they were sent."""
    with urllib.request.urlopen(urllib.request.Request(server + path, headers=headers)) as answer:
        return answer.headers, answer.read()


def unpacked(server, path):
    """The body of an answer. Gzip stamps it with the time, so that only what is unpacked can be compared."""
    headers, body = get(server, path)
    return gzip.decompress(body) if headers["Content-Encoding"] == "gzip" else body


def test_what_never_changes_is_kept_for_ever_and_packed_once(server):
    plain, script = get(server, f"/vendor/plotly-{plotly.__version__}.js")
    packed, bytes_sent = get(server, f"/vendor/plotly-{plotly.__version__}.js", **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(bytes_sent) == script
    assert len(bytes_sent) < len(script) / 3
    module, _ = get(server, f"/stage/{VERSION}/main.js")
    for headers in (plain, packed, module):
        assert "immutable" in headers["Cache-Control"]


def test_an_answer_is_kept_by_its_own_version_alone(server):
    ours, _ = get(server, f"/paths?v={VERSION}")
    other, _ = get(server, "/paths?v=another")
    assert "max-age" in ours["Cache-Control"]
    assert other["Cache-Control"] == "no-store"


def test_the_page_names_what_a_picture_needs_before_anything_of_it_runs(server):
    """A Link header lets browsers fetch the stage's files while Streamlit's own scripts start."""
    page, _ = get(server, "/")
    named = set(re.findall("<([^>]+)>; rel=", page["Link"]))
    stage = ROOT / "ui" / "stage"
    modules = {f"/stage/{VERSION}/{file.relative_to(stage).as_posix()}" for file in stage.rglob("*.js")}
    assert named > modules | {f"/stage/{VERSION}/stage.css"}
    assert not any("plotly-" in address for address in named), "it comes when a figure is opened"
    assert len(page["Link"]) < 7000, "proxies refuse a head of more than 8 kB"
    for address in named:
        assert get(server, address)


def test_the_page_asks_once_for_each_file_that_its_head_names(troubled_page, server):
    """What is not used would be fetched in vain; what is fetched again was named in vain."""
    head, _ = get(server, "/")
    named = set(re.findall("<([^>]+)>; rel=", head["Link"]))
    asked = []
    with without_errors(troubled_page, server) as page:
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        visit(page)
    assert sorted(path for path in asked if path in named) == sorted(named)


def test_the_styles_of_all_parts_are_one_file(server):
    _, styles = get(server, f"/stage/{VERSION}/stage.css")
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


# A request for each route.
ASKED = {
    "paths": "surface=beale&steps=20",
    "grid": "surface=beale",
    "fan": "surface=beale&steps=20&vary=rate",
    "formula": "formula=x^2&domain=-1,1,-1,1",
    "code": "optimizer=adam&library=optax",
    "csv": "optimizer=adam&steps=20",
    "figure": "surface=beale&steps=20",
}


def test_streamlit_run_serves_the_page_and_every_route(chromium, server):
    """Hosts start the app with `streamlit run`; `make run` and the other tests start it with Uvicorn."""
    assert ASKED.keys() == set(NAMES)
    with serve(*STREAMLIT) as host:
        assert get(host.address, "/")[0]["Link"] == get(server, "/")[0]["Link"]
        for route, query in ASKED.items():
            found, expected = (unpacked(address, f"/{route}?{query}") for address in (host.address, server))
            assert found == expected, route
        with opened(chromium, host.address, **LAPTOP) as page, without_errors(page, host.address):
            visit(page)
