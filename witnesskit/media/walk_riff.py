"""RIFF as the inspector reads it: chunks in their order, and every byte that belongs to none.

Written apart from the writer's reader on purpose (docs/decisions/0003-inspection-shares-no-code.md).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from witnesskit.limits import MIB
from witnesskit.media_limits import RIFF_CHUNKS_MAX, RIFF_TEXT_MAX
from witnesskit.model import SeekableReader

LOOSE: Final = "loose bytes"
_STEP: Final = 4 * MIB
_NEAR_END: Final = 64 * MIB  # bytes at the end of the sound in which tags are looked for


@dataclass(frozen=True)
class RiffChunk:
    """Name, offset of the head, offsets of the body, length as written; ``pad`` is what stands behind an odd body."""

    kind: str
    offset: int
    first: int
    last: int
    told: int
    pad: bytes = b""

    @property
    def whole(self) -> bool:
        """True if the body has the length it is said to have, and a zero byte makes it even."""
        return self.last - self.first == self.told and self.pad == b"\0" * (self.told % 2)

    @property
    def next(self) -> int:
        """Offset of what follows."""
        return self.last + len(self.pad)

    def text(self, reader: SeekableReader) -> bytes:
        """The body, at most ``RIFF_TEXT_MAX`` bytes."""
        return reader.read_at(self.first, min(self.last - self.first, RIFF_TEXT_MAX))


def read_chunk(reader: SeekableReader, place: int, stop: int, told: int = -1) -> RiffChunk:
    """What stands at ``place``: a chunk, or loose bytes up to ``stop``; ``told`` stands in for its length."""
    head = reader.read_at(place, 8)
    if len(head) < 8 or stop - place < 8 or min(head[:4]) < 0x20 or max(head[:4]) > 0x7E:
        return RiffChunk(LOOSE, place, place, stop, stop - place)
    (size,) = struct.unpack_from("<I", head, 4)
    size = told if told >= 0 else size
    last = min(place + 8 + size, stop)
    pad = reader.read_at(last, 1) if size & 1 and last < stop else b""
    if pad not in (b"", b"\0") and _named(reader.read_at(last, 4)) and not _named(reader.read_at(last + 1, 4)):
        pad = b""
    return RiffChunk(head[:4].decode("latin-1"), place, place + 8, last, size, pad)


def _named(word: bytes) -> bool:
    return len(word) == 4 and min(word) >= 0x20 and max(word) <= 0x7E


def read_chunks(reader: SeekableReader, place: int, stop: int) -> tuple[list[RiffChunk], bool]:
    """Every chunk of ``[place, stop)``; False if there are more than are worth it."""
    found: list[RiffChunk] = []
    while place < stop:
        if len(found) >= RIFF_CHUNKS_MAX:
            return found, False
        found.append(read_chunk(reader, place, stop))
        place = found[-1].next
    return found, True


_TAGS: Final = (
    *("LIST", "bext", "iXML", "_PMX", "axml", "aXML", "id3 ", "ID3 ", "cart", "cue ", "smpl", "inst", "chna", "JUNK"),
    *("FLLR", "PAD ", "data", "fmt ", "umid", "levl", "acid", "strc", "afsp", "DISP"),
)
_TEXT: Final = frozenset(range(0x20, 0x7F)) | {9, 10, 13}


def tag_inside(reader: SeekableReader, first: int, last: int) -> str:
    """The name of a chunk whose head stands inside the sound; empty if there is none."""
    if reader.read_at(max(first, last - 128), 3) == b"TAG":
        return "ID3v1"
    for place in range(max(first, last - _NEAR_END), last, _STEP):
        block = reader.read_at(place, min(_STEP + 12, last - place))
        for name in _TAGS:
            at = block.find(name.encode())
            while at >= 0:
                if _stands(reader, place + at, last):
                    return name.strip()
                at = block.find(name.encode(), at + 1)
    return ""


def _stands(reader: SeekableReader, place: int, last: int) -> bool:
    """True if it looks like a chunk: a list of texts, followed by another chunk or the end, or filled with text."""
    chunk = read_chunk(reader, place, last)
    body = reader.read_at(chunk.first, min(16, max(0, last - chunk.first)))
    if chunk.kind == LOOSE:
        return False
    if chunk.kind == "LIST":
        return body[:4] in (b"INFO", b"adtl", b"exif")
    ends = chunk.first + chunk.told <= last + 1
    follows = last - chunk.last <= 1 or _named(reader.read_at(chunk.first + chunk.told + chunk.told % 2, 4))
    return (ends and follows) or (len(body) == 16 and set(body) <= _TEXT)
