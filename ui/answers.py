"""What the routes answer: each function makes an Answer of a query, or says in a Refused why it cannot."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from engine import LIBRARIES
from engine.device import cache_folder
from engine.formula import formula_surface, parse, to_mathml
from optimizers import OPTIMIZERS
from ui import fan as fans
from ui import paths as scenes
from ui.scene import STEPS, Scene, controls, read_domain
from ui.takehome import program, table
from ui.version import VERSION

# Streamlit would gzip it: 4 ms more between letting go of a slider and the exact paths, for a third fewer bytes.
AS_IT_IS = {"Content-Encoding": "identity"}


class Answer(NamedTuple):
    """What is sent, in the words of a Response."""

    content: bytes | str
    media_type: str = "application/octet-stream"
    headers: dict[str, str] | None = None


class Refused(Exception):
    """A query that asks for what there is not, in words for whoever wrote it."""


def paths(query: dict[str, str]) -> Answer:
    return Answer(answer(scenes.paths, query), headers=AS_IT_IS)


def grid(query: dict[str, str]) -> Answer:
    ground = {key: word for key, word in query.items() if key == "surface" or key.startswith("surface.")}
    return Answer(answer(scenes.grid, ground), headers=AS_IT_IS)


def fan(query: dict[str, str]) -> Answer:
    vary = query.pop("vary", "")
    varied = [key for key in controls(Scene.read(query).surface) if key != STEPS.id]
    if vary not in varied:
        raise Refused(f"vary must be one of {', '.join(varied)}; got {vary!r}.")
    # A browser without gzip does not exist; whoever asks otherwise unpacks by hand.
    return Answer(answer(fans.fan, query, vary), headers={"Content-Encoding": "gzip"})


def formula(query: dict[str, str]) -> Answer:
    """Whether a formula can be drawn over a domain: {mathml}, how it was read, or {error} in words for the reader."""
    text = query.get("formula", "")
    try:
        formula_surface(text, read_domain(query.get("domain", "")))
        found = {"mathml": to_mathml(parse(text))}
    except ValueError as error:
        found = {"error": str(error)}
    return Answer(json.dumps(found), "application/json")


def code(query: dict[str, str]) -> Answer:
    """A run as a program of another library: {grade, code}."""
    optimizer, library = query.pop("optimizer", ""), query.pop("library", "")
    if optimizer not in OPTIMIZERS or library not in LIBRARIES:
        raise Refused(
            f"optimizer must be one of {', '.join(OPTIMIZERS)}, and library one of {', '.join(LIBRARIES)}; "
            f"got {optimizer!r} and {library!r}."
        )
    return Answer(json.dumps(program(Scene.read(query), optimizer, library)._asdict()), "application/json")


def csv(query: dict[str, str]) -> Answer:
    """A run as a table."""
    optimizer = query.pop("optimizer", "")
    if optimizer not in OPTIMIZERS:
        raise Refused(f"optimizer must be one of {', '.join(OPTIMIZERS)}; got {optimizer!r}.")
    return Answer(table(Scene.read(query), optimizer), "text/csv")


def answer(kind: Callable[..., bytes], query: dict[str, str], *more: str) -> bytes:
    """`kind` of a query's scene; who asks for what is being computed waits for it: a class computes it once."""
    scene = Scene.read(query)
    with _places:
        lock, found = _place(kind, scene.to_url(), *more)  # however it was spelled, a scene is computed once
    with lock:
        if not found:
            found.append(_found(kind, scene, *more))
    return found[0]


@lru_cache(maxsize=128)
def _place(kind: Callable[..., bytes], url: str, *more: str) -> tuple[Lock, list[bytes]]:
    """Where the answer to a question is put, and the lock that whoever computes it holds."""
    return Lock(), []


_places = Lock()  # two threads that ask a cache for what it lacks would both get a place of their own


def _found(kind: Callable[..., bytes], scene: Scene, *more: str) -> bytes:
    """An answer from the disk, or computed. Only those that a page opens with are kept there: they are few."""
    file = kept_at(kind, scene) if scene == scene.defaults() and not (scene.own or more) else None
    if file is None:
        return kind(scene, *more)
    with suppress(OSError):
        return file.read_bytes()
    body = kind(scene)
    with suppress(OSError):  # a full disk or one that cannot be written: the next process computes it again
        file.parent.mkdir(parents=True, exist_ok=True)
        for other in file.parent.parent.iterdir():
            if other != file.parent:
                shutil.rmtree(other, ignore_errors=True)  # of another version
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(body)
        part.replace(file)
    return body


def kept_at(kind: Callable[..., bytes], scene: Scene) -> Path | None:
    """Where the answer about a surface's opening is kept over restarts; None where nothing can be."""
    folder = cache_folder()
    # The same question may have another answer, to the last bit, on another kind of device.
    device = [os.environ.get(name, "") for name in ("DESCENT_DEVICE", "XLA_FLAGS")]
    digest = hashlib.sha256(" ".join([kind.__name__, scene.to_url(), *device]).encode()).hexdigest()
    return folder and folder / "answers" / VERSION / digest
