"""A cache of answers: recent ones in memory, and those that pages open with also on disk, across restarts."""

import os
import platform
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine import files
from engine.cache import Recent
from engine.device import cache_folder
from ui.scene import Scene
from ui.version import VERSION

EXPIRY = 7 * 24 * 3600  # s without a new answer, after which the answers of another version are deleted
ANSWER_BYTES = 32 * 2**20  # kept in memory

answers: Recent[bytes] = Recent(ANSWER_BYTES, len)


def cached(kind: Callable[..., bytes], query: dict[str, str], *more: str) -> bytes:
    """kind(scene, *more) for the scene of a query. Concurrent requests for the same answer compute it once."""
    scene = Scene.read(query)
    key = (kind, scene.to_url(), *more)  # queries that spell one scene differently share an answer
    return answers.get(key, lambda: _answer(kind, scene, *more))


def _answer(kind: Callable[..., bytes], scene: Scene, *more: str) -> bytes:
    """An answer from the disk, or computed. Only those that pages open with are stored on disk: they are few."""
    file = None if more or scene.own or scene != scene.defaults() else file_of(kind, scene)
    if file is None:
        return kind(scene, *more)
    body = files.load(file)
    if body is None:
        body = kind(scene)
        _store(file, body)
    return body


def file_of(kind: Callable[..., bytes], scene: Scene) -> Path | None:
    """The file for the answer about the scene that a surface opens with; None if nothing can be stored."""
    folder = cache_folder()
    # On another kind of machine, such as ARM, or with other settings of JAX, the last bit of a result may differ.
    settings = [f"{name}={word}" for name, word in sorted(os.environ.items()) if re.match("JAX_|XLA_|DESCENT_", name)]
    settings = [word for word in settings if not word.startswith("JAX_COMPILATION_CACHE_DIR=")]
    name = files.name_of(kind.__name__, scene.to_url(), platform.machine(), *settings)
    return folder and folder / "descent-lab-answers" / VERSION / name


def _store(file: Path, body: bytes) -> None:
    """Write an answer, and delete those of versions that are no longer used."""
    with suppress(OSError):
        for other in file.parent.parent.iterdir():
            ours = other != file.parent and re.fullmatch("[0-9a-f]{12}", other.name)
            if ours and time.time() - other.stat().st_mtime > EXPIRY:
                shutil.rmtree(other, ignore_errors=True)
    files.store(file, body)
