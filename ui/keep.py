"""Answers are kept: all of them for a while in memory, and those that pages open with on the disk, over restarts."""

import hashlib
import os
import platform
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from uuid import uuid4

from engine.device import cache_folder
from ui.scene import Scene
from ui.version import VERSION

FORGOTTEN = 7 * 24 * 3600  # s without a new answer, after which those of another version go
CHECK = hashlib.sha256().digest_size  # bytes before an answer on the disk that tell whether it is whole


def kept(kind: Callable[..., bytes], query: dict[str, str], *more: str) -> bytes:
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
    file = None if more or scene.own or scene != scene.defaults() else place_of(kind, scene)
    if file is None:
        return kind(scene, *more)
    body = _load(file)
    if body is None:
        body = kind(scene)
        _store(file, body)
    return body


def place_of(kind: Callable[..., bytes], scene: Scene) -> Path | None:
    """Where the answer about a surface's opening is kept over restarts; None where nothing can be."""
    folder = cache_folder()
    # Another machine, or the same with other settings, may compute another last bit.
    settings = [f"{name}={word}" for name, word in sorted(os.environ.items()) if re.match("JAX_|XLA_|DESCENT_", name)]
    settings = [word for word in settings if not word.startswith("JAX_COMPILATION_CACHE_DIR=")]
    question = "\n".join([kind.__name__, scene.to_url(), platform.machine(), *settings])
    return folder and folder / "descent-lab-answers" / VERSION / hashlib.sha256(question.encode()).hexdigest()


def _load(file: Path) -> bytes | None:
    with suppress(OSError):
        whole = file.read_bytes()
        if hashlib.sha256(whole[CHECK:]).digest() == whole[:CHECK]:
            return whole[CHECK:]
    return None


def _store(file: Path, body: bytes) -> None:
    """Keep an answer; on a full disk, or one that cannot be written, the next process computes it again."""
    part = file.with_name(uuid4().hex)  # another process may be storing the same
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        for other in file.parent.parent.iterdir():
            ours = other != file.parent and re.fullmatch("[0-9a-f]{12}", other.name)
            if ours and time.time() - other.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(other, ignore_errors=True)
        try:
            part.write_bytes(hashlib.sha256(body).digest() + body)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
