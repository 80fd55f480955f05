"""Lossless JPEG, the coding of most raw pictures (ITU-T T.81 annex H): one scan, its tables, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.formats.jpeg import DHT, DRI, EOI, SOS
from witnesskit.formats.jpeg_tables import parse_huffman
from witnesskit.media_limits import JPEG_PARTS_MAX

SOF3: Final = 0xC3
_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_LEAVES: Final = re.compile(rb"\xff[^\x00\xd0-\xd7]")


@dataclass
class LosslessPicture:
    """Frame body, Huffman tables in use, restart interval, scan header body and ``data[start:end]``, end of all."""

    frame: bytes = b""
    interval: int = 0
    header: bytes = b""
    start: int = 0
    end: int = 0
    whole: int = 0
    restarts: bytes = b""  # codes of the restart markers inside the scan
    tables: dict[int, bytes] = field(default_factory=dict)
    other: list[tuple[int, bytes]] = field(default_factory=list)  # segments no decoder needs

    @property
    def pixels(self) -> int:
        """Samples of the picture: lines, samples of a line and components multiplied."""
        return int.from_bytes(self.frame[1:3], "big") * int.from_bytes(self.frame[3:5], "big") * self.frame[5]

    def used(self) -> tuple[bytes, ...]:
        """The tables the scan names, in order of their numbers; raises ``BadMedia`` if one is missing."""
        numbers = sorted({byte >> 4 for byte in self.header[2:-3:2]})
        if not set(numbers) <= set(self.tables):
            raise BadMedia("missing huffman table")
        return tuple(self.tables[number] for number in numbers)


def parse_lossless(data: bytes) -> LosslessPicture:
    """Take apart the lossless picture at the start of ``data``; raises the leaves of ``errors/media.py``."""
    picture, place = LosslessPicture(), 2
    if data[:2] != b"\xff\xd8":
        raise BadMedia("no JPEG start marker")
    for _ in range(JPEG_PARTS_MAX):
        while data[place : place + 2] == b"\xff\xff":
            place += 1
        marker = data[place + 1] if data[place : place + 1] == b"\xff" and place + 1 < len(data) else -1
        if marker == EOI:
            picture.whole = place + 2
            return _checked(picture)
        place = _segment(picture, data, place, marker)
    raise BadMedia("segments without end")


def _segment(picture: LosslessPicture, data: bytes, place: int, marker: int) -> int:
    """Take one segment; the offset behind it."""
    length = int.from_bytes(data[place + 2 : place + 4], "big")
    body, end = data[place + 4 : place + 2 + length], place + 2 + length
    if marker < 0 or length < 2 or end > len(data):
        raise MediaCut("inside a lossless picture")
    if marker == SOF3 and not picture.frame:
        picture.frame = body
    elif marker == DHT:
        for number, table in parse_huffman(body):
            if number in picture.tables:
                picture.other.append((DHT, picture.tables[number]))
            picture.tables[number] = table
    elif marker == DRI and length == 4:
        picture.interval = int.from_bytes(body, "big")
    elif marker == SOS and not picture.header:
        leaving = _LEAVES.search(data, end)
        if leaving is None:
            raise MediaCut("inside a lossless picture")
        picture.header, picture.start, picture.end = body, end, leaving.start()
        picture.restarts = bytes(match.group()[1] for match in _RESTART.finditer(data, end, picture.end))
        return picture.end
    elif 0xE0 <= marker <= 0xEF or marker in (0xFE, 0xDB):
        picture.other.append((marker, body))
    else:
        raise UnsupportedMedia(f"marker {marker:02x} in a lossless picture")
    return end


def _checked(picture: LosslessPicture) -> LosslessPicture:
    frame, header = picture.frame, picture.header
    if len(frame) < 9 or len(frame) != 6 + 3 * frame[5] or not 1 <= frame[5] <= 4 or not picture.pixels:
        raise BadMedia("lossless frame")
    if len(header) != 4 + 2 * frame[5] or header[0] != frame[5] or header[1:-3:2] != frame[6::3]:
        raise UnsupportedMedia("lossless picture in several scans")
    if not 1 <= header[-3] <= 7 or header[-2] or header[-1] > 15 or not 2 <= frame[0] <= 16:
        raise BadMedia("lossless scan")
    if any(byte & 0x0F for byte in header[2:-3:2]) or any(not 1 <= byte >> 4 <= 4 for byte in frame[7::3]):
        raise BadMedia("lossless scan")
    _check_restarts(picture)
    used = picture.used()
    picture.other += [(DHT, table) for table in picture.tables.values() if table not in used]
    return picture


def _check_restarts(picture: LosslessPicture) -> None:
    """As many as the interval asks for, counting 0 to 7: others would be room to hide in."""
    units = picture.pixels // picture.frame[5]
    expected = (units - 1) // picture.interval if picture.interval else 0
    order = bytes(0xD0 + number % 8 for number in range(min(expected, len(picture.restarts))))
    if len(picture.restarts) != expected or picture.restarts != order:
        raise BadMedia("restart markers of a lossless picture")
