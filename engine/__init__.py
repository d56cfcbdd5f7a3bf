"""The mathematics: what an optimizer and a surface are, and how a run is computed. Works in a notebook."""

from engine.registry import Registry, discover
from engine.rollout import MAX_STEPS, Run, race, race_paths, rollout
from engine.schedules import SCHEDULES
from engine.spec import (
    LIBRARIES,
    Data,
    Elsewhere,
    Examples,
    Hyper,
    Lesson,
    Member,
    Optimizer,
    Probe,
    Reference,
    Schedule,
    Spends,
    Surface,
)

__all__ = [
    "LIBRARIES",
    "MAX_STEPS",
    "SCHEDULES",
    "Data",
    "Elsewhere",
    "Examples",
    "Hyper",
    "Lesson",
    "Member",
    "Optimizer",
    "Probe",
    "Reference",
    "Registry",
    "Run",
    "Schedule",
    "Spends",
    "Surface",
    "discover",
    "race",
    "race_paths",
    "rollout",
]
