"""Step 12: every opening leads to a digest of the event it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from witnesskit.custody_model import Json, Opening
from witnesskit.errors.verify import BadDisclosure
from witnesskit.formats import disclosure_read
from witnesskit.formats.custody_event_read import Event
from witnesskit.formats.custody_types import COMMITTED
from witnesskit.verify.log_view import LogView, Wanted
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, WARN, CheckResult

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass
class OpenedEvent:
    """An event and those of its committed fields whose openings held."""

    view: LogView
    n: int
    event: Event
    fields: dict[str, Json] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field that should be text; empty when it is not there or is something else."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def open(self, untrusted_disclosure: str) -> str:
        """Open one field; returns what is wrong, or nothing."""
        try:
            told = disclosure_read.parse(untrusted_disclosure)
        except BadDisclosure as error:
            return f"has an opening that cannot be read ({error.detail})"
        if disclosure_read.digest(untrusted_disclosure) not in self.event.sd:
            return f"does not commit this {told.name}"
        if told.name in self.fields:
            return f"has two openings of {told.name}"
        self.fields[told.name] = told.value
        return ""

    @property
    def unknown_names(self) -> list[str]:
        """Opened names that this version does not know of the event's type."""
        return sorted(self.fields.keys() - COMMITTED.get(self.event.type, frozenset()))

    @property
    def item(self) -> str:
        """The item that the event is about."""
        return self.text("item") or self.event.item

    @property
    def day(self) -> str:
        """The day that the event claims, opened or public; empty when there is none."""
        days = (self.text("day"), self.event.t[:10])
        return next((text for text in days if _DAY.fullmatch(text)), "")

    @property
    def word_day(self) -> str:
        """The day since which somebody trusted gives his word: for a received log, the receipt's."""
        return self.day if self.view.received is None else self.view.received

    @property
    def attested(self) -> bool:
        """Whether the word of somebody trusted covers this event."""
        return self.view.attests(self.n)


Opened = dict[tuple[str, int], OpenedEvent]


def longest(views: Sequence[LogView]) -> Mapping[str, LogView]:
    """One view for each log id: of two copies, the longer."""
    return {view.log: view for view in sorted(views, key=lambda view: len(view.leaves))}


def wanted_lines(openings: Sequence[Opening]) -> Wanted:
    """Which lines of which log must be kept, so that a log of any length fits in memory."""
    wanted: dict[str, set[int]] = {}
    for opening in openings:
        wanted.setdefault(opening.log, set()).add(opening.n)
    return {log: frozenset(numbers) for log, numbers in wanted.items()}


def check_openings(views: Sequence[LogView], openings: Sequence[Opening], opened: Opened) -> Iterator[CheckResult]:
    """Open what can be opened into ``opened``; reports each opening that does not hold."""
    by_log, held = longest(views), 0
    for opening in openings:
        view = by_log.get(opening.log)
        if view is None:
            yield CheckResult(12, "OPENING", UNKNOWN, "openings", "an opening is of a log that is not here")
            continue
        event = view.events.get(opening.n)
        if event is None:
            unread = 2 in view.offences and opening.n < len(view.leaves)  # told already, and all behind it
            yield view.says(
                UNKNOWN if unread else FAIL, 12, "OPENING", f"event {opening.n} is not here or cannot be read"
            )
            continue
        target = opened.setdefault((opening.log, opening.n), OpenedEvent(view, opening.n, event))
        if wrong := target.open(opening.disclosure):
            yield view.says(FAIL, 12, "OPENING", f"event {opening.n} {wrong}")
        else:
            held += 1
    if held:
        yield CheckResult(12, "OPENING", OK, "openings", f"{held} openings were committed as they are")
    for entry in opened.values():
        for name in entry.unknown_names:
            yield entry.view.says(WARN, 12, "UNKNOWN-FIELD", f"event {entry.n} commits {name}")
