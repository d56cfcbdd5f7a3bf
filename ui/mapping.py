"""`python -m ui.mapping`: computes maps for the server, which starts and ends it (`ui/aside.py`).

A map is computed by all processors at once, at a low priority, so that no stage waits for it. It may use the whole
instruction set and fast arithmetic, which a rollout does without, so that it rounds as other libraries do.
"""

from base64 import b64encode
from collections.abc import Callable
from importlib import import_module

from ui import child


def begin() -> Callable[..., str]:
    """What answers the query of a piece by the bytes of `ui.maps.computed`, in base 64."""
    device, maps = map(import_module, ("engine.device", "ui.maps"))
    device.configure_for_maps()

    def mapped(query: dict[str, str]) -> str:
        return b64encode(maps.computed(*maps.piece_of(query))).decode("ascii")

    return mapped


if __name__ == "__main__":
    child.answer(begin, fastest=True)
