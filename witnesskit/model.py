"""What things are: frozen dataclasses, and the protocols of readers and sinks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

Json = Any  # JSON value: object, list, str, int or bool; never float, never null in our own formats


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
    """What happened to a URL or file; only ``SAVED`` is success."""

    SAVED = "saved"
    PARTIAL = "partial"
    REMOVED = "removed"
    NETWORK_DOWN = "network-down"
    UNKNOWN = "unknown"


class Finding(StrEnum):
    """The three answers of an inspection; ``UNKNOWN`` refuses."""

    CLEAN = "clean"
    FOUND = "found"
    UNKNOWN = "UNKNOWN"


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


@dataclass(frozen=True)
class Opening:
    """One disclosed commitment: the disclosure text and the event whose ``sd`` holds its digest."""

    log: str  # 64 hex digits: leaf hash of line 0
    n: int
    disclosure: str


@dataclass(frozen=True)
class EssenceHash:
    """Hash of the coded pictures or sound of one stream, and how to recompute it."""

    stream: str  # "video:0", "audio:0", "image"
    definition: str  # "h264-vcl", "hevc-vcl", "raw-packets", "jpeg-scan"
    sha256: str


@dataclass(frozen=True)
class Revelation:
    """One thing a file gives away; ``value`` is identifying and belongs only in sealed records."""

    group: str  # where, when, device, who, inside, software, other
    place: str  # where in the file: "APP1/GPS", "moov/udta/(c)xyz"
    name: str
    value: str


@dataclass(frozen=True)
class Inspection:
    """What a file gives away, and whether it was understood at all."""

    finding: Finding
    media_type: str
    revelations: tuple[Revelation, ...] = ()
    reason: str = ""  # why UNKNOWN
    facts: Mapping[str, Json] = field(default_factory=dict)  # width, height, tracks, duration ...


@dataclass(frozen=True)
class Removal:
    """One removed part of an original: its place, size and digest; never its value."""

    place: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StripChoices:
    """What a policy decides of a copy, beside the rule that nothing identifying stays in it."""

    credentials: str = "drop"  # C2PA: "drop"; "report" (drop, what they say goes to the record); "keep" (no copy)
    hidden_footage: str = "keep"  # what an edit list hides: "keep" (and say so), "refuse"
    further_pages: str = "keep"  # pages of one document behind the first: "keep", "drop", "refuse"
    second_images: str = "drop"  # gain maps, depth, further pictures of one file: "drop", "refuse"


# what no metadata tells and a person must look for: where it was filmed from, who is heard, mirrored or seen
EXPOSURES: Final = ("vantage", "voice", "reflection", "interior", "face", "plate")
ANSWERS: Final = ("yes", "no", "unsure")
DEFAULT_CHOICES: Final = StripChoices()


@dataclass(frozen=True)
class StripResult:
    """What a rewriter did; the copy itself went to its sink."""

    media_type: str
    size: int
    sha256: str
    removed: tuple[Removal, ...]
    essence: tuple[EssenceHash, ...]
    presentation_sha256: str
    kept: tuple[str, ...] = ()  # what stays and must be said: edit list hides footage, gain map lost ...
