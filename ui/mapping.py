"""`python -m ui.mapping`: computes maps for the server, which starts and ends it (`ui/aside.py`).

A map is computed by all processors at once, at a low priority, so that no stage waits for it. It may use the whole
instruction set and fast arithmetic, which a rollout does without, so that it rounds as other libraries do.
"""

import os
import platform
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module

from ui import child

# AMX_FP16 is the newest instruction set: there is no limit. Numbers that are no numbers are still told from others.
FLAGS = (
    "--xla_cpu_max_isa=AMX_FP16",
    "--xla_cpu_prefer_vector_width=512",
    "--xla_cpu_enable_fast_math=true",
    "--xla_cpu_fast_math_honor_nans=true",
    "--xla_cpu_fast_math_honor_infs=true",
    "--xla_cpu_fast_math_honor_division=false",
)


def configure() -> None:
    """Set JAX up for maps and searches, before it is imported."""
    if platform.machine().lower() in {"x86_64", "amd64"}:
        os.environ["XLA_FLAGS"] = " ".join((os.environ.get("XLA_FLAGS", ""), *FLAGS)).strip()
    import_module("engine").configure()


def begin() -> Callable[..., str]:
    """What answers the query of a piece by the bytes of `ui.maps.computed`, in base 64."""
    configure()
    maps = import_module("ui.maps")

    def mapped(query: dict[str, str]) -> str:
        return b64encode(maps.computed(*maps.piece_of(query))).decode("ascii")

    return mapped


if __name__ == "__main__":
    child.answer(begin)
