"""What is wrong with a formula, in words for its author."""

from engine.formula.tree import NAMES, PARAMETERS
from engine.text import Text

UNEXPECTED = (
    "unexpected `{sign}` at column {column}: use x, y, pi, e, numbers, a function such as sin(x), "
    "or a single letter, which gets a slider."
)
COMMA = "unexpected `,` at column {column}: write decimals with a point, such as 0.5."


class FormulaError(ValueError):
    """An error in a formula, described for its author, with the column (from 1) at which it was found."""

    def __init__(self, message: str, column: int, **values: object) -> None:
        """The message is the template of an `engine.Text`; it names the column and the values."""
        super().__init__(Text(message, column=column, **values))
        self.column = column


def unknown_name(name: str, column: int) -> FormulaError:
    """What is said of an unknown name, and what to write instead of it."""
    if name.lower() in ("f", "z"):
        what = (
            "unknown name `{name}` at column {column}: {name} stands for the value of the formula, "
            "use another letter for a slider."
        )
        return FormulaError(what, column, name=name)
    letters = name.lower()
    short = len(letters) <= 3 or set(letters) <= {"x", "y"}
    if short and set(letters) & {"x", "y"} and set(letters) <= {*PARAMETERS, *NAMES}:
        # A product such as xy or axy, while mod is meant as a word.
        what = "unknown name `{name}` at column {column}: write {product}."
        return FormulaError(what, column, name=name, product="*".join(letters))
    what = (
        "unknown name `{name}` at column {column}: use x, y, pi, e, numbers, a function such as sin(x), "
        "or a single letter, which gets a slider."
    )
    return FormulaError(what, column, name=name)
