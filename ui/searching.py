"""`python -m ui.searching`: searches for hyperparameters for the server, which starts and ends it (`ui/aside.py`).

Optuna and its samplers are loaded here alone, with the first search that needs them.
"""

import os
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module

from ui import child


def begin() -> Callable[..., str]:
    """What answers the query of a search, or of a study of it in a form and a language, by bytes in base 64."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a Gaussian process of a hundred trials is slower on two
    import_module("engine.device").configure_for_maps()
    searches = import_module("ui.searches")

    def answered(form: str, query: dict[str, str], language: str = "") -> str:
        scene, asked = searches.search_of(query)
        if form == "search":
            found = searches.computed(scene, asked)
        elif form == searches.JOURNAL:
            found = import_module("ui.studies").journal(scene, asked)
        elif form in searches.STUDIES:
            found = import_module("ui.studies").pictures(scene, asked, language)
        else:
            found = import_module("ui.study_code").answer(scene, asked, form, language)
        return b64encode(found).decode("ascii")

    return answered


if __name__ == "__main__":
    child.answer(begin)
