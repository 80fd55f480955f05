"""TIFF as the writer of copies reads it: header, directories and their entries (TIFF 6.0, BigTIFF 2007).

Nothing is read before its size is known to fit; chains of directories are bounded and must not go round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.media_limits import TIFF_DIRECTORIES_MAX, TIFF_DIRECTORY_ENTRIES_MAX, TIFF_VALUE_MAX
from witnesskit.model import SeekableReader

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL, FLOAT, DOUBLE, LONG8 = 1, 2, 3, 4, 5, 7, 10, 11, 12, 16
SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_WHOLE: Final = frozenset({1, 3, 4, 6, 7, 8, 9, 13, 16, 17, 18})
_SIGNED: Final = frozenset({6, 8, 9, 10, 17})
_MAGIC: Final[dict[bytes, tuple[Literal["little", "big"], bool]]] = {
    b"II*\x00": ("little", False),
    b"MM\x00*": ("big", False),
    b"II+\x00": ("little", True),
    b"MM\x00+": ("big", True),
}


@dataclass(frozen=True)
class Entry:
    """One directory entry; its value lies in ``size`` bytes from ``offset``, inside the entry where it is short."""

    tag: int
    kind: int
    count: int
    offset: int
    size: int


@dataclass(frozen=True)
class Directory:
    """One directory: where it lies, its entries by tag (the first of each), all entries, the offset of the next."""

    offset: int
    end: int
    entries: dict[int, Entry]
    every: tuple[Entry, ...]
    following: int


@dataclass(frozen=True)
class Tiff:
    """A TIFF file: its byte order, and whether its offsets have eight bytes."""

    reader: SeekableReader
    order: Literal["little", "big"]
    big: bool

    @property
    def word(self) -> int:
        """Bytes of an offset."""
        return 8 if self.big else 4

    def raw(self, entry: Entry, most: int = TIFF_VALUE_MAX) -> bytes:
        """The value as it is stored, at most ``most`` values of it; raises ``MediaCut`` or ``MediaTooLarge``."""
        size = min(entry.size, most * SIZES.get(entry.kind, 1))
        if size > TIFF_VALUE_MAX:
            raise MediaTooLarge(f"value of tag {entry.tag}")
        data = self.reader.read_at(entry.offset, size)
        if len(data) < size:
            raise MediaCut(f"value of tag {entry.tag}")
        return data

    def numbers(self, entry: Entry, most: int = TIFF_VALUE_MAX) -> tuple[int, ...]:
        """The value as whole numbers, the first ``most`` of them; raises ``BadMedia`` for other kinds."""
        if entry.kind not in _WHOLE:
            raise BadMedia(f"kind of tag {entry.tag}")
        return tuple(self._split(self.raw(entry, most), SIZES[entry.kind], entry.kind in _SIGNED))

    def fractions(self, entry: Entry) -> tuple[Fraction, ...]:
        """The value as fractions; whole numbers are taken too; raises ``BadMedia`` where a denominator is zero."""
        if entry.kind not in (RATIONAL, SRATIONAL):
            return tuple(Fraction(number) for number in self.numbers(entry))
        parts = tuple(self._split(self.raw(entry), 4, entry.kind in _SIGNED))
        if not all(parts[1::2]):
            raise BadMedia(f"fraction of tag {entry.tag}")
        return tuple(Fraction(over, under) for over, under in zip(parts[::2], parts[1::2], strict=True))

    def _split(self, data: bytes, size: int, signed: bool) -> Iterator[int]:
        for at in range(0, len(data), size):
            yield int.from_bytes(data[at : at + size], self.order, signed=signed)


def open_tiff(reader: SeekableReader) -> tuple[Tiff, int]:
    """The file and the offset of its first directory; raises ``BadMedia``."""
    head = reader.read_at(0, 16)
    if head[:4] not in _MAGIC or len(head) < 8:
        raise BadMedia("TIFF header")
    order, big = _MAGIC[head[:4]]
    if not big:
        return Tiff(reader, order, False), int.from_bytes(head[4:8], order)
    if head[4:8] != (8).to_bytes(2, order) + b"\0\0" or len(head) < 16:
        raise BadMedia("BigTIFF header")
    return Tiff(reader, order, True), int.from_bytes(head[8:16], order)


def read_chain(tiff: Tiff, first: int) -> tuple[Directory, ...]:
    """Every directory of a chain in order.

    An offset behind the end of the file, or to what is no directory, ends it, as in other readers. Raises
    ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``.
    """
    found: list[Directory] = []
    seen: set[int] = set()
    place = first
    while place and (place < tiff.reader.size or not found):
        if place in seen:
            raise BadMedia("directories that go round in a circle")
        if len(found) >= TIFF_DIRECTORIES_MAX:
            raise MediaTooLarge(f"more than {TIFF_DIRECTORIES_MAX} directories")
        seen.add(place)
        try:
            directory = read_directory(tiff, place)
        except (BadMedia, MediaTooLarge):
            if not found:
                raise
            break
        found.append(directory)
        place = directory.following
    if not found:
        raise BadMedia("no directory")
    return tuple(found)


def read_directory(tiff: Tiff, place: int) -> Directory:
    """The directory at ``place``; raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``."""
    counted, step = (8, 20) if tiff.big else (2, 12)
    head = tiff.reader.read_at(place, counted)
    count = int.from_bytes(head, tiff.order)
    if place < 8 or len(head) < counted or not count:
        raise MediaCut("directory") if place + counted > tiff.reader.size else BadMedia("directory")
    if count > TIFF_DIRECTORY_ENTRIES_MAX:
        raise MediaTooLarge(f"directory of {count} entries")
    body = tiff.reader.read_at(place + counted, count * step + tiff.word)
    if len(body) < count * step:
        raise MediaCut("directory")
    every = tuple(_entry(tiff, body[at : at + step], place + counted + at) for at in range(0, count * step, step))
    entries = {entry.tag: entry for entry in reversed(every)}
    following = int.from_bytes(body[count * step :], tiff.order)
    return Directory(place, place + counted + len(body), entries, every, following)


def _entry(tiff: Tiff, field: bytes, place: int) -> Entry:
    tag, kind = int.from_bytes(field[:2], tiff.order), int.from_bytes(field[2:4], tiff.order)
    count = int.from_bytes(field[4 : 4 + tiff.word], tiff.order)
    size = count * SIZES.get(kind, 1)
    inside = 4 + tiff.word
    offset = place + inside if size <= tiff.word else int.from_bytes(field[inside:], tiff.order)
    return Entry(tag, kind, count, offset, size)
