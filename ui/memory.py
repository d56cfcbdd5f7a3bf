"""The C library's memory, which it keeps for the next piece of work or gives back to the system.

That of Linux (glibc) can be told which; elsewhere nothing is done here.
"""

import ctypes
import os

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # glibc's names of what mallopt(3) sets
FROM_THE_SYSTEM = 32 * 2**20  # bytes: larger pieces come from the system each time
HEAPS = 2  # that all threads share: by itself it gives nearly every thread its own
KEPT = 64 * 2**20  # bytes that each heap keeps when they are freed
_LIBRARY = ctypes.CDLL(None) if os.name == "posix" else None


def keep() -> None:
    """Keep what is freed. A fan takes 20 MB for a moment: to ask the system for them each time, which fills them with
    zeros page by page, takes as long as the fan's runs.
    """
    if set_ := getattr(_LIBRARY, "mallopt", None):
        set_(ARENA_MAX, HEAPS)
        set_(MMAP_THRESHOLD, FROM_THE_SYSTEM)
        set_(TRIM_THRESHOLD, KEPT)


def give_back() -> None:
    """Give what is free back to the system, now and then: to compile a program takes far more than the program."""
    if trim := getattr(_LIBRARY, "malloc_trim", None):
        trim(0)
