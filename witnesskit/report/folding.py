"""Rows of checks that differ only in numbers: the first and the last are shown, and how many stand between.

A desk that is anchored four times a day has thousands of them, and what must be read would drown. JSON keeps all.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

_ENOUGH: Final = 3  # rows of one kind that are shown as they are
_MAY_FOLD: Final = ("ok", "warn")  # what does not hold, or cannot be told, is always shown
_NUMBER: Final = re.compile(r"[0-9]+")


class Row(Protocol):
    """One check as it is shown."""

    @property
    def number(self) -> int:
        """The step."""

    @property
    def code(self) -> str:
        """The stable code."""

    @property
    def subject(self) -> str:
        """What it is about."""

    @property
    def sentence(self) -> str:
        """What was seen."""


RowT = TypeVar("RowT", bound=Row)


def folded(rows: Sequence[RowT], states: Sequence[str]) -> Iterator[tuple[RowT, str]]:
    """Each row that is shown, with its sentence; ``states``: ok, warn, unknown or fail, one for each row."""
    kinds: dict[Hashable, list[RowT]] = {}
    for place, (row, state) in enumerate(zip(rows, states, strict=True)):
        alone = None if state in _MAY_FOLD else place
        kind = (row.number, row.code, row.subject, state, _NUMBER.sub("#", row.sentence), alone)
        kinds.setdefault(kind, []).append(row)
    for same in kinds.values():
        apart: dict[str, RowT] = {}
        for row in same:
            apart.setdefault(row.sentence, row)  # what is said twice is shown once
        if len(apart) <= _ENOUGH:
            yield from ((row, sentence) for sentence, row in apart.items())
        else:
            yield same[0], f"{same[0].sentence}; and {len(same) - 1} more, the last: {same[-1].sentence}"
