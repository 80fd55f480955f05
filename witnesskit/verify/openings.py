"""Step 12: every opening leads to a digest of the event it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from witnesskit.custody_model import Json, Opening
from witnesskit.errors.verify import BadDisclosure
from witnesskit.formats import disclosure
from witnesskit.formats.custody_event import Event
from witnesskit.formats.custody_types import COMMITTED
from witnesskit.verify.log_checks import FAIL, OK, UNKNOWN, WARN, LogView
from witnesskit.verify.verdict import CheckResult

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass
class OpenedEvent:
    """An event and those of its committed fields whose openings held."""

    view: LogView
    event: Event
    fields: dict[str, Json] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field that should be text; empty when it is not there or is something else."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    @property
    def day(self) -> str:
        """The day that the event claims, opened or public; empty when there is none."""
        days = (self.text("day"), self.event.t[:10])
        return next((text for text in days if _DAY.fullmatch(text)), "")

    @property
    def word_day(self) -> str:
        """The day since which somebody trusted gives his word: for a received log, the receipt's."""
        received = self.view.received
        return self.day if received is None else received

    @property
    def attested(self) -> bool:
        """Whether the word of somebody trusted covers this event."""
        return bool(self.view.voucher) and self.event.n < self.view.attested


def wanted_lines(openings: Sequence[Opening]) -> Mapping[str, frozenset[int]]:
    """Which lines of which log must be kept, so that a log of any length fits in memory."""
    wanted: dict[str, set[int]] = {}
    for opening in openings:
        wanted.setdefault(opening.log, set()).add(opening.n)
    return {log: frozenset(numbers) for log, numbers in wanted.items()}


def check_openings(
    views: Mapping[str, LogView], openings: Sequence[Opening], opened: dict[tuple[str, int], OpenedEvent]
) -> Iterator[CheckResult]:
    """Open what can be opened into ``opened``; reports each opening that does not hold."""
    held = 0
    for opening in openings:
        result = _open(views, opening, opened)
        if result is None:
            held += 1
        else:
            yield result
    if held:
        yield CheckResult(12, "OPENING", OK, "openings", f"{held} openings were committed as they are")


def _open(
    views: Mapping[str, LogView], opening: Opening, opened: dict[tuple[str, int], OpenedEvent]
) -> CheckResult | None:
    view = views.get(opening.log)
    if view is None:
        return CheckResult(12, "OPENING", UNKNOWN, "openings", "an opening is of a log that is not here")
    event = view.opened.get(opening.n)
    if event is None:
        return _refuse(view, opening, "is not here or cannot be read")
    try:
        told = disclosure.parse(opening.disclosure)
    except BadDisclosure as error:
        return _refuse(view, opening, f"has an opening that cannot be read ({error.detail})")
    if disclosure.digest(opening.disclosure) not in event.sd:
        return _refuse(view, opening, f"does not commit this {told.name}")
    target = opened.setdefault((opening.log, opening.n), OpenedEvent(view, event))
    if told.name in target.fields:
        return _refuse(view, opening, f"has two openings of {told.name}")
    target.fields[told.name] = told.value
    if told.name not in COMMITTED.get(event.type, ()):
        return CheckResult(12, "UNKNOWN-FIELD", WARN, view.subject, f"event {opening.n} commits {told.name}")
    return None


def _refuse(view: LogView, opening: Opening, what: str) -> CheckResult:
    return CheckResult(12, "OPENING", FAIL, view.subject, f"event {opening.n} {what}")
