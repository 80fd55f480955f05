"""Which key signs a log at which size: genesis, then the changes that an offline key authorised.

docs/spec/custody-log.md, "Keys".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from witnesskit.custody.signer import Signer
from witnesskit.errors import WitnesskitError
from witnesskit.errors.custody import UnauthorisedChange
from witnesskit.errors.verify import BadLine
from witnesskit.formats import custody_event, key_change
from witnesskit.formats.custody_event import Event
from witnesskit.formats.key_change import KeyChange
from witnesskit.keys import VerifierKey

_MARK = b'"type":"key"'  # of every ``key`` line: a line is stored in its one canonical form


@dataclass(frozen=True)
class ChangeWish:
    """A change as a person asks for it; ``next`` and ``since`` as in KeyChange."""

    op: str
    key: VerifierKey
    next: str
    since: str = ""


@dataclass(frozen=True)
class KeyLine:
    """The keys of one log (its id, 64 hex digits), the first one that of genesis."""

    log: str
    first: VerifierKey
    first_next: str
    changes: tuple[KeyChange, ...] = ()

    @property
    def key(self) -> VerifierKey:
        """The key in force."""
        return self.changes[-1].key if self.changes else self.first

    @property
    def next(self) -> str:
        """SHA-256 of the text of the offline key that may authorise the next change."""
        return self.changes[-1].next if self.changes else self.first_next

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Every key there was, oldest first."""
        return (self.first, *(change.key for change in self.changes))

    def key_at(self, size: int) -> VerifierKey:
        """The key that signs a checkpoint of ``size`` lines."""
        before = [change.key for change in self.changes if change.n < size]
        return before[-1] if before else self.first

    def after(self, event: Event) -> KeyLine:
        """The line of keys after one more event; raises UnauthorisedChange for a ``key`` event that is none."""
        if event.type != "key":
            return self
        try:
            change = key_change.read(event, self.first.name)
        except BadLine:
            raise UnauthorisedChange(f"event {event.n}") from None
        if not change.authorised(self.log, self.next):
            raise UnauthorisedChange(f"event {event.n}")
        return replace(self, changes=(*self.changes, change))

    def through(self, lines: Iterable[bytes]) -> KeyLine:
        """The line of keys after stored ``lines``; raises UnauthorisedChange, also for one that cannot be read."""
        found = self
        for line in lines:
            if _MARK in line:
                try:
                    found = found.after(custody_event.parse(line))
                except UnauthorisedChange:
                    raise
                except WitnesskitError:
                    raise UnauthorisedChange("a line that cannot be read") from None
        return found


def authorise(recovery: Signer, log: str, n: int, wish: ChangeWish) -> KeyChange:
    """The change of keys that is event ``n`` of ``log``, signed by the offline key."""
    text = key_change.signed_text(log, n, wish.op, wish.key.text, wish.next, wish.since)
    return KeyChange(n, wish.op, wish.key, wish.next, wish.since, recovery.key, recovery.sign(text.encode()))
