"""Formulas that nobody would type: none may crash, hang or be evaluated, and each that is refused says where.

python -m benchmarks.fuzz_formulas [--n 100000] [--seed 0]
"""

import argparse
import sys
import time
from collections import Counter

import numpy as np

from engine.formula import FUNCTIONS, FormulaError, evaluate, parse, to_text

EVIL = (
    "__import__('os')", "lambda: x", "x.__class__", "[x for x in y]", "exec('1')", "x if y else 1", "f'{x}'", "x := 1",
    "9**9**9**9", "((((((((((", "x" * 400, "1e999", "\x00", "\u202ex", "x;y", "import os", "2^2^2^2^2^2", "0/0", "x[0]",
)  # fmt: skip
PIECES = (*"0123456789.xye()+-*/^,|²π ", "**", "pi", "1e", "e-", *FUNCTIONS)


def tree_text(draw: np.random.Generator, depth: int) -> str:
    """A formula by the grammar, spaced at random."""
    kind = draw.integers(6) if depth else 0
    space = " " * int(draw.integers(3))
    if kind == 0:
        return str(draw.choice(["x", "y", "pi", "e", str(draw.integers(20)), f"{draw.uniform(0, 9):.3g}"])) + space
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


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    draw = np.random.default_rng(given.seed)
    counts, slowest, wrong = Counter(), (0.0, ""), []
    x = np.array([-2.0, -0.5, 0.0, 1.0, 3.7])
    for k in range(given.n):
        formula = EVIL[k] if k < len(EVIL) else text(draw)
        began = time.perf_counter()
        try:
            tree = parse(formula)
        except FormulaError as error:
            counts["refused"] += 1
            if not 1 <= error.column <= len(formula) + 1 or f"at column {error.column}" not in str(error):
                wrong.append((formula, error))
        else:
            counts["read"] += 1
            with np.errstate(all="ignore"):
                value = evaluate(tree, x, x[::-1], np)
            if np.shape(value) not in ((), x.shape) or parse(to_text(tree)) != tree:
                wrong.append((formula, value))
        slowest = max(slowest, (time.perf_counter() - began, formula))
    print(f"{given.n} formulas: {counts['read']} read, {counts['refused']} refused, each with a column")
    print(f"slowest: {slowest[0] * 1000:.1f} ms for {slowest[1]!r}")
    for formula, what in wrong[:20]:
        print(f"WRONG {formula!r}: {what}")
    return 1 if wrong or slowest[0] > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
