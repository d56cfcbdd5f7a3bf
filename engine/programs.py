"""Compiled programs, by the bytes that they take: a pool of loaded ones, and a form from which others come back soon.

A program of one optimizer on one surface takes a megabyte when it is loaded, and another one and a half for what JAX
remembers of tracing it. So it is compiled ahead of time, which needs no memory of its tracing, and also kept as XLA
serializes it: 12 kB compressed, from which it is loaded again within 6 ms, by this process or, from the disk, by the
next. To trace and lower it takes 65 ms, to compile it another 100.
"""

import pickle
import zlib
from collections.abc import Callable, Hashable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from engine import files
from engine.cache import Recent
from engine.device import program_file

LOADED_BYTES = 144 * 2**20
PARKED_BYTES = 32 * 2**20  # some 2700 programs: all optimizers on all surfaces have 1850
JAXS_CACHE = ("jax_enable_compilation_cache", "jax_compilation_cache_dir")  # a process may have set it up
OVERHEAD = 2**20  # bytes that a loaded program takes beside its code


Options = tuple[tuple[str, Any], ...]  # compiler options by name


class Loaded(NamedTuple):
    """A program that can be called, and the bytes that it takes."""

    run: Callable[..., Any]
    bytes: int


loaded: Recent[Loaded] = Recent(LOADED_BYTES, lambda program: program.bytes)
parked: Recent[bytes] = Recent(PARKED_BYTES, len)


patient = ContextVar("patient", default=True)  # whether this thread compiles what is not compiled, or raises Missing
_calls = ContextVar("calls", default=True)  # whether programs are called, or only looked for


class Missing(Exception):
    """Programs that are not compiled yet, and that this thread is not to compile: by key, what does it."""

    def __init__(self, makes: dict[Hashable, Callable[[], Any]]):
        super().__init__(f"{len(makes)} programs are not compiled yet")
        self.makes = makes


class Program:
    """The function make(*of), compiled with XLA's options for the shapes that it is called with.

    It cannot be called by a function that JAX transforms. `of` is hashable: it tells programs apart.
    """

    def __init__(self, make: Callable[..., Any], *of: Hashable, options: Options = ()) -> None:
        self.make, self.of, self.options = make, of, options

    def __call__(self, *args: Any) -> Any:
        """What the function gives. Raises Missing."""
        (call,) = prepared([(self, args)])
        return call()

    def compiled(self, *args: Any) -> Callable[..., Any]:
        """The compiled function, which any thread may call with arguments of these shapes. Raises Missing."""
        return self.find(args)[1]().run

    def find(self, args: tuple) -> tuple[Hashable, Callable[[], Loaded]]:
        """The key of the program for such arguments, and what loads or compiles it, in whatever thread."""
        leaves, tree = jax.tree.flatten(args)
        x64, preferred = (getattr(jax.config, name) for name in ("jax_enable_x64", "jax_default_device"))
        device = preferred or jax.devices()[0]
        key = (self.make, self.of, self.options, x64, device, tree, tuple(map(_kind, leaves)))

        def load() -> Loaded:
            with jax.enable_x64(x64), jax.default_device(device):
                return _load(key, self, args, device)

        return key, lambda: loaded.get(key, load)


def options_of(f: Callable[..., Any]) -> Options:
    """The compiler options that suit an objective: a formula that somebody has just typed is compiled quickly."""
    return getattr(f, "compiler_options", ())


class _Found(Exception):
    """All programs of a call are there, and it is not made."""


def ready(work: Callable[[], Any]) -> None:
    """Raise Missing with the programs that a function calls first, if they are not compiled. None of them is called."""
    token = _calls.set(False)
    try:
        work()
    except _Found:
        pass
    finally:
        _calls.reset(token)


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each of several functions gives. Raises Missing with the programs that any of them lacks."""
    results, makes = [], {}
    for work in works:
        try:
            results.append(work())
        except Missing as missing:
            makes |= missing.makes
    if makes:
        raise Missing(makes)
    return results


def prepared(wanted: Sequence[tuple[Program, tuple]]) -> list[Callable[[], Any]]:
    """The calls of several programs, each with its arguments. Raises Missing with all that are not compiled."""
    found = [program.find(args) for program, args in wanted]
    if not patient.get() and (absent := {key: load for key, load in found if key not in loaded and key not in parked}):
        raise Missing(absent)
    if not _calls.get():
        raise _Found
    return [partial(_call, load, args) for (_, load), (_, args) in zip(found, wanted, strict=True)]


def _call(load: Callable[[], Loaded], args: tuple) -> Any:
    return load().run(*args)


def _kind(leaf: Any) -> Hashable:
    """What a program is compiled for: Python's numbers are weakly typed."""
    if isinstance(leaf, (bool, int, float)):
        return type(leaf)
    return np.shape(leaf), leaf.dtype, getattr(leaf, "weak_type", False)


def _load(key: Hashable, program: Program, args: tuple, device: Any) -> Loaded:
    """Compile a program for a jax.Device, or load it again."""

    def lower():
        # An argument that is not used is kept: what is lowered tells of all arguments, and names the file.
        function = program.make(*program.of)
        return jax.jit(function, keep_unused=True, compiler_options=dict(program.options)).lower(*args)

    if all(getattr(jax.config, name) for name in JAXS_CACHE):  # whose programs do not park
        return Loaded(lower().compile(), 2 * OVERHEAD)
    made = []

    def compile() -> bytes:
        lowered = lower()
        about = (lowered.as_text(), str(lowered.in_tree), str(lowered.out_tree), str(program.options))
        # XLA loads a program for the device that it was compiled for, and for no other of its kind.
        file = program_file(device.platform, device.device_kind, str(device.id), *about)
        packed = file and files.load(file)
        if packed and (run := _unpacked(packed, device)):
            made.append(run)
            return packed
        made.append(lowered.compile())
        packed = zlib.compress(pickle.dumps(serialize(made[0])), 1)
        if file:
            files.store(file, packed)
        return packed

    packed = parked.get(key, compile)
    run = made[0] if made else _unpacked(packed, device)
    assert run, "what this process packed can be unpacked"
    return Loaded(run, OVERHEAD + 8 * len(packed))


def _unpacked(packed: bytes, device: Any) -> Callable[..., Any] | None:
    """A program from its packed form, on a device; None if XLA refuses it, as one compiled on another processor."""
    try:
        # Only this user's own files come here: see engine.device.cache_folder.
        return deserialize_and_load(
            *pickle.loads(zlib.decompress(packed)),  # noqa: S301
            backend=device.client,
            execution_devices=[device],  # by default those that JAX prefers, which with a GPU are not the rollouts'
        )
    except jax.errors.JaxRuntimeError:
        return None
