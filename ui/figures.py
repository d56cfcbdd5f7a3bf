"""Runs as one Plotly figure: contour lines, the surface in 3D and the losses, with frames that play step by step.

from engine import rollout
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.figures import figure

figure(rollout(SURFACES["rosenbrock"], OPTIMIZERS["adam"]))
"""

import base64
import gzip
import html as markup
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import Run, float64
from ui.picture import Picture, picture_of
from ui.scene import Scene, surface_of
from ui.traces import draw
from ui.words import ENGLISH, number, say, speaking, told

if TYPE_CHECKING:
    import plotly.graph_objects as go

# What Plotly's tool bar and its notes say, in its own English.
TOOLS = (
    *("Download plot as a PNG", "Download plot as an SVG", "Zoom", "Pan", "Reset axes", "Orbital rotation"),
    *("Turntable rotation", "Reset camera to default", "Reset views", "Share chart..."),
    *("Toggle show closest data on hover", "Double-click to zoom back out"),
    *("Double-click on legend to isolate one trace", "Preparing image - this may take a few seconds"),
    *("Image download succeeded", "Sorry, there was a problem downloading your image!"),
)
VIEW = Path(__file__).parent / "stage" / "paint" / "plotly.js"


def figure(what: Scene | Run | Sequence[Run]) -> "go.Figure":
    """The figure of a scene, of a run, or of several runs on one surface.

    The paths seen from above and the losses are those of the runs, in float64. The 3D view is in float32, and so are
    the frames, which leave out vertices that cannot be seen. A Run that holds n runs is drawn as n paths. An optimizer
    has the colour and the mark that it has on the page; where one occurs several times, each run has its own, and the
    legend names the hyperparameters that differ. Of a run that diverges the part inside the picture is drawn, and the
    legend says at which step it diverged.

    Raises ValueError where there is no run, where a run does not know its surface, or where the surfaces differ.
    """
    import plotly.graph_objects as go  # loaded when first needed: it takes longer than all the rest

    return go.Figure(draw(_picture(what)))


def html(what: Scene | Run | Sequence[Run]) -> str:
    """A file that shows the figure and plays it in a browser without a network: it holds plotly.js, 5 MB."""
    picture = _picture(what)
    return _page(picture.title, _json(draw(picture)))


def gzipped_json(scene: Scene, language: str = ENGLISH) -> bytes:
    """The figure of a scene as JSON, {data, frames, layout}, compressed by gzip; with a locale if it is not English."""
    with speaking(language):
        figure = draw(_picture(scene))
        if language != ENGLISH:
            figure["locale"] = _locale()
    return gzip.compress(_json(figure).encode(), compresslevel=6, mtime=0)


def page_of(scene: Scene, figure: bytes, language: str = ENGLISH) -> str:
    """`html(scene)`, from what `gzipped_json(scene, language)` returned."""
    return _page(say(language, surface_of(scene).name), gzip.decompress(figure).decode(), language)


def _locale() -> dict[str, Any]:
    """What Plotly's own tool bar says, and how it prints numbers."""
    return {
        "dictionary": {text: told(text) for text in TOOLS},
        "format": {"decimal": number("."), "thousands": "\N{NO-BREAK SPACE}"},
    }


def _picture(what: Scene | Run | Sequence[Run]) -> Picture:
    """The picture, in float64 also in a notebook that has not called `engine.configure`."""
    with float64():
        return picture_of(what)


def _json(figure: dict[str, Any]) -> str:
    """Compact JSON, with arrays in the form that plotly.js reads: little-endian numbers in base64."""

    def encoded(value: object) -> dict[str, str]:
        if not isinstance(value, np.ndarray):
            raise TypeError(f"expected plain data or arrays, got {value!r}.")
        spec = {"dtype": value.dtype.str[1:], "bdata": base64.b64encode(value.tobytes()).decode()}
        return spec | ({"shape": ", ".join(map(str, value.shape))} if value.ndim > 1 else {})

    return json.dumps(figure, default=encoded, separators=(",", ":"), allow_nan=False)


def _page(title: str, figure: str, language: str = ENGLISH) -> str:
    import plotly  # only for the folder that its plotly.js lies in

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return _PAGE.format(
        language=language,
        title=markup.escape(title),
        plotly=script.read_text(encoding="utf-8"),
        view=VIEW.read_text(encoding="utf-8"),
        figure=figure.replace("<", "\\u003c"),  # "</script>" in a name would end the script
    )


_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}, Descent Lab</title>
<style>
html, body {{ margin: 0; height: 100% }}
#figure {{ height: 100%; min-height: 600px; min-width: 700px; font-variant-numeric: tabular-nums }}
</style>
<div id="figure"></div>
<script>{plotly}</script>
<script type="module">
{view}
plot(Plotly, document.getElementById("figure"), {figure});
</script>
"""
