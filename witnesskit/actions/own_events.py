"""What this vault's own log says, read back through openings that were sealed: never a device's word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from witnesskit.actions.openings import OpeningLine, resolve
from witnesskit.actions.session import Session
from witnesskit.formats import custody_event, disclosure
from witnesskit.model import Json


@dataclass(frozen=True)
class OwnEvent:
    """One opened event of the own log."""

    n: int
    type: str
    item: str  # of the line, if its type has one
    fields: Mapping[str, Json]


def own_events(session: Session, lines: Iterable[OpeningLine]) -> Iterator[OwnEvent]:
    """Events of the own log that ``lines`` open, in the order of the log; what no event commits is passed over."""
    log = session.journal.lines()
    opened: dict[int, dict[str, Json]] = {}
    for opening in resolve(lines, [session.journal.log_bytes()]):
        event = custody_event.parse(log[opening.n])
        if disclosure.digest(opening.disclosure) in event.sd:  # before it is read: a device may write anything
            told = disclosure.parse(opening.disclosure)
            opened.setdefault(opening.n, {}).setdefault(told.name, told.value)
    for n, fields in sorted(opened.items()):
        event = custody_event.parse(log[n])
        yield OwnEvent(n, event.type, event.item or "", fields)
