"""What things are: frozen dataclasses, and the protocols of readers and sinks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from witnesskit.custody_model import Json as Json  # noqa: PLC0414  everybody looks for it here
from witnesskit.custody_model import Opening as Opening  # noqa: PLC0414


class VaultKind(StrEnum):
    """What a vault can do: a field vault only saves, a desk vault opens and catalogues."""

    FIELD = "field"
    DESK = "desk"


class Ring(StrEnum):
    """Who can open a capsule."""

    CUSTODIAN = "custodian"
    DESK = "desk"


class Role(StrEnum):
    """What a capsule is of an item."""

    ORIGINAL = "original"
    RECORD = "record"


class Outcome(StrEnum):
    """What happened to a URL or file; only ``SAVED`` is success (docs/spec/outcome.md)."""

    SAVED = "saved"
    PARTIAL = "partial"
    REMOVED = "removed"
    LEGAL = "legal"
    PRIVATE = "private"
    LOGIN = "login"
    GEO = "geo"
    RATE_LIMITED = "rate-limited"
    BLOCKED = "blocked"
    CHANGED = "changed"
    TRUNCATED = "truncated"
    NETWORK_DOWN = "network-down"
    DNS = "dns"
    REFUSED = "refused"
    PROXY_DOWN = "proxy-down"
    TLS_INTERCEPTED = "tls-intercepted"
    UNSUPPORTED = "unsupported"
    LIVE = "live"
    UNKNOWN = "unknown"


IN_PART: Final = frozenset({Outcome.PARTIAL, Outcome.CHANGED, Outcome.TRUNCATED, Outcome.LIVE})
# nobody answered, or nobody that can be believed: nothing is said about the link
UNREACHED: Final = frozenset(
    {Outcome.NETWORK_DOWN, Outcome.DNS, Outcome.REFUSED, Outcome.PROXY_DOWN, Outcome.TLS_INTERCEPTED}
)


class Audience(StrEnum):
    """For whom a report or bundle is made."""

    DESK = "desk"
    COURT = "court"
    PUBLIC = "public"


class Sink(Protocol):
    """Takes bytes in order."""

    def write(self, data: bytes, /) -> int:
        """Take all of ``data``; raises when it cannot, never takes less."""
        ...


class SeekableReader(Protocol):
    """Gives bytes from any place; ``size`` is the whole length in bytes."""

    @property
    def size(self) -> int:
        """Length in bytes of what can be read."""
        ...

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``; shorter only at the end."""
        ...


@dataclass(frozen=True)
class RecipientSet:
    """Public age recipients of both rings, at least two each (``age1...``)."""

    custodian: tuple[str, ...]
    desk: tuple[str, ...]

    def of(self, ring: Ring) -> tuple[str, ...]:
        """Recipients of one ring."""
        return self.custodian if ring is Ring.CUSTODIAN else self.desk


@dataclass(frozen=True)
class SealedCapsule:
    """A finished capsule: what the vault may know of it in clear."""

    id: str  # 32 hex digits, random
    item: str  # 32 hex digits, random
    role: Role
    part: int
    size: int  # bytes of ciphertext
    sha256: str  # of the ciphertext
