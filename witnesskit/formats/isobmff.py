"""ISO base media boxes as the writer of copies reads and writes them (ISO/IEC 14496-12 clause 4.2).

Nothing recurses: containers are opened by those who know them, so nesting costs nothing. Sizes are checked
before anything is sliced; a count is believed only if its table lies in the box.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import FILM_BOXES_MAX, FILM_TOP_MAX
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

_SWAP: Final = sys.byteorder == "little"


@dataclass(frozen=True)
class Box:
    """One box: its type and where it starts, where its body starts and where it ends, in file or buffer."""

    kind: bytes
    start: int
    body: int
    end: int

    @property
    def size(self) -> int:
        """Bytes of the whole box."""
        return self.end - self.start

    @property
    def name(self) -> str:
        """The type as text; bytes that are no ASCII letters as hex."""
        text = self.kind.decode("latin-1")
        return text if text.isprintable() else self.kind.hex()


@dataclass(frozen=True)
class Top:
    """The boxes of a file in order, and where bytes begin that belong to none."""

    boxes: tuple[Box, ...]
    tail: int


def top_level(reader: SeekableReader) -> Top:
    """Boxes of the file; a last one that is cut short ends at the end of the file.

    Raises ``MediaTooLarge`` for more boxes than we accept. Bytes that cannot be a box are the tail.
    """
    found: list[Box] = []
    place = 0
    while place + 8 <= reader.size:
        box = _header(reader.read_at(place, 16), place, reader.size)
        if box is None or not _plausible(box.kind):
            break
        found.append(box)
        if len(found) > FILM_TOP_MAX:
            raise MediaTooLarge(f"more than {FILM_TOP_MAX} boxes")
        place = box.end
    return Top(tuple(found), place)


def children(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Boxes of a container in ``data[start:end]``; fewer than eight bytes at its end are padding.

    Raises ``BadMedia`` for a box that leaves its container, ``MediaTooLarge`` for too many.
    """
    count = 0
    while start + 8 <= end:
        box = _header(data[start : start + 16], start, end)
        if box is None or box.end > end or int.from_bytes(data[start : start + 4], "big") == 0:
            raise BadMedia("a box leaves its container")
        yield box
        count += 1
        if count > FILM_BOXES_MAX:
            raise MediaTooLarge(f"more than {FILM_BOXES_MAX} boxes in one container")
        start = box.end


def _header(head: bytes, place: int, limit: int) -> Box | None:
    size, body = int.from_bytes(head[:4], "big"), place + 8
    if size == 1:
        size, body = int.from_bytes(head[8:16], "big"), place + 16
    elif size == 0:
        size = limit - place
    if size < body - place or body > limit:
        return None
    end = place + size
    return Box(head[4:8], place, body, min(end, limit) if head[4:8] == b"mdat" else end)


def _plausible(kind: bytes) -> bool:
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind)


def make_box(kind: bytes, *parts: bytes) -> bytes:
    """A box with a 32-bit size."""
    body = b"".join(parts)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def make_full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box whose body begins with version and flags (clause 4.2.2)."""
    return make_box(kind, bytes([version]), flags.to_bytes(3, "big"), *parts)


def u32(data: bytes, place: int) -> int:
    """Four bytes, big-endian; raises ``BadMedia`` where they are not there."""
    if place + 4 > len(data):
        raise BadMedia("a field is cut")
    return int.from_bytes(data[place : place + 4], "big")


def numbers(data: bytes, code: str) -> array[int]:
    """Big-endian numbers of array type ``code`` ("H", "I", "Q") in bulk."""
    values = array(code)
    values.frombytes(data)
    if _SWAP:
        values.byteswap()
    return values


def number_bytes(values: array[int]) -> bytes:
    """The reverse of ``numbers``."""
    copy = values[:]
    if _SWAP:
        copy.byteswap()
    return copy.tobytes()


def removal_of(reader: SeekableReader, place: str, start: int, end: int) -> Removal:
    """Size and digest of ``reader``'s bytes from ``start`` to ``end``, read block by block."""
    if end > reader.size:
        raise MediaCut(f"inside {place}")
    hasher = hashlib.sha256()
    hash_range(reader, hasher, start, end)
    return Removal(place, end - start, hasher.hexdigest())


def removal_of_all(reader: SeekableReader, boxes: list[Box]) -> Removal:
    """Size and digest of boxes of one type, joined; a film of fragments holds thousands."""
    hasher, size = hashlib.sha256(), 0
    for box in boxes:
        end = min(box.end, reader.size)
        hash_range(reader, hasher, box.start, end)
        size += end - box.start
    return Removal(boxes[0].name + (f" ({len(boxes)} boxes)" if len(boxes) > 1 else ""), size, hasher.hexdigest())


def hash_range(reader: SeekableReader, hasher: hashlib._Hash, start: int, end: int) -> None:
    """Feed ``reader``'s bytes from ``start`` to ``end`` to ``hasher``; raises ``MediaCut`` where they end early."""
    while start < end:
        block = reader.read_at(start, min(READ_BLOCK, end - start))
        if not block:
            raise MediaCut("the file became shorter")
        hasher.update(block)
        start += len(block)
