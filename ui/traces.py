"""A picture as the plain data of a Plotly figure: traces and frames, with NumPy arrays for the numbers.

The order of the traces: contour lines, surface, stars and crosses and rings; for each path the whole of it seen from
above, its part up to the current step, and the whole of it in 3D; the losses; the veil over later losses; for each path
its mark in the three views. A frame changes the traces of paths, the veil and the marks, and repeats nothing else.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from ui.drape import Draped, drape, height_at
from ui.layout import SCHEME, layout, loss_scale
from ui.picture import Path, Picture
from ui.theme import DASHES, GROUND, MARKS
from ui.words import listed, told

FRAMES = 60  # at most, besides that of the start
FINE = 1 / 2000  # of the domain, less than half a pixel: how far a path in a frame may be off
BUDGET = 60_000  # vertices in all frames together: where paths cannot be thinned, there are fewer frames
FEWEST = 24  # frames, or nearly so many, even where they go over the budget
LEVELS = 20  # contour lines
SQUARES = 120  # of the surface in 3D along each side, at most
LIFT = 0.008  # of the height: a path exactly on the surface would be half hidden by it
AHEAD = 0.28  # opacity of the part of a path that is still to come

Trace = dict[str, Any]
LOSS_AXES = {"xaxis": "x2", "yaxis": "y2"}


def draw(picture: Picture) -> dict[str, Any]:
    """The figure as plain data: {data, frames, layout}. It opens at the last step."""
    steps, scale = picture.steps, loss_scale(picture)
    still = [_contour(picture), _surface(picture), *_landmarks(picture)]
    lifted = [drape(path.position, picture.heights, picture.domain) for path in picture.paths]
    paths = [trace for k, path in enumerate(picture.paths) for trace in _path(picture, k, path, lifted[k])]
    losses = [_loss(picture, k, path, scale) for k, path in enumerate(picture.paths)]
    marks = [trace for k, path in enumerate(picture.paths) for trace in _marks(picture, k, path, scale)]
    after_paths, after_losses = len(still) + len(paths), len(still) + len(paths) + len(losses)
    moving = [*range(len(still), after_paths), *range(after_losses, after_losses + 1 + len(marks))]

    stops, rows = _stops(picture)
    frames = []
    for t in stops:
        parts = zip(picture.paths, rows, lifted, strict=True)
        begun = [trace for path, kept, above in parts for trace in _up_to(t, steps, path, kept, above)]
        places = [place for path in picture.paths for place in _places(picture, path, t, scale)]
        changes = [*begun, {"x": _veil(t, picture)["x"]}, *places]
        frames.append({"name": str(t), "data": changes, "traces": moving})
    return {
        "data": [*still, *paths, *losses, _veil(steps, picture), *marks],
        "frames": frames,
        "layout": layout(picture, stops),
    }


def _levels(picture: Picture) -> dict[str, float]:
    low, high = picture.range
    size = (high - low) / LEVELS
    return {"start": low + size / 2, "end": high, "size": size}


def _contour(picture: Picture) -> Trace:
    (x0, x1), (y0, y1) = picture.domain
    n = len(picture.heights) - 1
    low, high = picture.range
    ground = GROUND[SCHEME]
    return {
        "type": "contour",
        "name": picture.title,
        "z": picture.heights.astype(np.float32),
        **{"x0": x0, "dx": (x1 - x0) / n, "y0": y0, "dy": (y1 - y0) / n},
        **{"zmin": low, "zmax": high, "colorscale": [[0, ground.low], [1, ground.high]]},
        **{"autocontour": False, "contours": {**_levels(picture), "coloring": "fill"}},
        "line": {"color": ground.line, "width": 0.8, "smoothing": 0},
        **{"showscale": False, "showlegend": False, "hoverinfo": "skip"},
    }


def _surface(picture: Picture) -> Trace:
    stride = max(1, (len(picture.heights) - 1) // SQUARES)
    x, y = (np.linspace(*side, len(picture.heights))[::stride].astype(np.float32) for side in picture.domain)
    low, high = picture.range
    ground = GROUND[SCHEME]
    plain = {"highlight": False}
    lines = {"show": True, "color": ground.ridge, "width": 1, **plain, **_levels(picture)}
    return {
        "type": "surface",
        "name": picture.title,
        **{"x": x, "y": y, "z": picture.heights[::stride, ::stride].astype(np.float32)},
        **{"cmin": low, "cmax": high, "colorscale": [[0, ground.low], [1, ground.high]]},
        "contours": {"x": plain, "y": plain, "z": lines},
        "lighting": {"ambient": 0.9, "diffuse": 0.2, "specular": 0.02, "roughness": 1, "fresnel": 0},
        **{"showscale": False, "showlegend": False, "hoverinfo": "skip"},
    }


def _landmarks(picture: Picture) -> list[Trace]:
    """Stars at the minima, filled ones at the lowest; crosses at the saddles; rings where the paths start."""
    muted = GROUND[SCHEME].muted
    best = [point for point, value in picture.minima if value <= picture.floor + 1e-9]
    others = [point for point, value in picture.minima if value > picture.floor + 1e-9]
    starts = dict.fromkeys((float(x), float(y)) for x, y in (path.position[0] for path in picture.paths))
    signs = [
        (told("lowest minimum") if others else told("minimum"), best, "star", 10),
        (told("minimum"), others, "star-open", 10),
        (told("saddle"), [point for point, _ in picture.saddles], "x-thin", 8),
        (told("start"), list(starts), "circle-open", 13),
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            **{"name": name, "legendrank": 2000, "x": [x for x, _ in points], "y": [y for _, y in points]},
            "marker": {"symbol": symbol, "size": size, "color": muted, "line": {"color": muted, "width": 1.5}},
            "hovertemplate": f"{name}<br>{_place()}<extra></extra>",
        }
        for name, points, symbol, size in signs
        if points
    ]


def _place() -> str:
    """The point below the pointer, which Plotly puts in."""
    return f"({listed(['%{x:.4g}', '%{y:.4g}'])})"


def _of(k: int, path: Path) -> Trace:
    """What the traces of the k-th path share: a click on its name in the legend hides all of them."""
    return {"name": path.name, "legendgroup": str(k), "showlegend": False}


def _color(path: Path) -> str:
    return path.look.color_in(SCHEME)


def _line(path: Path) -> Trace:
    return {"color": _color(path), "dash": DASHES[path.look.entry]}


def _path(picture: Picture, k: int, path: Path, above: Draped) -> list[Trace]:
    x, y = path.position.T
    line = {"type": "scatter", "mode": "lines", "line": {**_line(path), "width": 2}, **_of(k, path)}
    hover = f"{told('step')} %{{pointNumber}}<br>{_place()}<extra>{path.name}</extra>"
    low, high = picture.range
    faint = _on_white(_color(path), AHEAD)
    lifted = {
        "type": "scatter3d",
        "mode": "lines",
        **{"x": above.x.astype(np.float32), "y": above.y.astype(np.float32)},
        "z": (above.z + LIFT * (high - low)).astype(np.float32),
        "line": {
            "color": np.arange(len(above.step), dtype=np.int32),
            "colorscale": [[0, _color(path)], [0.5, _color(path)], [0.5, faint], [1, faint]],
            "width": 5,
            "dash": DASHES[path.look.entry],
            **_colored_up_to(picture.steps, above),
        },
        "hoverinfo": "skip",
        **_of(k, path),
    }
    return [{**line, "x": x, "y": y, "hovertemplate": hover}, {**line, "x": [], "y": [], "hoverinfo": "skip"}, lifted]


def _up_to(t: int, steps: int, path: Path, rows: np.ndarray, above: Draped) -> list[Trace]:
    """What a frame changes in the three traces of `_path`. In the last one the whole path is strong by itself."""
    begun = path.position[rows[rows <= t]] if t < steps else np.empty((0, 2))
    with np.errstate(over="ignore"):  # beyond 3e38 a vertex in float32 is infinite
        x, y = begun.T.astype(np.float32)
    lifted = {"type": "scatter3d", "line": _colored_up_to(t, above)}
    return [{"opacity": AHEAD if t < steps else 1}, {"x": x, "y": y}, lifted]


def _colored_up_to(t: int, above: Draped) -> dict[str, float]:
    """The range of a path's colours in 3D that makes its vertices up to step t strong and the later ones faint."""
    half = len(above.step) + 1
    middle = np.searchsorted(above.step, t, "right") - 0.5  # a vertex's colour is its number
    return {"cmin": float(middle - half), "cmax": float(middle + half)}


def _loss(picture: Picture, k: int, path: Path, scale) -> Trace:
    """The losses, by step. The axis of a surface without a minimum does not show them as they are: a pointer does."""
    itself = {} if picture.minima else {"customdata": path.loss}
    shown = "%{customdata:.4g}" if itself else "%{y:.4g}"
    return {
        "type": "scatter",
        "mode": "lines",
        **{"x0": 0, "dx": 1, "y": scale(path.loss), **itself, **LOSS_AXES},
        "line": {**_line(path), "width": 1.8},
        "hovertemplate": f"{told('step')} %{{pointNumber}}<br>{told('loss')} {shown}<extra>{path.name}</extra>",
        **_of(k, path),
    }


def _veil(t: int, picture: Picture) -> Trace:
    """A sheet of near-white over the losses after step t; its edge marks the step."""
    end = 2 * picture.steps + 1
    low, high = (1e-99, 1e99) if picture.minima else (-99, 99)  # beyond any axis
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        **{"x": [t, t, end, end], "y": [low, high, high, low], **LOSS_AXES},
        "fillcolor": "rgba(255,255,255,.72)",
        "line": {"color": GROUND[SCHEME].muted, "width": 0.8},
        **{"showlegend": False, "hoverinfo": "skip"},
    }


def _marks(picture: Picture, k: int, path: Path, scale) -> list[Trace]:
    """The marks of a path at its last step; the one seen from above, with a line, stands for the path in the legend."""
    color, rim = _color(path), {"color": "white", "width": 1.5}
    symbol = MARKS[path.look.mark].symbol
    flat = {"type": "scatter", "mode": "lines+markers", "line": _line(path), "hoverinfo": "skip", **_of(k, path)}
    flat["marker"] = {"color": color, "symbol": symbol, "size": 11, "line": rim}
    ball = {"type": "scatter3d", "mode": "markers", "hoverinfo": "skip", **_of(k, path)}
    ball["marker"] = {"color": color, "size": 5, "line": rim}  # in 3D Plotly has no triangles
    above, lifted, loss = _places(picture, path, picture.steps, scale)
    return [
        {**flat, **above, "showlegend": True},
        {**ball, **lifted},
        {**flat, **loss, **LOSS_AXES, "cliponaxis": False},
    ]


def _number(value: float) -> float | None:
    """JSON has neither inf nor nan."""
    return float(value) if np.isfinite(value) else None


def _places(picture: Picture, path: Path, t: int, scale) -> list[Trace]:
    """Where a path stands at step t, or at its last step, in the three views; nowhere where that is not finite."""
    t = min(t, len(path.loss) - 1)
    low, high = picture.range
    x, y = path.position[t]
    z = height_at(picture.heights, picture.domain, path.position[t : t + 1])[0] + 3 * LIFT * (high - low)
    places = [{"x": x, "y": y}, {"x": x, "y": y, "z": z}, {"x": t, "y": scale(path.loss[t])}]
    above, lifted, loss = ({side: [_number(v)] for side, v in place.items()} for place in places)
    return [above, {"type": "scatter3d", **lifted}, loss]


def _stops(picture: Picture) -> tuple[list[int], list[np.ndarray]]:
    """The steps that frames show, a round number apart, and for each path the rows that its line needs there."""
    span = np.diff(picture.domain, axis=1)[:, 0]
    strides = (k * 10**e for e in range(9) for k in (1, 2, 5))
    while True:
        stops = [*range(0, picture.steps, next(strides)), picture.steps]
        if len(stops) <= FRAMES + 1:
            rows = [_rows(path.position / span, stops) for path in picture.paths]
            if sum(np.searchsorted(kept, stops).sum() for kept in rows) <= BUDGET or len(stops) <= FEWEST:
                return stops, rows


def _rows(position: np.ndarray, stops: list[int]) -> np.ndarray:
    """The rows of a path, in units of the domain, that its line needs.

    Those between two stops are left out if all of them lie within FINE of the straight line between the stops, or if
    none of them is finite.
    """
    last = len(position) - 1
    finite = np.isfinite(position)
    rows = [0]
    with np.errstate(all="ignore"):
        for a, b in pairwise(sorted({min(stop, last) for stop in stops})):
            away, whole = position[a + 1 : b] - position[a], position[b] - position[a]
            share = np.clip(away @ whole / max(whole @ whole, 1e-300), 0, 1)  # of the way to the nearest point
            strays = np.hypot(*(away - share[:, None] * whole).T)
            straight = (strays <= FINE).all()  # nan is not
            rows += [b] if straight or not finite[a + 1 : b + 1].any() else range(a + 1, b + 1)
    return np.array(rows)


def _on_white(color: str, opacity: float) -> str:
    """The opaque colour that `color` of some opacity makes on white."""
    parts = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * opacity):02x}" for part in parts)
