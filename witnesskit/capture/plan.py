"""What the extractor chose to fetch: streams, each one file or a list of pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.model import Json

FILE = "file"
SEGMENTS = "segments"  # the pieces are known
PLAYLIST = "playlist"  # the pieces are named by an HLS playlist that is still to be fetched
UNSUPPORTED = "unsupported"
NOT_ASKED = "media-not-asked"  # the rule of an attempt that found media and was to leave it alone


@dataclass(frozen=True)
class Key:
    """How pieces are encrypted (RFC 8216, 4.3.2.4); ``iv`` empty: the piece's sequence number."""

    method: str  # AES-128 | SAMPLE-AES ...
    url: str
    iv: str = ""  # 32 hex digits
    format: str = "identity"

    @property
    def opens(self) -> bool:
        """Whether the bytes at its URL are the key itself, for whole pieces."""
        return self.method == "AES-128" and self.format == "identity"


@dataclass(frozen=True)
class Segment:
    """One piece of a stream; ``start`` and ``end`` are set when it is a range of bytes of its URL."""

    url: str
    start: int = 0
    end: int | None = None
    sequence: int = 0  # media sequence number
    key: Key | None = None
    is_map: bool = False  # an initialisation section
    absent: bool = False  # the list itself says that it is not there (EXT-X-GAP)


@dataclass(frozen=True)
class StreamPlan:
    """One stream to fetch."""

    entry: int
    format_id: str
    url: str
    kind: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extension: str = ""
    declared_size: int | None = None
    segments: tuple[Segment, ...] = ()
    piece: int = 0  # bytes to ask for at a time; 0: all
    reason: str = ""  # why unsupported: "protocol-rtmp", "drm"
    role: str = "original"
    language: str = ""


@dataclass(frozen=True)
class Extraction:
    """What extraction found; ``failure`` when it ended early, which does not undo what was found before."""

    streams: tuple[StreamPlan, ...] = ()
    facts: tuple[Mapping[str, Json], ...] = ()
    failure: str = ""
    text: str = ""  # what the extractor said of it; telling
