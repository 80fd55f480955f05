"""What several sources say of one country, as one number; pure (docs/spec/risk.md, "The average").

The mean of the latest forecast of each source, for each kind apart. Onset and ongoing are never averaged: they answer
two questions, and a country has both where a new episode may begin beside one that goes on. The higher one counts.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from witnesskit.formats.risk_table import KINDS, Forecast
from witnesskit.limits import RISK_WINDOW_DAYS


@dataclass(frozen=True)
class Average:
    """One country and kind."""

    country: str
    kind: str
    probability: int  # parts of a million
    forecasts: tuple[Forecast, ...]  # the latest of each source, by the source's name


def latest(forecasts: Iterable[Forecast], today: str) -> tuple[Forecast, ...]:
    """Of each country, kind and source the newest that is not older than RISK_WINDOW_DAYS, nor from after ``today``.

    Of two with one day the later in ``forecasts`` stands: it was imported as a correction.
    """
    oldest = days_before(today, RISK_WINDOW_DAYS)
    found: dict[tuple[str, str, str], Forecast] = {}
    for one in forecasts:
        place = (one.country, one.kind, one.source)
        if oldest <= one.as_of <= today and (place not in found or found[place].as_of <= one.as_of):
            found[place] = one
    return tuple(found[place] for place in sorted(found))


def averages(forecasts: Iterable[Forecast], today: str) -> tuple[Average, ...]:
    """By country and kind, sorted."""
    grouped: dict[tuple[str, str], list[Forecast]] = defaultdict(list)
    for one in latest(forecasts, today):
        grouped[one.country, one.kind].append(one)
    return tuple(Average(*place, mean(group), tuple(group)) for place, group in sorted(grouped.items()))


def mean(group: Sequence[Forecast]) -> int:
    """Parts of a million, rounded half up; every source counts the same."""
    return (2 * sum(one.probability for one in group) + len(group)) // (2 * len(group))


def by_country(forecasts: Iterable[Forecast], today: str) -> Mapping[str, int]:
    """For triage: the higher of the averages of both kinds, in parts of 10,000, rounded up: little is not nothing."""
    found: dict[str, int] = {}
    for one in averages(forecasts, today):
        found[one.country] = max(found.get(one.country, 0), -(-one.probability // 100))
    return found


def days_before(day: str, days: int) -> str:
    """YYYY-MM-DD, so many days before."""
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days)).isoformat()


def combination() -> str:
    """How kinds come together, in words for people."""
    return f"the kinds {' and '.join(KINDS)} are never averaged; the higher average of a country counts in triage"
