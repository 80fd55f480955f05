"""Steps 15 and 20: when an event came into being, by the word of others (docs/spec/custody-log.md, "Times").

The days in a log are claims. Two distinct authorities prove a bound: it holds even if one of them lies.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from witnesskit.errors.formats import BadNote
from witnesskit.verify.checkpoints import read_signed
from witnesskit.verify.log_view import LogView
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import OK, WARN, Bound, CheckResult, Interval, time_text


def interval(view: LogView, n: int) -> Interval:
    """Between which times event ``n`` came into being."""
    place = bisect_right(_steps(view), n)
    if place not in view.intervals:
        view.intervals[place] = Interval(_bound(_not_before(view, n), latest=True), _bound(_not_after(view, n)))
    return view.intervals[place]


def _steps(view: LogView) -> list[int]:
    """Numbers of events from which on the interval is another one than before."""
    if not view.steps:
        named = [one.named for one in view.evidence if one.named is not None]
        sizes = [one.size for one in view.evidence] + [size for _, _, size in view.received_in]
        view.steps = sorted({0, *named, *sizes, *(n for n, _, _ in view.follows)})
    return view.steps


def later(view: LogView, n: int) -> Sequence[tuple[LogView, int]]:
    """The event itself, and the receipts that other logs hold of it: whoever saw one of these saw the event."""
    return [(view, n), *((log, m) for log, m, size in view.received_in if n < size)]


def _not_after(view: LogView, n: int) -> dict[str, int]:
    """Of each authority the earliest time at which event ``n`` existed."""
    times: dict[str, int] = {}
    for one in (one for log, m in later(view, n) for one in log.evidence if m < one.size):
        times[one.authority] = min(one.time, times.get(one.authority, one.time))
    return times


def _not_before(view: LogView, n: int) -> dict[str, int]:
    """Of each authority the latest time that had passed when event ``n`` came into being."""
    times: dict[str, int] = {}
    earlier = [(view, n), *((log, m) for at, log, m in view.follows if at <= n)]
    for one in (one for log, m in earlier for one in log.evidence if one.named is not None and one.named <= m):
        times[one.authority] = max(one.time, times.get(one.authority, one.time))
    return times


def _bound(times: Mapping[str, int], *, latest: bool = False) -> Bound:
    """The second authority's time is proven: one of the first two may lie. One alone proves nothing."""
    ranked = sorted(times.items(), key=lambda pair: pair[1], reverse=latest)[:2]
    if not ranked:
        return Bound()
    return Bound(ranked[-1][1], tuple(sorted(name for name, _ in ranked)), len(ranked) == 2)


def check_revoked(view: LogView) -> Iterator[CheckResult]:
    """Step 15: what a revoked key may have signed is not proven, unless it is proven to be older than the theft."""
    view.doubtful, view.steps, view.intervals = [], [], {}  # receipts may have been found since it was asked last
    for changed, since in view.revoked:
        starts = [n for n in _steps(view) if n < changed]
        low = next((n for n in starts if not _older(interval(view, n).not_after, since)), changed)
        if low < changed:
            view.doubtful.append(range(low, changed))
            sentence = f"events {low} to {changed - 1} are not proven to be older than the theft of {since}"
            yield view.says(WARN, 15, "REVOKED", sentence)


def _older(bound: Bound, day: str) -> bool:
    return bound.proven and time_text(bound.time)[:10] < day


def find_followed(views: Sequence[LogView], opened: Iterable[OpenedEvent]) -> None:
    """A log that commits a checkpoint of a trusted log is later than that checkpoint's last event."""
    for entry in opened:
        name = {"genesis": "not_before", "anchor": "note"}.get(entry.event.type)
        try:
            told = read_signed(entry.text(name or "").encode()).checkpoint
        except (BadNote, UnicodeEncodeError):
            continue
        for view in views if told.size else ():
            here = view.direct and view.origin == told.origin and told.size <= len(view.leaves)
            if here and view.leaves.root(told.size) == told.root:
                entry.view.follows.append((entry.n, view, told.size - 1))


def lone(view: LogView, n: int) -> bool:
    """Whether nobody but one trusted signer speaks for event ``n``, and so for those after it."""
    places = later(view, n)
    voices = {log.voucher for log, _ in places}
    voices |= {one.authority for log, m in places for one in log.evidence if m < one.size}
    voices |= {name for log, m in places for size, name in log.parties if m < size}
    return len(voices) < 2


def loosest(intervals: Sequence[Interval]) -> Interval:
    """What is known of all of them together: the earliest beginning and the latest end."""
    return Interval(
        _widest([one.not_before for one in intervals], min), _widest([one.not_after for one in intervals], max)
    )


def _widest(bounds: Sequence[Bound], pick: Callable[[Iterable[int]], int]) -> Bound:
    if not bounds or not all(bound.time for bound in bounds):
        return Bound()
    names = {name for bound in bounds for name in bound.word_of}
    return Bound(pick(bound.time for bound in bounds), tuple(sorted(names)), all(bound.proven for bound in bounds))


def check_unanchored(view: LogView) -> Iterator[CheckResult]:
    """Step 20: the newest lines of an anchored log have no time yet."""
    first, held = max((one.size for one in view.evidence), default=0), len(view.leaves)
    if 0 < first < held:
        yield view.says(WARN, 20, "UNANCHORED", f"events {first} to {held - 1} have no time from outside")


def check_time(whole: Interval, number: int) -> CheckResult:
    """Step 20, of a proof 8: what is proven of the time of everything behind the answer."""
    end, begin = whole.not_after, whole.not_before
    if not end.time:
        sentence = "unproven: no outside timestamp; every day is a signer's claim"
        return CheckResult(number, "TIME", WARN, "time", sentence)
    told = f"not after {time_text(end.time)}, on the word of {' and '.join(end.word_of)}"
    if not end.proven:
        return CheckResult(number, "TIME", WARN, "time", f"{told} alone: not proven")
    if begin.proven:
        told += f"; not before {time_text(begin.time)}, on the word of {' and '.join(begin.word_of)}"
    return CheckResult(number, "TIME", OK, "time", told)
