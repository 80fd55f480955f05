"""How good forecasts were: the Brier score against what did happen; pure (docs/spec/risk.md, "The score").

G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950): the mean
of (probability - outcome) squared; 0 is perfect, 0.25 is what always saying one half gets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from witnesskit.actions.risk_average import days_before
from witnesskit.formats.probability import MILLION
from witnesskit.formats.risk_outcomes import Happened
from witnesskit.formats.risk_table import Forecast
from witnesskit.limits import RISK_WINDOW_DAYS

AVERAGE: Final = "average"
NO_OUTCOME: Final = "no outcome is recorded for its country"
OTHER_KIND: Final = "outcomes of its country are of the other kind only"
TOO_LATE: Final = "it was made after the period had begun"
TOO_OLD: Final = "it is older than the forecasts that are looked at"
SUPERSEDED: Final = "a later forecast of the same source stands before the period"


@dataclass(frozen=True)
class Score:
    """One source, or the average of all."""

    source: str
    scored: int  # pairs of forecast and outcome
    brier: Fraction
    baseline: Fraction  # what always saying the base rate of the same outcomes gets
    happened: int  # outcomes among them that came to pass

    @property
    def better(self) -> bool:
        """Whether it said more than the base rate does."""
        return self.brier < self.baseline


@dataclass(frozen=True)
class Scores:
    """All that can be said; nothing is scored where there is nothing to score."""

    scores: tuple[Score, ...] = ()  # by source, then the average
    left_out: Mapping[str, int] = field(default_factory=dict)  # forecasts, by the reason
    unforeseen: int = 0  # outcomes that no forecast was made for in time


def score(forecasts: Sequence[Forecast], outcomes: Sequence[Happened]) -> Scores:
    """Pair each outcome with the latest forecast of each source that was made before its period began."""
    pairs: dict[str, list[tuple[Fraction, bool]]] = {}
    used: set[Forecast] = set()
    unforeseen = 0
    for outcome in outcomes:
        chosen = _before(forecasts, outcome)
        if not chosen:
            unforeseen += 1
            continue
        used |= set(chosen)
        for one in chosen:
            pairs.setdefault(one.source, []).append((Fraction(one.probability, MILLION), outcome.happened))
        together = Fraction(sum(one.probability for one in chosen), MILLION * len(chosen))
        pairs.setdefault("", []).append((together, outcome.happened))
    average = [_score(AVERAGE, pairs.pop(""))] if pairs else []
    scores = (*(_score(source, found) for source, found in sorted(pairs.items())), *average)
    return Scores(scores, _left_out(forecasts, used, outcomes), unforeseen)


def _before(forecasts: Iterable[Forecast], outcome: Happened) -> tuple[Forecast, ...]:
    """One of each source. Of two with one day the first in order stands: what was changed later does not count."""
    oldest = days_before(outcome.start, RISK_WINDOW_DAYS)
    found: dict[str, Forecast] = {}
    for one in forecasts:
        fits = (one.country, one.kind) == (outcome.country, outcome.kind) and oldest <= one.as_of <= outcome.start
        if fits and (one.source not in found or found[one.source].as_of < one.as_of):
            found[one.source] = one
    return tuple(found[source] for source in sorted(found))


def _score(source: str, pairs: Sequence[tuple[Fraction, bool]]) -> Score:
    happened = sum(outcome for _chance, outcome in pairs)
    brier = sum(((chance - outcome) ** 2 for chance, outcome in pairs), Fraction()) / len(pairs)
    rate = Fraction(happened, len(pairs))
    return Score(source, len(pairs), brier, rate * (1 - rate), happened)


def _left_out(forecasts: Sequence[Forecast], used: set[Forecast], outcomes: Sequence[Happened]) -> Mapping[str, int]:
    starts: dict[str, dict[str, list[str]]] = {}
    for one in outcomes:
        starts.setdefault(one.country, {}).setdefault(one.kind, []).append(one.start)
    reasons = (_reason(one, starts.get(one.country, {})) for one in forecasts if one not in used)
    return dict(sorted(Counter(reasons).items()))


def _reason(forecast: Forecast, kinds: Mapping[str, Sequence[str]]) -> str:
    if not kinds:
        return NO_OUTCOME
    starts = kinds.get(forecast.kind)
    if not starts:
        return OTHER_KIND
    later = [start for start in starts if forecast.as_of <= start]
    if not later:
        return TOO_LATE
    if all(forecast.as_of < days_before(start, RISK_WINDOW_DAYS) for start in later):
        return TOO_OLD
    return SUPERSEDED
