"""The mathematics: what an optimizer and a surface are, and how a run is computed. It works in a notebook."""

from engine.device import configure, float64
from engine.equations import Equations
from engine.follow import Trace, follow, last
from engine.formula import FormulaError, formula_surface
from engine.metrics import diverged_at, first_outside, shown
from engine.noises import NOISES, perturbed
from engine.optimizer import LIBRARIES, SHOWS, Elsewhere, OnQuadratics, Optimizer, Probe, Spends, unbiased
from engine.registry import Registry, discover
from engine.rollout import Run, race, race_paths, rollout
from engine.schedules import SCHEDULES
from engine.setting import MAX_STEPS, Setting
from engine.spec import Data, Examples, Hyper, Lesson, Member, Noise, Reference, Schedule, Surface
from engine.text import Text

__all__ = [
    "LIBRARIES",
    "MAX_STEPS",
    "NOISES",
    "SCHEDULES",
    "SHOWS",
    "Data",
    "Elsewhere",
    "Equations",
    "Examples",
    "FormulaError",
    "Hyper",
    "Lesson",
    "Member",
    "Noise",
    "OnQuadratics",
    "Optimizer",
    "Probe",
    "Reference",
    "Registry",
    "Run",
    "Schedule",
    "Setting",
    "Spends",
    "Surface",
    "Text",
    "Trace",
    "configure",
    "discover",
    "diverged_at",
    "first_outside",
    "float64",
    "follow",
    "formula_surface",
    "last",
    "perturbed",
    "race",
    "race_paths",
    "rollout",
    "shown",
    "unbiased",
]
