"""A read-only mapping of members, built from the modules of a folder."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from engine.spec import Member

M = TypeVar("M", bound=Member)


class UnknownId(KeyError, ValueError):
    """An id that no member of a registry has."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the repr


class Registry(Mapping[str, M]):
    """Members by id, in the order in which they are listed."""

    def __init__(self, kind: str, members: Iterable[M]) -> None:
        self.kind = kind
        self._members = {m.id: m for m in sorted(members, key=lambda m: m.order)}

    def __getitem__(self, id: str) -> M:
        try:
            return self._members[id]
        except (KeyError, TypeError):
            raise UnknownId(f"unknown {self.kind} {id!r}: expected one of {', '.join(self)}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"<{self.kind}s: {', '.join(self)}>"


def discover(package: str, folder: str, kind: type[M]) -> Registry[M]:
    """The registry of a package in which every module defines one member, e.g. `OPTIMIZER`, with its file's name as id.

    Modules whose name starts with an underscore hold shared code and are skipped.
    """
    word = kind.__name__
    members = []
    for module in pkgutil.iter_modules([str(Path(folder).parent)]):
        if module.name.startswith("_"):
            continue
        member = getattr(importlib.import_module(f"{package}.{module.name}"), word.upper(), None)
        if not isinstance(member, kind):
            raise TypeError(f"{package}/{module.name}.py must define {word.upper()} of type {word}, got {member!r}.")
        if member.id != module.name:
            raise ValueError(f"{package}/{module.name}.py: the id must be the file's name, got {member.id!r}.")
        members.append(member)
    return Registry(word.lower(), members)
