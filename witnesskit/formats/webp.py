"""WebP (RFC 9649): chunks of the RIFF file, and its pictures taken from the chunks that decoders read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.media_limits import WEBP_CHUNKS_MAX

ICC, ALPHA, EXIF, XMP, ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02
_CODINGS: Final = (b"VP8 ", b"VP8L")
_KEY_FRAME: Final = b"\x9d\x01\x2a"
_RAW_ALPHA: Final = 0  # compression method of ALPH; 1 is VP8L without its head


@dataclass(frozen=True)
class Chunk:
    """A chunk: its name, body, and all its bytes (head, body, padding)."""

    name: bytes
    body: memoryview
    raw: memoryview


@dataclass(frozen=True)
class Picture:
    """A coded picture: size in pixels, ``VP8 `` or ``VP8L``, coded bytes, alpha in normal form (empty: none)."""

    width: int
    height: int
    coding: bytes
    coded: memoryview
    alpha: bytes = b""

    @property
    def has_alpha(self) -> bool:
        """True if it says itself that it has alpha."""
        return bool(self.alpha) or (self.coding == b"VP8L" and bool(self.coded[4] & 0x10))

    def parts(self) -> Iterator[tuple[bytes, bytes | memoryview]]:
        """(name, body) of its chunks in order."""
        if self.alpha:
            yield b"ALPH", self.alpha
        yield self.coding, self.coded


def parse_webp(data: bytes, size: int) -> tuple[tuple[Chunk, ...], int]:
    """(chunks, offset behind the RIFF file); ``data`` is a file of ``size`` bytes, or as much as is read of it.

    Raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise BadMedia("no WebP head")
    if end > size:
        raise MediaCut("the file is shorter than it says")
    if end > len(data):
        raise MediaTooLarge("bytes of the file")
    return tuple(parse_chunks(memoryview(data)[12:end])), end


def parse_chunks(view: memoryview) -> Iterator[Chunk]:
    """Chunks of a list; what is left behind the last one comes as a chunk without a name."""
    place, count = 0, 0
    while place + 8 <= len(view):
        size = int.from_bytes(view[place + 4 : place + 8], "little")
        end = place + 8 + size
        if end > len(view):
            raise BadMedia("a chunk is longer than its file")
        padded = min(end + size % 2, len(view))
        yield Chunk(bytes(view[place : place + 4]), view[place + 8 : end], view[place:padded])
        place, count = padded, count + 1
        if count > WEBP_CHUNKS_MAX:
            raise MediaTooLarge("chunks")
    if place < len(view):
        yield Chunk(b"", view[place:], view[place:])


def read_picture(chunks: tuple[Chunk, ...], with_alpha: bool) -> tuple[Picture, tuple[Chunk, ...]]:
    """(the first picture among ``chunks``, the chunks it is made of); raises ``BadMedia`` or ``MediaCut``."""
    place = next((index for index, chunk in enumerate(chunks) if chunk.name in _CODINGS), -1)
    if place < 0:
        raise BadMedia("no picture")
    image = chunks[place]
    measure = _lossy_size if image.name == b"VP8 " else _lossless_size
    width, height = measure(bytes(image.body[:10]), len(image.body))
    alphas = [chunk for chunk in chunks[:place] if chunk.name == b"ALPH"]
    if not with_alpha or not alphas or image.name == b"VP8L":
        return Picture(width, height, image.name, image.body), (image,)
    alpha = _alpha(bytes(alphas[0].body), width * height)
    return Picture(width, height, image.name, image.body, alpha), (alphas[0], image)


def _lossy_size(head: bytes, size: int) -> tuple[int, int]:
    """Size in pixels of a VP8 key frame (RFC 6386 clause 9.1)."""
    tag = int.from_bytes(head[:3], "little")
    width, height = int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    shown = not tag & 1 and tag >> 1 & 7 <= 3 and tag >> 4 & 1
    if len(head) < 10 or head[3:6] != _KEY_FRAME or not shown or not width or not height:
        raise BadMedia("head of the coded picture")
    if 10 + (tag >> 5) > size:
        raise MediaCut("the coded picture ends early")
    return width, height


def _lossless_size(head: bytes, size: int) -> tuple[int, int]:
    """Size in pixels of a VP8L picture (RFC 9649 clause 3.4)."""
    bits = int.from_bytes(head[1:5], "little")
    if size < 6 or head[0] != 0x2F or bits >> 29:
        raise BadMedia("head of the coded picture")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _alpha(body: bytes, pixels: int) -> bytes:
    """ALPH with its reserved bits zero and, if not packed, no longer than its pixels (clause 2.7.1.2)."""
    if len(body) < 2 or body[0] & 3 > 1 or body[0] >> 4 & 3 > 1:
        raise BadMedia("alpha of the picture")
    if body[0] & 3 == _RAW_ALPHA:
        if len(body) < 1 + pixels:
            raise MediaCut("the alpha of the picture ends early")
        body = body[: 1 + pixels]
    return bytes([body[0] & 0x3F]) + body[1:]


def chunk_bytes(name: bytes, body: bytes | memoryview) -> bytes:
    """A chunk with its size and zero padding."""
    return b"".join((name, len(body).to_bytes(4, "little"), body, bytes(len(body) % 2)))


def partition_ends(coded: bytes) -> tuple[int, ...]:
    """Offsets where partitions of a VP8 key frame may end (RFC 6386 clause 9.5).

    How many there are is itself coded; every number whose sizes fit is taken.
    """
    first = 10 + (int.from_bytes(coded[:3], "little") >> 5)
    ends = {first}
    for count in (2, 4, 8):
        sizes = [int.from_bytes(coded[first + 3 * at : first + 3 * at + 3], "little") for at in range(count - 1)]
        start = first + 3 * (count - 1)
        if start + sum(sizes) <= len(coded):
            ends |= {start + sum(sizes[: at + 1]) for at in range(count - 1)}
    return tuple(sorted(ends))
