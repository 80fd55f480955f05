"""JPEG as the inspector reads it: every byte of the file belongs to a piece, or is said to belong to none.

Written apart from the writer's reader on purpose (docs/decisions/0003-inspection-shares-no-code.md). It goes on
where the writer refuses, so that a broken file still shows what it gives away; ``doubts`` is what stays unclear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from witnesskit.media_limits import JPEG_PARTS_MAX

LOOSE: Final = -1  # the code of bytes between segments
_MARK: Final = re.compile(rb"\xff(?!\x00)")
_LEAVES_SCAN: Final = re.compile(rb"\xff(?![\x00\xd0-\xd7])")
_ANY_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length: TEM, RSTn, SOI


@dataclass(frozen=True)
class Piece:
    """A segment: its code, offset of its marker, body.

    A scan has coded bytes ``[coded, coded_end)`` besides; ``restarts`` if there are restart markers among them.
    """

    code: int
    offset: int
    body: bytes
    coded: int = 0
    coded_end: int = 0
    restarts: bool = False


@dataclass(frozen=True)
class Walk:
    """Pieces in order, the offset behind the end marker (0: none seen), and what was not understood."""

    pieces: tuple[Piece, ...]
    end: int
    doubts: tuple[str, ...]


def walk_jpeg(data: bytes) -> Walk:
    """Take ``data`` apart up to the end of its first picture; never raises."""
    pieces: list[Piece] = []
    if not data.startswith(b"\xff\xd8"):
        return Walk((), 0, ("no JPEG start marker",))
    place = 2
    while len(pieces) < JPEG_PARTS_MAX:
        marker, code = _seek_marker(data, place)
        if marker > place:
            pieces.append(Piece(LOOSE, place, data[place:marker]))
        if code == 0xD9:
            return Walk(tuple(pieces), marker + 2, ())
        piece, doubt = _read_piece(data, marker, code)
        if piece is None:
            return Walk(tuple(pieces), 0, (doubt,))
        pieces.append(piece)
        place = max(piece.coded_end, marker + 4 + len(piece.body))
    return Walk(tuple(pieces), 0, ("too many segments",))


def _seek_marker(data: bytes, place: int) -> tuple[int, int]:
    """(offset, code) of the next marker, (end of data, -1) if there is none."""
    found = _ANY_MARKER.search(data, place)
    return (found.start(), data[found.start() + 1]) if found else (len(data), -1)


def _read_piece(data: bytes, marker: int, code: int) -> tuple[Piece | None, str]:
    if code < 0:
        return None, "the file ends before its end marker"
    if code in _ALONE:
        return None, f"marker {code:02x} between segments"
    length = int.from_bytes(data[marker + 2 : marker + 4], "big")
    end = marker + 2 + length
    if length < 2 or end > len(data):
        return None, f"segment {code:02x} is longer than the file"
    body = data[marker + 4 : end]
    if code != 0xDA:
        return Piece(code, marker, body), ""
    first = _MARK.search(data, end)
    leaving = _LEAVES_SCAN.search(data, first.start()) if first else None
    coded_end = leaving.start() if leaving else len(data)
    return Piece(code, marker, body, end, coded_end, bool(first and first.start() < coded_end)), ""
