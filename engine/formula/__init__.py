"""Formulas that a reader types: read into a tree (never evaluated as Python), written, and made into surfaces."""

from engine.formula.errors import FormulaError
from engine.formula.reading import DEEPEST, LONGEST, MOST, MOST_PARAMETERS, parse
from engine.formula.surface import KEPT, check_formula, formula_surface, function_of, parameter
from engine.formula.tree import (
    FUNCTIONS,
    NAMES,
    PARAMETERS,
    Binary,
    Call,
    Name,
    Negative,
    Node,
    Number,
    constant,
    evaluate,
    functions_in,
    parameters_of,
)
from engine.formula.writing import to_mathml, to_source, to_tex, to_text

__all__ = [
    "DEEPEST",
    "FUNCTIONS",
    "KEPT",
    "LONGEST",
    "MOST",
    "MOST_PARAMETERS",
    "NAMES",
    "PARAMETERS",
    "Binary",
    "Call",
    "FormulaError",
    "Name",
    "Negative",
    "Node",
    "Number",
    "check_formula",
    "constant",
    "evaluate",
    "formula_surface",
    "function_of",
    "functions_in",
    "parameter",
    "parameters_of",
    "parse",
    "to_mathml",
    "to_source",
    "to_tex",
    "to_text",
]
