"""The answers of the routes: each function turns a query into an Answer, or raises Refusal."""

import gzip
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import NamedTuple

import brotli

from engine import LIBRARIES, configure
from engine.formula import check_formula, parse, to_mathml
from optimizers import OPTIMIZERS
from ui.answer_cache import cached
from ui.aside import MAPPING, SEARCHING
from ui.cost import MOST, MOST_BYTES, cost, size
from ui.fair import fair
from ui.fan import fan
from ui.figures import gzipped_json, page_of
from ui.graphs import graph
from ui.inside import inside
from ui.lanes import Refusal
from ui.maps import one_of, piece_of
from ui.paths import ahead, grid, paths
from ui.scene import DISPLAY, STEPS, Scene, controls, read_domain
from ui.searches import JOURNAL, STUDIES, search_of
from ui.takehome import program, table
from ui.ways import way
from ui.words import ENGLISH, say

WORTH = 1000  # bytes of an answer that is packed

configure()  # before the first answer is computed


class Answer(NamedTuple):
    """What is sent: the arguments of a Starlette Response."""

    content: bytes | str
    media_type: str = "application/octet-stream"
    headers: Mapping[str, str] | None = None


def _paths(query: dict[str, str]) -> Answer:
    ahead(query)
    return Answer(cached(paths, query))


def _grid(query: dict[str, str]) -> Answer:
    ground = {key: word for key, word in query.items() if key == "surface" or key.startswith("surface.")}
    return Answer(cached(grid, ground))


def _fan(query: dict[str, str]) -> Answer:
    vary = query.pop("vary", "")
    scene = Scene.read(query)
    varied = [key for key in controls(scene.surface, scene.on, scene.own) if key != STEPS.id]
    if vary not in varied:
        raise Refusal(400, "vary must be one of {known}; got {got}.", known=", ".join(varied), got=repr(vary))
    if (seconds := cost(scene, vary)) > MOST:
        what = (
            "A fan may take {most} s of the server's time, and this one takes {seconds}: "
            "try fewer steps, fewer optimizers or a shorter formula."
        )
        raise Refusal(400, what, most=f"{MOST:g}", seconds=f"{seconds:.1f}")
    if (bytes := size(scene, vary)) > MOST_BYTES:
        what = "A fan may take {most} bytes, and this one takes {bytes}: try fewer steps or optimizers."
        raise Refusal(400, what, most=f"{MOST_BYTES:,}", bytes=f"{bytes:,}")
    return Answer(fan(scene, vary))  # what is sent is kept, smaller: ten times as many as these bytes


def _formula(query: dict[str, str]) -> Answer:
    """Whether a formula can be drawn over a domain.

    JSON: {mathml}, the formula as it was read, or {error, field}: a message, and whether it is about the formula or the
    domain.
    """
    text = query.get("formula", "")
    field = "domain"
    try:
        domain = read_domain(query.get("domain", ""))
        field = "formula"
        check_formula(text, domain)
        found = {"mathml": to_mathml(parse(text))}
    except ValueError as error:
        found = {"error": say(query.get("lang", ENGLISH), error.args[0]), "field": field}
    return Answer(json.dumps(found), "application/json")


def _code(query: dict[str, str]) -> Answer:
    """An entry's run as a program of another library, as JSON: {grade, code}."""
    library, language = query.pop("library", ""), query.pop("lang", ENGLISH)
    if library not in LIBRARIES:
        what = "library must be one of {known}; got {got}."
        raise Refusal(400, what, known=", ".join(LIBRARIES), got=repr(library))
    grade, code = program(*_entry(query), library)
    return Answer(json.dumps({"grade": say(language, grade), "code": code}), "application/json")


def _csv(query: dict[str, str]) -> Answer:
    """An entry's run as a table."""
    return Answer(table(*_entry(query)), "text/csv")


def _inside(query: dict[str, str]) -> Answer:
    """The inside of every step of an entry."""
    return Answer(inside(*_entry(query)))


def _entry(query: dict[str, str]) -> tuple[Scene, str]:
    """The scene of a query, and the entry that it names as `optimizer`, which may be switched off."""
    asked = query.pop("optimizer", "")
    scene = Scene.read(query)
    entries = [*OPTIMIZERS, *(entry for entry in scene.on if entry not in OPTIMIZERS)]
    if asked not in entries:
        what = "optimizer must be one of {known}; got {got}."
        raise Refusal(400, what, known=", ".join(entries), got=repr(asked))
    return scene, asked


def _figure(query: dict[str, str]) -> Answer:
    """A scene as a Plotly figure: its JSON, or with format=html a file to download, which holds plotly.js."""
    form = query.pop("format", "json")
    if form not in ("json", "html"):
        raise Refusal(400, "format must be json or html; got {got}.", got=repr(form))
    # Display settings of the page do not change a figure.
    query = {key: word for key, word in query.items() if key not in (*DISPLAY, "step")}
    language = query.pop("lang", ENGLISH)
    # Kept small, and packed again as this client accepts it; in English also on disk, where a page opens with it.
    figure = cached(gzipped_json, query, *([] if language == ENGLISH else [language]))
    if form == "json":
        return Answer(gzip.decompress(figure), "application/json")
    scene = Scene.read(query)
    name = {"Content-Disposition": f'attachment; filename="descent-lab-{scene.surface}.html"'}
    return Answer(page_of(scene, figure, language).encode(), "text/html", name)


def _graph(query: dict[str, str]) -> Answer:
    """The computational graph of a scene's surface."""
    return Answer(graph(Scene.read(query)), "application/json")


def _ways(query: dict[str, str]) -> Answer:
    """How long an entry's run takes in one way."""
    asked = query.pop("way", "")
    return Answer(way(*_entry(query), asked), "application/json")


def _map(query: dict[str, str]) -> Answer:
    """A piece of a map, which is checked here and computed beside this process."""
    asked = dict(query)
    piece_of(query)
    return Answer(b64decode(MAPPING.ask([asked])))


def _search(query: dict[str, str]) -> Answer:
    """A search, which is checked here and computed beside this process."""
    asked = dict(query)
    search_of(query)
    return Answer(b64decode(SEARCHING.ask(["search", asked])))


def _study(query: dict[str, str]) -> Answer:
    """A finished search: its pictures, a journal to download, or a program as `_code` gives one."""
    form, language = query.pop("form", ""), query.pop("lang", ENGLISH)
    one_of("form", form, [*STUDIES, *LIBRARIES])
    query.pop("seeds", None)
    asked = dict(query)
    scene, search = search_of(query)
    content = b64decode(SEARCHING.ask([form, asked, language]))
    if form != JOURNAL:
        return Answer(content, "application/json")
    name = f"descent-lab-{scene.surface}-{search.entry}-{search.method}.log"
    return Answer(content, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _tune(query: dict[str, str]) -> Answer:
    """The learning rates of a fair race between the entries of a scene."""
    return Answer(fair(Scene.read(query)), "application/json")


def packed(answer: Answer, coding: str) -> Answer:
    """An answer packed as `coding` names it, if it is worth it."""
    if coding == "identity" or len(answer.content) < WORTH:
        return answer
    whole = answer.content if isinstance(answer.content, bytes) else answer.content.encode()
    # At its quickest brotli packs 300 MB/s, paths to 0.7 and grids to half of their size; more effort gains 3 % more.
    small = brotli.compress(whole, quality=1) if coding == "br" else gzip.compress(whole, compresslevel=1, mtime=0)
    return answer._replace(content=small, headers={**(answer.headers or {}), "Content-Encoding": coding})


# By the names of the routes in ui/routes.py.
ANSWERS: Mapping[str, Callable[[dict[str, str]], Answer]] = {
    "paths": _paths,
    "grid": _grid,
    "fan": _fan,
    "formula": _formula,
    "code": _code,
    "csv": _csv,
    "figure": _figure,
    "inside": _inside,
    "graph": _graph,
    "ways": _ways,
    "map": _map,
    "search": _search,
    "study": _study,
    "tune": _tune,
}
