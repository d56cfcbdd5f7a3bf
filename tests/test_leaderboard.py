"""The leaderboard: its order, its numbers, and what it says of a run that diverged."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.driver import BASIC, STAGE, visit
from tests.expected import distance, run_of, scene_of
from ui.scene import Scene

NOTHING = "\N{EN DASH}"  # in a cell


def board(page):
    """Each row of the leaderboard by its optimizer, from the top: its cells."""
    return dict(
        page.locator(f"{STAGE} .board tbody tr").evaluate_all(
            """rows => rows.map((row) =>
                [row.dataset.optimizer, [...row.querySelectorAll("td")].map((el) => el.innerText)])"""
        )
    )


def reads(text, value):
    """Whether a cell shows a number to three digits, or to two or one where it needs a power of ten."""
    digits = len(re.sub(r"e.*|\D", "", text).lstrip("0")) or 1
    enough = digits >= (1 if "e" in text or not value else 3)
    return enough and float(text) == pytest.approx(value, rel=5.1 * 10**-digits, abs=0)


@pytest.mark.parametrize(
    "query", ["surface=ravine", "surface=himmelblau&noise=1&seed=4", "surface=rosenbrock&steps=700"]
)
def test_the_leaderboard_is_in_order_and_says_what_the_engine_says(page, query):
    visit(page, f"{query}&rail=leaderboard")
    scene = scene_of(query)
    runs = {id: run_of(scene, id) for id in BASIC}
    last = int(scene.values["steps"])
    for step in (0, 7, last // 2, last):
        page.locator(f"{STAGE} .scrub").fill(str(step))
        rows = board(page)
        assert set(rows) == set(BASIC)
        losses = [runs[id].loss[step] for id in rows]
        assert losses == sorted(losses)
        for id, (loss, away, slope, _, _) in rows.items():
            run = runs[id]
            assert reads(loss, run.loss[step]), (id, step)
            assert reads(away, distance(scene, run.position[step])), (id, step)
            gradient = run.gradient[step].astype(np.float32)  # as it is sent: below 1e-45 it is 0
            assert reads(slope, np.hypot(*gradient)), (id, step)


def test_the_leaderboard_says_when_a_run_is_there_and_what_it_cost(page):
    visit(page, "rail=leaderboard")
    scene = Scene.read({})
    last = int(scene.values["steps"])
    floor = 0.0
    for step in (last, 3):
        page.locator(f"{STAGE} .scrub").fill(str(step))
        for tolerance in ("1", "0.01", "1e-4", "1e-8"):
            page.get_by_label("within").select_option(label=tolerance)
            for id, cells in board(page).items():
                within = run_of(scene, id).loss[: step + 1] - floor <= float(tolerance)
                assert cells[3] == (str(within.argmax()) if within.any() else NOTHING), (id, step, tolerance)
        costs = {id: cells[4] for id, cells in board(page).items()}
        assert costs == {
            id: str(step * o.spends.gradients)
            + (f" +\u00a0{step * o.spends.hessians}\u00a0H" if o.spends.hessians else "")
            for id, o in BASIC.items()
        }
        assert [id for id, cost in costs.items() if "H" in cost] == ["newton"]


def test_a_run_that_diverged_costs_no_more(page):
    visit(page, "rail=leaderboard&surface.kappa=1000&sgd.lr=1&on=sgd,adam")
    scene = Scene.read({"surface.kappa": "1000", "sgd.lr": "1"})
    finite = np.isfinite(run_of(scene, "sgd").loss)
    assert not finite[-1]
    costs = {id: cells[4] for id, cells in board(page).items()}
    assert costs == {"sgd": str(finite.argmin()), "adam": str(int(scene.values["steps"]))}


def test_a_diverged_run_is_last_and_says_so(page):
    query = "surface=rosenbrock&sgd.lr=1"
    visit(page, f"{query}&rail=leaderboard")
    run = run_of(scene_of(query), "sgd")
    gone = int(np.argmin(np.isfinite(run.position).all(axis=1) & np.isfinite(run.loss)))
    rows = board(page)
    assert list(rows)[-1] == "sgd"
    assert rows["sgd"][:3] == [NOTHING, NOTHING, NOTHING]
    status = page.locator(".board [data-optimizer=sgd] .status")
    expect(status).to_have_text(f"diverged at step {gone}")
    page.locator(f"{STAGE} .scrub").fill(str(gone - 1))
    assert reads(board(page)["sgd"][0], run.loss[gone - 1])
    expect(status).to_have_text(re.compile("^left the picture at step"))


def test_newton_stands_at_a_saddle(page):
    visit(page, "surface=saddle&rail=leaderboard&sgd.lr=0.1")
    expect(page.locator(".board [data-optimizer=newton] .status")).to_have_text(re.compile("at a saddle$"))
    expect(page.locator(".board [data-optimizer=sgd] .status")).to_have_text(re.compile("^left the picture"))
    expect(page.get_by_text("This surface has no minimum")).to_be_visible()
    assert {cells[1] for cells in board(page).values()} == {NOTHING}


def test_the_leaderboard_is_a_table_with_named_columns(page):
    visit(page, "rail=leaderboard")
    table = page.get_by_role("table", name="Where the optimizers stand at the playhead")
    expect(table).to_be_visible()
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert heads == ["", "loss", "distance", "gradient", "reached", "cost"]
    expect(table.get_by_role("rowheader")).to_have_count(len(BASIC))
    expect(table.get_by_role("row")).to_have_count(1 + len(BASIC))
