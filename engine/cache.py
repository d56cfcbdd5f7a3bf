"""A cache of recent results, bounded by their weight, in which concurrent first calls compute a result once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Slot:
    """The place of one result, and the lock that is held while it is computed."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.results: list[Any] = []  # empty until it is computed
        self.weight = 0


class Recent(Generic[R]):
    """Results by key: the most recently used ones, up to a sum of weights. A heavier one is handed out and not kept."""

    def __init__(self, most: int, weigh: Callable[[R], int] = lambda _: 1) -> None:
        self.most = most
        self.weight = 0  # of all that is kept
        self.hits = self.misses = 0  # results that were kept, and that were computed
        self._weigh = weigh
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: Hashable) -> bool:
        slot = self._slots.get(key)
        return slot is not None and bool(slot.results)

    def get(self, key: Hashable, compute: Callable[[], R]) -> R:
        """The result for a key; concurrent calls wait for one computation, and one that raises keeps nothing."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
        with slot.lock:  # calls with other keys do not wait
            if slot.results:
                self.hits += 1
            else:
                self.misses += 1
                try:
                    slot.results.append(compute())
                except BaseException:
                    with self._lock:
                        if self._slots.get(key) is slot:
                            del self._slots[key]
                    raise
                self._keep(key, slot)
            return slot.results[0]

    def peek(self, key: Hashable) -> R | None:
        """The result for a key if it is kept; nothing is waited for."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None or not slot.results:
                return None
            self._slots.move_to_end(key)
            self.hits += 1
        return slot.results[0]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._slots.clear()
            self.weight = 0

    def _keep(self, key: Hashable, slot: _Slot) -> None:
        """Count a result that was just computed, and forget the least recently used ones that are too much with it."""
        with self._lock:
            if self._slots.get(key) is not slot:  # forgotten meanwhile
                return
            slot.weight = self._weigh(slot.results[0])
            if slot.weight > self.most:  # before it pushes out all others
                del self._slots[key]
                return
            self.weight += slot.weight
            while self.weight > self.most:
                oldest = next(key for key, kept in self._slots.items() if kept.results)
                self.weight -= self._slots.pop(oldest).weight


class Cached(Generic[P, R]):
    """A function with a cache of its recent results; `cache_clear()` empties it."""

    def __init__(self, function: Callable[P, R], most: int, weigh: Callable[[R], int]) -> None:
        update_wrapper(self, function)
        self.function = function
        self.recent = Recent(most, weigh)
        self.cache_clear = self.recent.clear

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.recent.get((args, *kwargs.items()), lambda: self.function(*args, **kwargs))


def computed_once(most: int, weigh: Callable[[Any], int] = lambda _: 1) -> Callable[[Callable[P, R]], Cached[P, R]]:
    """A decorator like functools.lru_cache: concurrent calls with equal arguments wait for one computation.

    Results are kept up to a sum of weights, by default up to a number of them. The arguments must be hashable. A call
    that raises caches nothing.
    """
    return lambda function: Cached(function, most, weigh)
