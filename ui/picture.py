"""What a figure shows, as plain data: a surface, and the paths of runs on it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from engine import Optimizer, Run, Surface, race
from engine.metrics import diverged_at, first_outside
from optimizers import OPTIMIZERS
from ui.entries import MOST, names_of
from ui.paths import race_of, values_on_grid
from ui.scene import Scene, surface_of
from ui.theme import Look, look
from ui.words import listed, number, told

Places = tuple[tuple[tuple[float, float], float], ...]

AT_REST = 1e-6  # of the domain's diagonal, as in ui/stage/data/outcome.js


class Path(NamedTuple):
    """One run as it is drawn."""

    name: str  # the optimizer's, and what became of the run
    look: Look
    position: np.ndarray  # (steps + 1, 2)
    loss: np.ndarray  # (steps + 1,)


class Picture(NamedTuple):
    """A surface and the paths on it."""

    title: str
    subtitle: str
    axes: tuple[str, str]  # the names of the two coordinates
    domain: tuple[tuple[float, float], tuple[float, float]]
    heights: np.ndarray  # (n, n), row j at y_j, column i at x_i: f, or log10(1 + f - floor); nan where it is not finite
    log_height: bool  # whether the heights are logarithmic
    range: tuple[float, float]  # the lowest and the highest of the heights
    floor: float  # the lowest declared minimum, or 0 where there is none
    gap: bool  # whether the loss is drawn as its distance from the floor
    minima: Places
    saddles: Places
    paths: list[Path]

    @property
    def steps(self) -> int:
        """Of the longest path."""
        return max((len(path.loss) - 1 for path in self.paths), default=0)


class Entry(NamedTuple):
    """One run, and what it was computed with."""

    optimizer: Optimizer
    hypers: Mapping[str, float]
    run: Run


def picture_of(what: Scene | Run | Sequence[Run]) -> Picture:
    """The picture of a scene, of a run, or of several runs on one surface; a Run that holds n runs gives n paths.

    Raises ValueError where there is no run, where a run does not know its surface, or where the surfaces differ.
    """
    if isinstance(what, Scene):
        entries, setting = race_of(what)
        return _picture(surface_of(what), what.hypers("surface"), _singles(race(setting, entries)), what.names())
    runs = [what] if isinstance(what, Run) else list(what)
    if not runs:
        raise ValueError("figure: expected a scene or at least one run, got no run.")
    surface, hypers = _ground(runs[0])
    for run in runs[1:]:
        other = _ground(run)
        if other != (surface, hypers):
            raise ValueError(
                f"figure: expected runs on one surface, got {surface.id} with {hypers} and {other[0].id} with "
                f"{other[1]}; make one figure for each."
            )
    entries = _singles(runs)
    return _picture(surface, hypers, entries, names_of([(entry.optimizer, entry.hypers) for entry in entries]))


def _ground(run: Run) -> tuple[Surface, dict[str, float]]:
    """The surface of a run and its hyperparameters."""
    if run.origin is None:
        raise ValueError("figure: expected a Run that rollout or race has returned, got one without its origin.")
    values = {id: np.unique(np.asarray(value, float)) for id, value in run.origin.surface_hypers.items()}
    surface = run.origin.surface
    if not isinstance(surface, Surface):
        raise ValueError("figure: expected a run on a Surface, which has a domain; got one on a plain function.")
    if any(len(value) > 1 for value in values.values()):
        raise ValueError("figure: expected runs on one surface, got runs that differ in its hyperparameters.")
    return surface, {id: float(value[0]) for id, value in values.items()}


def _singles(runs: Sequence[Run]) -> list[Entry]:
    """Each run by itself: a Run that holds n runs becomes n."""
    entries = []
    for run in runs:
        assert run.origin is not None  # rollout and race set it, and _ground has checked what others give
        shape = run.loss.shape[:-1]
        for k in np.ndindex(shape):
            single = Run(run.position[k], run.loss[k], run.gradient[k], run.lr[k], {})
            hypers = {id: float(np.broadcast_to(value, shape)[k]) for id, value in run.origin.hypers.items()}
            entries.append(Entry(run.origin.optimizer, hypers, single))
    return entries


def _picture(surface: Surface, hypers: Mapping[str, float], entries: Sequence[Entry], names: Sequence[str]) -> Picture:
    minima = surface.minima(**hypers)
    floor = min((value for _, value in minima), default=0.0)
    heights = values_on_grid(surface, hypers)
    with np.errstate(all="ignore"):  # a formula may have no value somewhere
        heights = np.log10(1 + heights - floor) if surface.log_height else heights
    heights = np.where(np.isfinite(heights), heights, np.nan)
    return Picture(
        title=told(surface.name),
        subtitle=listed(f"{told(hyper.name)} {number(f'{hypers[hyper.id]:.4g}')}" for hyper in surface.hypers),
        axes=(told(surface.data.names[0]), told(surface.data.names[1])) if surface.data else ("x", "y"),
        domain=surface.domain,
        heights=heights,
        log_height=surface.log_height,
        range=_range(heights),
        floor=floor,
        gap=bool(minima) and surface.data is None,  # what a model leaves unexplained is part of its loss
        minima=minima,
        saddles=surface.saddles(**hypers),
        paths=[
            Path(_named(name, outcome_of(entry.run, surface)), look, entry.run.position, entry.run.loss)
            for name, look, entry in zip(names, _looks(entries), entries, strict=True)
        ],
    )


def _range(heights: np.ndarray) -> tuple[float, float]:
    finite = heights[np.isfinite(heights)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    half = max(1.0, abs(low)) / 2  # a plane lies in the middle of its range
    return (low, high) if low < high else (low - half, low + half)


def _looks(entries: Sequence[Entry]) -> list[Look]:
    """The look of each run: that of its optimizer on the page, and of its first, second, ... entry.

    Where one optimizer has more runs than a scene can hold entries, each run has the look of its place in the figure.
    """
    ids = [entry.optimizer.id for entry in entries]
    if max(Counter(ids).values(), default=1) > MOST:
        return [look(k) for k in range(len(ids))]
    places = {id: k for k, id in enumerate(dict.fromkeys([*OPTIMIZERS, *ids]))}  # a notebook may define optimizers
    return [look(places[id], ids[:k].count(id)) for k, id in enumerate(ids)]


def _named(name: str, outcome: str) -> str:
    return f"{name} ({outcome})" if outcome else name


def outcome_of(run: Run, surface: Surface) -> str:
    """What became of a run, in the words of ui/stage/data/outcome.js; nothing where it ends inside the picture."""
    end, since = run.position[-1], diverged_at(run)
    if since is not None:
        undefined = np.isfinite(end).all() and np.isnan(run.loss[-1])
        return told("f undefined since step {n}", n=since) if undefined else told("diverged at step {n}", n=since)
    low, high = np.transpose(surface.domain)
    if ((low <= end) & (end <= high)).all():
        return ""
    if len(run.position) > 1 and np.hypot(*(end - run.position[-2])) < AT_REST * np.hypot(*(high - low)):
        return told("rests outside the picture")
    return told("left the picture at step {n}", n=first_outside(run, surface))
