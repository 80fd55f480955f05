"""Which link is saved first: what is in danger of vanishing, and why; pure, so that every reason can be read.

A link's score is its danger times its chance of loss (docs/spec/risk.md). Its danger is the larger of what is known
of the link itself and of its country; weights are such that any sign of the link stands above any country. Signs,
weights and reasons are the table FLAGS. What a person says of the priority comes before all of it.

Nothing starves: whoever waits rises, so that after RISE_SECONDS no newcomer stands before a link, whatever is said of
it; and every FLOOR_EVERY-th place belongs to whoever waits longest, whatever arrives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Final

PRIORITIES: Final = ("urgent", "normal", "later")

BASE_LOSS: Final = 200  # of 1000: any link, whatever is known of it
RISE_SECONDS: Final = 30 * 86_400  # of waiting that outweigh the whole scale, from "later" to "urgent"
FLOOR_EVERY: Final = 5  # one place of so many is for the link that waits longest
ATTEMPT_SECONDS: Final = 6 * 3600  # a link that was tried counts as so much younger: failing links must not block
SCALE: Final = 1000
_POINTS: Final = (2 * len(PRIORITIES) - 1) * SCALE


@dataclass(frozen=True)
class Flag:
    """One sign: how much the footage or its people are in danger, and how likely the link is lost, of 1000."""

    danger: int
    loss: int
    reason: str


FLAGS: Final[Mapping[str, Flag]] = {
    "threatened": Flag(1000, 700, "its author is pressed to delete it"),
    "vanishing": Flag(800, 950, "an attempt saw it go while it was being saved"),
    "sole-copy": Flag(800, 400, "no other copy is known"),
    "reported": Flag(700, 900, "people report it to the platform"),
    "flagged": Flag(700, 900, "people report it to the platform"),
    "deleted-before": Flag(700, 850, "it or a copy of it was deleted before"),
    "court-order": Flag(700, 900, "an authority demands its removal"),
    "perpetrator-produced": Flag(600, 700, "those who did it filmed it: they delete it when it is noticed"),
    "live": Flag(600, 950, "a broadcast is gone when it ends"),
    "expires": Flag(600, 950, "stories vanish within a day"),
    "graphic": Flag(500, 700, "platforms remove such pictures by themselves"),
    "account-warned": Flag(500, 850, "the platform has warned the account"),
    "young-account": Flag(400, 500, "new accounts are closed soon"),
    "viral": Flag(400, 450, "what many see is reported by many"),
}


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


def rank(waiting: Sequence[Signals], countries: Mapping[str, int], now: int, taken: int = 0) -> tuple[Ranked, ...]:
    """The order of saving; ``countries`` is the averaged probability of each country in parts of 10,000.

    ``taken``: how many were taken from this queue before, so that the floor holds also where only the first of each
    order is taken.
    """
    points = {one.id: _points(one, countries) for one in waiting}
    ordered = sorted(waiting, key=lambda one: (one.added_at - _head_start(points[one.id]), one.added_at, one.id))
    longest = sorted(waiting, key=lambda one: (_since(one), one.id))
    placed = list(_with_floor(ordered, longest, taken))
    return tuple(
        Ranked(one.id, points[one.id] * SCALE // _POINTS, _why(one, countries, now, floor=floor))
        for one, floor in placed
    )


def _points(one: Signals, countries: Mapping[str, int]) -> int:
    """0 to _POINTS: danger times chance of loss, above a step for each priority and a gap as wide as the step."""
    step = len(PRIORITIES) - 1 - PRIORITIES.index(one.priority)
    return 2 * step * SCALE + _danger(one, countries) * _loss(one) // SCALE


def unknown_flags(flags: Iterable[str]) -> tuple[str, ...]:
    """Those that mean nothing here; they count for nothing."""
    return tuple(flag for flag in flags if flag not in FLAGS)


def _danger(one: Signals, countries: Mapping[str, int]) -> int:
    return max([_country(one, countries), *(flag.danger for flag in _flags(one))])


def _country(one: Signals, countries: Mapping[str, int]) -> int:
    """The root of the probability, so that 0.7 % and 7 % still differ beside one half; 1000 is certainty."""
    return isqrt(max(0, min(countries.get(one.country, 0), 10_000)) * 100)


def _loss(one: Signals) -> int:
    """The chance that at least one of the causes takes it, as if they were independent."""
    kept = SCALE - BASE_LOSS
    for flag in _flags(one):
        kept = kept * (SCALE - flag.loss) // SCALE
    return SCALE - kept


def _flags(one: Signals) -> list[Flag]:
    """Each reason once, in the order of the table."""
    found = {flag.reason: flag for name, flag in FLAGS.items() if name in one.flags}
    return list(found.values())


def _head_start(points: int) -> int:
    """Seconds that a score is worth: a link waits in line as if it had come so much earlier."""
    return points * RISE_SECONDS // _POINTS


def _since(one: Signals) -> int:
    return one.added_at + one.attempts * ATTEMPT_SECONDS


def _with_floor(ordered: Sequence[Signals], longest: Sequence[Signals], taken: int) -> Iterable[tuple[Signals, bool]]:
    """(link, whether the floor gave it its place); each once."""
    given: set[str] = set()
    by_score, by_wait = iter(ordered), iter(longest)
    for place in range(taken, taken + len(ordered)):
        floor = place % FLOOR_EVERY == FLOOR_EVERY - 1
        chosen = next(one for one in (by_wait if floor else by_score) if one.id not in given)
        given.add(chosen.id)
        yield chosen, floor


def _why(one: Signals, countries: Mapping[str, int], now: int, *, floor: bool) -> str:
    parts = [f"said to be {one.priority}"] if one.priority != "normal" else []
    parts += [f"{_word(one, flag)}: {flag.reason}" for flag in _flags(one)]
    if one.country in countries:
        parts.append(f"{one.country} has a risk of {countries[one.country] / 100:.2f} %")
    elif one.country:
        parts.append(f"no forecast for {one.country}")
    if not parts:
        parts.append("nothing is known of it")
    parts.append(f"danger {_danger(one, countries)} x chance of loss {_loss(one)} of 1000")
    parts.append(f"waiting {_duration(max(0, now - one.added_at))}")
    if one.attempts:
        parts.append(f"tried {one.attempts} times" if one.attempts > 1 else "tried once")
    unknown = len(unknown_flags(one.flags))
    parts += [f"{unknown} unknown flags count for nothing"] if unknown else []
    return "; ".join((["its turn, as it waits longest"] if floor else []) + parts)


def _word(one: Signals, flag: Flag) -> str:
    return next(name for name in FLAGS if name in one.flags and FLAGS[name].reason == flag.reason)


def _duration(seconds: int) -> str:
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
