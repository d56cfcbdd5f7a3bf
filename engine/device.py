"""Where JAX computes, how precisely, and where compiled programs are kept.

Importing the engine changes no setting of JAX and no environment variable. An application calls `configure()` once,
before JAX computes anything; a notebook may leave it out.
"""

import logging
import os
import platform
import stat
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import jax

from engine import files
from engine.cache import computed_once

CHOICES = ("auto", "cpu", "gpu")
# For maps: the whole instruction set (AMX_FP16 is the newest: there is no limit) and arithmetic that is reordered and
# fused. Numbers that are no numbers are still told from others.
FAST = (
    "--xla_cpu_max_isa=AMX_FP16",
    "--xla_cpu_prefer_vector_width=512",
    "--xla_cpu_enable_fast_math=true",
    "--xla_cpu_fast_math_honor_nans=true",
    "--xla_cpu_fast_math_honor_infs=true",
    "--xla_cpu_fast_math_honor_division=false",
)
CACHE_BYTES = 256 * 2**20
# Asked once: a look-up reads sys.path, which Streamlit changes for a moment with every run of a script.
VERSIONS = (version("jax"), version("jaxlib"))
PROGRAMS = "programs"  # the folder of compiled programs in the cache


@computed_once(most=1)
def configure() -> bool:
    """Set JAX up for an application: float64 by default, reproducible rounding, a cache of compiled programs on disk.

    Call it before JAX first computes, because XLA reads its flags only then. Calling it again does nothing.

    - Arrays are float64 everywhere in the process. Rollouts are float64 without it, too (see `float64`).
    - On x86 XLA does not fuse a multiplication with an addition, so that every operation rounds as in NumPy and
      PyTorch. Where a path oscillates, a missing rounding grows until it is visible: RMSProp on Rosenbrock's function
      with eps = 0 was 5.5e-8 away from PyTorch after 100 steps, and is 1e-15 away with this flag.
    - A program is computed by one thread, the one that asks for it. With two a hundred runs of eight optimizers took a
      fifth more of the processors' time, and as long; and JAX would hand programs to a pool, in which two that are
      asked for at once partly wait for each other: two fans in two threads took a third longer.
    - Compiled programs are stored in `cache_folder()`, so that a restarted process need not compile them again: by
      `engine.programs`, not by JAX, whose cache gives programs that cannot be serialized again.

    Returns True.
    """
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    if "xla_cpu_max_isa" not in os.environ.get("XLA_FLAGS", ""):
        _add_flags("--xla_cpu_max_isa=AVX")  # the newest instruction set without a fused multiply-add
    os.environ.setdefault("NPROC", "1")  # XLA's word for the threads of its pool
    jax.config.update("jax_enable_compilation_cache", False)
    prune_cache()
    return True


def configure_for_maps() -> None:
    """`configure` for a process that computes maps and no rollouts: faster, and not rounded as in other libraries."""
    if not os.environ.get("XLA_FLAGS", "").endswith(FAST[-1]):  # nor are they in the environment of a process above
        _add_flags(*FAST)
    configure()


def _add_flags(*flags: str) -> None:
    """Add flags of XLA on an x86 processor: of several that say the same the last one counts."""
    if platform.machine().lower() in {"x86_64", "amd64"}:
        os.environ["XLA_FLAGS"] = " ".join((os.environ.get("XLA_FLAGS", ""), *flags)).strip()


def float64():
    """A context in which JAX computes in float64, whatever the process has set. It holds for the calling thread only.

    Rollouts agree with the reference libraries to 1e-9 and a loss may fall to 1e-16: both need float64.
    """
    return jax.enable_x64(True)


@lru_cache
def cache_folder() -> Path | None:
    """The folder that keeps compiled programs and answers across restarts: JAX_COMPILATION_CACHE_DIR or a default.

    None if the folder cannot be written, as in a container without a home directory, or if other users can write it:
    what is loaded from it can run any code.
    """
    try:
        given = os.environ.get("JAX_COMPILATION_CACHE_DIR")
        folder = Path(given) if given else Path.home() / ".cache" / "descent-lab" / "jax"
        for place in (folder, folder / PROGRAMS):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=place).close()
            if not _is_own(place):
                raise PermissionError(f"other users can write {place}: make it yours alone, or name another folder")
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home directory
        logging.getLogger(__name__).warning("compiled programs are not kept across restarts: %s", error)
        return None
    return folder


def _is_own(folder: Path) -> bool:
    """Whether nobody but this user and root can write a folder. Windows keeps a user's folders apart."""
    if os.name == "nt":
        return True
    status = folder.stat()
    return status.st_uid in (0, os.getuid()) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def prune_cache() -> None:
    """Delete the compiled programs on disk that were stored first, until at most CACHE_BYTES are left.

    An application that runs for weeks calls it now and then: it looks at all of them, which takes too long for each
    program that is stored.
    """
    if folder := cache_folder():
        files.prune(folder / PROGRAMS, CACHE_BYTES)


def program_file(*about: str) -> Path | None:
    """The file for a compiled program; None if nothing is stored, as in a process that `configure` did not set up.

    Its name says what the program was compiled by and for: on another processor or with other flags it is another one.
    """
    folder = cache_folder() if configure.recent.peek(((),)) else None
    made_for = [*VERSIONS, platform.machine(), os.environ.get("XLA_FLAGS", ""), _processor()]
    return folder and folder / PROGRAMS / files.name_of(*made_for, *about)


@lru_cache
def _processor() -> str:
    """What the processor can do, as Linux lists it; empty elsewhere."""
    with suppress(OSError):
        return next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")), "")
    return ""


class DeviceError(ValueError):
    """DESCENT_DEVICE names no device that there is."""


def rollout_device():
    """The jax.Device that rollouts run on, by DESCENT_DEVICE: cpu, gpu, or auto (the default). Raises DeviceError.

    Auto is the CPU even if there is a GPU: a rollout is a thousand tiny steps, each of which needs the one before, and
    launching a GPU kernel takes longer than such a step.
    """
    return _devices("cpu")[0]


def map_devices() -> list:
    """The jax.Devices that maps are computed on, by DESCENT_DEVICE: all of that kind. Raises DeviceError.

    Auto is the fastest kind, as JAX chooses it: a GPU if there is one. A step of a map is one of many runs at once.
    """
    return _devices(None)


def named(devices: Sequence) -> str:
    """What devices are, for a reader: "cpu", "NVIDIA H200 x 2"."""
    counts = Counter(device.device_kind for device in devices)
    return ", ".join(kind if count == 1 else f"{kind} x {count}" for kind, count in counts.items())


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _devices(auto: str | None) -> list:
    """All devices of the kind that DESCENT_DEVICE names; `auto` is the kind for auto, None the one that JAX prefers."""
    choice = os.environ.get("DESCENT_DEVICE", "auto")
    if choice not in CHOICES:
        raise DeviceError(f"DESCENT_DEVICE must be one of {', '.join(CHOICES)}, got {choice!r}.")
    kind = auto if choice == "auto" else choice
    try:
        return jax.devices(kind)
    except RuntimeError as error:
        raise DeviceError(f"DESCENT_DEVICE={choice}, but JAX finds no {kind or 'device'} here: {error}") from error
