"""What ``verify`` says of times: in plain words, and never more than is proven."""

from __future__ import annotations

import pytest

from witnesskit.cli.verify_words import interval_lines, next_of, verdict_lines
from witnesskit.verify.verdict import Bound, CheckResult, CheckState, Interval, State, Tally, Verdict

TIME = 1795341780  # 2026-11-22 10:03 UTC


def lines(**parts) -> list[str]:
    return list(verdict_lines(Verdict(State.UNCHANGED, "2026-11-22", ("wk1/desk",), (), **parts)))


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Bound(TIME, ("tsa-a", "tsa-b"), True), "two authorities, tsa-a and tsa-b, say so independently"),
        (Bound(TIME, ("a", "b", "c"), True), "three authorities, a, b and c, say so independently"),
        (Bound(TIME, ("tsa-a",)), "on the word of tsa-a alone: not proven"),
    ],
)
def test_a_bound_is_told_with_those_who_say_so(bound, words):
    assert list(interval_lines(Interval(not_after=bound))) == [f"existed before 2026-11-22 10:03 UTC: {words}"]
    before = list(interval_lines(Interval(bound, bound)))
    assert before[1] == f"came into being after 2026-11-22 10:03 UTC: {words}"


def test_what_has_no_time_is_said_to_have_none():
    assert list(interval_lines(Interval())) == ["time unproven: nobody outside says when"]


def test_the_answer_is_not_said_twice_where_one_party_speaks():
    assert lines(lone=True) == []
    assert lines() == ["time unproven: nobody outside says when"]


def test_the_tally_is_one_sentence():
    assert lines(lone=True, tally=Tally(5, 3, 1, 1)) == ["3 of 5 items disclosed, 1 deleted, 1 unopened"]


@pytest.mark.parametrize("state", [State.CHANGED, State.CANNOT_TELL])
def test_no_time_is_told_of_what_is_changed_or_cannot_be_told(state):
    verdict = Verdict(state, "", (), (), interval=Interval(not_after=Bound(TIME, ("a", "b"), True)))
    assert list(verdict_lines(verdict)) == []


def test_one_volume_alone_wants_the_others_before_any_key():
    codes = ("UNTRUSTED", "VOLUMES")  # a log that only a trusted one would vouch for is told as unknown too
    checks = tuple(CheckResult(0, code, CheckState.UNKNOWN, "", "") for code in codes)
    told = next_of(Verdict(State.CANNOT_TELL, "", (), checks))
    assert told == "name the other volumes of this bundle too, or the folder in which all of them lie"
    assert "--signer" in next_of(Verdict(State.CANNOT_TELL, "", (), checks[:1]))
