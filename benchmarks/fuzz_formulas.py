"""Formulas that nobody would type: none may crash, hang or be evaluated, and each that is refused says where.

python -m benchmarks.fuzz_formulas [--n 100000] [--seed 0]
"""

import argparse
import contextlib
import sys
import time
from typing import Any, NamedTuple
from xml.etree import ElementTree

import jax
import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import Row
from engine.formula import (
    FUNCTIONS,
    FormulaError,
    evaluate,
    formula_surface,
    parameters_of,
    parse,
    to_mathml,
    to_source,
    to_tex,
    to_text,
)

N = 100_000
SURFACES = 50  # of the formulas that are read so many become surfaces: compiled, their minima looked for
LONGEST = 1.0  # s that one formula may take to be read, or refused

EVIL = (
    "__import__('os')", "lambda: x", "x.__class__", "[x for x in y]", "exec('1')", "x if y else 1", "f'{x}'", "x := 1",
    "9**9**9**9", "((((((((((", "x" * 400, "1e999", "\x00", "\u202ex", "x;y", "import os", "2^2^2^2^2^2", "0/0", "x[0]",
)  # fmt: skip
PIECES = (*"0123456789.xyeabk()+-*/^,|²π ", "**", "pi", "1e", "e-", *FUNCTIONS)


def tree_text(draw: np.random.Generator, depth: int) -> str:
    """A formula by the grammar, spaced at random."""
    kind = draw.integers(6) if depth else 0
    space = " " * int(draw.integers(3))
    if kind == 0:
        return (
            str(draw.choice(["x", "y", "pi", "e", "a", "b", str(draw.integers(20)), f"{draw.uniform(0, 9):.3g}"]))
            + space
        )
    inner = tree_text(draw, depth - 1)
    if kind == 1:
        return f"-{inner}"
    if kind == 2:
        return f"({inner}){space}"
    if kind == 3:
        name = str(draw.choice(list(FUNCTIONS)))
        return f"{name}({inner}, {tree_text(draw, depth - 1)})" if name in ("min", "max") else f"{name}({inner})"
    return f"{inner}{space}{draw.choice(list('+-*/^ '))}{space}{tree_text(draw, depth - 1)}"


def text(draw: np.random.Generator) -> str:
    kind = draw.integers(5)
    if kind == 0:
        return "".join(draw.choice(PIECES, draw.integers(1, 40)))
    if kind == 1:
        return "".join(map(chr, draw.integers(0, 0x2FFF, draw.integers(0, 30))))
    whole = tree_text(draw, int(draw.integers(6)))
    if kind == 2:
        cut = int(draw.integers(len(whole) + 1))
        return whole[:cut] + str(draw.choice([*PIECES, *EVIL])) + whole[cut + int(draw.integers(2)) :]
    return whole


class Found(NamedTuple):
    """What became of many formulas, with the seconds that each took."""

    read: list[float]
    refused: list[float]
    surfaces: list[float]
    slowest: dict[str, tuple[float, str]]  # kind -> seconds and formula
    wrong: list[tuple[str, Any]]


def fuzz(n: int, seed: int) -> Found:
    draw = np.random.default_rng(seed)
    found = Found([], [], [], {}, [])
    x = np.array([-2.0, -0.5, 0.0, 1.0, 3.7])

    def took(kind: str, seconds: float, formula: str) -> None:
        getattr(found, kind).append(seconds)
        found.slowest[kind] = max(found.slowest.get(kind, (0.0, "")), (seconds, formula))

    for k in range(n):
        formula = EVIL[k] if k < len(EVIL) else text(draw)
        began = time.perf_counter()
        try:
            tree = parse(formula)
        except FormulaError as error:
            took("refused", time.perf_counter() - began, formula)
            if not 1 <= error.column <= len(formula) + 1 or f"at column {error.column}" not in str(error):
                found.wrong.append((formula, error))
            continue
        with np.errstate(all="ignore"):
            value = evaluate(tree, x, x[::-1], np, dict.fromkeys(parameters_of(tree), np.float64(-1.5)))
        written = [to_tex(tree), *(to_source(tree, module) for module in ("np", "torch"))]
        took("read", time.perf_counter() - began, formula)
        if np.shape(value) not in ((), x.shape) or parse(to_text(tree)) != tree or not all(written):
            found.wrong.append((formula, value))
        compile(written[1], "formula", "eval")  # both raise where they are not what they say
        ElementTree.fromstring(to_mathml(tree))
        if len(found.surfaces) < SURFACES * (k + 1) // n:
            seconds = compiling(formula)
            if seconds > LONGEST:
                seconds = min(seconds, compiling(formula))  # the machine may have been busy
            took("surfaces", seconds, formula)
    return found


def compiling(formula: str) -> float:
    """The seconds that it takes to make a surface of a formula that was never compiled before."""
    formula_surface.cache_clear()
    on_disk = jax.config.jax_enable_compilation_cache
    jax.config.update("jax_enable_compilation_cache", False)
    began = time.perf_counter()
    try:
        with contextlib.suppress(FormulaError):  # it may have no finite value there
            formula_surface(formula, (-2.0, 2.0, -2.0, 2.0))
        return time.perf_counter() - began
    finally:
        jax.config.update("jax_enable_compilation_cache", on_disk)


async def formulas(browser: Browser, n: int) -> list[Row]:
    """A section of `python -m benchmarks`."""
    found = fuzz(N if n > 3 else 3000, 0)
    if found.wrong:
        raise ValueError(f"{len(found.wrong)} formulas, such as {found.wrong[0]}")
    names = {
        "read": "a formula read, evaluated and written out",
        "refused": "a formula refused, with the column",
        "surfaces": "a formula made a surface, its minima looked for",
    }
    rows = [Row(name, [1000 * s for s in getattr(found, kind)], "ms") for kind, name in names.items()]
    return [
        *rows,
        *(Row(f"the slowest: {name}", [1000 * found.slowest[kind][0]], "ms") for kind, name in names.items()),
    ]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=N)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    found = fuzz(given.n, given.seed)
    print(f"{given.n} formulas: {len(found.read)} read, {len(found.refused)} refused, each with a column")
    print(f"{len(found.surfaces)} of those read were made surfaces")
    for kind, (seconds, formula) in found.slowest.items():
        print(f"slowest of {kind}: {seconds * 1000:.1f} ms for {formula!r}")
    for formula, what in found.wrong[:20]:
        print(f"WRONG {formula!r}: {what}")
    return 1 if found.wrong or max(found.slowest.values())[0] > LONGEST else 0


if __name__ == "__main__":
    sys.exit(main())
