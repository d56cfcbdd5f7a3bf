"""What a fan may take of the server: its time and its memory are bounded before anything is computed."""

import weakref

import pytest

from engine import race_paths
from optimizers import OPTIMIZERS
from ui import answers
from ui.entries import ENTRIES
from ui.fan import fan
from ui.lanes import Refusal
from ui.scene import Scene

BOWL = {"surface": "formula", "surface.f": "a x^2 + b y^2", "surface.domain": "-2,2,-2,2"}
TANGENTS = {"surface": "formula", "surface.f": "a + " + "tan(" * 38 + "x" + ")" * 38, "surface.domain": "-2,2,-2,2"}


@pytest.mark.parametrize(
    ("query", "vary", "answered"),
    [
        ({}, "rate", True),
        ({"on": ",".join(OPTIMIZERS), "steps": "1000", "surface": "rosenbrock"}, "rate", True),
        ({"on": ",".join(OPTIMIZERS), "steps": "1000", "surface": "logistic_regression"}, "rate", False),
        ({**TANGENTS, "on": ",".join(OPTIMIZERS), "steps": "1000"}, "rate", False),
        ({**TANGENTS, "on": ",".join(OPTIMIZERS), "steps": "1000"}, "adam.lr", True),
        ({**TANGENTS, "on": "sgd", "steps": "20"}, "surface.a", False),
        ({**BOWL, "on": "sgd,adam"}, "surface.a", True),
    ],
)
def test_a_fan_that_would_take_too_long_is_refused_before_anything_is_computed(monkeypatch, query, vary, answered):
    computed = []
    monkeypatch.setattr(answers, "fan", lambda *_: computed.append(1) or b"fan")
    asked = {**query, "vary": vary}
    if answered:
        assert answers.ANSWERS["fan"](asked).content == b"fan"
    else:
        with pytest.raises(Refusal, match="A fan may take 2 s") as refused:
            answers.ANSWERS["fan"](asked)
        assert refused.value.status == 400
    assert len(computed) == answered


def test_a_fan_of_more_bytes_than_the_server_can_hold_is_refused_and_entries_are_run_one_after_the_other(monkeypatch):
    """All entries that a scene can hold: by its time alone a fan of 400 steps would be answered."""
    asked = {"on": ",".join(id for id in ENTRIES if "newton" not in id), "vary": "rate", "steps": "300"}
    with pytest.raises(Refusal, match=r"A fan may take 25,165,824 bytes, and this one takes [0-9,]+: try fewer"):
        answers.ANSWERS["fan"](asked)
    live, most = [], []

    def blocks(setting, entries):
        for block in race_paths(setting, entries):
            live.append(weakref.ref(block))
            most.append(sum(one() is not None for one in live))
            yield block
            del block

    monkeypatch.setattr("ui.fan.race_paths", blocks)
    fan(Scene.read({"on": "sgd,sgd.2,sgd.3,sgd.4,sgd.5", "steps": "10"}), "rate")
    assert len(most) == 5
    assert max(most) <= 2, "of the five blocks of 2.5 MB one or two are held"
