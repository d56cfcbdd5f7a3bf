"""The loss surfaces: one module each, found by looking into this folder."""

from engine import Surface, discover

SURFACES = discover(__name__, __file__, Surface)
