"""Where JAX computes, in which precision, and where its compiled programs are kept: decided here alone."""

import logging
import os
import platform
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import jax

CHOICES = ("auto", "cpu", "gpu")
CACHE_BYTES = 256 * 2**20
PROGRAMS = (
    400  # held in memory, of 2.9 MB each as measured: every surface with the basic optimizers, and a hundred more
)

# Rollouts agree with the reference libraries to 1e-9 and a loss may fall to 1e-16: both need float64.
jax.config.update("jax_enable_x64", True)


def _round_every_operation() -> None:
    """Keep XLA from fusing a multiplication with an addition, so that every operation rounds as in NumPy and PyTorch.

    Where a path jitters, a rounding left out grows until it shows: RMSProp on Rosenbrock with eps = 0 stood 5.5e-8 from
    PyTorch after 100 steps, and stands 1e-15 from it now. XLA reads this once, when JAX first computes: a notebook
    that has used JAX before keeps its rounding.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if platform.machine().lower() in {"x86_64", "amd64"} and "xla_cpu_max_isa" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_max_isa=AVX".strip()  # the newest without such an instruction


@lru_cache
def cache_folder() -> Path | None:
    """Where programs and answers are kept over restarts, by JAX_COMPILATION_CACHE_DIR.

    None where nothing can be written, as in a container without a home.
    """
    try:
        given = os.environ.get("JAX_COMPILATION_CACHE_DIR")
        folder = Path(given) if given else Path.home() / ".cache" / "descent-lab" / "jax"
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home
        logging.getLogger(__name__).warning("what is compiled and computed is not kept over restarts: %s", error)
        return None
    return folder


def _forget_oldest(folder: Path) -> None:
    """Delete the programs that were stored first until at most CACHE_BYTES are left.

    JAX can limit the folder itself, but then it reads the size and age of every program whenever it stores one: with
    4000 programs in the folder that took 0.1 s of processor time each, and a third of the time of all tests.
    """
    with suppress(FileNotFoundError):  # another process deletes the same programs
        stored = [(file.stat().st_mtime_ns, file.stat().st_size, file) for file in folder.glob("*-cache")]
        size = sum(size for _, size, _ in stored)
        for _, own, file in sorted(stored):
            if size <= CACHE_BYTES:
                return
            file.unlink()
            size -= own


def _keep_compiled_programs() -> None:
    """Let compiled programs outlive the process, so that a restart does not compile again.

    Where nothing can be kept they are compiled at each start.
    """
    folder = cache_folder()
    if folder is None:
        jax.config.update("jax_enable_compilation_cache", False)
        return
    _forget_oldest(folder)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


_round_every_operation()
_keep_compiled_programs()


@lru_cache(maxsize=PROGRAMS)
def _made(make: Callable[..., Any], *of: Any) -> Any:
    return make(*of)


_making = Lock()  # two threads that ask a cache for what it lacks would get one each, and both would compile it


def compiled(make: Callable[..., Any], *of: Any) -> Any:
    """make(*of), a jitted function, held with all it has compiled as long as it is among the last PROGRAMS in use."""
    with _making:
        return _made(make, *of)


def rollout_device():
    """The jax.Device that rollouts run on, by DESCENT_DEVICE: cpu, gpu, or auto (the default).

    Auto is the CPU even beside a GPU: a rollout is a thousand tiny steps that wait for each other, and launching a
    GPU kernel costs more than such a step.
    """
    choice = os.environ.get("DESCENT_DEVICE", "auto")
    if choice not in CHOICES:
        raise ValueError(f"DESCENT_DEVICE must be one of {', '.join(CHOICES)}, got {choice!r}.")
    kind = "gpu" if choice == "gpu" else "cpu"
    try:
        return jax.devices(kind)[0]
    except RuntimeError as error:
        raise ValueError(f"DESCENT_DEVICE={choice}, but JAX finds no {kind} here: {error}") from error
