"""Which link is saved first: what is in danger of vanishing, and why; pure, so that every reason can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PRIORITIES: Final = ("urgent", "normal", "later")


@dataclass(frozen=True)
class Signals:
    """What is known of one waiting link. Times are seconds since 1970."""

    id: str
    added_at: int
    priority: str = "normal"  # of PRIORITIES, as the person said
    country: str = ""  # ISO 3166-1 alpha-3, upper case; empty where nobody said
    flags: tuple[str, ...] = ()  # words of docs/spec/risk.md, as the person said or an attempt showed
    attempts: int = 0


@dataclass(frozen=True)
class Ranked:
    """One link in its place: the first is saved first."""

    id: str
    score: int  # 0 to 1000
    why: str  # one line, for people


def rank(waiting: Sequence[Signals], countries: Mapping[str, int], now: int) -> tuple[Ranked, ...]:
    """The order of saving; ``countries`` is the averaged probability of each country in parts of 10,000."""
    del countries, now
    ordered = sorted(waiting, key=lambda one: (PRIORITIES.index(one.priority), one.added_at, one.id))
    scores = {"urgent": 900, "normal": 500, "later": 100}
    return tuple(Ranked(one.id, scores[one.priority], f"said to be {one.priority}") for one in ordered)
