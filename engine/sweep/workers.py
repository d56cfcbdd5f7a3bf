"""Who computes the parts of a sweep: executors, whose tasks are the same for one machine and for many."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from threading import Thread

from engine.device import configure_for_maps, map_devices, processors


@contextmanager
def here(workers: int | None) -> Iterator[Executor]:
    """Processes of this machine, one a processor; on a GPU threads of this process, since it holds the GPU's memory."""
    configure_for_maps()
    devices = map_devices()
    if devices[0].platform != "cpu":
        executor = ThreadPoolExecutor(workers or 2 * len(devices))
    else:
        executor = ProcessPoolExecutor(workers or processors(), get_context("spawn"), _begin_worker)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    """A worker ends with the process that it works for, also if that is killed; Ctrl+C is that one's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent

    def follow() -> None:
        parent.join()
        os._exit(1)

    Thread(target=follow, daemon=True).start()


@contextmanager
def dask(scheduler: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler. Each has this checkout: it is where it was started."""
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        raise ValueError("--scheduler needs Dask's scheduler: pip install distributed.") from None
    try:
        client = distributed.Client(scheduler, timeout=5, set_as_default=False)
    except OSError as error:
        raise ValueError(f"no Dask scheduler answers at {scheduler}: {error}.") from None
    with client:
        yield client.get_executor(pure=False)
