"""What the browser must know to show the controls and the panels of any scene, as plain data."""

from dataclasses import asdict

from engine import LIBRARIES, NOISES, SCHEDULES, Hyper, Member
from engine.formula import PARAMETERS, parameter
from engine.search import METHODS
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.openings import RULE
from ui.paths import INTERNALS
from ui.scene import DISPLAY, FORMULA, PATIENCE, QUANTITIES, SETTINGS
from ui.searches import at_once
from ui.theme import THEME, look
from ui.words import LANGUAGES, name

OWN_ABOUT = "Any formula in x and y: type it, and its minima are searched for. Any other letter becomes a slider."


def catalogue() -> dict[str, object]:
    """All members with their sliders, and every vocabulary that the browser shares with the server."""

    def slider(key: str, hyper: Hyper) -> dict[str, object]:
        return {"key": key, **asdict(hyper)}

    def member(m: Member, owner: str) -> dict[str, object]:
        sliders = [slider(f"{owner}.{h.id}", h) for h in m.hypers]
        return {"id": m.id, "name": m.name, "family": m.family, "about": m.about, "sliders": sliders}

    def named(names: dict[str, str]) -> list[dict[str, str]]:
        return [{"id": id, "name": name} for id, name in names.items()]

    own = {"id": FORMULA, "name": "Your formula", "family": "your own", "about": OWN_ABOUT}
    # All that a formula may have; a scene has values for those of its own.
    own |= {"sliders": [slider(f"surface.{id}", parameter(id)) for id in PARAMETERS], "domain": None, "data": False}
    surfaces = [{**member(m, "surface"), "domain": m.domain, "data": m.data is not None} for m in SURFACES.values()]
    optimizers = [
        {**member(m, m.id), "basic": m.basic, "spends": m.spends._asdict(), "look": look(k)._asdict()}
        for k, m in enumerate(OPTIMIZERS.values())
    ]
    return {
        "display": {key: named(words) for key, words in DISPLAY.items()},
        "settings": {h.id: slider(h.id, h) for h in SETTINGS},
        "surfaces": [*surfaces, own],
        "schedules": [{**member(m, "schedule"), "whole_run": m.whole_run} for m in SCHEDULES.values()],
        "noises": [{"id": m.id, "name": m.name} for m in NOISES.values()],
        "optimizers": optimizers,
        "libraries": named(LIBRARIES),
        "quantities": [{"id": id, **quantity._asdict()} for id, quantity in QUANTITIES.items()],
        "patience": slider(PATIENCE.id, PATIENCE),
        "openings": RULE,
        "methods": [
            {"id": m.id, "name": m.name, "about": m.about, "missing": m.missing, "at_once": at_once(m.id)}
            for m in METHODS.values()
        ],
        "theme": THEME,
        "languages": named({language: name(language) for language in LANGUAGES}),
        "internals": [{"id": id, "label": label} for id, (_, label) in INTERNALS.items()],
    }
