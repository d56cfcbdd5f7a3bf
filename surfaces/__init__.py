"""The loss surfaces: one module each. The registry is built from the files of this folder."""

from engine import Surface, discover

SURFACES = discover(__name__, __file__, Surface)
