"""A folder is the list of its members; a declaration that contradicts itself is refused when it is imported."""

import itertools
import re
from dataclasses import replace

import pytest

from engine import NOISES, SCHEDULES, SHOWS, Hyper, Noise, Optimizer, Reference, Schedule, Surface, discover
from engine.registry import Registry
from engine.spec import FAMILIES
from optimizers import OPTIMIZERS
from surfaces import SURFACES

REGISTRIES = {"optimizer": OPTIMIZERS, "surface": SURFACES, "schedule": SCHEDULES, "noise": NOISES}
every_registry = pytest.mark.parametrize("kind", REGISTRIES)
every_member = pytest.mark.parametrize(
    "member",
    [member for registry in REGISTRIES.values() for member in registry.values()],
    ids=lambda member: f"{type(member).__name__}-{member.id}".lower(),
)

DECLARATION = """
from engine import Optimizer, Reference, Hyper
OPTIMIZER = Optimizer(
    id="{id}", name="Still", family="gradient", tex="w", reference=Reference("Nobody", {year}, "nowhere"),
    hypers=(Hyper("lr", 0.1, 0.01, 1.0, name="learning rate", tex="r"),),
    init=lambda params: (), update=lambda probe, state, params, *, lr: (params, state),
)
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes a package of modules, text by name, and discovers its optimizers; every call makes a new one."""
    numbers = itertools.count()
    monkeypatch.syspath_prepend(tmp_path)

    def make(modules: dict[str, str]) -> Registry[Optimizer]:
        name = f"{tmp_path.name}_{next(numbers)}"
        folder = tmp_path / name
        folder.mkdir()
        for module, text in {"__init__": "", **modules}.items():
            (folder / f"{module}.py").write_text(text)
        return discover(name, str(folder / "__init__.py"), Optimizer)

    return make


def test_discover_finds_every_module_and_leaves_shared_pieces_out(package):
    later, earlier = DECLARATION.format(id="later", year=2000), DECLARATION.format(id="earlier", year=1900)
    found = package({"later": later, "earlier": earlier, "_shared": "raise RuntimeError('nobody imports this')"})
    assert list(found) == ["earlier", "later"]  # within a family by year
    assert all(isinstance(member, Optimizer) for member in found.values())


def test_discover_refuses_a_module_without_a_member(package):
    with pytest.raises(TypeError, match=r"/empty\.py must define OPTIMIZER of type Optimizer, got None"):
        package({"empty": ""})


def test_discover_refuses_a_member_of_another_kind(package):
    with pytest.raises(TypeError, match=r"/odd\.py must define OPTIMIZER of type Optimizer, got 'sgd'"):
        package({"odd": "OPTIMIZER = 'sgd'"})


def test_discover_refuses_an_id_that_is_not_the_name_of_its_file(package):
    with pytest.raises(ValueError, match=r"/swift\.py: the id must be the file's name, got 'still'"):
        package({"swift": DECLARATION.format(id="still", year=2000)})


@every_registry
def test_an_unknown_id_is_refused_with_the_known_ones(kind):
    for error in (KeyError, ValueError):  # a mapping's word for it, and ours
        with pytest.raises(error, match=rf"^unknown {kind} 'nobody': expected one of {', '.join(REGISTRIES[kind])}\.$"):
            REGISTRIES[kind]["nobody"]
    assert "nobody" not in REGISTRIES[kind]


@every_registry
def test_a_registry_is_a_read_only_mapping_in_display_order(kind):
    registry = REGISTRIES[kind]
    assert len(registry) == len(list(registry)) > 0
    assert [registry[id].id for id in registry] == list(registry)
    places = [
        (not getattr(member, "basic", True), FAMILIES.index(member.family), member.reference.year)
        for member in registry.values()
    ]
    assert places == sorted(places)
    with pytest.raises(TypeError, match="does not support item assignment"):
        registry["new"] = next(iter(registry.values()))


@every_member
def test_a_member_tells_its_reader_everything(member):
    assert member.id.isidentifier()
    assert member.name.strip() == member.name != ""
    assert member.tex.count("{") == member.tex.count("}")
    assert member.reference.authors
    assert 1600 < member.reference.year < 2100
    assert member.reference.where
    assert len({hyper.id for hyper in member.hypers}) == len(member.hypers)
    for hyper in member.hypers:
        assert hyper.name
        assert hyper.tex in member.tex  # the formula shows what the slider moves
        assert hyper.low < hyper.high
        assert all(hyper.accepts(value) for value in (hyper.low, hyper.default, hyper.high))


@every_registry
def test_names_and_formulas_are_told_apart(kind):
    members = REGISTRIES[kind].values()
    assert len({member.name for member in members}) == len({member.tex for member in members}) == len(members)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), -float("inf")])
def test_a_hyper_accepts_no_value_outside_its_range(value):
    assert not Hyper("rate", 0.5, 0.0, 1.0, name="rate", tex="r").accepts(value)


@pytest.mark.parametrize(
    ("numbers", "options", "message"),
    [
        ((2.0, 0.0, 1.0), {}, r"the default must lie in \[low, high\], got default=2\.0, low=0\.0, high=1\.0"),
        ((0.5, 1.0, 0.0), {}, r"the default must lie in \[low, high\]"),
        ((float("nan"), 0.0, 1.0), {}, r"the default must lie in \[low, high\], got default=nan"),
        ((0.5, 0.0, 1.0), {"log": True}, r"a log range needs low > 0, got low=0\.0"),
        ((0.5, 0.0, 1.0), {"near_one": True}, r"a range near one needs high < 1, got high=1\.0"),
    ],
)
def test_a_hyper_that_contradicts_itself_is_refused(numbers, options, message):
    with pytest.raises(ValueError, match=rf"Hyper 'rate': {message}"):
        Hyper("rate", *numbers, name="rate", tex="r", **options)


LR = Hyper("lr", 0.1, 0.01, 1.0, name="learning rate", tex="r")


def optimizer(**changes) -> Optimizer:
    declared = {
        "id": "still",
        "name": "Still",
        "family": "gradient",
        "tex": "r",
        "reference": Reference("Nobody", 2000, "nowhere"),
        "hypers": (LR,),
        "init": lambda params: (),
        "update": lambda probe, state, params, *, lr: (params, state),
    }
    return Optimizer(**{**declared, **changes})


def test_keywords_that_are_not_the_declared_hypers_are_refused():
    assert optimizer().defaults == {"lr": 0.1}
    with pytest.raises(
        ValueError, match=r"'still': the keyword-only arguments of .*; expected \['lr'\], got \['rate'\]"
    ):
        optimizer(update=lambda probe, state, params, *, rate: (params, state))
    with pytest.raises(ValueError, match=r"expected \['lr', 'eps'\], got \['eps', 'lr'\]"):
        optimizer(
            hypers=(LR, Hyper("eps", 0.1, 0.0, 1.0, name="eps", tex="e")),
            update=lambda probe, state, params, *, eps, lr: (params, state),
        )
    for surface in SURFACES.values():
        for function in ("f", "minima", "saddles"):
            with pytest.raises(ValueError, match=rf"'{surface.id}': the keyword-only arguments"):
                replace(surface, **{function: lambda *_, nothing: ()})
    for schedule in SCHEDULES.values():
        part = "react" if schedule.react else "factor"
        with pytest.raises(ValueError, match=rf"'{schedule.id}': the keyword-only arguments"):
            replace(schedule, **{part: lambda *_, nothing: ()})
        other = {"react": None} if schedule.react else {"react": lambda loss, memory: (1, memory)}
        with pytest.raises(ValueError, match=rf"'{schedule.id}': a schedule needs either factor or react"):
            replace(schedule, **other)


def test_an_optimizer_without_a_learning_rate_is_refused():
    with pytest.raises(ValueError, match=r"'still': an optimizer needs a hyper 'lr'"):
        optimizer(hypers=(), update=lambda probe, state, params: (params, state))


def test_what_an_optimizer_shows_takes_some_of_its_hypers_in_their_order():
    for show in (lambda before, after: 0, lambda before, after, *, lr: lr):
        assert optimizer(shows={next(iter(SHOWS)): show}).shows == {next(iter(SHOWS)): show}
    with pytest.raises(ValueError, match=rf"'still': .* of shows\['{next(iter(SHOWS))}'\] .* \['lr'\], got \['rate'\]"):
        optimizer(shows={next(iter(SHOWS)): lambda before, after, *, rate: rate})
    with pytest.raises(ValueError, match=r"in the same order; expected some of \['lr', 'eps'\], got \['eps', 'lr'\]"):
        optimizer(
            hypers=(LR, Hyper("eps", 0.1, 0.0, 1.0, name="eps", tex="e")),
            update=lambda probe, state, params, *, lr, eps: (params, state),
            shows={next(iter(SHOWS)): lambda before, after, *, eps, lr: lr},
        )


def test_an_unknown_word_for_what_an_optimizer_shows_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=rf"'still': shows must be some of {re.escape(str([*SHOWS]))}, got 'feelings'"):
        optimizer(shows={"feelings": lambda before, after: 0})


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match=r"'still': family must be one of .*, got 'quick'"):
        optimizer(family="quick")


@pytest.mark.parametrize("kind", [Optimizer, Surface, Schedule, Noise])
def test_a_declaration_is_made_by_keyword_and_leaves_nothing_out(kind):
    with pytest.raises(TypeError, match="required keyword-only argument"):
        kind(id="still", name="Still", family="gradient", tex="r")
