"""Colours and marks of the picture. Colour belongs to the optimizers; the surface stays quiet.

They are written in theme.json, which the browser's side gets with the catalogue.
"""

import json
from pathlib import Path
from typing import NamedTuple

THEME = json.loads(Path(__file__).with_name("theme.json").read_text(encoding="utf-8"))

# The eight colours of Okabe and Ito (2008), darkened on a light ground and lightened on a dark one until each has a
# contrast of at least 3:1. So darkened, orange, yellow and vermillion are one olive to who lacks a kind of cone: on a
# light ground yellow is duller and vermillion darker still (tests/test_colour_vision.py).
PALETTE: dict[str, tuple[str, ...]] = {scheme: tuple(colors) for scheme, colors in THEME["palette"].items()}
# For each of them the colours of an optimizer's further entries: darker or lighter, of a hue up to 34 degrees away in
# OKLCH, with the same contrast; for black and white dull colours.
SHADES: dict[str, tuple[tuple[str, ...], ...]] = {
    scheme: tuple(map(tuple, shades)) for scheme, shades in THEME["shades"].items()
}
# How the line of each entry of an optimizer is broken: Plotly's name, and dashes and gaps in pixels.
DASHES: tuple[str, ...] = tuple(line["dash"] for line in THEME["lines"])


class Ground(NamedTuple):
    """The colours of a surface and of what is drawn around it, as in CSS."""

    low: str  # the surface where it is lowest
    high: str  # where it is highest
    line: str  # contour lines seen from above
    ridge: str  # contour lines in 3D
    halo: str  # around a path, so that it stands out against other paths
    faint: str  # grid lines
    muted: str  # numbers and titles of the axes, stars and crosses


GROUND = {scheme: Ground(**colors) for scheme, colors in THEME["ground"].items()}


class Mark(NamedTuple):
    """A regular polygon that tells optimizers apart without colour.

    Its corners lie on a circle; the first one points up, turned clockwise by `turn` half turns.
    """

    symbol: str  # what Plotly calls it
    sides: int
    turn: float


MARKS = tuple(Mark(**mark) for mark in THEME["marks"])


class Look(NamedTuple):
    """How one run is drawn: indices into a scheme's PALETTE and into MARKS, and which entry of its optimizer it is."""

    color: int
    mark: int
    entry: int = 0  # 0 for the first, drawn in the colour itself and with an unbroken line

    def color_in(self, scheme: str) -> str:
        """Its colour, as in CSS."""
        return SHADES[scheme][self.color][self.entry - 1] if self.entry else PALETTE[scheme][self.color]


def look(k: int, entry: int = 0) -> Look:
    """The look of an entry of the optimizer that stands k-th in the registry: 64 pairs of colour and mark before one
    repeats.

    Each group of eight starts two colours further on, so that a rule and its variants, which readers compare, seldom
    have the same colour. A further entry has a shade of its optimizer's colour, the next mark, and another line.
    """
    group = k // len(MARKS)
    return Look((k + 2 * group) % len(PALETTE["light"]), (k + group + entry) % len(MARKS), entry)
