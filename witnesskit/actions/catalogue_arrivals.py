"""When an item came to this desk, by the desk's own log: the receipt for its bundle, or the event that saved it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Final

from witnesskit.actions.log_events import event_of
from witnesskit.actions.openings import OpeningLine, read_capsule_openings
from witnesskit.actions.session import Session
from witnesskit.errors import WitnesskitError
from witnesskit.formats import disclosure
from witnesskit.formats.short_id import short_id
from witnesskit.vault import store
from witnesskit.vault.catalogue.port import Catalogue
from witnesskit.vault.keyring import desk_identities

_EPOCH: Final = date(2000, 1, 1).toordinal()
_DAYS: Final = 2**15 - 1  # to the year 2089
_TYPES: Final = (b'"type":"ingest"', b'"type":"receipt"', b'"type":"observe"')
_PLACES: Final = 2**18 - 1  # a volume has fewer members


@dataclass(frozen=True)
class Arrival:
    """``n``: of the event in the desk's log; ``place``: of the item in what came with it; ``sender``: of a device."""

    n: int
    day: str
    place: int = 0
    sender: str = ""
    number: int | None = None  # of the sender's invite

    def seq(self, captured: str) -> int:
        """The order of items: by arrival, then by the day of capture, which is a device's word; newest largest."""
        day = 0
        with contextlib.suppress(ValueError):
            day = min(_DAYS, max(0, date.fromisoformat(captured).toordinal() - _EPOCH))
        return self.n << 33 | day << 18 | min(self.place, _PLACES)


def unknown_seq(item: str) -> int:
    """Behind everything whose arrival is known, in an order of its own."""
    return -(int(item, 16) >> 66) - 1


@dataclass(frozen=True)
class _Place:
    n: int
    type: str
    day: str


class Arrivals:
    """Of all items of a session. What was read of the log before is noted in the catalogue, and not read again."""

    def __init__(self, session: Session, catalogue: Catalogue, changed: Iterable[str] | None = None) -> None:
        """``changed``: ids among which all papers are that were not read yet, where these are known."""
        self._session = session
        self._catalogue = catalogue
        self._lines = session.journal.lines()
        self._read = min(int(catalogue.noted("log") or 0), len(self._lines))
        self._receipts(changed)
        catalogue.note("log", str(len(self._lines)))

    def of_bundle(self, item: str) -> Arrival | None:
        """Where a device's bundle brought it; None for what was saved here, and where no receipt is logged yet."""
        if (found := self._session.state.brought_by(item)) is None:
            return None
        bundle, place = found
        number, _space, day = self._catalogue.noted(f"bundle {bundle}").partition(" ")
        if not number:
            return None
        sender, invite = self._senders.get(self._session.state.sender_of(item), ("", None))
        return Arrival(int(number), day, place, sender, invite)

    def of_own(self, item: str, lines: Iterable[OpeningLine]) -> Arrival | None:
        """Where it was saved here; ``lines``: openings that were sealed with it."""
        if self._session.state.brought_by(item) is not None:
            return None
        texts = [text for line in lines for text in line.texts()]
        for index in (self._new, self._whole):
            places = [index[text] for text in (item, *map(disclosure.digest, texts)) if text in index]
            if places:
                first = min(places, key=lambda place: place.n)
                return Arrival(first.n, first.day)
        return None

    @cached_property
    def _senders(self) -> Mapping[str, tuple[str, int]]:
        """Verifier key -> (pseudonym of its invite, the invite's number)."""
        issued = self._session.keyring.issued if self._session.keyring else ()
        return {sender: (short_id(invite.id), invite.number) for invite in issued for sender in invite.senders}

    @cached_property
    def _new(self) -> Mapping[str, _Place]:
        return self._index(self._read)

    @cached_property
    def _whole(self) -> Mapping[str, _Place]:
        return self._new if not self._read else self._index(0)

    def _index(self, start: int) -> Mapping[str, _Place]:
        """Item of an ``ingest``, or digest of an opening of a receipt or of an attempt without one -> event."""
        found: dict[str, _Place] = {}
        for line, following in pairwise((*self._lines[start:], b"")):
            if not any(word in line for word in _TYPES):
                continue
            event = event_of(line)
            if event is None or (event.type == "observe" and b'"type":"ingest"' in following):
                continue
            place = _Place(event.n, event.type, event.t[:10])
            if event.item and event.type == "ingest":
                found[event.item] = place
            elif event.type in ("receipt", "observe"):
                found |= dict.fromkeys(event.sd, place)
        return found

    def _receipts(self, changed: Iterable[str] | None) -> None:
        """Note for each bundle the first receipt, from the papers that were not read yet."""
        session = self._session
        identities = desk_identities(session.keyring, [0]) if session.keyring else ()
        for paper in session.state.papers("receipt") if changed is None else changed:
            if not session.state.items[paper].paper or self._catalogue.noted(f"paper {paper}"):
                continue
            for capsule in session.state.items[paper].capsules:
                with contextlib.suppress(WitnesskitError), store.open_capsule(session.vault, capsule.id) as stream:
                    for line in read_capsule_openings(stream, identities, capsule.sha256):
                        self._receipt(line)
            self._catalogue.note(f"paper {paper}", "read")

    def _receipt(self, line: OpeningLine) -> None:
        for text in line.texts():
            place = self._new.get(disclosure.digest(text))
            if place is None or place.type != "receipt":
                continue
            told = disclosure.parse(text)  # committed by this desk's own log
            if told.name == "bundle" and isinstance(told.value, str):
                known = self._catalogue.noted(f"bundle {told.value}")
                if not known or int(known.partition(" ")[0]) > place.n:
                    self._catalogue.note(f"bundle {told.value}", f"{place.n} {place.day}")
