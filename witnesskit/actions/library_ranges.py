"""Whether the libraries that are installed are those this version was made for: a reader of our own requirements.

Only what our own pyproject uses is understood: names, ranges of plain releases (``>=46,<51``, ``==0.8.0``) and a
marker, of which ``extra ==`` alone matters (PEP 508).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Final

_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*\(?([^;)]*)\)?\s*(?:;(.*))?")
_CLAUSE: Final = re.compile(r"\s*(==|>=|<=|<|>)\s*([0-9][0-9A-Za-z.]*)\s*")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Library:
    """One library of ours: its range, and the version that is here, empty for none."""

    name: str
    wanted: str
    found: str

    @property
    def fits(self) -> bool:
        """Whether the version is there and inside the range."""
        return bool(self.found) and all(_fits(self.found, clause) for clause in self.wanted.split(",") if clause)


def libraries() -> tuple[Library, ...]:
    """What the installed witnesskit needs, extras left out; raises PackageNotFoundError."""
    return tuple(read(metadata.requires("witnesskit") or ()))


def read(requirements: Iterable[str]) -> Iterator[Library]:
    """Each requirement with what is installed of it."""
    for line in requirements:
        found = _REQUIREMENT.fullmatch(line.strip())
        if found and "extra" not in (found[3] or ""):
            yield Library(found[1], found[2].strip(), installed(found[1]))


def installed(name: str) -> str:
    """The version of a library that is here; empty for none."""
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, OSError, ValueError):
        return ""


def _fits(version: str, clause: str) -> bool:
    """Whether a version is inside one clause; False for a clause of another form."""
    told = _CLAUSE.fullmatch(clause)
    if not told:
        return False
    here, there = _release(version), _release(told[2])
    length = max(len(here), len(there))
    here, there = (part + (0,) * (length - len(part)) for part in (here, there))
    return {
        "==": here == there, ">=": here >= there, "<=": here <= there, "<": here < there, ">": here > there,
    }[told[1]]  # fmt: skip


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a release, up to the first part that is none: ``2026.10.19.post1`` is 2026, 10, 19."""
    numbers = []
    for part in version.split("."):
        if not _NUMBER.fullmatch(part):
            break
        numbers.append(int(part))
    return tuple(numbers)
