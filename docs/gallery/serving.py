"""What the gallery's page fetches: files of the repository, and the two that the app puts together."""

from pathlib import Path

from ui import static

ROOT = Path(__file__).parent.parent.parent
FILES = static.ours()
MADE = {"/stage.css": FILES[static.STYLES], "/plotly.js": FILES[static.PLOTLY_PATH]}
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json"}
TYPES[".svg"] = "image/svg+xml"


def response(path: str) -> tuple[bytes, str] | None:
    """The content and the media type of a path such as /docs/gallery/index.html; None where there is no such file."""
    if path in MADE:
        return MADE[path].read(), TYPES[Path(path).suffix]
    file = (ROOT / path.lstrip("/")).resolve()
    if not file.is_file() or not file.is_relative_to(ROOT) or file.suffix not in TYPES:
        return None
    return file.read_bytes(), TYPES[file.suffix]
