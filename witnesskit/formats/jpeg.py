"""JPEG as the writer of copies reads it: segments, scans, and where the picture truly ends (ITU-T T.81 B).

Only the structure is taken apart here; what a segment means is in ``jpeg_tables`` and ``jpeg_coding``.
Nothing is decoded, so the cost follows the bytes and not the dimensions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.media_limits import JPEG_PARTS_MAX, JPEG_RESTARTS_MAX

SOI: Final = 0xD8
EOI: Final = 0xD9
SOS: Final = 0xDA
DQT: Final = 0xDB
DHT: Final = 0xC4
DRI: Final = 0xDD
COM: Final = 0xFE
FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})  # Huffman: baseline, extended sequential, progressive

_REFUSED: Final = {
    **dict.fromkeys((0xC9, 0xCA, 0xCC), "arithmetic coding"),
    **dict.fromkeys((0xC3, 0xCB), "lossless coding"),
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF), "hierarchical coding"),
    0xDC: "height given after the first scan (DNL)",
}
_KNOWN: Final = FRAMES | {SOS, DQT, DHT, DRI, COM} | set(range(0xE0, 0xF0))
_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_FILLED_MARKER: Final = re.compile(rb"\xff++[^\x00\xff]")
_IN_SCAN: Final = re.compile(rb"\xff[^\x00]")


@dataclass(frozen=True)
class Segment:
    """One marker segment: ``data[start:end]`` with marker and length, the body begins at ``start + 4``."""

    marker: int
    start: int
    end: int


@dataclass(frozen=True)
class Scan:
    """A scan header and its entropy-coded bytes ``data[header.end:end]``, without fill bytes."""

    header: Segment
    end: int
    restarts: int


@dataclass(frozen=True)
class Stray:
    """Bytes ``data[start:end]`` between segments that belong to none."""

    start: int
    end: int


@dataclass(frozen=True)
class Picture:
    """A whole JPEG picture: its parts in order, and the offset just behind its end marker."""

    parts: tuple[Segment | Scan | Stray, ...]
    end: int


def parse_jpeg(data: bytes) -> Picture:
    """Take apart the first picture of ``data``; what follows its end marker is not looked at.

    Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or ``UnsupportedMedia``.
    """
    if data[:2] != b"\xff\xd8":
        raise BadMedia("no JPEG start marker")
    parts: list[Segment | Scan | Stray] = []
    position = 2
    while True:
        start = _marker_at(data, position)
        if start > position:
            parts.append(Stray(position, start))
        if data[start + 1] == EOI:
            return Picture(tuple(parts), start + 2)
        part = _part(data, start)
        parts.append(part)
        if len(parts) > JPEG_PARTS_MAX:
            raise MediaTooLarge(f"more than {JPEG_PARTS_MAX} segments")
        position = part.end


def _marker_at(data: bytes, position: int) -> int:
    """Offset of the next marker; fill and stray bytes are passed over as decoders do (T.81 B.1.1.2)."""
    found = _MARKER.search(data, position)
    if found is None:
        raise MediaCut("no end marker")
    return found.start()


def _part(data: bytes, start: int) -> Segment | Scan:
    marker = data[start + 1]
    if marker not in _KNOWN:
        raise UnsupportedMedia(_REFUSED.get(marker, f"marker {marker:02x}"))
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    segment = Segment(marker, start, start + 2 + length)
    if max(segment.end, start + 4) > len(data):
        raise MediaCut(f"inside segment {marker:02x}")
    if length < 2:
        raise BadMedia(f"length of segment {marker:02x}")
    return _scan(data, segment) if marker == SOS else segment


def _scan(data: bytes, header: Segment) -> Scan:
    """Walk the entropy-coded bytes; restart markers must count 0 to 7 without a gap (T.81 F.1.1.3)."""
    restarts = 0
    for found in _IN_SCAN.finditer(data, header.end):
        code = data[found.start() + 1]
        if 0xD0 <= code <= 0xD7:
            if code != 0xD0 + restarts % 8 or restarts >= JPEG_RESTARTS_MAX:
                raise BadMedia("restart markers out of order")
            restarts += 1
        elif code != 0xFF:
            return Scan(header, found.start(), restarts)
        else:
            return Scan(header, _end_before_fill(data, found.start()), restarts)
    raise MediaCut("inside the coded picture")


def _end_before_fill(data: bytes, start: int) -> int:
    """Fill bytes may stand before the marker that ends a scan, nowhere inside it."""
    behind = _FILLED_MARKER.match(data, start)
    if behind is None or 0xD0 <= data[behind.end() - 1] <= 0xD7:
        raise BadMedia("fill bytes inside the coded picture")
    return start
