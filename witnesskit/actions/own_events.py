"""What logs say, read back through openings that were sealed; of this vault's own log never a device's word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from witnesskit.actions.log_events import event_of
from witnesskit.actions.openings import OpeningLine, resolve
from witnesskit.actions.session import Session
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.model import Json, Opening


@dataclass(frozen=True)
class OpenedLine:
    """One line with the openings that lead to its digests; ``fields`` is what they say."""

    log: str  # id, 64 hex digits
    n: int
    type: str
    item: str  # of the line, if its type has one
    line: bytes = field(repr=False)
    fields: Mapping[str, Json] = field(repr=False)
    disclosures: Mapping[str, str] = field(default_factory=dict, repr=False)  # name -> text

    @property
    def about(self) -> str:
        """The item that it tells of: the committed one, else the line's own."""
        return _id(self.fields.get("item")) or self.item

    @property
    def source(self) -> str:
        """The item that people know: of a copy the one it was made of, where that is opened."""
        return _id(self.fields.get("parent")) or self.about


def _id(untrusted_value: Json) -> str:
    """An item's id, or nothing: a signer may commit anything under that name."""
    fits = isinstance(untrusted_value, str) and custody_event.HEX32.fullmatch(untrusted_value)
    return str(untrusted_value) if fits else ""


def own_events(session: Session, lines: Iterable[OpeningLine], *events: str) -> Iterator[OpenedLine]:
    """Events of the own log that ``lines`` open, in the order of the log; what no event commits is passed over.

    ``events``: their types, where only these are wanted.
    """
    own = [session.journal.log_bytes()]
    return opened_events(resolve(lines, own, *events), own)


def opened_events(openings: Iterable[Opening], logs: Iterable[bytes]) -> Iterator[OpenedLine]:
    """The lines of ``logs`` that ``openings`` open, log by log; an opening that no line commits is passed over."""
    wanted: dict[str, dict[int, list[str]]] = {}
    for opening in openings:
        wanted.setdefault(opening.log, {}).setdefault(opening.n, []).append(opening.disclosure)
    for data in sorted(logs, key=len, reverse=True):  # of two copies of one log the longer
        lines = data.split(b"\n")
        log = leaf_hash(lines[0]).hex()
        for n, texts in sorted(wanted.pop(log, {}).items()):
            if n < len(lines) - 1 and (found := _opened(log, lines[n], texts)):
                yield found


def _opened(log: str, line: bytes, texts: Iterable[str]) -> OpenedLine | None:
    if (event := event_of(line)) is None:
        return None
    fields: dict[str, Json] = {}
    disclosures: dict[str, str] = {}
    for text in texts:
        if disclosure.digest(text) in event.sd:  # before it is read: a device may write anything
            told = disclosure.parse(text)
            fields.setdefault(told.name, told.value)
            disclosures.setdefault(told.name, text)
    return OpenedLine(log, event.n, event.type, event.item or "", line, fields, disclosures)
