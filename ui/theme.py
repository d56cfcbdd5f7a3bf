"""Colours and marks of the picture. Colour belongs to the optimizers; the surface stays quiet."""

from typing import NamedTuple

# The eight colours of Okabe and Ito (2008), darkened on a light ground and lightened on a dark one until each has a
# contrast of at least 3:1.
PALETTE = {
    "light": ("#111111", "#a46200", "#1c77b2", "#00815d", "#847000", "#0057a0", "#c14c00", "#b04a86"),
    "dark": ("#f5f5f5", "#f0a830", "#6cc4f5", "#1fc394", "#f0e442", "#69a5f1", "#ff7d37", "#e08fc0"),
}


class Ground(NamedTuple):
    """The colours of a surface and of what is drawn around it, as in CSS."""

    low: str  # the surface where it is lowest
    high: str  # where it is highest
    line: str  # contour lines seen from above
    ridge: str  # contour lines in 3D
    halo: str  # around a path, so that it stands out against other paths
    faint: str  # grid lines
    muted: str  # numbers and titles of the axes, stars and crosses


GROUND = {
    "light": Ground(
        low="#fbfcfd",
        high="#c3cfdb",
        line="rgba(60,80,105,.30)",
        ridge="#93a3b5",
        halo="rgba(255,255,255,.85)",
        faint="rgba(0,0,0,.09)",
        muted="#59626d",
    ),
    "dark": Ground(
        low="#12161c",
        high="#43536a",
        line="rgba(190,210,235,.22)",
        ridge="#5f7188",
        halo="rgba(14,17,22,.8)",
        faint="rgba(255,255,255,.12)",
        muted="#a7b0bb",
    ),
}


class Mark(NamedTuple):
    """A regular polygon that tells optimizers apart without colour.

    Its corners lie on a circle; the first one points up, turned clockwise by `turn` half turns.
    """

    symbol: str  # what Plotly calls it
    sides: int
    turn: float


MARKS = (
    Mark("circle", 24, 0),  # so many sides look round
    Mark("square", 4, 1 / 4),
    Mark("triangle-up", 3, 0),
    Mark("triangle-right", 3, 1 / 2),
    Mark("diamond", 4, 0),
    Mark("triangle-down", 3, 1),
    Mark("triangle-left", 3, -1 / 2),
    Mark("hexagon2", 6, 1 / 6),
)


class Look(NamedTuple):
    """How one run is drawn: indices into a scheme's PALETTE and into MARKS."""

    color: int
    mark: int


def look(k: int) -> Look:
    """The look of the optimizer that stands k-th in the registry: 64 pairs of colour and mark before one repeats.

    Each group of eight starts two colours further on, so that a rule and its variants, which readers compare, seldom
    have the same colour.
    """
    group = k // len(MARKS)
    return Look((k + 2 * group) % len(PALETTE["light"]), (k + group) % len(MARKS))
