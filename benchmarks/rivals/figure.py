"""The ravine and eight paths of 500 steps in one Plotly figure, 2D and 3D, for the rivals that draw it with Streamlit.

The paths come from our own engine: what is compared is the way to the screen.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.measure import EIGHT
from engine import Run, race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.scene import Scene

STEPS = 500
GRID = 121  # as ours
SURFACE = SURFACES["ravine"]


def descend(lr: float) -> list[Run]:
    """Every optimizer's run, Adam's with that learning rate."""
    scene = Scene.read({"surface": SURFACE.id, "adam.lr": str(lr)})
    return race(SURFACE, [(OPTIMIZERS[id], scene.hypers(id)) for id in EIGHT], start=scene.start, steps=STEPS)


def picture(runs: list[Run], lr: float, step: int) -> go.Figure:
    """Every path up to that step, its end marked; the last two traces are the marks."""
    x, y = (np.linspace(low, high, GRID) for low, high in SURFACE.domain)
    z = np.asarray(SURFACE.f(np.meshgrid(x, y), **SURFACE.defaults))
    figure = make_subplots(rows=1, cols=2, specs=[[{"type": "xy"}, {"type": "scene"}]])
    figure.add_trace(go.Contour(x=x, y=y, z=z, showscale=False), row=1, col=1)
    figure.add_trace(go.Surface(x=x, y=y, z=z, showscale=False), row=1, col=2)
    for id, run in zip(EIGHT, runs, strict=True):
        (u, v), w = run.position[: step + 1].T, run.loss[: step + 1]
        figure.add_trace(go.Scatter(x=u, y=v, name=id, mode="lines"), row=1, col=1)
        figure.add_trace(go.Scatter3d(x=u, y=v, z=w, name=id, mode="lines"), row=1, col=2)
    flat, solid = marks(runs, step)
    figure.add_trace(flat, row=1, col=1).add_trace(solid, row=1, col=2)
    return figure.update_layout(title=f"learning rate {lr}, step {step}", height=560, showlegend=False)


def marks(runs: list[Run], step: int) -> tuple[dict, dict]:
    """Where all runs stand at a step, in 2D and in 3D, as plain data: objects would be checked by Plotly twice."""
    x, y = np.array([run.position[step] for run in runs]).T
    z = np.array([run.loss[step] for run in runs])
    place = {"x": x, "y": y, "mode": "markers"}
    return {"type": "scatter", **place}, {"type": "scatter3d", "z": z, **place}
