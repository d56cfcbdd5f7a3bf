"""What a fan costs, before anything is computed: a server that many share refuses what takes too long or too much.

It takes 6 bytes for each step of each run at each stop. Its time is a number of seconds of one processor, in two terms,
measured over all surfaces and optimizers and over formulas of up to forty functions (Python 3.11, JAX 0.10, a core of a
small cloud server):

    stops x steps x runs x (STEP + what the surface adds)      the runs, HESSIAN times that for those with a Hessian
    stops x (SEARCH + FUNCTION_SEARCHED x functions)           the minima of a formula whose letter is dragged
"""

from collections.abc import Iterable

from engine.formula import function_of, functions_in
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.fan import STOPS, dragged
from ui.scene import Scene, surface_of

MOST = 2.0  # s
MOST_BYTES = 24 * 2**20  # all 33 optimizers for 1000 steps take 20 MB; while a fan is packed, it is held four times
STEP = 0.25e-6  # s of a step of a run on a plain surface
EXAMPLES = 0.75e-6  # s that a surface made of data adds
FUNCTION = 0.04e-6  # s that each function or power of a formula adds
HESSIAN = 4  # times as long with a Hessian
SEARCH = 4e-3  # s of a search for the minima of a formula
FUNCTION_SEARCHED = 3e-3  # s that each function of the formula adds to it


def cost(scene: Scene, vary: str) -> float:
    """About how many seconds of a processor the fan of the slider `vary` takes, its programs compiled."""
    return cost_of_runs(scene, dragged(scene, vary), STOPS) + STOPS * cost_of_minima(scene, vary)


def cost_of_runs(scene: Scene, entries: Iterable[str], n: int) -> float:
    """The same of n runs of each of some entries."""
    step = STEP + (EXAMPLES if surface_of(scene).data else 0) + FUNCTION * _functions(scene)
    each = sum(HESSIAN if OPTIMIZERS[optimizer_of(id)].spends.hessians else 1 for id in entries)
    return n * each * scene.values["steps"] * step


def cost_of_minima(scene: Scene, vary: str) -> float:
    """The same of a search for the minima of a formula for each value of `vary`; 0 if they stay the same."""
    moved = scene.own and vary.startswith("surface.")
    return SEARCH + FUNCTION_SEARCHED * _functions(scene) if moved else 0.0


def size(scene: Scene, vary: str) -> int:
    """The bytes of the paths in such a fan, before they are packed, if none of them is smooth."""
    return 6 * STOPS * len(dragged(scene, vary)) * (int(scene.values["steps"]) + 1)


def _functions(scene: Scene) -> int:
    return functions_in(function_of(scene.own[0])[0]) if scene.own else 0
