"""One run in four ways: all end where the run does, none takes long, and the times are measured one at a time."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import parse_qsl

import jax
import pytest
from playwright.sync_api import expect

from engine import Setting, Surface
from engine import ways as measured
from engine.ways import FEW, WAYS, Way, run_in
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.driver import BASIC, visit
from ui import answers, routes
from ui.ways import measured as measured_here

TIMEOUT_S = 60
STEPS = 20
RULE = "This rule uses what JAX has and NumPy lacks."
ASKED = "/ways?optimizer=sgd&on=sgd&steps=20&way="


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_all_ways_end_where_the_run_does(optimizer):
    """Operation by operation the rules that a course teaches: the others take long to be compiled so."""
    setting = Setting(SURFACES["ravine"], steps=STEPS, schedule="exponential", schedule_hypers={"T": 30.0})
    for id in WAYS:
        if id == "eager" and optimizer.id not in BASIC:
            continue
        way = run_in(id, setting, optimizer, {"lr": 0.01})
        if id == "numpy" and way.reason:
            assert (way.reason, way.steps) == (RULE, 0)
            continue
        assert way.reason == ""
        assert 0 < way.steps <= STEPS
        assert way.each > 0
        assert way.apart is not None
        assert way.apart < 1e-9


def test_the_rules_of_a_course_run_in_numpy_but_for_the_one_that_needs_a_hessian():
    setting = Setting(SURFACES["booth"], steps=3)
    refused = {id for id, optimizer in BASIC.items() if run_in("numpy", setting, optimizer, {}).reason}
    assert refused == {"newton"}


def test_ways_that_python_drives_are_bounded(monkeypatch):
    setting = Setting(SURFACES["booth"], steps=1000)
    assert [run_in(id, setting, OPTIMIZERS["sgd"], {}).steps for id in ("numpy", "step", "loop")] == [FEW, FEW, 1000]
    monkeypatch.setattr(measured, "PATIENCE", 0.0)
    assert [run_in(id, setting, OPTIMIZERS["sgd"], {}).steps for id in ("numpy", "eager")] == [1, 1]


def test_what_numpy_cannot_do_is_said():
    data = Setting(SURFACES["deep_neuron"], steps=3, batch=4, noise=1.0)
    assert run_in("numpy", data, OPTIMIZERS["sgd"], {}).reason.startswith("The surface is made of examples")
    assert run_in("loop", data, OPTIMIZERS["sgd"], {}).apart == 0.0
    booth = SURFACES["booth"]
    odd = Surface(
        **{name: getattr(booth, name) for name in ("id", "name", "family", "tex", "domain", "start", "reference")},
        **{"minima": booth.minima, "saddles": booth.saddles, "f": lambda xy: jax.scipy.special.erf(xy[0])},
    )
    assert "an operation that is not written" in run_in("numpy", Setting(odd, steps=3), OPTIMIZERS["sgd"], {}).reason
    with pytest.raises(ValueError, match="way must be one of numpy, eager, step, loop, got 'fast'"):
        run_in("fast", data, OPTIMIZERS["sgd"], {})


def test_a_run_that_diverges_ends_in_the_same_nothing():
    setting = Setting(SURFACES["rosenbrock"], steps=STEPS)
    for id in ("numpy", "loop"):
        assert run_in(id, setting, OPTIMIZERS["sgd"], {"lr": 1.0}).apart in (0.0, None)


def test_a_time_is_measured_anew_each_time_and_kept_nowhere(client, monkeypatch):
    asked = []
    monkeypatch.setattr(answers, "way", lambda *what: asked.append(what[1:]) or "{}")
    found = [client.get(ASKED + "loop") for _ in range(2)]
    assert [answer.headers["Cache-Control"] for answer in found] == ["no-store"] * 2
    assert asked == [("sgd", "loop")] * 2


def test_an_answer_holds_the_way_and_what_was_left_out(client):
    plain, noisy = (json.loads(client.get(f"{ASKED}loop&noise={noise}").content) for noise in (0, 2))
    assert plain.keys() == {*Way._fields, "few", "plain"}
    assert (plain["steps"], plain["few"], plain["plain"], plain["apart"]) == (20, FEW, False, 0.0)
    assert noisy["plain"] is True


OWN = "surface=formula&surface.f=x^2%2B3*y^2&surface.domain=-1,1,-1,2"


def test_this_process_compiles_nothing_for_it(client, caplog):
    """JAX would keep each operation that is run by itself for ever. A formula is known to the other process, too."""
    query = f"{ASKED}eager&{OWN}"
    client.get(f"/paths?on=sgd&steps=20&{OWN}")  # the page shows the scene before it asks
    jax.clear_caches()  # other tests may have run the same operations
    jax.config.update("jax_log_compiles", True)
    try:
        found = client.get(query).json()
        there, asked = len(caplog.records), dict(parse_qsl(query.partition("?")[2]))
        here = json.loads(measured_here(asked, "sgd", "eager"))
    finally:
        jax.config.update("jax_log_compiles", False)
    assert there == 0
    assert len(caplog.records) > 0, "what is compiled is noted"
    assert found.keys() == here.keys()
    assert (found["steps"], found["apart"]) == (here["steps"], here["apart"]) == (20, 0.0)


def test_one_is_measured_at_a_time_while_other_questions_are_answered(client, monkeypatch):
    begun, held, asked = Event(), Event(), []

    def slow(scene, entry, way):
        asked.append(way)
        begun.set()
        assert held.wait(TIMEOUT_S)
        return "{}"

    monkeypatch.setattr(answers, "way", slow)
    with ThreadPoolExecutor(routes.MOST_MEASURED + 1) as readers:
        first = readers.submit(client.get, ASKED + "0")
        assert begun.wait(TIMEOUT_S)
        others = [readers.submit(client.get, f"{ASKED}{k + 1}") for k in range(routes.MOST_MEASURED)]
        while client.portal.call(routes.desk).measuring.waiting < routes.MOST_MEASURED:
            assert client.get("/grid?surface=booth").status_code == 200
        refused = client.get(ASKED + "9")
        assert asked == ["0"]
        held.set()
        assert {answer.result().status_code for answer in (first, *others)} == {200}
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert sorted(asked) == ["0", "1", "2", "3", "4"]


def test_it_refuses_in_words(client):
    for asked, words in ((ASKED + "fast", "way must be one of numpy"), ("/ways?way=loop", "optimizer must be one of")):
        refused = client.get(asked)
        assert refused.status_code == 400
        assert words in refused.text


def test_the_window_runs_it_and_shows_the_times(page):
    visit(page, "surface=booth&on=sgd,adam&noise=1")
    page.get_by_role("button", name="Code", exact=True).click()
    page.get_by_role("button", name="Eager or as a graph").click()
    table = page.get_by_role("table", name="One run in four ways")
    expect(table.get_by_role("row")).to_have_count(1 + len(WAYS))
    dialog = page.get_by_role("dialog")
    dialog.locator(".ways select").select_option("adam")
    dialog.get_by_role("button", name="Run it in four ways").click()
    expect(table.get_by_text("the same point")).to_have_count(len(WAYS))
    expect(table.get_by_text(re.compile(r"s a step, \d+ steps"))).to_have_count(len(WAYS))
    expect(table.get_by_text(re.compile(r"^[\d.,]+ times$"))).to_have_count(len(WAYS) - 1)
    widths = [
        float(w.rstrip("%")) for w in table.locator(".time").evaluate_all("all => all.map((el) => el.style.width)")
    ]
    assert max(widths) == widths[1], "operation by operation is the slowest"
    assert min(widths) == widths[3], "one compiled loop is the fastest"
    expect(dialog.locator(".ways [role=status]")).to_contain_text("Without the noise of the gradient")
    dialog.locator(".ways select").select_option("sgd")
    expect(table.get_by_text("the same point")).to_have_count(0)
