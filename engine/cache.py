"""A cache of recent results in which concurrent first calls compute a result once."""

from collections.abc import Callable, Hashable
from functools import lru_cache, update_wrapper
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Slot:
    """The place of one result, and the lock that is held while it is computed."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.results: list[Any] = []  # empty until it is computed


class Cached(Generic[P, R]):
    """A function with a cache of its `maxsize` most recently used results; `cache_clear()` empties it."""

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        update_wrapper(self, function)
        self.function = function
        self._slot = lru_cache(maxsize=maxsize)(lambda *_: _Slot())
        self._lock = Lock()
        self.cache_clear = self._slot.cache_clear

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key: tuple[Hashable, ...] = (args, *kwargs.items())
        with self._lock:  # without it, concurrent cache misses would get two slots and compute twice
            slot = self._slot(*key)
        with slot.lock:  # calls with other arguments do not wait
            if not slot.results:
                slot.results.append(self.function(*args, **kwargs))
        return slot.results[0]


def computed_once(maxsize: int) -> Callable[[Callable[P, R]], "Cached[P, R]"]:
    """A decorator like functools.lru_cache: concurrent calls with equal arguments wait for one computation.

    The arguments must be hashable. A call that raises caches nothing.
    """
    return lambda function: Cached(function, maxsize)
