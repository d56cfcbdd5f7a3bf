"""The layout of a figure: axes, camera, legend, buttons and slider, as plain data for Plotly."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ui.picture import Picture
from ui.theme import GROUND
from ui.words import told

SCHEME = "light"  # figures are kept and printed
HEIGHT = 640  # pixels, in a notebook
HEADROOM = 3  # decades above the start that the loss axis reaches at most, so that a run that diverges is seen to rise
# A loss at the minimum, or below it by rounding, has no logarithm: its line leaves the picture downward.
ZERO = 5e-324
FONT = "'Source Sans Pro', 'Source Sans 3', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
TEXT = "#2b3138"

Settings = dict[str, Any]
# Where the views stand, in shares of the width and of the height.
ABOVE = {"x": [0, 0.5], "y": [0, 1]}
IN_3D = {"x": [0.53, 1], "y": [0.36, 1]}
LOSSES = {"x": [0.6, 1], "y": [0, 0.31]}


def loss_scale(picture: Picture) -> Callable[[np.ndarray], np.ndarray]:
    """From losses to what the loss axis shows.

    With a known minimum that axis is logarithmic. Without one the loss may fall for ever and take both signs: then it
    shows sign(f) log10(1 + |f|).
    """
    if not picture.minima:
        return _signed_log
    floor = picture.floor if picture.gap else 0.0
    return lambda loss: np.where(loss - floor <= 0, ZERO, loss - floor)


def _signed_log(f):
    return np.sign(f) * np.log10(1 + np.abs(f))


def layout(picture: Picture, stops: list[int]) -> Settings:
    """Everything but the traces; `stops` are the steps that frames show."""
    ground = GROUND[SCHEME]
    axis = {"showgrid": False, "zeroline": False, "ticks": "outside", "ticklen": 3, "tickcolor": ground.faint}
    grid = {"showgrid": True, "gridcolor": ground.faint}
    x, y = ({"text": name, "standoff": 4, "font": {"size": 12}} for name in picture.axes)
    values = f"   <span style='font-size:12px;color:{ground.muted}'>{picture.subtitle}</span>"
    return {
        "title": {
            "text": f"<b>{picture.title}</b>{values}",
            "font": {"size": 17, "color": TEXT},
            **{"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"},
            "pad": {"t": 12},
        },
        "legend": {
            **{"orientation": "h", "x": 0, "xanchor": "left", "y": 0.945, "yref": "container", "yanchor": "top"},
            "font": {"size": 12.5, "color": TEXT},
        },
        "font": {"family": FONT, "size": 12, "color": ground.muted},
        "hoverlabel": {"bgcolor": "white", "font": {"color": TEXT}},
        **{"paper_bgcolor": "white", "plot_bgcolor": "white"},
        **{"height": HEIGHT, "margin": {"l": 56, "r": 20, "t": 64, "b": 20}},
        "xaxis": {**axis, "domain": ABOVE["x"], **_range(*picture.domain[0]), "title": x},
        "yaxis": {**axis, "domain": ABOVE["y"], **_range(*picture.domain[1]), "title": y},
        "xaxis2": {**axis, **grid, "domain": LOSSES["x"], "anchor": "y2", "nticks": 6}
        | {**_range(0, max(picture.steps, 1)), "title": {**x, "text": told("step")}},
        "yaxis2": {**axis, **grid, "domain": LOSSES["y"], "anchor": "x2", **_loss_axis(picture)}
        | {
            "title": {
                **x,
                "text": told("{quantity} \N{MINUS SIGN} lowest minimum", quantity=told("loss"))
                if picture.gap
                else told("loss"),
            }
        },
        "scene": _scene(picture),
        **{"updatemenus": [_buttons()], "sliders": [_slider(stops)]},
    }


def _range(low: float, high: float) -> Settings:
    """The range of an axis, which Plotly's "autoscale" does not exceed: paths that diverge must not decide it."""
    return {"range": [low, high], "autorangeoptions": {"clipmin": low, "clipmax": high}}


def _loss_axis(picture: Picture) -> Settings:
    """The range of the loss axis, and its numbers.

    A logarithmic one reaches from 1e-8 or the lowest loss to above the start, and up to HEADROOM decades further where
    losses are higher; one with both signs from -1e4 or the lowest loss to the start.
    """
    floor = picture.floor if picture.gap else 0.0
    losses = np.concatenate([path.loss - floor for path in picture.paths] or [np.ones(1)])
    losses = losses[np.isfinite(losses)] if np.isfinite(losses).any() else np.ones(1)
    first = float(losses[0])
    if not picture.minima:
        whole = [0, *(sign * 10**e for e in range(5) for sign in (-1, 1))]
        return {
            **_range(max(-4.2, float(_signed_log(losses.min())) - 0.2), max(1.0, float(_signed_log(first))) + 0.3),
            "tickvals": [float(_signed_log(v)) for v in whole],
            "ticktext": [str(v).replace("-", "\N{MINUS SIGN}") for v in whole],
        }
    above = np.ceil(np.log10(max(first, 1e-6)) + 0.3)
    top = max(above, min(above + HEADROOM, np.ceil(np.log10(max(losses.max(), 1e-6)))))
    bottom = min(top - 2, max(-8, np.floor(np.log10(max(losses.min(), 1e-8)) - 0.1)))
    return {
        **_range(10.0**bottom, 10.0**top),
        **{"type": "log", "range": [float(bottom), float(top)], "dtick": 2 if top - bottom > 5 else 1},
        **{"exponentformat": "power", "tickfont": {"size": 9.6}},  # Plotly sets powers of ten larger by a quarter
    }


def _scene(picture: Picture) -> Settings:
    ground = GROUND[SCHEME]
    small = {"font": {"size": 11}}
    axis = {"backgroundcolor": "rgba(0,0,0,0)", "gridcolor": "#e6e9ec", "zeroline": False, "showspikes": False}
    axis |= {"nticks": 5, "color": ground.muted, "tickfont": {"size": 10}}
    height = {**axis, "title": {**small, "text": told("loss")}}
    if picture.log_height:
        above = [v for v in (10**e for e in range(1, 7)) if np.log10(1 + v) <= picture.range[1]] or [1]
        ticks = [0, *above]
        height |= {"tickvals": [float(np.log10(1 + v)) for v in ticks], "ticktext": [_power(v) for v in ticks]}
    (x0, x1), (y0, y1) = picture.domain
    stretch = min(1.5, max(0.67, ((x1 - x0) / (y1 - y0)) ** 0.5))
    return {
        "domain": IN_3D,
        "xaxis": {**axis, "title": {**small, "text": picture.axes[0]}, "range": picture.domain[0]},
        "yaxis": {**axis, "title": {**small, "text": picture.axes[1]}, "range": picture.domain[1]},
        "zaxis": height,
        **{"aspectmode": "manual", "aspectratio": {"x": stretch, "y": 1 / stretch, "z": 0.5}},
        "camera": {"eye": {"x": -0.52, "y": -1.28, "z": 1.25}, "center": {"x": 0, "y": 0, "z": -0.2}},
    }


def _power(value: int) -> str:
    """10000 and more as a power of ten."""
    return str(value) if value < 10_000 else "10" + str(len(str(value)) - 1).translate(str.maketrans("456", "⁴⁵⁶"))


AT_ONCE = {"mode": "immediate", "transition": {"duration": 0}}


def _buttons() -> Settings:
    play = [None, {**AT_ONCE, "fromcurrent": True, "frame": {"duration": 60, "redraw": True}}]
    pause = [[None], {**AT_ONCE, "frame": {"duration": 0, "redraw": False}}]
    return {
        **{"type": "buttons", "direction": "left", "showactive": False},
        **{"x": 0, "xanchor": "left", "y": 0, "yanchor": "top", "pad": {"t": 62, "l": 0}},
        **{"bgcolor": "white", "bordercolor": "#cfd5db", "font": {"size": 12.5, "color": TEXT}},
        "buttons": [
            {"label": told("Play"), "method": "animate", "args": play},
            {"label": told("Pause"), "method": "animate", "args": pause},
        ],
    }


def _slider(stops: list[int]) -> Settings:
    show = {**AT_ONCE, "frame": {"duration": 0, "redraw": True}}
    return {
        "active": len(stops) - 1,
        **{"x": 0.17, "len": 0.83, "y": 0, "yanchor": "top", "pad": {"t": 44, "b": 10, "l": 0, "r": 0}},
        "currentvalue": {
            "prefix": told("step") + " ",
            "xanchor": "right",
            "offset": 6,
            "font": {"size": 12.5, "color": TEXT},
        },
        **{"bgcolor": "#dfe4e9", "activebgcolor": "#b9c3cd", "bordercolor": "#dfe4e9", "borderwidth": 0},
        **{"tickcolor": "#cfd5db", "tickwidth": 1, "ticklen": 4, "minorticklen": 0, "font": {"size": 10.5}},
        "transition": {"duration": 0},
        "steps": [{"label": str(t), "method": "animate", "args": [[str(t)], show]} for t in stops],
    }
