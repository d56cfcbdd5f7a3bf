"""Formulas that a reader types: read into a tree (never evaluated as Python), written, and made into surfaces."""

from engine.formula.reading import DEEPEST, LONGEST, MOST, FormulaError, parse
from engine.formula.surface import KEPT, formula_surface
from engine.formula.tree import FUNCTIONS, NAMES, Binary, Call, Name, Negative, Node, Number, constant, evaluate
from engine.formula.writing import to_mathml, to_source, to_tex, to_text

__all__ = [
    "DEEPEST",
    "FUNCTIONS",
    "KEPT",
    "LONGEST",
    "MOST",
    "NAMES",
    "Binary",
    "Call",
    "FormulaError",
    "Name",
    "Negative",
    "Node",
    "Number",
    "constant",
    "evaluate",
    "formula_surface",
    "parse",
    "to_mathml",
    "to_source",
    "to_tex",
    "to_text",
]
