"""What a surface opens with: tuned learning rates from a table that its command reproduces, and stated lessons."""

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import surfaces
from engine import Optimizer, Surface, race
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui import openings, tuning
from ui import scene as scenes
from ui.paths import race_of
from ui.scene import BATCH, FORMULA, STEPS, Scene, controls

DOMAIN = ((0.0, 10.0), (0.0, 10.0))
every_surface = pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
# A new optimizer or surface opens with defaults until `python -m ui.openings` is run: the laws of the table are about
# the members that it holds.
TABLE = openings.read()
TUNED_SURFACES = [SURFACES[id] for id in TABLE]
TUNED_OPTIMIZERS = [OPTIMIZERS[id] for id in next(iter(TABLE.values()))]
# Every optimizer once and every surface at least once; `python -m ui.openings --check` compares all pairs.
SAMPLE = list(zip(itertools.cycle(TUNED_SURFACES), TUNED_OPTIMIZERS, strict=False))


def test_the_table_has_a_rate_for_each_of_its_optimizers_on_each_of_its_surfaces():
    assert len(TUNED_SURFACES) >= 28
    assert len(TUNED_OPTIMIZERS) >= 33
    assert list(TABLE) == [id for id in SURFACES if id in TABLE]
    tuned = [optimizer.id for optimizer in TUNED_OPTIMIZERS]
    assert tuned == [id for id in OPTIMIZERS if id in tuned]
    for surface, entries in TABLE.items():
        assert list(entries) == tuned, surface
        for id, rate in entries.items():
            assert rate in tuning.rates(OPTIMIZERS[id]), f"{surface}.{id}: {rate} is none of the rates that are tried"


def test_the_file_is_the_table_as_the_command_spells_it():
    assert openings.FILE.read_text(encoding="utf-8") == openings.spell(openings.read())


@pytest.mark.parametrize(("surface", "optimizer"), SAMPLE, ids=lambda member: member.id)
def test_the_command_computes_what_the_table_holds(surface: Surface, optimizer: Optimizer):
    assert openings.tuned(surface, optimizer) == TABLE[surface.id][optimizer.id]


def test_the_sample_covers_every_member_of_the_table():
    assert {surface.id for surface, _ in SAMPLE} == set(TABLE)
    assert [optimizer for _, optimizer in SAMPLE] == TUNED_OPTIMIZERS


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_every_optimizer_gets_the_same_number_of_runs_over_its_whole_range(optimizer):
    rates = tuning.rates(optimizer)
    (lr,) = (hyper for hyper in optimizer.hypers if hyper.id == "lr")
    assert len(rates) == tuning.RUNS
    assert rates[0] == lr.default
    assert (rates[1], rates[-1]) == (lr.low, lr.high)
    assert (np.diff(rates[1:]) > 0).all()


@every_surface
def test_a_scene_opens_with_the_table_and_the_lessons_of_its_surface(surface):
    scene = Scene.read({"surface": surface.id})
    lessons = {f"{lesson.optimizer}.{lesson.hyper}": lesson.value for lesson in surface.lessons}
    tuned = {f"{id}.lr": rate for id, rate in TABLE.get(surface.id, {}).items()}
    batch = surface.data.batch if surface.data and surface.data.batch else BATCH.default
    expected = {key: hyper.default for key, hyper in controls(surface.id).items()}
    expected |= {STEPS.id: surface.steps, BATCH.id: batch, **tuned, **lessons}
    assert scene.values == expected
    assert scene.start == surface.start
    assert scene.to_query().keys() <= {"surface"}, "what a surface opens with is left out of the URL"


def test_a_formula_and_an_optimizer_that_the_table_lacks_open_with_their_defaults(monkeypatch):
    defaults = {key: hyper.default for key, hyper in controls(FORMULA).items()}
    assert Scene.read({"surface": FORMULA, "surface.f": "x^2 + y^4"}).values == defaults

    first, second, *_ = OPTIMIZERS
    surface = next(id for id, member in SURFACES.items() if not member.lessons)
    monkeypatch.setattr(openings, "read", lambda: {surface: {first: 0.123}})
    scenes._opening.cache_clear()
    try:
        values = Scene.read({"surface": surface}).values
    finally:
        scenes._opening.cache_clear()
    assert values[f"{first}.lr"] == 0.123
    assert values[f"{second}.lr"] == OPTIMIZERS[second].defaults["lr"]


@every_surface
def test_a_lesson_names_a_setting_that_exists_and_says_why(surface):
    for lesson in surface.lessons:
        (hyper,) = (h for h in OPTIMIZERS[lesson.optimizer].hypers if h.id == lesson.hyper)
        assert hyper.accepts(lesson.value)
        assert lesson.value != TABLE.get(surface.id, {}).get(lesson.optimizer) or lesson.hyper != "lr"
        assert f"{lesson.value:g}: {lesson.reason}." in openings.remark(surface)
    assert STEPS.accepts(surface.steps)
    assert not surface.data or surface.data.batch is None or BATCH.accepts(surface.data.batch)


def test_the_remark_claims_no_more_than_the_table_holds(monkeypatch):
    claim = f"The opening learning rates: each tuned by the same {tuning.RUNS} runs."
    plain = next(surface for surface in TUNED_SURFACES if not surface.lessons)
    teaching, lesson = next((s, lesson) for s in TUNED_SURFACES for lesson in s.lessons if lesson.hyper == "lr")
    whole = dict.fromkeys(OPTIMIZERS, 0.1)
    others = [id for id in OPTIMIZERS if id != lesson.optimizer]
    part = dict.fromkeys(others[2:], 0.1)
    first, second = (OPTIMIZERS[id].name for id in others[:2])

    def remark(surface: Surface, entries: dict[str, float] | None) -> str:
        monkeypatch.setattr(openings, "read", lambda: {} if entries is None else {surface.id: entries})
        return openings.remark(surface)

    assert remark(plain, whole) == claim
    assert remark(plain, None) == "Each optimizer opens with its default settings."
    untuned = (
        f"{claim} Not tuned, but at the default: {first}, {second}. {OPTIMIZERS[lesson.optimizer].name} opens with "
    )
    assert remark(teaching, part).startswith(untuned), "a lesson's rate is no default"


def test_lessons_are_few():
    """What most optimizers open with, nobody has chosen by hand."""
    assert sum(len(surface.lessons) for surface in SURFACES.values()) <= len(SURFACES) / 4


def without_lessons(source: str) -> str:
    """The text of a module without its calls of `Lesson`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Lesson":
            source = source.replace(ast.get_source_segment(source, node) or "", "")
    return source


def members_named(text: str) -> list[str]:
    """The ids of the optimizers that a text names.

    A name counts wherever it stands as a whole word, without what follows it in brackets. An id counts in quotes only,
    since some are ordinary words. "Newton's method" is how the minima of surfaces are found, not an optimizer.
    """
    found = []
    for id, optimizer in OPTIMIZERS.items():
        name = optimizer.name.partition(" (")[0]
        case = re.NOFLAG if name.istitle() else re.IGNORECASE  # "momentum" is also a word, "sgd" is not
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w|'s method)", text, case) or re.search(rf"([\"'`]){id}\1", text):
            found.append(id)
    return found


def test_names_and_ids_of_optimizers_are_found_in_a_text():
    assert members_named("# SGD's rate, for sgd") == ["sgd"]
    assert set(members_named("`momentum` and Adagrad, not RMSProps")) == {"momentum", "adagrad"}
    assert members_named("Found by Newton's method; its momentum") == []
    assert members_named(without_lessons('g((Lesson("sgd", "lr", 0.1, "SGD falls"),), "adam")')) == ["adam"]


@pytest.mark.parametrize("file", sorted(Path(surfaces.__file__).parent.glob("*.py")), ids=lambda file: file.stem)
def test_a_surface_names_no_optimizer_outside_its_lessons(file):
    assert members_named(without_lessons(file.read_text(encoding="utf-8"))) == []


def sampled(surface: Surface) -> list[str]:
    """The tuned optimizers whose opening is tried here: those that are on at first, those with a lesson on the surface,
    and three of the others in turn. `python -m ui.openings --check` computes all of them."""
    others = [id for id, optimizer in OPTIMIZERS.items() if not optimizer.basic]
    turn = 3 * list(SURFACES).index(surface.id)
    mine = {others[(turn + k) % len(others)] for k in range(3)} | {lesson.optimizer for lesson in surface.lessons}
    return [id for id in TABLE[surface.id] if OPTIMIZERS[id].basic or id in mine]


def test_every_tuned_optimizer_is_tried_on_several_surfaces():
    tried = {surface.id: set(sampled(surface)) for surface in TUNED_SURFACES}
    for id in {id for entries in TABLE.values() for id in entries}:
        surfaces_with = sum(id in ids for ids in tried.values())
        assert surfaces_with >= (len(TUNED_SURFACES) if OPTIMIZERS[id].basic else 3), id
    for surface in TUNED_SURFACES:
        assert {lesson.optimizer for lesson in surface.lessons} <= tried[surface.id]
        assert sum(not OPTIMIZERS[id].basic for id in tried[surface.id]) >= 3


@pytest.mark.parametrize("surface", TUNED_SURFACES, ids=list(TABLE))
def test_at_its_opening_a_tuned_optimizer_moves_and_stays_finite_where_it_can_be_seen(surface):
    """Where there is no minimum a run falls for ever, and may overflow once it has left the domain."""
    scene = Scene.read({"surface": surface.id})
    ids = sampled(surface)
    entries, setting = race_of(scene, ids)
    low, high = np.transpose(surface.domain)
    left = 0  # how many of those that are on at first leave the picture
    for id, run in zip(ids, race(setting, entries), strict=True):
        outside = ~((low <= run.position) & (run.position <= high)).all(axis=1)
        left += bool(OPTIMIZERS[id].basic and outside.any())
        falls = outside.any() and not surface.minima(**surface.defaults)
        last = int(outside.argmax()) if falls else len(outside) - 1  # the step out of the domain is seen, too
        if not surface.smooth and not np.isfinite(run.gradient).all():
            # It stands where f has no gradient: on a kink of Bukin's function, for instance.
            last = min(last, int((~np.isfinite(run.gradient).all(axis=1)).argmax()))
        assert np.isfinite(run.position[: last + 1]).all(), id
        assert (np.abs(run.position[: last + 1] - run.position[0]) > 0.01 * (high - low)).any(), id
    assert left <= 2


# The rules, on paths made by hand: a block holds x, y and the loss of each run.


def path(xs, losses) -> np.ndarray:
    return np.array([[x, 5.0, loss] for x, loss in zip(xs, losses, strict=True)])


def chosen(*paths: np.ndarray) -> int:
    return tuning.choose(np.stack(paths), DOMAIN)


def test_the_faster_descent_is_chosen():
    slow = path([9, 7, 5, 3, 1], [8, 6, 4, 2, 0])
    fast = path([9, 5, 3, 2, 1], [8, 4, 2, 1, 0])
    assert chosen(slow, fast) == 1
    assert chosen(fast, slow) == 0


def test_turning_back_costs_as_much_as_it_is_long():
    """g is 9/8/5 for both; the second run turns back once, over half a side of the domain."""
    straight = path([9, 5, 1, 1, 1], [8, 1, 0, 0, 0])
    turning = path([9, 1, 6, 6, 6], [8, 1, 0, 0, 0])
    assert chosen(turning, straight) == 1
    # A straight run is worth its smoothness up to 1.5 times the mean loss of the turning one.
    slightly_slower = path([9, 5, 1, 1, 1], [8, 5, 0, 0, 0])
    much_slower = path([9, 5, 1, 1, 1], [8, 6, 0, 0, 0])
    assert chosen(turning, slightly_slower) == 1
    assert chosen(turning, much_slower) == 0


def test_a_run_that_stays_in_the_picture_comes_before_one_that_descends_more():
    stays = path([9, 8, 7], [8, 7, 6])
    leaves = path([9, 5, -1], [8, 2, -9])
    diverges = path([9, np.inf, np.nan], [8, np.inf, np.nan])
    assert chosen(leaves, diverges, stays) == 2


def test_where_every_run_leaves_the_picture_the_longest_stay_is_chosen():
    at_once = path([9, -1, -5, -9], [8, 0, -9, -99])
    later = path([9, 5, -1, -3], [8, 4, 0, -1])
    assert chosen(at_once, later) == 1


def test_where_nothing_descends_or_everything_diverges_the_default_is_chosen():
    climbs, climbs_less = path([5, 6, 7], [1, 2, 3]), path([5, 5.1, 5.2], [1, 1.1, 1.2])
    assert chosen(climbs, climbs_less) == 0
    leaves = path([5, 9, 12], [1, 2, 3])
    assert chosen(leaves, climbs, climbs_less) == 1, "the first of those that stay"
    diverges = path([5, np.nan, np.nan], [1, np.nan, np.nan])
    assert chosen(diverges, diverges) == 0


def test_equal_scores_go_to_the_default_and_then_to_the_lowest_rate():
    best, worse = path([9, 5, 1], [8, 4, 0]), path([9, 5, 2], [8, 4, 1])
    assert chosen(best, best, best) == 0
    assert chosen(worse, best, best) == 1
    last_bit = best + np.array([0, 0, 1e-13])
    assert chosen(last_bit, best) == 0
