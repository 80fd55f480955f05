"""The items of a HEIF or AVIF file: what they are, where they lie, their parts (ISO/IEC 14496-12 clause 8.11).

Only read here; nothing of it is copied. Counts are believed only while their entries lie in the box.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.isobmff import Box, children
from witnesskit.media_limits import HEIF_EXTENTS_MAX, HEIF_ITEMS_MAX

_ONCE: Final = frozenset({b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat"})
_HANDLER: Final = bytes(8) + b"pict" + bytes(13)


@dataclass(frozen=True)
class Extent:
    """A run of bytes of an item: number of its source (method 2), offset in the source, length (0: to the end)."""

    index: int
    offset: int
    length: int


@dataclass(frozen=True)
class Location:
    """Where an item lies: method 0 the file, 1 idat, 2 another item; ``reference`` 0 means this file."""

    method: int
    reference: int
    extents: tuple[Extent, ...]


@dataclass
class Item:
    """One item: number, type, content type of a mime item, and its properties as (number from 1, essential)."""

    number: int
    kind: bytes
    protected: bool = False
    content_type: bytes = b""
    location: Location | None = None
    properties: tuple[tuple[int, bool], ...] = ()


@dataclass
class Meta:
    """The meta box of a file: ``properties`` are boxes in ``data``, references are (type, from, to)."""

    data: bytes
    primary: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    references: list[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=list)
    links: dict[tuple[bytes, int], tuple[int, ...]] = field(default_factory=dict)  # the same by type and from
    properties: list[Box] = field(default_factory=list)
    idat: tuple[int, int] = (0, 0)  # first byte and the byte behind the last, in ``data``
    others: list[Box] = field(default_factory=list)  # boxes no picture needs

    def targets(self, kind: bytes, number: int) -> tuple[int, ...]:
        """What item ``number`` refers to by ``kind``, in order."""
        return self.links.get((kind, number), ())


class _Fields:
    """Big-endian numbers of a box, one after the other."""

    def __init__(self, data: bytes, place: int, end: int) -> None:
        self.data, self.place, self.end = data, place, end

    def take(self, size: int) -> int:
        if self.place + size > self.end:
            raise BadMedia("a box of the items is cut")
        self.place += size
        return int.from_bytes(self.data[self.place - size : self.place], "big")

    def text(self) -> bytes:
        """A text that ends with a zero byte, or with the box."""
        stop = self.data.find(b"\0", self.place, self.end)
        stop = self.end if stop < 0 else stop
        found = self.data[self.place : stop]
        self.place = min(stop + 1, self.end)
        return found


def read_meta(data: bytes, box: Box) -> Meta:
    """Understand the meta box at ``box`` of ``data``; raises the leaves of ``errors/media.py``."""
    meta = Meta(data)
    found: dict[bytes, Box] = {}
    for child in children(data, box.body + 4, box.end):
        if child.kind in _ONCE and child.kind in found:
            raise BadMedia(f"two {child.name} in one meta box")
        if child.kind in _ONCE:
            found[child.kind] = child
        else:
            meta.others.append(child)
    for kind in (b"hdlr", b"pitm", b"iloc", b"iinf", b"iprp"):
        if kind not in found:
            raise BadMedia(f"no {kind.decode()} in the meta box")
    if data[found[b"hdlr"].body + 8 : found[b"hdlr"].body + 12] != b"pict":
        raise UnsupportedMedia("items that are no pictures")
    handler = data[found[b"hdlr"].body : found[b"hdlr"].end]
    if handler != _HANDLER:
        meta.others.append(found[b"hdlr"])
    if b"idat" in found:
        meta.idat = (found[b"idat"].body, found[b"idat"].end)
    version, fields = _full(data, found[b"pitm"])
    meta.primary = fields.take(4 if version else 2)
    _infos(meta, found[b"iinf"])
    _locations(meta, found[b"iloc"])
    if b"iref" in found:
        _references(meta, found[b"iref"])
    _properties(meta, found[b"iprp"])
    return meta


def _full(data: bytes, box: Box) -> tuple[int, _Fields]:
    fields = _Fields(data, box.body, box.end)
    return fields.take(4) >> 24, fields


def _infos(meta: Meta, box: Box) -> None:
    version, fields = _full(meta.data, box)
    fields.take(4 if version else 2)  # the count says nothing that the boxes do not
    for entry in children(meta.data, fields.place, box.end):
        if entry.kind != b"infe":
            continue
        item = _info(meta, entry)
        if item.number in meta.items:
            raise BadMedia("two items of one number")
        meta.items[item.number] = item
        if len(meta.items) > HEIF_ITEMS_MAX:
            raise MediaTooLarge(f"more than {HEIF_ITEMS_MAX} items")


def _info(meta: Meta, box: Box) -> Item:
    version, fields = _full(meta.data, box)
    if version < 2:
        return Item(fields.take(2), b"", fields.take(2) != 0)
    number = fields.take(4 if version > 2 else 2)
    protected = fields.take(2) != 0
    kind = fields.take(4).to_bytes(4, "big")
    if fields.text():
        meta.others.append(box)  # a name
    return Item(number, kind, protected, fields.text() if kind == b"mime" else b"")


def _locations(meta: Meta, box: Box) -> None:
    version, fields = _full(meta.data, box)
    if version > 2:
        raise UnsupportedMedia(f"iloc of version {version}")
    widths = fields.take(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version else 0
    if not {offset, length, base, index} <= {0, 4, 8}:
        raise BadMedia("iloc has fields of an odd width")
    seen: set[int] = set()
    total = 0
    for _ in range(fields.take(4 if version > 1 else 2)):
        number = fields.take(4 if version > 1 else 2)
        method = fields.take(2) & 15 if version else 0
        reference, start = fields.take(2), fields.take(base)
        count = fields.take(2)
        total += count
        if total > HEIF_EXTENTS_MAX:
            raise MediaTooLarge(f"more than {HEIF_EXTENTS_MAX} parts of items")
        extents = tuple(
            Extent(fields.take(index) or 1, start + fields.take(offset), fields.take(length)) for _ in range(count)
        )
        if number in seen:
            raise BadMedia("two places of one item")
        seen.add(number)
        if number in meta.items:
            meta.items[number].location = Location(method, reference, extents)


def _references(meta: Meta, box: Box) -> None:
    version, fields = _full(meta.data, box)
    width, total = (4 if version else 2), 0
    for entry in children(meta.data, fields.place, box.end):
        inner = _Fields(meta.data, entry.body, entry.end)
        source, count = inner.take(width), inner.take(2)
        total += count
        if total > HEIF_EXTENTS_MAX:
            raise MediaTooLarge("references between items")
        ids = tuple(inner.take(width) for _ in range(count))
        meta.references.append((entry.kind, source, ids))
        if (entry.kind, source) in meta.links and entry.kind in (b"dimg", b"iloc"):
            raise BadMedia("two lists of what an item is made of")
        meta.links[entry.kind, source] = ids


def _properties(meta: Meta, box: Box) -> None:
    listed: set[int] = set()
    for child in children(meta.data, box.body, box.end):
        if child.kind == b"ipco" and meta.properties:
            raise BadMedia("two ipco")
        if child.kind == b"ipco":
            meta.properties = list(children(meta.data, child.body, child.end))
        elif child.kind == b"ipma":
            _associations(meta, child, listed)


def _associations(meta: Meta, box: Box, listed: set[int]) -> None:
    version, fields = _full(meta.data, box)
    wide = meta.data[box.body + 3] & 1
    total = 0
    for _ in range(fields.take(4)):
        number = fields.take(4 if version else 2)
        count = fields.take(1)
        total += count
        if number in listed or total > HEIF_EXTENTS_MAX:
            raise BadMedia("properties of one item are listed twice, or too many")
        listed.add(number)
        found = []
        for _ in range(count):
            value = fields.take(2 if wide else 1)
            top = 0x8000 if wide else 0x80
            found.append((value & (top - 1), value >= top))
        if number in meta.items:
            meta.items[number].properties = tuple(one for one in found if one[0])
