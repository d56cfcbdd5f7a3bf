"""Compiled programs, by the bytes that they take: a pool of loaded ones, and a form from which others come back soon.

A program of one optimizer on one surface takes a megabyte when it is loaded, and another one and a half for what JAX
remembers of tracing it. So it is compiled ahead of time, which needs no memory of its tracing, and also kept as XLA
serializes it: 12 kB compressed, from which it is loaded again within 6 ms, by this process or, from the disk, by the
next. To trace and lower it takes 65 ms, to compile it another 100.
"""

import pickle
import zlib
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from engine import files
from engine.cache import Recent
from engine.device import program_file

LOADED_BYTES = 96 * 2**20
PARKED_BYTES = 64 * 2**20
JAXS_CACHE = ("jax_enable_compilation_cache", "jax_compilation_cache_dir")  # a process may have set it up
OVERHEAD = 2**20  # bytes that a loaded program takes beside its code


Options = tuple[tuple[str, Any], ...]  # compiler options by name


class Loaded(NamedTuple):
    """A program that can be called, and the bytes that it takes."""

    run: Callable[..., Any]
    bytes: int


loaded: Recent[Loaded] = Recent(LOADED_BYTES, lambda program: program.bytes)
parked: Recent[bytes] = Recent(PARKED_BYTES, len)


def program(make: Callable[..., Any], *of: Hashable, options: Options = ()) -> Callable[..., Any]:
    """The function make(*of), compiled with XLA's options for the shapes that it is called with.

    It cannot be called by a function that JAX transforms. The arguments are hashable: they tell programs apart.
    """

    def lower(*args):
        # An argument that is not used is kept: what is lowered tells of all arguments, and names the file.
        return jax.jit(make(*of), keep_unused=True, compiler_options=dict(options)).lower(*args)

    def call(*args):
        leaves, tree = jax.tree.flatten(args)
        how = [getattr(jax.config, name) for name in ("jax_enable_x64", "jax_default_device")]
        key = (make, of, options, *how, tree, tuple(map(_kind, leaves)))
        return loaded.get(key, lambda: _load(key, lower, args)).run(*args)

    return call


def _kind(leaf: Any) -> Hashable:
    """What a program is compiled for: Python's numbers are weakly typed."""
    if isinstance(leaf, (bool, int, float)):
        return type(leaf)
    return np.shape(leaf), leaf.dtype, getattr(leaf, "weak_type", False)


def _load(key: tuple, lower: Callable[..., Any], args: tuple) -> Loaded:
    """Compile a program, or load it again."""
    if all(getattr(jax.config, name) for name in JAXS_CACHE):  # whose programs do not park
        return Loaded(lower(*args).compile(), 2 * OVERHEAD)
    made = []

    def compile() -> bytes:
        lowered = lower(*args)
        file = program_file(lowered.as_text(), str(lowered.in_tree), str(lowered.out_tree), str(key[2]))
        packed = file and files.load(file)
        if packed and (run := _unpacked(packed)):
            made.append(run)
            return packed
        made.append(lowered.compile())
        packed = zlib.compress(pickle.dumps(serialize(made[0])), 1)
        if file:
            files.store(file, packed)
        return packed

    packed = parked.get(key, compile)
    run = made[0] if made else _unpacked(packed)
    assert run, "what this process packed can be unpacked"
    return Loaded(run, OVERHEAD + 8 * len(packed))


def _unpacked(packed: bytes) -> Callable[..., Any] | None:
    """A program from its packed form; None if XLA refuses it, as one that was compiled on another processor."""
    try:
        return deserialize_and_load(*pickle.loads(zlib.decompress(packed)))
    except jax.errors.JaxRuntimeError:
        return None
