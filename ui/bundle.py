"""The stage's modules as one: a browser that asks for one file starts sooner than one that asks for eighty.

Each module becomes a function of its own, called once, that returns what it exports; whoever imports from it takes the
names out of that. This is all that the stage's modules need: they import names, statically and without circles, and
export declarations that nobody reassigns. What else a module might do is refused. Comments that describe types and
functions, a quarter of what would be sent, are left out.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
_NOTHING = re.compile(r"^export \{\};$", re.MULTILINE)  # of a module that only declares types
_DESCRIPTION = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)  # a comment with its lines
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(entry: Path) -> str:
    """One module that exports what `entry` does, made of it and of all that it imports.

    Raises ValueError for a form of import or export that is not known here, and for modules that import in a circle.
    """
    order: dict[Path, str] = {}  # the modules in the order of their evaluation
    _add(entry.resolve(), order, ())
    names = {file: f"${k}" for k, file in enumerate(order)}
    parts = [
        f"// {file.relative_to(entry.parent.resolve()).as_posix()}\n"
        f"const {names[file]} = (() => {{\n{_closed(file, source, names)}}})();\n"
        for file, source in order.items()
    ]
    return "\n".join([*parts, _reexported(order[entry.resolve()], names[entry.resolve()])])


def _add(file: Path, order: dict[Path, str], above: tuple[Path, ...]) -> None:
    """Put a module behind those that it imports."""
    if file in order:
        return
    if file in above:
        raise ValueError(f"modules import in a circle: {' > '.join(path.name for path in (*above, file))}")
    source = _DESCRIPTION.sub("", file.read_text(encoding="utf-8"))
    for _, address in _IMPORT.findall(source):
        _add((file.parent / address).resolve(), order, (*above, file))
    order[file] = source


def _closed(file: Path, source: str, names: dict[Path, str]) -> str:
    """The body of a module's function."""

    def taken(found: re.Match) -> str:
        wanted = re.sub(r"(\w+) as (\w+)", r"\1: \2", found[1])
        return f"const {{{wanted}}} = {names[(file.parent / found[2]).resolve()]};"

    body = _NOTHING.sub("", _EXPORT.sub(r"\2", _IMPORT.sub(taken, source)))
    if unknown := _OTHER.search(body):
        raise ValueError(f"{file.name}: expected imports and exports of names, got {unknown[0]!r}.")
    exports = ", ".join(f"default: {name}" if default else name for default, _, name in _EXPORT.findall(source))
    return f"{body}return {{ {exports} }};\n"


def _reexported(source: str, name: str) -> str:
    """What the entry exports, as the exports of the whole."""
    found = _EXPORT.findall(source)
    return "".join(
        f"export default {name}.default;\n" if default else f"export const {export} = {name}.{export};\n"
        for default, _, export in found
    )
