"""The update rules: one module each. The registry is built from the files of this folder."""

from engine import Optimizer, discover

OPTIMIZERS = discover(__name__, __file__, Optimizer)
