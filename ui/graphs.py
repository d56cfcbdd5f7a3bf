"""The computational graph of a scene's surface, for the stage, which computes values and derivatives at any point."""

import json
import math
from collections.abc import Sequence

from engine.graph import Node, graph_of
from ui.scene import Scene, surface_of


def graph(scene: Scene) -> str:
    """JSON: {nodes}, as `listed`, or {error}, a sentence that says why there is none."""
    try:
        nodes = graph_of(surface_of(scene).f, scene.hypers("surface"))
    except ValueError as error:
        return json.dumps({"error": str(error)})
    return json.dumps({"nodes": listed(nodes)}, allow_nan=False)


def listed(nodes: Sequence[Node]) -> list[dict]:
    """Nodes as plain data, without the fields that are at their default."""
    usual = Node._field_defaults
    return [
        {key: _plain(value) for key, value in node._asdict().items() if key not in usual or value != usual[key]}
        for node in nodes
    ]


def _plain(value):
    """JSON has no numbers that are not finite: JavaScript reads them from a text."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value
