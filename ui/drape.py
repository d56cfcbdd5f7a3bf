"""Paths laid over a surface, as the 3D view draws them."""

from typing import NamedTuple

import numpy as np

PIECES = 48  # straight pieces into which a step as long as the domain is divided
MOST = 4000  # pieces of a whole path; if its steps are so long that there would be more, the pieces are longer


class Draped(NamedTuple):
    """The vertices of a path on a surface. Where x is nan, the path has left the domain and the line breaks."""

    x: np.ndarray  # (m,)
    y: np.ndarray  # (m,)
    z: np.ndarray  # (m,), the height of the surface
    step: np.ndarray  # (m,), the step that each vertex belongs to, fractional within a step; it never falls


def height_at(heights: np.ndarray, domain, points: np.ndarray) -> np.ndarray:
    """The height (m,) of a grid (n, n) over the domain at points (m, 2), bilinear; nan outside the domain."""
    n = len(heights)
    low, high = np.transpose(domain)
    at = (points - low) / (high - low) * (n - 1)
    inside = ((at >= 0) & (at <= n - 1)).all(axis=1)
    at = np.where(inside[:, None], at, 0)  # any point of the grid, so that the cast to int cannot overflow
    i, j = at.astype(int).clip(0, n - 2).T
    u, v = at[:, 0] - i, at[:, 1] - j
    below = heights[j, i] * (1 - u) + heights[j, i + 1] * u
    above = heights[j + 1, i] * (1 - u) + heights[j + 1, i + 1] * u
    return np.where(inside, below * (1 - v) + above * v, np.nan)


def drape(position: np.ndarray, heights: np.ndarray, domain) -> Draped:
    """Lay the path position (n, 2) over a grid of heights: each step is a straight line seen from above.

    A step that crosses the edge of the domain is cut where it does (Liang and Barsky, 1984); no point is moved.
    """
    low, high = np.transpose(domain)
    a, d = position[:-1], np.diff(position, axis=0)
    with np.errstate(all="ignore"):  # past an overflow positions are inf or nan
        first, second = (low - a) / d, (high - a) / d
        # The shares of the step at which it crosses the lines x = low, x = high and so on. A step of length 0 along
        # an edge gives 0 / 0: such a line is never crossed.
        shares = np.sort([np.nan_to_num(first, nan=-np.inf), np.nan_to_num(second, nan=np.inf)], axis=0)
        enter, leave = shares[0].max(axis=1).clip(0), shares[1].min(axis=1).clip(max=1)
        seen = (enter <= leave) & np.isfinite(a).all(axis=1) & np.isfinite(d).all(axis=1)
    i = np.flatnonzero(seen)
    if not len(i):
        return Draped(*(np.empty(0) for _ in Draped._fields))
    a, d, enter, leave = a[i], d[i], enter[i], leave[i]
    lengths = (np.abs(d) / (high - low)).max(axis=1) * (leave - enter)
    pieces = np.ceil(lengths * min(PIECES, MOST / max(lengths.sum(), 1))).astype(int).clip(1)
    # Where the line goes on, the first vertex of a step is the last one of the step before; otherwise it begins anew,
    # with a vertex that is nan (k = -1) and the point where it enters (k = 0).
    goes_on = np.append(False, (np.diff(i) == 1) & (leave[:-1] == 1) & (enter[1:] == 0))
    begin = np.where(goes_on, 1, -1)
    count = pieces - begin + 1
    of = np.repeat(np.arange(len(i)), count)
    k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + begin[of]
    way = np.maximum(k, 0) / pieces[of]
    share = enter[of] * (1 - way) + leave[of] * way
    points = np.clip(a[of] + share[:, None] * d[of], low, high)  # a cut point may be off the edge by its rounding
    points[k < 0] = np.nan
    return Draped(points[:, 0], points[:, 1], height_at(heights, domain, points), i[of] + share)
