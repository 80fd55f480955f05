"""The list of vectors, and what several of them need."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.vectors.custody_log.honest import Example, resigned, with_case
from witnesskit.formats import disclosure

CHANGED, CANNOT_TELL, UNCHANGED = "CHANGED", "CANNOT TELL", "UNCHANGED"
UNATTESTED = ("UNTRUSTED", "TAIL", "NOTHING")  # what follows when no checkpoint of the desk holds


@dataclass(frozen=True)
class Vector:
    name: str
    says: str
    state: str
    codes: tuple[str, ...]  # of findings that fail or are unknown, and of warnings but TIME
    example: Example


VECTORS: list[tuple[str, str, str, tuple[str, ...], Callable[[Example], Example]]] = []


def vector(
    name: str, state: str, *codes: str
) -> Callable[[Callable[[Example], Example]], Callable[[Example], Example]]:
    def add(make: Callable[[Example], Example]) -> Callable[[Example], Example]:
        VECTORS.append((name, (make.__doc__ or "").strip(), state, codes, make))
        return make

    return add


def desk_lines(example: Example) -> list[bytes]:
    return example.case.logs[0].log.split(b"\n")[:-1]


def desk_log(example: Example) -> str:
    """The id of the desk's log, the only one with six lines; empty when its last line is not opened."""
    return next((one.log for one in example.case.openings if one.n == 5), "")


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def edited(example: Example, number: int, old: bytes, new: bytes) -> bytes:
    lines = desk_lines(example)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new, 1)
    return joined(lines)


def decoy_of(example: Example, number: int) -> str:
    """A digest of event ``number`` that no opening of the example leads to."""
    opened = {disclosure.digest(one.disclosure) for one in example.case.openings}
    return next(one for one in json.loads(desk_lines(example)[number])["sd"] if one not in opened)


def found_as(example: Example, number: int, **changes: object) -> Example:
    found = list(example.case.found)
    found[number] = replace(found[number], **changes)
    return with_case(example, found=tuple(found))


def without_event(example: Example, number: int) -> Example:
    log = desk_log(example)
    openings = tuple(one for one in example.case.openings if (one.log, one.n) != (log, number))
    return with_case(example, openings=openings)


def profile(example: Example, old: bytes, new: bytes) -> Example:
    """The last event edited, the log signed again, the last event not opened."""
    return resigned(without_event(example, 5), edited(example, 5, old, new))
