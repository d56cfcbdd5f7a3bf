"""Maps: what becomes of an entry's run wherever two numbers of the scene are put.

A map has SIDE x SIDE cells, and is asked for in pieces: first every 8th cell along each side, then those that lie
between, level by level, each cell once. A piece is a pure function of its query.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine import Hyper, Surface
from engine.device import map_devices, named
from engine.maps import outcomes
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.fan import DECADE, NONE, ZERO
from ui.lanes import Refusal
from ui.map_lines import lines
from ui.paths import pack, race_of
from ui.scene import BATCH, NOISE, RATE, SCHEDULES, Scene, controls, surface_of

SIDE = 256  # cells along each side of a whole map
LEVELS = (32, 64, 128, 256)
MOST_PARTS = 64  # in which the cells of a level are asked for
START = ("start.x", "start.y")  # as axes: the map of basins
WITHIN = (1.0, 1e-2, 1e-4, 1e-8)  # of the lowest minimum: what a run is to reach
HIGHEST = 32767  # the code of a loss


class Piece(NamedTuple):
    """Which cells of which map."""

    entry: str
    x: str  # the number along the map, by its key
    y: str
    side: int  # of LEVELS: every (SIDE / side)-th cell along each side, without those of the levels before
    part: int  # of these, the rows part, part + parts, ...
    parts: int
    within: float


class Outcome(NamedTuple):
    """What became of n runs of an entry."""

    gap: np.ndarray  # (n,), the loss at the end above the lowest declared minimum, or above 0 where none is declared
    reached: np.ndarray  # (n,), the first step within the goal, steps + 1 where none is
    ended: np.ndarray  # (n,) uint8, an ending's code, as in engine.maps
    bounded: bool  # whether a minimum is declared
    steps: int


def axes(scene: Scene, entry: str) -> Mapping[str, Hyper]:
    """The numbers that may lie along a map of an entry, by their keys: those that change its run, but for the seed and
    the steps.
    """
    surface, known = surface_of(scene), controls(scene.surface, (*scene.on, entry), scene.own)
    owners = {entry: OPTIMIZERS[optimizer_of(entry)], "surface": surface, "schedule": SCHEDULES[scene.schedule]}
    keys = [f"{owner}.{hyper.id}" for owner, member in owners.items() for hyper in member.hypers]
    keys += [RATE.id, NOISE.id, *([BATCH.id] if surface.data else [])]
    return {key: known[key] for key in keys} | dict(zip(START, _start(surface), strict=True))


def piece_of(query: dict[str, str]) -> tuple[Scene, Piece]:
    """The scene and the piece that a query asks for. Raises Refusal."""
    words = {key: query.pop(key, "") for key in ("entry", "x", "y", "side", "part", "parts", "within")}
    scene = Scene.read(query)
    one_of("entry", words["entry"], [*OPTIMIZERS, *scene.on])
    known = axes(scene, words["entry"])
    for axis in ("x", "y"):
        one_of(axis, words[axis], known)
    if words["x"] == words["y"]:
        raise Refusal(400, "x and y must be two numbers of the scene; got {got} twice.", got=repr(words["x"]))
    side = int(one_of("side", words["side"] or str(LEVELS[0]), map(str, LEVELS)))
    parts = int(one_of("parts", words["parts"] or "1", map(str, range(1, MOST_PARTS + 1))))
    part = int(one_of("part", words["part"] or "0", map(str, range(parts))))
    within = float(one_of("within", words["within"] or "0.01", map(repr, WITHIN)))
    return scene, Piece(words["entry"], words["x"], words["y"], side, part, parts, within)


def one_of(what: str, word: str, known: Iterable[str]) -> str:
    """A word of a query that must be one of those known. Raises Refusal."""
    listed = list(known)
    if word not in listed:
        raise Refusal(400, "{what} must be one of {known}; got {got}.", what=what, known=", ".join(listed), got=word)
    return word


def cells_of(piece: Piece) -> tuple[np.ndarray, np.ndarray]:
    """The columns and rows (n,) of the cells of a piece in the whole map, row by row."""
    stride = SIDE // piece.side
    places = np.arange(0, SIDE, stride)
    rows, columns = np.meshgrid(places[piece.part :: piece.parts], places, indexing="ij")
    new = np.ones(rows.shape, bool)
    if piece.side > LEVELS[0]:
        new = (rows % (2 * stride) != 0) | (columns % (2 * stride) != 0)
    return columns[new], rows[new]


def computed(scene: Scene, piece: Piece) -> bytes:
    """What became of the runs of a piece, in the order of `cells_of`.

    - loss (n,) int16: DECADE log10 of f above the lowest declared minimum, or sign(f) DECADE log10(1 + |f|) where none
      is declared; ZERO for 0 and NONE where it is not a number, as in a fan;
    - reached (n,) uint16: the first step whose loss is `within` the lowest minimum, steps + 1 where none is;
    - ended (n,) uint8: an ending's code, as in engine.maps.

    Head: the piece, the values along both axes, the devices that computed it, `coding`, the constants of the losses'
    codes, and with a map's first piece the `lines` of theory (`ui.map_lines`).
    """
    known = axes(scene, piece.entry)
    along = {key: np.array([known[key].at(k / (SIDE - 1)) for k in range(SIDE)]) for key in (piece.x, piece.y)}
    columns, rows = cells_of(piece)
    found = outcome(scene, piece.entry, {piece.x: along[piece.x][columns], piece.y: along[piece.y][rows]}, piece.within)
    arrays = {
        "loss": coded(found.gap, found.bounded),
        "reached": found.reached.astype(np.uint16),
        "ended": found.ended,
    }
    values = [along[piece.x].tolist(), along[piece.y].tolist()]
    head = {**piece._asdict(), "steps": found.steps, "values": values, "devices": named(map_devices())}
    head |= {"coding": {"decade": DECADE, "none": NONE, "zero": ZERO}, "bounded": found.bounded}
    if (piece.side, piece.part) == (LEVELS[0], 0):
        head["lines"] = lines(scene, piece.entry, along)
    return pack(head, arrays)


def outcome(
    scene: Scene,
    entry: str,
    varied: Mapping[str, np.ndarray],
    within: float = 0.0,
    share: float = 1.0,
    chunk: int | None = None,
) -> Outcome:
    """What becomes of an entry's run in a scene whose numbers `varied` are, by key, the n of an array.

    `within` of the lowest minimum is the goal; `share` of the steps are run, `chunk` runs at a time, as in engine.maps.
    """
    n = len(next(iter(varied.values())))
    changed = replace(scene, on=(entry,), values={**scene.values, **varied})
    [(optimizer, hypers)], setting = race_of(changed)
    setting = replace(setting, steps=max(1, round(share * setting.steps)))
    if not varied.keys().isdisjoint(START):
        start = [np.broadcast_to(varied.get(key, at), n) for key, at in zip(START, scene.start, strict=True)]
        setting = replace(setting, start=np.stack(start, axis=1))
    found, lowest, ended, bounded = outcomes(setting, optimizer, hypers=hypers, within=within, chunk=chunk)
    return Outcome(found.loss - lowest, found.reached, ended, bounded, setting.steps)


def coded(gap: np.ndarray, bounded: bool) -> np.ndarray:
    """Losses as codes, int16: DECADE log10 of each, or of 1 + |f| with f's sign where no minimum is declared."""
    with np.errstate(all="ignore"):  # of what diverged; below 0 a loss is not a number, but for roundings
        log = np.log10(gap) if bounded else np.sign(gap) * np.log10(1 + np.abs(gap))
        codes = np.where(np.isfinite(log), np.clip(np.rint(DECADE * log), ZERO, HIGHEST), NONE)
    return np.where(bounded & (gap <= 0), ZERO, codes).astype(np.int16)


def _start(surface: Surface) -> Iterator[Hyper]:
    for key, name, (low, high) in zip(START, "xy", surface.domain, strict=True):
        yield Hyper(key, (low + high) / 2, low, high, name=f"start, {name}", tex=f"{name}_0")
