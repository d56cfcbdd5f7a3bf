"""The inside of every step: from the numbers that a page receives, the equations give what the engine ran."""

import contextvars
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from engine import Setting, race, rollout
from engine.equations import KEPT, Equation, System, evaluate
from engine.inside import derivatives, inside
from optimizers import OPTIMIZERS
from tests.test_optimizers import BOWL
from ui import routes
from ui.entries import optimizer_of
from ui.paths import race_of, unpack
from ui.routes import ROUTES
from ui.scene import Scene

client = TestClient(Starlette(routes=ROUTES))
STEPS = 40
# Five surfaces: one with noise and a schedule, one with noise that multiplies, one made of data and with batches.
SCENES = {
    "ravine": {"noise": "0.5", "seed": "3", "schedule": "exponential"},
    "rosenbrock": {},
    "saddle": {"rate": "0.5"},
    "himmelblau": {"noise": "0.2", "noise.model": "multiplicative"},
    "linear_regression": {"batch": "12"},
}
every_optimizer = pytest.mark.parametrize("id", OPTIMIZERS)
every_scene = pytest.mark.parametrize("surface", SCENES)
HESSIAN = np.array([[5.0, -4.0], [-4.0, 5.0]])  # of the bowl


def query_of(surface: str) -> dict[str, str]:
    return {"surface": surface, "steps": str(STEPS), **SCENES[surface]}


def asked(**query: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    answer = client.get("/inside", params=query)
    assert answer.status_code == 200, answer.text
    return unpack(answer.content)


@cache
def answer_of(surface: str, id: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    return asked(**query_of(surface), optimizer=id)


def tupled(tree: Any) -> Any:
    return tuple(map(tupled, tree)) if isinstance(tree, list) else tree


def system_of(head: dict[str, Any]) -> System:
    """The equations as they were sent. A shape is found with the numbers, not here."""
    names = {id: OPTIMIZERS[head["optimizer"]].system.names[id] for id in head["names"]}
    return System(tuple(Equation(e["name"], tupled(e["tree"])) for e in head["equations"]), names, ())


def numbers_at(step: int, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The value of each name at a step."""
    return {
        id: name["value"] if "value" in name else arrays[name["array"]][step + name["row"]]
        for id, name in head["names"].items()
        if id != "I"
    }


def by_hand(system: System, numbers: dict[str, Any]) -> dict[str, np.ndarray]:
    """What the equations give at a step, from the numbers that none of them derives."""
    derived = {equation.name for equation in system.equations if not equation.measured}
    known = {id: value for id, value in numbers.items() if id not in derived}
    return evaluate(system, known, lambda equation, at: numbers[equation.name])


def engine_at(step: int, surface: str, id: str) -> dict[str, np.ndarray]:
    """The state after a step and the point that it leads to, of the engine's own run."""
    entries, setting = race_of(Scene.read(query_of(surface)), [id])
    (run,) = race(setting, entries)
    state = type("State", (), {**run.state, "_asdict": lambda self: run.state})()
    things = OPTIMIZERS[id].equations.state(state)
    return {"w_next": run.position[step + 1], **{name: rows[step + 1] for name, rows in things.items()}}


def misses(got: dict[str, np.ndarray], due: dict[str, np.ndarray], w: np.ndarray) -> Iterator[str]:
    """The names whose values differ by more than 1e-9 of the larger, or of the point that they are added to."""
    for name in got.keys() & due.keys():
        scale = np.maximum(np.abs(due[name]), np.abs(w)) if name == "w_next" else np.abs(due[name])
        rounding = 1e-13 * scale.max()  # products of matrices add large numbers of either sign
        if not (np.abs(got[name] - due[name]) <= 1e-9 * scale + rounding).all():
            yield name


@every_scene
@every_optimizer
def test_the_numbers_sent_give_the_state_and_the_point_that_the_engine_computed(id, surface):
    head, arrays = answer_of(surface, id)
    system = system_of(head)
    for step in (0, STEPS // 2, STEPS - 1):
        numbers = numbers_at(step, head, arrays)
        due = engine_at(step, surface, id)
        got = by_hand(system, numbers)
        assert all(np.isfinite(due[name]).all() for name in due)
        assert list(misses(got, due, numbers["w"])) == []
        fixed = {name: numbers[name] for name in due if name not in got}
        assert list(misses(fixed, due, numbers["w"])) == []  # what is called like something known is that
        assert due.keys() <= got.keys() | fixed.keys()
    assert arrays["deviation"].max() < 1e-9


@every_optimizer
def test_an_equation_that_is_wrong_by_a_thousandth_is_found(id):
    surface = "ravine"
    head, arrays = answer_of(surface, id)
    system = system_of(head)
    steps = (0, STEPS // 2, STEPS - 1)
    due = {step: engine_at(step, surface, id) for step in steps}
    derived = [equation for equation in system.equations if not equation.measured]
    for wrong in derived:
        if not reaches(wrong.name, system):  # where a gradient is taken: the numbers of the gradient itself are tested
            continue
        broken = [Equation(e.name, ("*", 1.001, e.tree)) if e is wrong else e for e in system.equations]
        found = [
            name
            for step in steps
            for name in misses(
                by_hand(system._replace(equations=tuple(broken)), numbers_at(step, head, arrays)),
                due[step],
                numbers_at(step, head, arrays)["w"],
            )
        ]
        assert found, wrong.name


def reaches(name: str, system: System) -> bool:
    """Whether a name has a say in the state or the point after the step, other than by what is measured there."""
    if name == "w_next" or system.names[name].kind == "after":
        return True
    users = [e.name for e in system.equations if not e.measured and name in leaves(e.tree)]
    return any(reaches(user, system) for user in users)


def leaves(tree: Any) -> set[str]:
    if isinstance(tree, tuple):
        return set().union(*map(leaves, tree[1:]))
    return {tree} if isinstance(tree, str) else set()


@every_scene
def test_derivatives_are_those_of_the_steps_own_objective(surface):
    """At the points of a run the gradients are those that the run recorded; elsewhere they are differences."""
    entries, setting = race_of(Scene.read(query_of(surface)), ["sgd"])
    (run,) = race(setting, entries)
    points = run.position[:-1]
    np.testing.assert_allclose(derivatives(setting, 1, points), run.gradient[:-1], rtol=1e-12, atol=1e-13)
    points = points + 0.1
    h = 1e-5
    for k, axis in enumerate(np.eye(2)):
        ahead, behind = points + h * axis, points - h * axis
        slope = (derivatives(setting, 0, ahead) - derivatives(setting, 0, behind)) / (2 * h)
        gradient = derivatives(setting, 1, points)
        np.testing.assert_allclose(gradient[:, k], slope, rtol=1e-5, atol=1e-5 * np.abs(gradient).max())
        bend = (derivatives(setting, 1, ahead) - derivatives(setting, 1, behind)) / (2 * h)
        H = derivatives(setting, 2, points)
        np.testing.assert_allclose(H[:, k], bend, rtol=1e-5, atol=1e-5 * np.abs(H).max())


MEASURING = [id for id, o in OPTIMIZERS.items() if o.system and any(e.measured for e in o.system.equations)]


@pytest.mark.parametrize("id", MEASURING)
def test_what_is_measured_has_its_closed_form_on_a_tilted_bowl(id):
    """f_t(w) = w . H w / 2 + tilt . w, whose tilt the recorded gradient tells."""
    setting = Setting(BOWL, steps=STEPS, noise=0.5, seed=4)
    run = rollout(setting, OPTIMIZERS[id])
    values, _ = inside(run, setting)
    known = {**run.origin.hypers, **{name: np.moveaxis(rows, 0, -1) for name, rows in values.items()}}
    tilt = values["g"] - values["w"] @ HESSIAN
    arguments = {}

    def keep(equation, at):
        arguments[equation.name] = np.broadcast_to(at, (2, STEPS)).T
        return known[equation.name]

    system = OPTIMIZERS[id].system
    evaluate(system, known, keep)
    for equation in system.equations:
        if not equation.measured:
            continue
        got, at = values[equation.name], arguments[equation.name]
        match equation.measured:
            case "gradient":
                np.testing.assert_allclose(got, at @ HESSIAN + tilt, rtol=1e-9, atol=1e-12)
            case "hessian":
                np.testing.assert_allclose(got, np.broadcast_to(HESSIAN, got.shape), rtol=1e-12)
            case "nearest_minimum":
                due = -(values["g"] * at).sum(axis=1) / (at * (at @ HESSIAN)).sum(axis=1)
                np.testing.assert_allclose(got, due, rtol=1e-6)
            case "backtracked":
                c, shrink, first = (run.origin.hypers[name] for name in ("c", "shrink", "lr"))
                for a, w, g, xi in zip(got, values["w"], values["g"], tilt, strict=True):
                    trials = first * shrink ** np.arange(40)
                    tried = np.array([w, *(w - trials[:, None] * g)])
                    losses = (tried @ HESSIAN * tried).sum(axis=1) / 2 + tried @ xi
                    enough = losses[1:] <= losses[0] - c * trials * (g @ g)
                    assert a == pytest.approx(trials[enough][0], rel=1e-12)


def test_the_cases_of_what_is_measured_are_all_there_are():
    measured = {e.measured for id in MEASURING for e in OPTIMIZERS[id].system.equations if e.measured}
    assert measured == {"gradient", "hessian", *KEPT}


@every_optimizer
def test_the_head_says_what_each_name_is_and_shows_the_source_that_ran(id):
    head, arrays = answer_of("ravine", id)
    optimizer = OPTIMIZERS[id]
    assert head["optimizer"] == id
    assert head["tex"] == optimizer.tex
    assert head["source"].startswith("def update(probe: Probe, state: State, params, *, lr")
    assert head["names"].keys() == optimizer.system.names.keys()
    sent = {name for name, array in arrays.items() if array.dtype == np.float64}
    assert {name["array"] for name in head["names"].values() if "array" in name} | {"deviation"} == sent
    for hyper in optimizer.hypers:
        name = head["names"][hyper.id]
        assert name["kind"] == "hyper"
        assert name["tex"] == hyper.tex
    assert {e["measured"] for e in head["equations"]} - {""} == head["measured"].keys()
    for equation in head["equations"]:
        assert f'data-name="{equation["name"]}"' in equation["mathml"]


def test_the_rate_is_that_of_each_step_and_other_hypers_are_those_of_the_entry():
    query = {"on": "adam,adam.2", "adam.2.b1": "0.5", "adam.2.lr": "0.1", "rate": "0.5", "schedule": "linear"}
    head, arrays = asked(**query, optimizer="adam.2", steps="20")
    assert head["names"]["b1"]["value"] == 0.5
    entries, setting = race_of(Scene.read({**query, "steps": "20"}), ["adam.2"])
    (run,) = race(setting, entries)
    np.testing.assert_array_equal(arrays[head["names"]["lr"]["array"]], run.lr)
    np.testing.assert_array_equal(arrays["w"], run.position)
    assert optimizer_of("adam.2") == head["optimizer"]


def test_an_unknown_entry_is_refused_in_words():
    for wrong in ("", "nobody", "sgd.3"):
        answer = client.get("/inside", params={"optimizer": wrong})
        assert answer.status_code == 400
        assert "optimizer must be one of sgd, " in answer.text


def test_an_optimizer_without_equations_has_its_source(monkeypatch):
    plain = OPTIMIZERS["sgd"]
    monkeypatch.setitem(vars(plain), "system", None)
    head, arrays = asked(optimizer="sgd", steps="11")
    assert (head["equations"], head["names"], arrays) == ([], {}, {})
    assert "def update" in head["source"]


def test_a_run_that_overflows_is_answered():
    _, arrays = asked(surface="rosenbrock", optimizer="momentum", steps="200", rate="100")
    assert not np.isfinite(arrays["w"]).all()
    assert arrays["deviation"].max() < 1e-9


def test_an_answer_is_bounded():
    """A step of the rule that remembers most takes some 350 bytes, and what a search tried 200."""
    sizes = {id: len(client.get("/inside", params={"optimizer": id, "steps": "1000"}).content) for id in OPTIMIZERS}
    assert max(sizes.values()) < 600_000, sizes


def test_a_question_that_needs_a_program_leaves_its_thread_at_once():
    """What it lacks is named: nothing is compiled, neither the run nor a gradient elsewhere."""
    formula = {"surface": "formula", "surface.f": "x^2 + 5.0625 y^2", "surface.domain": "-2,2,-2,2"}
    query = {**formula, "optimizer": "sam", "steps": "10"}
    ask = partial(routes._attempt, "inside", query, "identity")
    rounds = []
    while isinstance(found := contextvars.copy_context().run(ask), dict):
        rounds.append(sorted(key[0].__name__ for key in found))
        for make in found.values():
            make()
    assert "_derivatives_of" in rounds[-1]
    assert len(rounds) <= 4
