"""A walk over an Ogg file for the inspection: pages, the packets in them, and bytes that are no page (RFC 3533)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import OGG_PAGES_MAX
from witnesskit.model import SeekableReader

_HEAD: Final = struct.Struct("<4sBB8sIIIB")
_LARGEST: Final = _HEAD.size + 255 + 255 * 255
_TURNED: Final = bytes(sum((byte >> bit & 1) << (7 - bit) for bit in range(8)) for byte in range(256))


@dataclass(frozen=True)
class OggPage:
    """One page; ``packets`` are its parts of packets, the last one whole only if ``whole``."""

    place: int
    flags: int
    position: bytes
    serial: int
    number: int
    packets: tuple[bytes, ...]
    whole: bool
    size: int

    @property
    def continues(self) -> bool:
        """Whether the first part belongs to a packet of an earlier page."""
        return bool(self.flags & 1)


@dataclass(frozen=True)
class OggGap:
    """Bytes that are no page, up to ``end``."""

    place: int
    end: int


def walk_ogg(reader: SeekableReader) -> Iterator[OggPage | OggGap]:
    """Every page whose checksum is right, in order, and what lies between; never raises on content."""
    place, gap, base, data = 0, -1, 0, b""
    for _ in range(OGG_PAGES_MAX * 4):
        if place >= reader.size:
            break
        if place + _LARGEST > base + len(data) < reader.size:
            base, data = place, reader.read_at(place, READ_BLOCK)
        page = _page(data, place - base, place)
        if page:
            if gap >= 0:
                yield OggGap(gap, place)
                gap = -1
            yield page
            place += page.size
            continue
        gap = place if gap < 0 else gap
        following = data.find(b"OggS", place - base + 1)
        place = base + following if following >= 0 else base + len(data) - 3 * (base + len(data) < reader.size)
    if gap >= 0 or place < reader.size:
        yield OggGap(min(gap, place) if gap >= 0 else place, reader.size)


def _page(data: bytes, at: int, place: int) -> OggPage | None:
    if len(data) - at < _HEAD.size or data[at : at + 4] != b"OggS":
        return None
    _, version, flags, position, serial, number, told, count = _HEAD.unpack_from(data, at)
    lacing = data[at + 27 : at + 27 + count]
    size = 27 + count + sum(lacing)
    if version or len(lacing) < count or at + size > len(data):
        return None
    blank = data[at : at + 22] + b"\0\0\0\0" + data[at + 26 : at + size]
    turned = zlib.crc32(blank.translate(_TURNED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    if int(f"{turned:032b}"[::-1], 2) != told:
        return None
    parts, start, end = list[bytes](), at + 27 + count, at + 27 + count
    for one in lacing:
        end += one
        if one != 255:
            parts.append(data[start:end])
            start = end
    whole = not lacing or lacing[-1] != 255
    if not whole:
        parts.append(data[start:end])
    return OggPage(place, flags, position, serial, number, tuple(parts), whole, size)
