"""The parts of a sweep: where they wait, and how the file is made of them.

They wait in a folder beside the file, `results.parquet.parts`, which also holds the spec. Whatever is written has its
name only once it is whole, so that a part that is there need not be computed again.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.maps import DIVERGED, MOVING, OUTSIDE, SADDLE
from engine.sweep.spec import MOST_ROWS, Spec

WORDS = {MOVING: "moving", OUTSIDE: "left", DIVERGED: "diverged"}
SPEC = b"descent_lab.sweep"  # the key of the spec in the metadata of the file


def begun(out: Path, spec: Spec) -> Path:
    """The folder of the parts of a sweep. Raises ValueError if it holds those of another one."""
    folder = _folder(out)
    about = folder / "spec.json"
    if about.exists() and about.read_text(encoding="utf-8") != spec.text:
        raise ValueError(f"{folder} holds parts of another sweep: delete it, or give another --out.")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, about, lambda file: file.write(spec.text.encode()))
    return folder


def finished(out: Path, spec: Spec) -> bool:
    """Whether the file of a sweep is there. Raises ValueError if it is another file."""
    if not out.exists():
        return False
    try:
        about = pq.read_schema(out).metadata or {}
    except pa.ArrowInvalid:
        about = {}
    if about.get(SPEC) != spec.text.encode():
        raise ValueError(f"{out} exists and is not of this sweep: move it away, or give another --out.")
    return True


def missing(folder: Path, spec: Spec) -> list[int]:
    """The numbers of the parts that are not there."""
    there = {file.name for file in folder.glob("*.npy")}
    return [number for number in range(spec.parts) if _file(folder, number).name not in there]


def store(folder: Path, number: int, rows: np.ndarray) -> None:
    _write(folder, _file(folder, number), lambda file: np.save(file, rows))


def merge(folder: Path, out: Path, spec: Spec) -> None:
    """Make the file of all parts, in the order of the grid. It holds a row group in memory."""
    together = MOST_ROWS // spec.part_rows

    def write(file: IO[bytes]) -> None:
        with pq.ParquetWriter(file, _schema(spec), compression="zstd") as writer:
            for first in range(0, spec.parts, together):
                numbers = range(first, min(first + together, spec.parts))
                rows = np.concatenate([np.load(_file(folder, number)) for number in numbers])
                writer.write_table(_table(spec, first * spec.part_rows, rows), row_group_size=MOST_ROWS)

    _write(folder, out, write)


def discard(out: Path) -> None:
    """Delete the parts of a file that is there."""
    shutil.rmtree(_folder(out), ignore_errors=True)


def _schema(spec: Spec) -> pa.Schema:
    return pa.schema(
        [
            *((axis.key, pa.float64()) for axis in spec.axes),
            *((word, pa.float32()) for word in ("x", "y", "loss")),
            ("reached", pa.int32()),
            ("ended", pa.dictionary(pa.int32(), pa.string())),
        ],
        metadata={SPEC: spec.text.encode()},
    )


def _table(spec: Spec, begin: int, rows: np.ndarray) -> pa.Table:
    """The rows from `begin`, as they are in the file."""
    columns: list[Any] = [*spec.along(begin, begin + len(rows)).values(), *(rows[word] for word in ("x", "y", "loss"))]
    codes, indices = np.unique(rows["ended"], return_inverse=True)
    never = rows["reached"] > spec.steps
    columns += [
        pa.array(rows["reached"], mask=never),
        pa.DictionaryArray.from_arrays(indices.astype(np.int32), [_word(code) for code in codes.tolist()]),
    ]
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=_schema(spec))


def _word(code: int) -> str:
    """How a run ended; minima and saddles are counted from 1, in the order in which the surface declares them."""
    return WORDS.get(code) or (f"saddle {code - SADDLE + 1}" if code >= SADDLE else f"minimum {code + 1}")


def _folder(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts")


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:08}.npy"


def _write(folder: Path, path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a whole file or none, even when the machine goes down; what is not whole yet is in the folder."""
    part = folder / f"{path.name}.{os.getpid()}.tmp"
    with part.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
