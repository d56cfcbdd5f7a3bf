"""The files that a browser fetches once and keeps, and the page that names them: packed once, answered from memory.

Streamlit's own files are among them. It sends its scripts as they are, 2 MB for a first visit instead of half a
megabyte, and takes most of a millisecond of processor time for each of sixty files.
"""

import gzip
import json
import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl

import brotli
import plotly
from anyio.to_thread import run_sync
from starlette._utils import get_route_path
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import codings
from ui.bundle import bundle
from ui.lanes import Flights
from ui.version import PLOTLY_PATH, VERSION
from ui.words import CONTEXT, ENGLISH, LANGUAGES, LESSON_CONTEXT, choose, say, table

STAGE = Path(__file__).parent / "stage"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
SCRIPT = f"/stage/{VERSION}/stage.js"  # all modules of the stage as one
STYLES = f"/stage/{VERSION}/stage.css"  # all of STAGE / "styles" as one file
CATALOGUE = f"/stage/{VERSION}/catalogue.json"  # what ui.catalogue says: the same for every page
FOREVER = b"public, max-age=31536000, immutable"  # the address holds the version
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".gif": "image/gif",
}
PACKED = {".js", ".css", ".html", ".json", ".svg"}  # fonts and pictures are compressed already
QUICK, BEST = 5, 11  # qualities of brotli: 10 ms and 400 ms for the stage's script, which BEST makes a tenth smaller
# Streamlit asks for the chunks that carry a component only once its script names one: the page names them at once.
CARRIERS = ("BidiComponent", "serialization", "recordbatch")
# What is put behind a place in Streamlit's files, by their suffix.
INSERTED = {
    # It fetches its font of icons, 375 kB, at once, for a page that shows none before the sidebar is opened. With the
    # letters of their names as its range, the font comes with the first icon that is seen.
    ".css": (b"@font-face{font-family:Material Symbols Rounded;", b"unicode-range:U+5F,U+30-39,U+61-7A;"),
    # While no server answers, its dialog would lie over a stage that goes on without one, and says so itself.
    ".js": (b"this.handleConnectionError=e=>{", b'document.querySelector("[data-stage]")||'),
}


class File:
    """A file by what it is made of, and its forms for the encodings that a client may accept, kept once made."""

    def __init__(self, kind: str, read: Callable[[], bytes], cache: bytes = FOREVER):
        self.read, self.cache = read, cache
        self.kind = KINDS[kind].encode()
        self.packs = kind in PACKED
        self.forms: dict[bytes, bytes] = {}
        self.vary = b"Accept-Encoding"

    def coding(self, accepted: bytes) -> bytes:
        """The best encoding that a client accepts, by its Accept-Encoding."""
        return codings.best(accepted.decode("latin-1")).encode() if self.packs else b"identity"

    def form(self, coding: bytes, quality: int = QUICK) -> bytes:
        """The file in an encoding."""
        whole = self.read()
        if coding == b"br":
            whole = brotli.compress(whole, quality=quality)
        elif coding == b"gzip":
            whole = gzip.compress(whole, compresslevel=6, mtime=0)
        self.forms[coding] = whole
        return whole


def ours() -> dict[str, File]:
    """The stage's script, styles and catalogue, and plotly.js, by path."""
    first = [STAGE / "styles" / name for name in ("base.css", "controls.css", "panels.css")]  # the others refine them
    others = [file for file in sorted((STAGE / "styles").glob("*.css")) if file not in first]
    return {
        SCRIPT: File(".js", lambda: bundle(STAGE / "main.js").encode()),
        STYLES: File(".css", lambda: b"\n".join(part.read_bytes() for part in (*first, *others))),
        CATALOGUE: File(".json", _catalogue),
        PLOTLY_PATH: File(".js", PLOTLY.read_bytes),
        **{words_path(language): File(".json", partial(_words, language)) for language in LANGUAGES[1:]},
        **{f"/stage/{VERSION}/lessons.{one}.json": File(".json", partial(_lessons, one)) for one in LANGUAGES},
    }


def words_path(language: str) -> str:
    """The texts of a language, by the English ones."""
    return f"/stage/{VERSION}/words.{language}.json"


def _words(language: str) -> bytes:
    """All but those of lessons, which come with the lessons and are four times as many."""
    lesson = f"{LESSON_CONTEXT}{CONTEXT}"
    words = {english: text for english, text in table(language).items() if not english.startswith(lesson)}
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()


def _lessons(language: str) -> bytes:
    """All lessons in a language: whoever opens the first has them all."""
    return json.dumps(import_module("ui.lessons").for_stage(language), ensure_ascii=False).encode()


def _catalogue() -> bytes:
    """The catalogue, which comes with JAX: a page of a server that starts waits for both."""
    return json.dumps(import_module("ui.catalogue").catalogue()).encode()


def theirs(folder: Path) -> dict[str, File]:
    """Streamlit's files in its folder, and its page, by path."""
    files = {
        f"/{file.relative_to(folder).as_posix()}": File(file.suffix, partial(_theirs, file))
        for file in (folder / "static").rglob("*")
        if file.is_file()
    }
    return {**files, "/": Page(folder)}


def _theirs(file: Path) -> bytes:
    """A file of Streamlit's."""
    whole = file.read_bytes()
    if file.suffix in INSERTED:
        place, more = INSERTED[file.suffix]
        whole = whole.replace(place, place + more)
    return whole


class Page(File):
    """Streamlit's page, which the same address has in every language."""

    def __init__(self, folder: Path):
        super().__init__(".html", partial(_page, folder, ENGLISH), b"no-cache")
        self.vary = b"Accept-Encoding, Accept-Language"
        self.others = {
            language: File(".html", partial(_page, folder, language), b"no-cache") for language in LANGUAGES[1:]
        }

    def chosen(self, scope: Scope) -> File:
        """The page in the language that its address names, otherwise in the browser's."""
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("lang")
        preferred = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        return self.others.get(choose(asked, preferred.decode("latin-1").split(",")), self)


def _page(folder: Path, language: str) -> bytes:
    """Streamlit's page, which also names what the first picture needs: it comes while Streamlit starts."""
    carriers = [file for part in CARRIERS for file in (folder / "static" / "js").glob(f"{part}.*.js")]
    scripts = [SCRIPT[1:], *(file.relative_to(folder).as_posix() for file in carriers)]
    head = "".join(f'    <link rel="modulepreload" crossorigin href="./{path}">\n' for path in scripts)
    fetched = [CATALOGUE] if language == ENGLISH else [CATALOGUE, words_path(language)]
    head += "".join(f'    <link rel="preload" as="fetch" crossorigin href=".{path}">\n' for path in fetched)
    head += f'    <link rel="stylesheet" href=".{STYLES}">\n'
    page = (folder / "index.html").read_text(encoding="utf-8")
    page = re.sub("<title>.*</title>", "<title>Descent Lab</title>", page, count=1)
    if language != ENGLISH:
        needs = say(language, "You need to enable JavaScript to run this app.")
        page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
        page = re.sub("<noscript>.*</noscript>", f"<noscript><p>{needs}</p></noscript>", page, count=1, flags=re.DOTALL)
    return page.replace("  </head>", head + "  </head>", 1).encode()


def pack_well(all: dict[str, File], most: int = 2**20) -> None:
    """Pack those that were asked for as well as possible, except what is larger than `most` bytes."""
    for file in all.values():
        if len(file.forms.get(b"br", b"")) and len(file.read()) <= most:
            file.form(b"br", BEST)


class Static:
    """Middleware that answers files before anything else sees the request."""

    def __init__(self, app: ASGIApp, all: dict[str, File]):
        self.app, self.all = app, all
        self.packing = Flights()  # a hall asks for the same files at once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        file = self.all.get(get_route_path(scope)) if asked else None
        if file is None:
            return await self.app(scope, receive, send)
        vary = file.vary
        if isinstance(file, Page):
            file = file.chosen(scope)
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        coding = file.coding(accepted)
        body = file.forms.get(coding)
        if body is None:
            body = await self.packing.join((file, coding), lambda: run_sync(file.form, coding))
        headers = [
            (b"content-type", file.kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", file.cache),
            (b"vary", vary),
        ]
        if coding != b"identity":
            headers.append((b"content-encoding", coding))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
