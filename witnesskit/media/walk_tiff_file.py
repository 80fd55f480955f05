"""The directories of a whole TIFF file as the inspector reads them, and what hangs below its pages.

Written apart from the writer's reader on purpose (docs/decisions/0003-inspection-shares-no-code.md). It goes on where
the writer refuses, so that a broken or raw file still shows what it gives away; ``doubts`` is what stays unclear.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media_limits import (
    TIFF_ALL_ENTRIES_MAX,
    TIFF_DEPTH_MAX,
    TIFF_DIRECTORIES_MAX,
    TIFF_DIRECTORY_ENTRIES_MAX,
    TIFF_VALUE_MAX,
)
from witnesskit.model import SeekableReader

_FORMS: Final = {
    1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 6: "b", 7: "B", 8: "h", 9: "i", 10: "i", 11: "f", 12: "d", 13: "I",
    16: "Q", 17: "q", 18: "Q",
}  # fmt: skip
_PAIRS: Final = frozenset({5, 10})
_MAGICS: Final = {b"*\0": False, b"+\0": True}  # as little-endian numbers
_RAW_MAGICS: Final = frozenset({b"RO", b"RS", b"U\0"})  # Olympus, Panasonic
_HANGS: Final = {330: "SubIFD", 34665: "Exif", 34853: "GPS", 40965: "Interop", 50933: "profile"}
NUMBERS_MAX: Final = 400_000  # of one value; the places of all tiles and some


@dataclass(frozen=True)
class Field:
    """One entry of a directory: tag, kind, count; its value lies at ``[start, start + size)``."""

    tag: int
    kind: int
    count: int
    start: int
    size: int
    spare: bytes  # unused bytes of the entry behind a short value


@dataclass(frozen=True)
class Listing:
    """A directory: name as a path, where it lies, its fields in the order they stand."""

    name: str
    start: int
    end: int
    fields: tuple[Field, ...]
    following: int

    def get(self, tag: int) -> Field | None:
        """The first field of that tag."""
        return next((field for field in self.fields if field.tag == tag), None)


@dataclass
class TiffWalk:
    """Pages in order, directories below them, byte order, and what was not understood."""

    reader: SeekableReader
    mark: str = "<"
    big: bool = False
    raw_magic: bool = False
    pages: list[Listing] = field(default_factory=list)
    below: list[Listing] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _entries: int = 0

    def bytes_of(self, one: Field, most: int = TIFF_VALUE_MAX) -> bytes:
        """The value as it is stored, at most ``most`` bytes, less where the file ends."""
        return self.reader.read_at(one.start, min(one.size, most, TIFF_VALUE_MAX))

    def numbers(self, one: Field | None, most: int = NUMBERS_MAX) -> tuple[float, ...]:
        """The value as numbers, fractions as two; empty where it is absent or of an unknown kind."""
        if one is None or one.kind not in _FORMS:
            return ()
        form = _FORMS[one.kind]
        raw = self.bytes_of(one, most * struct.calcsize("<" + form))
        count = len(raw) // struct.calcsize("<" + form)
        return struct.unpack(f"{self.mark}{count}{form}", raw[: count * struct.calcsize("<" + form)])

    def number(self, listing: Listing, tag: int, otherwise: int) -> int:
        """The first whole number of a tag."""
        found = self.numbers(listing.get(tag), 1)
        return int(found[0]) if found and isinstance(found[0], int) else otherwise

    def every(self) -> Iterator[Listing]:
        """All directories, the pages first."""
        yield from self.pages
        yield from self.below


def walk_tiff_file(reader: SeekableReader) -> TiffWalk:
    """Take a TIFF file apart; never raises on its content."""
    walk = TiffWalk(reader)
    head = reader.read_at(0, 16)
    walk.mark = ">" if head[:2] == b"MM" else "<"
    magic = head[2:4] if walk.mark == "<" else head[3:1:-1]
    walk.raw_magic = magic in _RAW_MAGICS
    walk.big = _MAGICS.get(magic, False)
    if head[:2] not in (b"II", b"MM") or (magic not in _MAGICS and not walk.raw_magic) or len(head) < 8:
        walk.doubts.append("no TIFF header")
        return walk
    if walk.big and head[4:8] != struct.pack(walk.mark + "HH", 8, 0):
        walk.doubts.append("BigTIFF header")
    (first,) = struct.unpack_from(walk.mark + ("Q" if walk.big else "I"), head.ljust(16, b"\0"), 8 if walk.big else 4)
    _follow(walk, first)
    if not walk.pages:
        walk.doubts.append("no directory")
    level = list(walk.pages)
    for _ in range(TIFF_DEPTH_MAX):
        level = [child for parent in level for child in _hanging(walk, parent)]
        walk.below += level
    return walk


def _follow(walk: TiffWalk, place: int) -> None:
    while place:
        listing = _listing(walk, f"IFD{len(walk.pages)}", place)
        if listing is None:
            return
        walk.pages.append(listing)
        place = listing.following


def _hanging(walk: TiffWalk, parent: Listing) -> Iterator[Listing]:
    for one in parent.fields:
        if one.tag in _HANGS and one.kind in (4, 13, 16, 18):
            for place in walk.numbers(one, TIFF_DIRECTORIES_MAX):
                listing = _listing(walk, f"{parent.name}/{_HANGS[one.tag]}", int(place))
                if listing is not None:
                    yield listing


def _listing(walk: TiffWalk, name: str, place: int) -> Listing | None:
    """The directory at ``place``, ``None`` with a doubt where there is none."""
    counting, step, word = ("Q", 20, 8) if walk.big else ("H", 12, 4)
    head = walk.reader.read_at(place, struct.calcsize("<" + counting))
    if place in walk._seen or len(walk._seen) >= TIFF_DIRECTORIES_MAX or len(head) < struct.calcsize("<" + counting):
        walk.doubts.append(f"{name}: directory at {place}")
        return None
    walk._seen.add(place)
    (count,) = struct.unpack(walk.mark + counting, head)
    walk._entries += count
    if not 0 < count <= TIFF_DIRECTORY_ENTRIES_MAX or place < 8 or walk._entries > TIFF_ALL_ENTRIES_MAX:
        walk.doubts.append(f"{name}: {count} entries")
        return None
    start = place + len(head)
    body = walk.reader.read_at(start, count * step + word)
    fields = [_field(walk, body[at : at + step], start + at) for at in range(0, len(body) // step * step, step)]
    if len(body) < count * step + word:
        walk.doubts.append(f"{name}: the file ends inside the directory")
        return Listing(name, place, start + len(body), tuple(fields[:count]), 0)
    (following,) = struct.unpack(walk.mark + ("Q" if walk.big else "I"), body[count * step :])
    return Listing(name, place, start + len(body), tuple(fields[:count]), following)


def _field(walk: TiffWalk, raw: bytes, place: int) -> Field:
    head, word = ("HHQ", 8) if walk.big else ("HHI", 4)
    tag, kind, count = struct.unpack_from(walk.mark + head, raw)
    size = count * struct.calcsize("<" + _FORMS.get(kind, "B")) * (2 if kind in _PAIRS else 1)
    inside = 4 + word
    if size <= word:
        return Field(tag, kind, count, place + inside, size, raw[inside + size :])
    (start,) = struct.unpack_from(walk.mark + ("Q" if walk.big else "I"), raw, inside)
    return Field(tag, kind, count, start, size, b"")
