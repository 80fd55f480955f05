"""What a verifier answers: findings with stable codes, items, and one of three words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class State(StrEnum):
    """The three answers."""

    UNCHANGED = "UNCHANGED"
    CHANGED = "CHANGED"
    CANNOT_TELL = "CANNOT TELL"


class CheckState(StrEnum):
    """``fail`` speaks for CHANGED, ``unknown`` forbids UNCHANGED, ``warn`` must be read by a person."""

    OK = "ok"
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"


FAIL, UNKNOWN, WARN, OK = CheckState.FAIL, CheckState.UNKNOWN, CheckState.WARN, CheckState.OK
TIME_MAX = 253402300799  # POSIX seconds: the last of the year 9999


def time_text(seconds: int) -> str:
    """POSIX seconds (at most TIME_MAX) as ``YYYY-MM-DDTHH:MM:SSZ``; its first ten characters are the day in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def first(size: int) -> str:
    """The lines that a checkpoint of ``size`` signs, in words."""
    return "the first event" if size == 1 else f"the first {size} events"


class ItemState(StrEnum):
    """What became of a committed thing or item. ``WITHHELD``: not here, and nobody said that it must be.

    ``DELETED``: not here, and an attested ``delete`` event says so.
    """

    PRESENT = "present"
    ALTERED = "altered"
    MISSING = "missing"
    WITHHELD = "withheld"
    DELETED = "deleted"


@dataclass(frozen=True)
class CheckResult:
    """One finding: number of the step, stable code, what it is about, a sentence for people."""

    number: int
    code: str
    state: CheckState
    subject: str
    sentence: str


@dataclass(frozen=True)
class Thing:
    """One committed capsule (``capsule`` is its id, or "record") or file, and what became of it."""

    sha256: str
    state: ItemState
    capsule: str = ""
    found_sha256: str = ""  # of what lies in its place, when altered


@dataclass(frozen=True)
class Bound:
    """One end of an interval: POSIX seconds and who says so; ``proven`` when no single one of them must be believed.

    ``time`` 0: there is no such bound.
    """

    time: int = 0
    word_of: tuple[str, ...] = ()
    proven: bool = False


@dataclass(frozen=True)
class Interval:
    """An event came into being after ``not_before`` and before ``not_after``."""

    not_before: Bound = Bound()
    not_after: Bound = Bound()


@dataclass(frozen=True)
class Tally:
    """Items that entered the logs: how many are opened here, recorded as deleted, not opened."""

    items: int = 0
    disclosed: int = 0
    deleted: int = 0
    unopened: int = 0

    @property
    def sentence(self) -> str:
        """As it is printed."""
        return f"{self.disclosed} of {self.items} items disclosed, {self.deleted} deleted, {self.unopened} unopened"


@dataclass(frozen=True)
class ItemResult:
    """One ingest or derive event and its things."""

    item: str
    log: str
    n: int
    type: str
    day: str
    state: ItemState
    things: tuple[Thing, ...] = ()
    interval: Interval = Interval()


@dataclass(frozen=True)
class Verdict:
    """The answer, in one sentence and in full. ``since`` is a claim of the signers until its time is proven."""

    state: State
    since: str
    word_of: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    items: tuple[ItemResult, ...] = ()
    tally: Tally = Tally()
    interval: Interval = Interval()  # of everything behind an answer UNCHANGED: the loosest of its items'
    lone: bool = False  # some of it stands on one trusted signer, and on no witness or authority

    @property
    def sentence(self) -> str:
        """The verdict as it is printed."""
        if self.state is not State.UNCHANGED:
            return self.state.value
        word_of = ", ".join(self.word_of) + ("; one party's word, time unproven" if self.lone else "")
        return f"UNCHANGED since {self.since or 'an unknown day'}, on the word of {word_of}"

    def codes(self, *states: CheckState) -> tuple[str, ...]:
        """Codes of the findings in these states, in the order of the steps."""
        return tuple(check.code for check in self.checks if check.state in states)


def decide(checks: Iterable[CheckResult]) -> State:
    """Any failure: CHANGED; else anything unknown, or no finding at all: CANNOT TELL."""
    states = {check.state for check in checks}
    if CheckState.FAIL in states:
        return State.CHANGED
    if CheckState.UNKNOWN in states or CheckState.OK not in states:
        return State.CANNOT_TELL
    return State.UNCHANGED
