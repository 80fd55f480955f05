"""Values of a record that a device wrote, as the type that they should have, or as nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from witnesskit.model import Json

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NEVER: Final = "1970-01-01T00:00:00Z"


def values(untrusted_value: Json) -> Sequence[Json]:
    """The values of a list; none where it is no list."""
    return untrusted_value if isinstance(untrusted_value, list | tuple) else ()


def objects(untrusted_value: Json) -> tuple[Mapping[str, Json], ...]:
    """The objects of a list; none where it is no list."""
    return tuple(row for row in values(untrusted_value) if isinstance(row, Mapping))


def mapping(untrusted_value: Json) -> Mapping[str, Json]:
    """The object, or an empty one."""
    return untrusted_value if isinstance(untrusted_value, Mapping) else {}


def line(untrusted_value: Json) -> str:
    """Text on one line: without control characters, which could begin another header; empty for other types."""
    return _CONTROL.sub("", untrusted_value) if isinstance(untrusted_value, str) else ""


def text(untrusted_value: Json) -> str:
    """A word or a number for a page that people read, at most 2000 characters; empty for other types."""
    return str(untrusted_value)[:2000].replace("\n", " ") if isinstance(untrusted_value, str | int) else ""


def number(untrusted_value: Json) -> int:
    """An integer of 0 and more; 0 for everything else."""
    return untrusted_value if type(untrusted_value) is int and untrusted_value > 0 else 0


def time(untrusted_value: Json) -> str:
    """UTC to the second; the first moment of 1970 for everything else."""
    found = isinstance(untrusted_value, str) and _TIME.fullmatch(untrusted_value)
    return str(untrusted_value) if found else _NEVER
