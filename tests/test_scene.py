"""A scene reads any query, and its spelling in a URL loses nothing."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import NOISES, SCHEDULES
from optimizers import OPTIMIZERS
from surfaces import SURFACES
from ui.catalogue import catalogue
from ui.entries import ENTRIES
from ui.scene import DISPLAY, PATIENCE, Scene, controls


def words(hyper):
    """Values of a hyper as a URL spells them."""
    if hyper.whole:
        return st.integers(int(hyper.low), int(hyper.high)).map(str)
    return st.floats(hyper.low, hyper.high).map(repr)


@st.composite
def good_queries(draw):
    """Queries that name a scene: some settings given, all of them inside their ranges."""
    surface = draw(st.sampled_from(list(SURFACES)))
    (x0, x1), (y0, y1) = SURFACES[surface].domain
    settings_ = {key: words(hyper) for key, hyper in controls(surface, ENTRIES).items()} | {
        "start": st.tuples(st.floats(x0, x1), st.floats(y0, y1)).map(lambda xy: f"{xy[0]!r},{xy[1]!r}"),
        "schedule": st.sampled_from(list(SCHEDULES)),
        "noise.model": st.sampled_from(list(NOISES)),
        "on": st.lists(st.sampled_from(ENTRIES), unique=True).map(",".join),
        **{
            key: st.sampled_from([*words, *{"patience": ("1", "200"), "rail": ("a_panel",)}.get(key, ())])
            for key, words in DISPLAY.items()
        },
    }
    keys = draw(st.sets(st.sampled_from(sorted(settings_))))
    return {"surface": surface} | {key: draw(settings_[key]) for key in sorted(keys)}


@given(good_queries())
def test_round_trip(query):
    scene = Scene.read(query)
    assert Scene.read(scene.to_query()) == scene
    assert Scene.read(dict(parse_qsl(scene.to_url(), keep_blank_values=True))) == scene


@given(good_queries())
def test_a_good_value_is_taken_as_it_was_given(query):
    scene = Scene.read(query)
    for key in controls(scene.surface, scene.on):
        if key in query:
            assert scene.values[key] == float(query[key])
    assert scene.noise_model == query.get("noise.model", next(iter(NOISES)))
    if "on" in query:
        assert set(scene.on) == set(query["on"].split(",")) - {""}


known = st.sampled_from(
    [*controls("rosenbrock"), "surface", "start", "schedule", "noise.model", "on", *DISPLAY, "step"]
)
nonsense = st.one_of(
    st.text(), st.sampled_from(["nan", "inf", "-inf", "1e999", "", ",", "0x10", "1,", "1,2,3", "nan,nan", "-1", "1e30"])
)


@given(st.dictionaries(st.one_of(known, st.text()), nonsense))
def test_nonsense_becomes_the_default(query):
    scene = Scene.read(query)
    for key, hyper in controls(scene.surface).items():
        assert hyper.accepts(scene.values[key])
    for value, (low, high) in zip(scene.start, SURFACES[scene.surface].domain, strict=True):
        assert low <= value <= high
    assert scene.schedule in SCHEDULES
    assert scene.noise_model in NOISES
    assert set(scene.on) <= set(OPTIMIZERS)
    assert Scene.read(scene.to_query()) == scene


def test_the_default_scene_has_the_empty_query():
    assert Scene.read({}).to_query() == {}


def test_the_noise_model_has_a_key_of_its_own_and_a_link_without_it_means_what_it_did():
    assert Scene.read({"noise": "1"}).noise_model == "gaussian"
    assert Scene.read({"noise.model": "pink"}) == Scene.read({})
    scene = Scene.read({"noise": "1", "noise.model": "alpha_stable"})
    assert scene.to_query() == {"noise": "1.0", "noise.model": "alpha_stable"}
    assert scene.flat()["noise.model"] == "alpha_stable"
    assert catalogue()["noises"] == [{"id": id, "name": noise.name} for id, noise in NOISES.items()]


def test_the_playhead_is_kept_inside_the_run():
    assert Scene.read({"steps": "50", "step": "20"}).step == 20
    assert Scene.read({"steps": "50", "step": "51"}).step is None
    assert Scene.read({"steps": "50", "step": "20.5"}).step is None


def test_patience_is_a_number_of_steps_or_0_and_a_link_without_it_means_what_it_did():
    assert Scene.read({}).display["patience"] == "20"
    taken = {n for n in range(-1, 1000) if Scene.read({"patience": str(n)}).to_query() == {"patience": str(n)}}
    assert taken == {n for n in range(201) if n == 0 or PATIENCE.accepts(n)} - {20}
    for wrong in ("", "020", "5.5", "201", "off"):
        assert Scene.read({"patience": wrong}) == Scene.read({})


def test_every_optimizer_can_be_off():
    scene = Scene.read({"on": ""})
    assert scene.on == ()
    assert Scene.read(scene.to_query()) == scene


@pytest.mark.parametrize("surface", SURFACES)
def test_the_catalogue_offers_every_control(surface):
    listed = catalogue()
    sliders = list(listed["settings"].values())
    for kind in ("schedules", "optimizers"):
        sliders += [slider for member in listed[kind] for slider in member["sliders"]]
    sliders += next(m for m in listed["surfaces"] if m["id"] == surface)["sliders"]
    assert {slider["key"] for slider in sliders} == set(controls(surface))


def test_hypers_that_share_a_key_are_the_same():
    """Schedules share the key `schedule.T`: one slider must mean the same in all of them."""
    declared = {}
    for schedule in SCHEDULES.values():
        for hyper in schedule.hypers:
            assert declared.setdefault(hyper.id, hyper) == hyper


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_about_the_whole_run_ends_with_it(schedule):
    """At the last step of any run its factor is what it is at its end; other schedules keep their own time."""
    rule = SCHEDULES[schedule]
    for steps in (50, 300, 1000):
        scene = Scene.read({"schedule": schedule, "steps": str(steps)})
        assert scene.to_url() == f"schedule={schedule}&steps={steps}".removeprefix("schedule=constant&")
        hypers = scene.hypers("schedule")
        if rule.whole_run:
            last, after = (float(rule.factor(float(t), **hypers)) for t in (steps, 10 * steps))
            assert last == pytest.approx(after, abs=1e-12)
            assert float(rule.factor(0.9 * steps, **hypers)) > after
        elif "T" in hypers:
            assert hypers["T"] == rule.defaults["T"]
    assert Scene.read({"schedule": schedule, "schedule.T": "77"}).values["schedule.T"] == 77
