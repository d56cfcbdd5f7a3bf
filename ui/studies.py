"""A finished search as a study of Optuna: pictures of it, and a journal that Optuna reads.

Only the process that searches (`ui/searching.py`) loads this module: it comes with Optuna.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import optuna
import optuna.visualization as draw
from optuna.distributions import FloatDistribution
from optuna.storages.journal import BaseJournalBackend
from optuna.trial import FrozenTrial, TrialState, create_trial

from engine.search import METHODS
from ui.layout import FONT
from ui.maps import axes
from ui.scene import Scene
from ui.searches import Asked, Found, searched
from ui.words import speaking, told

NEUTRAL, FAINT = "#808080", "rgba(128, 128, 128, 0.25)"  # of texts and lines: they are read on light and on dark pages
MOST_DRAWN = 128  # trials: the best as lines (parallel), every so many-th as points that the contour lines lie between
BEGIN = datetime(2000, 1, 1)  # of a journal: trials have times, and an answer depends on its question alone
WRITER = "descent-lab"

optuna.logging.set_verbosity(optuna.logging.ERROR)


class _Lines(BaseJournalBackend):
    """A journal in memory."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        return self.lines[log_number_from:]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        self.lines += logs


def journal(scene: Scene, asked: Asked) -> bytes:
    """The study as a file for `optuna.storages.journal.JournalFileBackend`, which optuna-dashboard opens, too.

    Its parameters are the keys of the scene's numbers. A trial's value is log10 of its loss above the lowest declared
    minimum, or with f's sign log10(1 + |f|) where none is declared. A run that diverged has failed, and one that
    successive halving stopped is pruned, with its value at its last step.
    """
    lines = _Lines()
    name = f"{asked.entry} on {scene.surface}, {METHODS[asked.method].name}"
    study = optuna.create_study(storage=optuna.storages.JournalStorage(lines), study_name=name)
    for key, value in {"scene": scene.to_url(), **asked._asdict()}.items():
        if key != "seeds":
            study.set_user_attr(key, value)
    study.add_trials(_trials(scene, asked, list(asked.axes)))
    return "".join(json.dumps({**line, "worker_id": WRITER}) + "\n" for line in lines.lines).encode()


def pictures(scene: Scene, asked: Asked, language: str) -> bytes:
    """JSON: Plotly's figures, as Optuna draws them: how much each number matters (importances, by PED-ANOVA), the best
    trials as lines through all numbers (parallel), the loss over the two numbers that matter most, or over the only one
    (contour), and the losses as they came (history); or {error}, a sentence that says why there are none.
    """
    with speaking(language):
        names = _names(scene, asked)
        trials = _trials(scene, asked, names)
        whole = [trial for trial in trials if trial.state is TrialState.COMPLETE]
        if len(whole) < 2:
            return json.dumps({"error": told("There is no picture: fewer than two whole runs stayed finite.")}).encode()
        loss = told("log₁₀ of the loss at the end")
        study, best = _study(trials), _study(sorted(whole, key=lambda trial: trial.values)[:MOST_DRAWN])
        some = _study(whole[:: -(-len(whole) // MOST_DRAWN)])
        two = list(optuna.importance.get_param_importances(study))[:2]
        importances: Any = draw.plot_param_importances(study, target_name=loss)
        contour: Any = draw.plot_contour(some, two, target_name=loss) if len(two) > 1 else draw.plot_slice(study)
        history: Any = draw.plot_optimization_history(study, target_name=loss)
        importances.update_traces(hovertemplate="%{y}: %{x:.3f}<extra></extra>")
        importances.update_layout(xaxis_title=told("importance"), yaxis_title=None)
        history.update_layout(xaxis_title=told("run"))
        history.data[1].name = told("best so far")
        if len(two) < 2:
            contour.update_layout(yaxis_title=loss)
        found = {
            "importances": importances,
            "parallel": draw.plot_parallel_coordinate(best, target_name=loss),
            "contour": contour,
            "history": history,
        }
        return json.dumps({name: _styled(figure) for name, figure in found.items()}, allow_nan=False).encode()


def _styled(figure: Any) -> dict[str, Any]:
    """A figure as plain data, in the page's font, for a ground of any colour."""
    line = {"gridcolor": FAINT, "zerolinecolor": FAINT, "linecolor": FAINT}
    line |= {"automargin": True, "exponentformat": "power"}
    figure.update_layout(
        template="none",
        title=None,
        font={"family": FONT, "size": 12, "color": NEUTRAL},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        margin={"l": 24, "r": 24, "t": 32, "b": 40},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom"},
    )
    figure.update_xaxes(line)
    figure.update_yaxes(line)
    figure.update_annotations(font_color=NEUTRAL)
    figure.data = [trace for trace in figure.data if trace.x is not None and len(trace.x)]
    return json.loads(figure.to_json())


def _study(trials: list[FrozenTrial]) -> optuna.Study:
    study = optuna.create_study()
    study.add_trials(trials)
    return study


def _names(scene: Scene, asked: Asked) -> list[str]:
    """What the page calls the numbers; where two have one name, their keys tell them apart."""
    known = axes(scene, asked.entry)
    names = [told(known[key].name) for key in asked.axes]
    return [name if names.count(name) == 1 else f"{name} ({key})" for name, key in zip(names, asked.axes, strict=True)]


def _trials(scene: Scene, asked: Asked, names: list[str]) -> list[FrozenTrial]:
    """The trials of a search, with these names for its numbers."""
    known = axes(scene, asked.entry)
    sides = {
        name: FloatDistribution(side.low, side.high, log=side.log)
        for name, side in zip(names, (known[key] for key in asked.axes), strict=True)
    }
    found: Found = searched(scene, asked, asked.seed)
    trials = []
    rows = zip(found.values.tolist(), found.modelled.tolist(), found.share.tolist(), strict=True)
    for k, (values, low, share) in enumerate(rows):
        state, steps = TrialState.COMPLETE, None
        if not np.isfinite(low):
            state = TrialState.FAIL
        elif share < 1:
            state, steps = TrialState.PRUNED, {round(share * scene.values["steps"]): low}
        trial = create_trial(
            params=dict(zip(names, values, strict=True)),
            distributions=dict(sides),
            state=state,
            value=None if state is TrialState.FAIL else low,
            user_attrs={"share": share},
            intermediate_values=steps,
        )
        trial.datetime_start = BEGIN + timedelta(seconds=k)
        trial.datetime_complete = BEGIN + timedelta(seconds=k + 1)
        trials.append(trial)
    return trials
