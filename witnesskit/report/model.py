"""What a report says, before it is written as text, HTML or JSON.

Whoever builds a report has already asked the policy (policy/decide.py ``show``). ``guarded`` refuses once
more what no policy may allow, so that one slip does not publish a digest of an original.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from witnesskit.model import Audience

ONLY_FOR_COURT: Final = frozenset({"original_sha256"})
NEVER_PUBLIC: Final = frozenset(
    {
        "uploader", "name", "collector", "egress", "original_size", "sealed_sha256", "field_log", "received",
        "attempts", "resolver", "connection", "clock", "tool_identity", "formats", "ranges",
    }
)  # fmt: skip
BERKELEY_MINIMUM: Final = ("url", "html", "screenshot")
# digests and numbers in sentences of the verifier: hex as long as a digest; for the public also ids and roots
_DIGEST: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_NUMBER: Final = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=|(?<![\w-])[\w-]{43}(?![\w-])"
)
WITHHELD: Final = "[withheld]"


@dataclass(frozen=True)
class Answer:
    """The verdict: one of UNCHANGED, CHANGED, CANNOT TELL; a day; those who signed."""

    state: str
    since: str  # YYYY-MM-DD, or empty
    word_of: tuple[str, ...]
    time_proven: bool = False  # whether a clock outside confirms the day


@dataclass(frozen=True)
class Check:
    """One numbered check with its stable code; ``state`` is ok, warn, unknown or fail."""

    number: int
    code: str
    state: str
    subject: str
    sentence: str


@dataclass(frozen=True)
class Part:
    """One part a capture should have; ``state`` is held, missing, refused or "not applicable"."""

    name: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class Item:
    """One item: the values the policy shows, by field name, and the names of those it withholds."""

    short: str  # the id for people, "k7f2-93"
    values: Mapping[str, str]
    withheld: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    kept: tuple[str, ...] = ()  # what stays in the copy and must be said

    @property
    def berkeley_minimum(self) -> bool:
        """Whether web address, page source and full-page picture are all held."""
        held = {part.name for part in self.parts if part.state == "held"}
        return held.issuperset(BERKELEY_MINIMUM)


@dataclass(frozen=True)
class Step:
    """One step of checking with stock tools: what for, the commands, what they must print."""

    title: str
    commands: tuple[str, ...]
    expect: str


@dataclass(frozen=True)
class Row:
    """One demand of a standard: the clause, what it asks for, whether it is held, where, and why not."""

    clause: str
    asks: str
    state: str
    where: str
    why: str


@dataclass(frozen=True)
class Table:
    """Demands of a standard beside what is held, with one sentence that sums them up."""

    title: str
    summary: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. ``policy`` is the id of the policy, ``made`` the day, ``tool`` name and version."""

    audience: Audience
    policy: str
    made: str
    tool: str
    answer: Answer
    checks: tuple[Check, ...] = ()
    items: tuple[Item, ...] = ()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = field(default=())  # further sentences that must be read with the answer
    tables: tuple[Table, ...] = ()  # for the court: demands of a standard beside what is held
    language: str = "en"
    validated: str = (
        ""  # a sentence: when this program was last checked against its own vectors; never for the public
    )


def guarded(report: Report) -> Report:
    """The report without what its audience may never see; what is taken out is named as withheld."""
    if report.audience is Audience.COURT:
        return report
    never = ONLY_FOR_COURT | (NEVER_PUBLIC if report.audience is Audience.PUBLIC else frozenset())
    items = tuple(_without(item, never) for item in report.items)
    shown = frozenset(value for item in items for value in item.values.values())
    pattern = _NUMBER if report.audience is Audience.PUBLIC else _DIGEST

    def scrub(text: str) -> str:
        return pattern.sub(lambda found: found[0] if found[0] in shown else WITHHELD, text)

    if report.audience is Audience.PUBLIC:
        report = replace(report, validated="")  # a day on which a desk worked
    checks = tuple(replace(c, subject=scrub(c.subject), sentence=scrub(c.sentence)) for c in report.checks)
    answer = replace(report.answer, word_of=tuple(scrub(name) for name in report.answer.word_of))
    notes = tuple(map(scrub, report.notes))
    return replace(report, items=items, checks=checks, answer=answer, notes=notes, tables=())


def withheld(report: Report) -> tuple[str, ...]:
    """Names of all withheld fields, each once, in the order they first appear."""
    return tuple(dict.fromkeys(name for item in report.items for name in item.withheld))


def _without(item: Item, never: frozenset[str]) -> Item:
    hidden = tuple(name for name in item.values if name in never and name not in item.withheld)
    values = {name: value for name, value in item.values.items() if name not in never}
    parts = () if "parts" in item.withheld else item.parts
    return replace(item, values=values, withheld=item.withheld + hidden, parts=parts)
