"""`python -m ui.measuring`: runs entries in several ways for the server, which starts and ends it (`ui/aside.py`).

JAX keeps a program for each operation that it runs by itself. In the server they would be kept for ever: of all
optimizers they took 1 GB.
"""

from collections.abc import Callable
from importlib import import_module

from ui import child, memory


def begin() -> Callable[..., str]:
    """What answers the query of a scene, one of its entries and a way."""
    engine, ways = map(import_module, ("engine", "ui.ways"))
    engine.configure()
    return ways.measured


def rest() -> None:
    """Forget: each measurement begins alike, and the process stays small."""
    import_module("jax").clear_caches()
    memory.give_back()


if __name__ == "__main__":
    child.answer(begin, rest)
