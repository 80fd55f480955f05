"""The answer: what all findings together allow to be said, since when, and on whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.times import check_time, interval, lone, loosest
from witnesskit.verify.verdict import CheckResult, ItemResult, State, Tally, Verdict, decide, time_text


@dataclass(frozen=True)
class Told:
    """What the steps before the last one told; ``backing``: attested events whose things are here."""

    checks: Sequence[CheckResult]
    items: Sequence[ItemResult]
    backing: Sequence[OpenedEvent]
    tally: Tally


def answer(told: Told, last: int) -> Verdict:
    """The verdict; ``last`` is the number of the last step, which tells the time of what an answer stands on."""
    backing = told.backing
    whole = loosest([interval(entry.view, entry.n) for entry in backing])
    checks = (*told.checks, check_time(whole, last))
    state = decide(checks)
    if state is not State.UNCHANGED:
        return Verdict(state, "", (), checks, tuple(told.items), told.tally)
    word_of, days = tuple(sorted({entry.view.voucher for entry in backing})), {entry.word_day for entry in backing}
    since = "" if "" in days else max(days, default="")
    if whole.not_after.proven:
        since, word_of = time_text(whole.not_after.time)[:10], word_of + whole.not_after.word_of
    # for the events before the last of a log at least the same parties speak
    latest = {entry.view.log: entry for entry in sorted(backing, key=lambda entry: entry.n)}
    alone = any(lone(entry.view, entry.n) for entry in latest.values())
    return Verdict(state, since, word_of, checks, tuple(told.items), told.tally, whole, alone)
