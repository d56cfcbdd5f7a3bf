"""Which answers these are. It loads no library, so that a page's addresses are known before JAX is."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent


def _version_of(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "is not installed"


def _version() -> str:
    needed = ("jax", "jaxlib", "numpy", "optax", "plotly", "optuna", "cmaes")
    libraries = [f"{library} {version(library)}" for library in needed]
    libraries += [f"{library} {_version_of(library)}" for library in ("torch", "scipy")]
    digest = hashlib.sha256(" ".join(libraries).encode())
    for folder in ("engine", "optimizers", "surfaces", "lessons", "ui"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in {".py", ".js", ".css", ".toml", ".json", ".po"}:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


VERSION = _version()  # changes with the code and the libraries that answers come from
PLOTLY_PATH = f"/vendor/plotly-{version('plotly')}.js"  # below the page's own address
