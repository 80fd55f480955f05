"""Pages of Ogg: reading, checking and writing them (RFC 3533 clause 6)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import MediaTooLarge
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import OGG_GAPS_MAX, OGG_PAGES_MAX
from witnesskit.model import SeekableReader

CONTINUED, FIRST, LAST = 1, 2, 4
NO_END: Final = b"\xff" * 8  # the position of a page on which no packet ends
PAGE_MAX: Final = 27 + 255 + 255 * 255
_MARK: Final = b"OggS"
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Page:
    """One page: place in the file, flags, position, stream, sizes of its segments, place and bytes of its body."""

    start: int
    flags: int
    granule: bytes  # eight bytes as they stand
    serial: int
    lacing: bytes
    body_at: int
    body: bytes

    @property
    def end(self) -> int:
        """Place behind the page."""
        return self.body_at + len(self.body)


@dataclass(frozen=True)
class Gap:
    """Bytes that are no page."""

    start: int
    end: int


def checksum(page: bytes) -> int:
    """CRC-32 of RFC 3533 over a page whose checksum field is zero; bits run the other way than zlib's."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


def read_pages(reader: SeekableReader) -> Iterator[Page | Gap]:
    """Every page with a right checksum, and the gaps between them; raises ``MediaTooLarge``."""
    place, held, start, count, gaps = 0, b"", 0, 0, 0
    while place < reader.size:
        if place + PAGE_MAX > start + len(held) and start + len(held) < reader.size:
            start, held = place, reader.read_at(place, READ_BLOCK)
        page = _page(held, place - start, start)
        if page is None:
            found = _next_page(reader, place + 1)
            yield Gap(place, found)
            gaps += 1
            if gaps > OGG_GAPS_MAX:
                raise MediaTooLarge(f"more than {OGG_GAPS_MAX} places without pages")
            place = found
            continue
        count += 1
        if count > OGG_PAGES_MAX:
            raise MediaTooLarge(f"more than {OGG_PAGES_MAX} pages")
        yield page
        place = page.end


def _page(held: bytes, at: int, start: int) -> Page | None:
    head = held[at : at + 27]
    if len(head) < 27 or head[:5] != _MARK + b"\0":
        return None
    body_at = at + 27 + head[26]
    lacing = held[at + 27 : body_at]
    end = body_at + sum(lacing)
    if len(lacing) != head[26] or end > len(held):
        return None
    whole = head[:22] + bytes(4) + held[at + 26 : end]
    if checksum(whole) != int.from_bytes(head[22:26], "little"):
        return None
    serial = int.from_bytes(head[14:18], "little")
    return Page(start + at, head[5], head[6:14], serial, lacing, start + body_at, held[body_at:end])


def _next_page(reader: SeekableReader, place: int) -> int:
    """Place of the next page with a right checksum, or the end of the file."""
    tried = 0
    while place < reader.size:
        block = reader.read_at(place, READ_BLOCK + 3)
        at = block.find(_MARK)
        if at < 0:
            place += READ_BLOCK
            continue
        tried += 1
        if tried > OGG_PAGES_MAX // 100:
            raise MediaTooLarge("too many marks of pages that are none")
        if _page(reader.read_at(place + at, PAGE_MAX), 0, place + at):
            return place + at
        place += at + 1
    return reader.size


@dataclass(frozen=True)
class PageHead:
    """What a page to be written says of itself."""

    flags: int
    granule: bytes
    serial: int
    sequence: int


def page_bytes(head: PageHead, lacing: bytes, body: bytes) -> bytes:
    """One whole page."""
    front = _MARK + bytes([0, head.flags]) + head.granule + head.serial.to_bytes(4, "little")
    front += head.sequence.to_bytes(4, "little")
    back = bytes([len(lacing)]) + lacing + body
    return front + checksum(front + bytes(4) + back).to_bytes(4, "little") + back


def laced(size: int) -> bytes:
    """Sizes of the segments of a packet of ``size`` bytes."""
    return b"\xff" * (size // 255) + bytes([size % 255])


def header_pages(packets: Sequence[bytes], serial: int, sequence: int, flags: int = 0) -> list[bytes]:
    """Pages that hold ``packets`` and end with them; position 0, numbered from ``sequence``."""
    lacing, body = b"".join(laced(len(packet)) for packet in packets), b"".join(packets)
    pages, place, before = list[bytes](), 0, 0
    for first in range(0, len(lacing), 255):
        part = lacing[first : first + 255]
        size = sum(part)
        granule = bytes(8) if min(part) < 255 else NO_END
        head = PageHead(flags | (CONTINUED if before == 255 else 0), granule, serial, sequence + len(pages))
        pages.append(page_bytes(head, part, body[place : place + size]))
        place, before = place + size, part[-1]
    return pages
