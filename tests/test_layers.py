"""Imports point one way: app.py -> ui -> {optimizers, surfaces} -> engine -> libraries."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "engine": {"engine"},
    "optimizers": {"optimizers", "engine"},
    "surfaces": {"surfaces", "engine"},
    "ui": {"ui", "optimizers", "surfaces", "engine"},
    "app": {"ui", "optimizers", "surfaces", "engine"},
}
STREAMLIT = {"app.py", "ui/page.py"}  # the only files that may import it: the rest runs without a page
FILES = [
    path.relative_to(ROOT).as_posix()
    for layer in ALLOWED
    for path in [*ROOT.glob(f"{layer}.py"), *ROOT.glob(f"{layer}/**/*.py")]
]


def imported(source: str, package: str) -> set[str]:
    """The first names of all modules that the source imports, wherever it does; `package` is what a dot means."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(package if node.level else node.module)
    return {name.partition(".")[0] for name in names}


def test_reading_sees_every_way_to_import():
    source = "import a.b, c as d\nfrom e.f import g\ndef h():\n    import i\n    from . import j\n    from .k import l"
    assert imported(source, "own") == {"a", "c", "e", "i", "own"}


def test_every_layer_is_there():
    assert {file.removesuffix(".py").partition("/")[0] for file in FILES} == set(ALLOWED)


@pytest.mark.parametrize("file", FILES)
def test_arrows_point_one_way(file):
    layer = file.removesuffix(".py").partition("/")[0]
    ours = {path.stem for path in [*ROOT.glob("*.py"), *ROOT.glob("*/")] if not path.name.startswith(".")}
    names = imported((ROOT / file).read_text(encoding="utf-8"), layer)
    assert names & ours <= ALLOWED[layer]
    assert "streamlit" not in names or file in STREAMLIT
