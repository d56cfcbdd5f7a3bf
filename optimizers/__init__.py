"""The update rules: one module each, found by looking into this folder."""

from engine import Optimizer, discover

OPTIMIZERS = discover(__name__, __file__, Optimizer)
