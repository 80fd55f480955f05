"""PNG (W3C PNG, third edition; ISO/IEC 15948): chunks, header, and the chunks of a copy."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.media_limits import PNG_CHUNKS_MAX

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})
GREY, RGB, INDEXED, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
_CHANNELS: Final = {GREY: 1, RGB: 3, INDEXED: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
_WHOLE: Final = (8, 16)
_DEPTHS: Final = {
    GREY: (1, 2, 4, 8, 16),
    RGB: _WHOLE,
    INDEXED: (1, 2, 4, 8),
    GREY_ALPHA: _WHOLE,
    RGB_ALPHA: _WHOLE,
}
_ADAM7: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_SIDE_MAX: Final = 2**31 - 1


@dataclass(frozen=True)
class Chunk:
    """A chunk: type, offset of its length, all its bytes, and whether its checksum is right."""

    kind: bytes
    start: int
    raw: memoryview
    sound: bool

    @property
    def body(self) -> memoryview:
        """What stands between type and checksum."""
        return self.raw[8:-4]

    @property
    def end(self) -> int:
        """Offset behind its checksum."""
        return self.start + len(self.raw)


@dataclass(frozen=True)
class Header:
    """IHDR: size in pixels, bits of a sample, colour type, interlaced or not."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    @property
    def pixel_bits(self) -> int:
        """Bits of one pixel."""
        return self.depth * _CHANNELS[self.colour]

    @property
    def body(self) -> bytes:
        """The 13 bytes of IHDR."""
        sides = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        return sides + bytes([self.depth, self.colour, 0, 0, self.interlaced])


def parse_png(data: bytes) -> tuple[Chunk, ...]:
    """Chunks up to and with IEND; raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or ``UnsupportedMedia``."""
    if not data.startswith(SIGNATURE):
        raise BadMedia("no PNG signature")
    chunks: list[Chunk] = []
    for chunk in _chunks(data):
        if len(chunks) >= PNG_CHUNKS_MAX:
            raise MediaTooLarge("chunks")
        if chunk.kind == b"CgBI":
            raise UnsupportedMedia("PNG in the form of one maker's apps")
        if not chunk.kind[0] & 0x20 and chunk.kind not in CRITICAL:
            raise UnsupportedMedia("a critical chunk that is not known")
        if not chunk.sound and chunk.kind in CRITICAL | ANIMATION:
            raise BadMedia("checksum of a chunk")
        chunks.append(chunk)
    return tuple(chunks)


def _chunks(data: bytes) -> Iterator[Chunk]:
    view, place = memoryview(data), len(SIGNATURE)
    while True:
        size, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        end = place + 12 + size
        if end > len(data):
            raise MediaCut("no end chunk")
        if not kind.isalpha() or not kind.isascii():
            raise BadMedia("name of a chunk")
        sound = zlib.crc32(view[place + 4 : end - 4]) == int.from_bytes(data[end - 4 : end], "big")
        yield Chunk(kind, place, view[place:end], sound)
        if kind == b"IEND":
            return
        place = end


def parse_header(chunk: Chunk) -> Header:
    """The header; raises ``BadMedia`` where a field has no meaning."""
    body = bytes(chunk.body)
    if chunk.kind != b"IHDR" or len(body) != 13:
        raise BadMedia("header of the picture")
    width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
    depth, colour, packing, filtering, interlacing = body[8:]
    sizes = 1 <= width <= _SIDE_MAX and 1 <= height <= _SIDE_MAX
    if not sizes or depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlacing > 1:
        raise BadMedia("header of the picture")
    return Header(width, height, depth, colour, bool(interlacing))


def passes(header: Header, width: int, height: int) -> tuple[tuple[int, int], ...]:
    """(pixels across, rows) of every pass of a picture of that size that has any (clause 8)."""
    if not header.interlaced:
        return ((width, height),)
    sizes = (((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in _ADAM7)
    return tuple((across, rows) for across, rows in sizes if across > 0 and rows > 0)


def chunk_bytes(kind: bytes, body: bytes | memoryview, before: bytes = b"") -> bytes:
    """A chunk with its length and checksum; ``before`` stands in front of ``body``."""
    content = b"".join((kind, before, body))
    return (len(content) - 4).to_bytes(4, "big") + content + zlib.crc32(content).to_bytes(4, "big")
