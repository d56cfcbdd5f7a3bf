"""A folder of computed bytes that outlives the process: whole files or none, the oldest deleted first."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

CHECK = hashlib.sha256().digest_size  # bytes at the start of a file, a hash of the others
ABANDONED = 3600  # s after which a part of a file belongs to a process that has ended


def name_of(*words: str) -> str:
    """A name for a file: words that differ give another one."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def load(file: Path) -> bytes | None:
    """The bytes in a file; None if there is no such file, or if it is damaged."""
    with suppress(OSError):
        whole = file.read_bytes()
        if hashlib.sha256(whole[CHECK:]).digest() == whole[:CHECK]:
            return whole[CHECK:]
    return None


def store(file: Path, body: bytes) -> None:
    """Write a file. A failure, as on a full disk, is no error: the next process computes the bytes again."""
    part = file.with_name(f"{uuid4().hex}.part")  # other processes may write the same file, and read whole ones
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            part.write_bytes(hashlib.sha256(body).digest() + body)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


def prune(folder: Path, most: int) -> None:
    """Delete the files that were written first until at most so many bytes are left, and parts left behind."""
    stored = []
    for file in folder.glob("*"):
        with suppress(OSError):  # another process may have deleted it meanwhile
            status = file.stat()
            if file.suffix != ".part":
                stored.append((status.st_mtime_ns, status.st_size, file))
            elif time.time() - status.st_mtime > ABANDONED:
                file.unlink()
    size = sum(size for _, size, _ in stored)
    for _, own, file in sorted(stored):
        if size <= most:
            return
        with suppress(OSError):
            file.unlink(missing_ok=True)
        size -= own
