"""Importing the engine sets nothing, for nobody; a rollout is float64 nevertheless, in every thread."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

import engine.formula.surface
from engine import FormulaError, device, float64, formula_surface, rollout
from engine.cache import Recent, computed_once
from optimizers import OPTIMIZERS
from surfaces import SURFACES

ROOT = Path(__file__).parent.parent
# A process that has set nothing: as in a notebook.
BARE = {key: word for key, word in os.environ.items() if not key.startswith(("XLA_", "JAX_", "KERAS_"))}


def fresh(program: str, home: Path) -> str:
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(
        command, cwd=ROOT, env={**BARE, "HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


NOTEBOOK = """
import os
from concurrent.futures import ThreadPoolExecutor
import jax
import numpy as np
before = dict(jax.config.values), dict(os.environ)
import engine, optimizers, surfaces, ui.figures

def run(_):
    return engine.rollout(surfaces.SURFACES["rosenbrock"], optimizers.OPTIMIZERS["adam"], steps=20, noise=0.1)

runs = [run(0), *ThreadPoolExecutor(3).map(run, range(3))]
assert all(run.position.dtype == run.loss.dtype == run.state["m"].dtype == "float64" for run in runs)
assert len({run.position.tobytes() for run in runs}) == 1
(paths,) = engine.race_paths(lambda w: w @ w, [(optimizers.OPTIMIZERS["sgd"], {})], start=(1, 2), steps=5)
assert paths.dtype == "float64"
((place, value),) = engine.formula_surface("(x - 1)^2 + (y + 2)^2", (-3, 3, -3, 3)).minima()
assert abs(place[0] - 1) + abs(place[1] + 2) < 1e-14
assert engine.follow(lambda w: w**2, optimizers.OPTIMIZERS["adam"], 1.0, steps=2).params.dtype == "float32"
with engine.float64():
    assert engine.follow(lambda w: w**2, optimizers.OPTIMIZERS["adam"], 1.0, steps=2).params.dtype == "float64"
figure = ui.figures.figure(runs[0])
x, y = (np.linspace(low, high, 241) for low, high in surfaces.SURFACES["rosenbrock"].domain)
heights = np.log10(1 + (1 - x) ** 2 + 100 * (y[:, None] - x**2) ** 2)
np.testing.assert_allclose(figure.data[0].z, heights, rtol=1e-6, atol=1e-12)  # float32 would lose a small h
assert (dict(jax.config.values), dict(os.environ)) == before
assert jax.numpy.zeros(2).dtype == "float32"
print("nothing is set")
"""


def test_importing_and_rolling_out_set_nothing(tmp_path):
    assert fresh(NOTEBOOK, tmp_path) == "nothing is set\n"
    assert not list(tmp_path.iterdir())  # no cache folder either


APPLICATION = """
import os, jax
from engine import configure
from engine.device import cache_folder
configure()
configure()
print(jax.config.jax_enable_x64, cache_folder())
print(os.environ.get("XLA_FLAGS", ""))
"""


def test_an_application_sets_it_all_in_one_place(tmp_path):
    settings, flags = fresh(APPLICATION, tmp_path).splitlines()
    assert settings == f"True {tmp_path / '.cache' / 'descent-lab' / 'jax'}"
    assert flags.count("--xla_cpu_max_isa=AVX") == (os.uname().machine == "x86_64")


def test_a_folder_that_others_can_write_is_not_used(tmp_path, monkeypatch, caplog):
    """What is loaded from it can run any code."""
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    programs = tmp_path / device.PROGRAMS
    programs.mkdir(0o700)
    tmp_path.chmod(0o700)
    for place in (tmp_path, programs):
        for mode, used in ((0o777, False), (0o702, False), (0o770, False), (0o755, True), (0o700, True)):
            place.chmod(mode)
            caplog.clear()
            device.cache_folder.cache_clear()
            try:
                assert device.cache_folder() == (tmp_path if used else None)
            finally:
                device.cache_folder.cache_clear()
            assert (f"other users can write {place}:" in caplog.text) != used


def test_the_folders_that_are_made_are_this_users_alone(tmp_path, monkeypatch):
    """Also where the system lets a user's group write what it makes."""
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))
    before = os.umask(0o002)
    device.cache_folder.cache_clear()
    try:
        folder = device.cache_folder()
    finally:
        os.umask(before)
        device.cache_folder.cache_clear()
    assert folder
    assert [stat.S_IMODE(place.stat().st_mode) for place in (folder, folder / device.PROGRAMS)] == [0o700, 0o700]


def test_the_oldest_programs_are_deleted_until_the_rest_is_small_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(device, "CACHE_BYTES", 25)
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "gone").symlink_to("nowhere")  # as a file that another process deletes once it is listed
    for k, name in enumerate(["0", "1", "2", "3", "4", "left-behind.part"]):
        file = folder / name
        file.write_bytes(bytes(10))
        os.utime(file, (100 + k, 100 + k))
    (folder / "in-work.part").write_bytes(bytes(10))
    monkeypatch.setattr(device, "cache_folder", lambda: tmp_path)
    device.prune_cache()
    assert {file.name for file in folder.iterdir()} == {"3", "4", "gone", "in-work.part"}


# The ways into the application, each in a process of its own. The product of a fused multiply-add is not rounded: then
# a * a - (a * a rounded) is not 0.
DOORS = {
    "answers": "import ui.answers",
    "warm": "import ui.warm",
    "page": "from streamlit.testing.v1 import AppTest\n"
    "assert not AppTest.from_file('ui/page.py', default_timeout=60).run().exception",
    "openings": "from ui import openings\nopenings.tune = lambda: {}\nopenings.main(['--check'])",
}
COMPUTING = """
import jax
print(jax.config.jax_enable_x64, jax.jit(lambda a, b: a * a - b)(1.1, 1.1 * 1.1))
"""


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_the_application_is_configured_before_anything_of_it_computes(door, tmp_path):
    assert fresh(door + COMPUTING, tmp_path).splitlines()[-1] == "True 0.0"


def test_float64_is_a_matter_of_the_thread():
    inside, checked = Event(), Event()

    def elsewhere() -> bool:
        import jax

        inside.wait(60)
        with jax.enable_x64(False):
            seen = jax.config.jax_enable_x64
        checked.set()
        return seen

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(elsewhere)
        with float64():
            inside.set()
            assert checked.wait(60)
            assert rollout(SURFACES["ravine"], OPTIMIZERS["sgd"], steps=2).loss.dtype == "float64"
    assert answer.result() is False


# The cache


def test_concurrent_calls_compute_once():
    together, calls = Barrier(4), []

    @computed_once(most=8)
    def slow(a, b=0):
        calls.append((a, b))
        return [a, b]

    def ask(_):
        together.wait(60)
        return slow(1, b=2)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert calls == [(1, 2)]
    assert all(answer is answers[0] for answer in answers)
    assert slow(1, b=2) is answers[0]


def test_a_call_with_other_arguments_does_not_wait():
    begun, released = Event(), Event()

    @computed_once(most=8)
    def wait(what):
        if what == "slow":
            begun.set()
            assert released.wait(60)
        return what

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(wait, "slow")
        assert begun.wait(60)
        assert wait("quick") == "quick"  # while the other one still computes
        assert not slow.done()
        released.set()
        assert slow.result(60) == "slow"


def test_a_call_that_raises_is_made_again_and_old_results_are_dropped():
    calls = []

    @computed_once(most=2)
    def odd(n):
        calls.append(n)
        if n % 2 == 0:
            raise ValueError(n)
        return n

    for _ in range(2):
        with pytest.raises(ValueError, match="0"):
            odd(0)
    assert [odd(1), odd(3), odd(5), odd(5), odd(1)] == [1, 3, 5, 5, 1]
    assert calls == [0, 0, 1, 3, 5, 1]
    odd.cache_clear()
    odd(1)
    assert calls[-2:] == [1, 1]


def test_a_formula_that_many_ask_for_at_once_is_made_once(monkeypatch):
    together, calls = Barrier(4), []

    def critical_points(*arguments):
        calls.append(arguments)
        return (), ()

    monkeypatch.setattr(engine.formula.surface, "critical_points", critical_points)

    def ask(_):
        together.wait(60)
        return formula_surface("x^2 + 3.25 y^2", (-1.0, 1.0, -1.0, 1.0))

    with ThreadPoolExecutor(4) as pool:
        surfaces = list(pool.map(ask, range(4)))
    assert len(calls) == 1
    assert all(surface is surfaces[0] for surface in surfaces)
    formula_surface.cache_clear()  # it has no minima


def test_a_formula_that_cannot_be_read_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(FormulaError, match="ends too early"):
            formula_surface("x +", (-1.0, 1.0, -1.0, 1.0))


def test_what_is_kept_has_a_bound_and_the_least_recently_used_goes_first():
    sizes = {"a": 40, "b": 40, "c": 30, "d": 200}
    cache = Recent(100, len)
    for key in "abac":
        cache.get(key, lambda key=key: bytes(sizes[key]))
    assert (len(cache), cache.weight) == (2, 70)
    assert cache.peek("b") is None
    assert cache.peek("a") == bytes(40)
    assert cache.get("d", lambda: bytes(200)) == bytes(200)
    assert (len(cache), cache.weight) == (2, 70), "one that is larger than the bound is handed out, and pushes out none"
    cache.clear()
    assert (len(cache), cache.weight) == (0, 0)


def test_a_key_whose_computation_fails_leaves_nothing_behind():
    cache = Recent(10)
    for k in range(100):
        with pytest.raises(ZeroDivisionError):
            cache.get(k, lambda: 1 // 0)
    assert len(cache) == 0
