"""The files that a browser fetches once and keeps: the stage's modules, its style sheet, and plotly.js."""

import gzip
from functools import lru_cache
from pathlib import Path

import plotly

from ui.version import PLOTLY_PATH, VERSION

STAGE = Path(__file__).parent / "stage"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
STYLES = f"/stage/{VERSION}/stage.css"  # all of STAGE / "styles" as one file: a request less for each


def files() -> dict[str, tuple[Path, ...]]:
    """Every such file by its path below the page's address, which holds its version: the files that it is made of."""
    modules = {file.relative_to(STAGE).as_posix(): (file,) for file in sorted(STAGE.rglob("*.js"))}
    first = [STAGE / "styles" / name for name in ("base.css", "controls.css", "panels.css")]  # the others refine them
    others = [file for file in sorted((STAGE / "styles").glob("*.css")) if file not in first]
    named = {f"/stage/{VERSION}/{name}": parts for name, parts in modules.items()}
    return {**named, STYLES: (*first, *others), PLOTLY_PATH: (PLOTLY,)}


@lru_cache(maxsize=256)
def contents(parts: tuple[Path, ...]) -> tuple[bytes, bytes]:
    """A file made of these, plain and gzipped: compressed once, not for each reader."""
    file = b"\n".join(part.read_bytes() for part in parts)
    return file, gzip.compress(file, compresslevel=6)
