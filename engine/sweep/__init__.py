"""Sweeps: maps of any number of axes and millions of runs, without a browser.

`python -m engine.sweep spec.toml --out results.parquet`; engine/sweep/spec.py says what a spec is. A sweep is computed
in parts, each a pure function of the spec and its number, which survive whatever ends the process.
"""
