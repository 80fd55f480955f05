"""What ``verify`` says of times and counts, for somebody who never heard of a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.verify.verdict import Bound, CheckState, Interval, State, Tally, Verdict, time_text

UNPROVEN = "time unproven: nobody outside says when"
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """The lines under the answer: when, and how much of the case that is."""
    said = verdict.lone and not verdict.interval.not_after.time  # the answer itself says then that no time is proven
    if verdict.state is State.UNCHANGED and not said:
        yield from interval_lines(verdict.interval)
    timed = sum(1 for item in verdict.items if item.interval.not_after.time)
    if timed and not verdict.interval.not_after.time:
        yield f"{timed} of {len(verdict.items)} of its entries have a time from outside; --items shows which"
    if verdict.tally != Tally():
        yield verdict.tally.sentence


def interval_lines(interval: Interval) -> Iterator[str]:
    """One line for each bound that is known; one that says that none is."""
    if interval.not_after.time:
        yield f"existed before {minute(interval.not_after.time)}: {_who(interval.not_after)}"
    else:
        yield UNPROVEN
    if interval.not_before.time:
        yield f"came into being after {minute(interval.not_before.time)}: {_who(interval.not_before)}"


def next_of(verdict: Verdict) -> str:
    """What to do about an answer that says little; empty if nothing helps, or nothing is needed."""
    if verdict.state is not State.CHANGED and "VOLUMES" in verdict.codes(CheckState.UNKNOWN):
        return "name the other volumes of this bundle too, or the folder in which all of them lie"
    if verdict.state is not State.CHANGED and "UNTRUSTED" in verdict.codes(CheckState.UNKNOWN):
        return "ask the sender for the key that signs its log, by telephone or in person, and give it with --signer"
    if any("no authority was named" in check.sentence for check in verdict.checks if check.code == "TSA"):
        return "get the authorities' root certificates from themselves, and give them with --tsa-root"
    return ""


def minute(time: int) -> str:
    """POSIX seconds as people write them."""
    return time_text(time)[:16].replace("T", " ") + " UTC"


def _who(bound: Bound) -> str:
    names = _joined(bound.word_of)
    if bound.proven:
        count = _COUNTS.get(len(bound.word_of), str(len(bound.word_of)))
        return f"{count} authorities, {names}, say so independently"
    return f"on the word of {names or 'one party'} alone: not proven"


def _joined(names: tuple[str, ...]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
