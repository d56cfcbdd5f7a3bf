"""`python -m ui.searching`: searches for hyperparameters for the server, which starts and ends it (`ui/aside.py`).

Optuna and its samplers are loaded here alone, with the first search that needs them.
"""

from base64 import b64encode
from collections.abc import Callable
from importlib import import_module

from ui import child, mapping


def begin() -> Callable[..., str]:
    """What answers the query of a search by the bytes of `ui.searches.computed`, in base 64."""
    mapping.configure()
    searches = import_module("ui.searches")

    def searched(query: dict[str, str]) -> str:
        return b64encode(searches.computed(*searches.search_of(query))).decode("ascii")

    return searched


if __name__ == "__main__":
    child.answer(begin)
