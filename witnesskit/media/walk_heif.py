"""An inspector's own reader of the items of HEIF and AVIF files; it shares no code with the writer of copies.

It goes on where something is wrong: what breaks the structure is a doubt, what a clean file does not hold is told.
ISO/IEC 14496-12 clause 8.11 (items), ISO/IEC 23008-12 (pictures).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.groups import shown
from witnesskit.media_limits import FILM_BOXES_MAX, HEIF_EXTENTS_MAX, HEIF_ITEMS_MAX, HEIF_META_MAX
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_PLAIN_HANDLER: Final = bytes(8) + b"pict" + bytes(13)
_KNOWN: Final = frozenset({"ftyp", "meta", "mdat", "moov", "mpvd"})
_PARTS: Final = ("hdlr", "pitm", "iloc", "iinf", "iref", "iprp", "idat")


@dataclass(frozen=True)
class TopBox:
    """A box at the top of the file: type, first byte, first byte of its body, byte behind it."""

    kind: str
    start: int
    body: int
    end: int


@dataclass
class SeenItem:
    """An item as the tables describe it; ``parts`` are (number of source, offset, length), length 0: all the rest."""

    number: int
    kind: str
    content: str = ""
    packing: str = ""
    method: int = 0
    elsewhere: int = 0
    parts: tuple[tuple[int, int, int], ...] = ()
    properties: tuple[int, ...] = ()


@dataclass
class HeifWalk:
    """Everything that was found."""

    tops: list[TopBox] = field(default_factory=list)
    tail: int = 0
    primary: int = 0
    items: dict[int, SeenItem] = field(default_factory=dict)
    references: dict[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)
    properties: list[tuple[str, bytes]] = field(default_factory=list)
    idat: bytes = b""
    revelations: list[Revelation] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    strange: list[tuple[str, bytes]] = field(default_factory=list)  # boxes of meta that no picture needs

    def say(self, group: str, place: str, name: str, raw: bytes | str) -> None:
        """Add a revelation; bytes are shown as text where they are text."""
        words = (
            raw if isinstance(raw, str) else shown(raw[:4000].strip(b"\0")) or f"{len(raw)} bytes {raw[:32].hex()}"
        )
        self.revelations.append(Revelation(group, place, name, words))


def walk_heif(reader: SeekableReader) -> HeifWalk:
    """Walk the file; never raises on content."""
    walk, place = HeifWalk(), 0
    while place + 8 <= reader.size and len(walk.tops) < FILM_BOXES_MAX:
        found = _head(reader.read_at(place, 16), reader.size - place)
        if found is None:
            break
        kind, head, size = found
        if size > reader.size - place and kind not in _KNOWN:
            break
        if size > reader.size - place:
            walk.doubts.append(f"{kind} is cut")
            size = reader.size - place
        walk.tops.append(TopBox(kind, place, place + head, place + size))
        place += size
    walk.tail = place
    metas = [box for box in own_boxes(walk) if box.kind == "meta"]
    for box in metas[:1]:
        if box.end - box.body > HEIF_META_MAX:
            walk.doubts.append("the items are too large")
        else:
            _meta(walk, reader.read_at(box.body, box.end - box.body))
    if len(metas) > 1:
        walk.doubts.append("two boxes of items")
    return walk


def own_boxes(walk: HeifWalk) -> list[TopBox]:
    """The boxes before a film that begins with brands of its own."""
    second = [index for index, box in enumerate(walk.tops) if box.kind == "ftyp" and index]
    return walk.tops[: second[0]] if second else walk.tops


def _head(raw: bytes, left: int) -> tuple[str, int, int] | None:
    """Type, bytes of the head and size of a box; ``None`` for what is no box."""
    size, kind, head = int.from_bytes(raw[:4], "big"), raw[4:8].decode("latin-1"), 8
    if size == 1 and len(raw) >= 16:
        size, head = int.from_bytes(raw[8:16], "big"), 16
    elif size == 0:
        size = left
    if size < head or len(raw) < 8 or not kind.isprintable():
        return None
    return kind, head, size


def boxes_in(data: bytes, place: int) -> Iterator[tuple[str, bytes]]:
    """Boxes of ``data`` from ``place``; what is no box comes as one of type "(rest)"."""
    count = 0
    while place + 8 <= len(data) and count < FILM_BOXES_MAX:
        found = _head(data[place : place + 16], 0)
        if found is None or found[2] > len(data) - place:
            break
        kind, head, size = found
        yield kind, data[place + head : place + size]
        place, count = place + size, count + 1
    if place < len(data):
        yield "(rest)", data[place:]


class _Cursor:
    """Numbers of a box; past its end it gives zeros and remembers that."""

    def __init__(self, body: bytes, place: int = 0) -> None:
        self.body, self.place, self.short = body, place, False

    def u(self, size: int) -> int:
        piece = self.body[self.place : self.place + size]
        self.short = self.short or len(piece) < size
        self.place += size
        return int.from_bytes(piece, "big")

    def word(self) -> str:
        piece = self.body[self.place :].split(b"\0", 1)[0]
        self.place += len(piece) + 1
        return piece.decode("utf-8", "replace")


def _meta(walk: HeifWalk, body: bytes) -> None:
    if any(body[:4]):
        walk.say("other", "meta", "version and flags", body[:4])
    parts: dict[str, bytes] = {}
    for kind, inner in boxes_in(body, 4):
        if kind in parts:
            walk.doubts.append(f"two {kind} among the items")
        elif kind in _PARTS:
            parts[kind] = inner
        else:
            walk.strange.append((f"meta/{kind}", inner))
    for kind in ("hdlr", "pitm", "iloc", "iinf", "iprp"):
        if kind not in parts:
            walk.doubts.append(f"no {kind} among the items")
            return
    if parts["hdlr"] != _PLAIN_HANDLER:
        walk.say("software", "meta/hdlr", "handler name", parts["hdlr"][20:].strip(b"\0") or parts["hdlr"])
    walk.idat = parts.get("idat", b"")
    wide = 4 if parts["pitm"][:1] > b"\0" else 2
    walk.primary = _spent(walk, "pitm", _Cursor(parts["pitm"]), (4, wide))[1]
    _infos(walk, parts["iinf"])
    _places(walk, parts["iloc"])
    _links(walk, parts.get("iref", b""))
    _qualities(walk, parts["iprp"])


def _spent(walk: HeifWalk, name: str, cursor: _Cursor, sizes: tuple[int, ...]) -> list[int]:
    """Numbers of these sizes, behind which the box must end."""
    found = [cursor.u(size) for size in sizes]
    _end(walk, name, cursor)
    return found


def _end(walk: HeifWalk, name: str, cursor: _Cursor) -> None:
    if cursor.short:
        walk.doubts.append(f"{name} is cut")
    elif cursor.place < len(cursor.body):
        walk.say("other", f"meta/{name}", "bytes behind the box's fields", cursor.body[cursor.place :])
    if cursor.body[1:4] not in (b"\0\0\0", b"\0\0\1"):
        walk.say("other", f"meta/{name}", "flags", cursor.body[1:4].hex())


def _infos(walk: HeifWalk, body: bytes) -> None:
    cursor = _Cursor(body, 4)
    count = cursor.u(4 if body[:1] > b"\0" else 2)
    found = list(boxes_in(body, cursor.place))
    if count != len(found) or any(body[1:4]):
        walk.say("other", "meta/iinf", "count or flags", f"{count} said, {len(found)} there")
    for kind, inner in found:
        if kind != "infe":
            walk.say("other", "meta/iinf", f"box {kind}", inner)
        elif len(walk.items) < HEIF_ITEMS_MAX:
            _info(walk, inner)
        else:
            walk.doubts.append("too many items")
            return


def _info(walk: HeifWalk, body: bytes) -> None:
    version, cursor = body[:1], _Cursor(body, 4)
    number = cursor.u(4 if version == b"\3" else 2)
    protected = cursor.u(2)
    kind = cursor.u(4).to_bytes(4, "big").decode("latin-1") if version in (b"\2", b"\3") else ""
    item = SeenItem(number, kind)
    name = cursor.word()
    if name:
        walk.say("inside", f"item {number}", "name", shown(name))
    if kind == "mime" or not kind:
        item.content = cursor.word()
        item.packing = cursor.word() if cursor.place < len(body) else ""
    elif kind == "uri ":
        item.content = cursor.word()
    if protected or not kind:
        walk.doubts.append(f"item {number} is protected or of an old form")
    if number in walk.items:
        walk.doubts.append("two items of one number")
    walk.items[number] = item
    _end(walk, "iinf/infe", cursor)


def _places(walk: HeifWalk, body: bytes) -> None:
    version, cursor = body[:1], _Cursor(body, 4)
    widths = cursor.u(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    if version > b"\2" or {offset, length, base} - {0, 4, 8}:
        walk.doubts.append("iloc of an unknown form")
        return
    index = index if version > b"\0" else 0
    wide, total, seen = (4 if version == b"\2" else 2), 0, set()
    for _ in range(cursor.u(wide)):
        number = cursor.u(wide)
        method = cursor.u(2) if version > b"\0" else 0
        elsewhere, start, count = cursor.u(2), cursor.u(base), cursor.u(2)
        total += count
        if cursor.short or total > HEIF_EXTENTS_MAX or number in seen:
            walk.doubts.append("iloc is cut, too long or names an item twice")
            return
        seen.add(number)
        found = [(cursor.u(index), start + cursor.u(offset), cursor.u(length)) for _ in range(count)]
        item = walk.items.get(number)
        if (
            item is None
            or method > 2
            or (start and not count)
            or (method != 2 and any(part[0] > 1 for part in found))
        ):
            walk.say("other", "meta/iloc", "place of no item, or more than a place", f"item {number}")
        if item:
            item.method, item.elsewhere, item.parts = method & 15, elsewhere, tuple(found)
    _end(walk, "iloc", cursor)


def _links(walk: HeifWalk, body: bytes) -> None:
    wide, total = (4 if body[:1] == b"\1" else 2), 0
    for kind, inner in boxes_in(body, 4):
        cursor = _Cursor(inner)
        source, count = cursor.u(wide), cursor.u(2)
        total += count
        if total > HEIF_EXTENTS_MAX:
            walk.doubts.append("too many references")
            return
        ids = tuple(cursor.u(wide) for _ in range(count))
        if cursor.short:
            walk.doubts.append("iref is cut")
        elif cursor.place < len(inner):
            walk.say("other", f"meta/iref/{kind}", "bytes behind the box's fields", inner[cursor.place :])
        if kind in ("dimg", "iloc") and (kind, source) in walk.references:
            walk.doubts.append("two lists of what an item is made of")
        if (
            kind not in ("dimg", "auxl", "prem")
            or source not in walk.items
            or not all(one in walk.items for one in ids)
        ):
            walk.say("other", "meta/iref", f"reference {shown(kind)}", f"{source} {list(ids[:8])}")
        walk.references[kind, source] = (*walk.references.get((kind, source), ()), *ids)
    if any(body[1:4]):
        walk.say("other", "meta/iref", "flags", body[1:4].hex())


def _qualities(walk: HeifWalk, body: bytes) -> None:
    for kind, inner in boxes_in(body, 0):
        if kind == "ipco" and not walk.properties:
            walk.properties = list(boxes_in(inner, 0))
        elif kind == "ipma":
            _owners(walk, inner)
        else:
            walk.say("other", "meta/iprp", f"box {kind}", inner)
    used = {number for item in walk.items.values() for number in item.properties}
    for number, (kind, inner) in enumerate(walk.properties, 1):
        if number not in used:
            walk.say("other", f"meta/iprp/ipco/{kind}", "property of no item", inner)


def _owners(walk: HeifWalk, body: bytes) -> None:
    cursor, total = _Cursor(body, 4), 0
    size = 2 if body[3:4] == b"\1" else 1
    for _ in range(cursor.u(4)):
        number, count = cursor.u(4 if body[:1] > b"\0" else 2), cursor.u(1)
        total += count
        if cursor.short or total > HEIF_EXTENTS_MAX:
            walk.doubts.append("ipma is cut or too long")
            return
        found = [cursor.u(size) & (0x7FFF if size == 2 else 0x7F) for _ in range(count)]
        item = walk.items.get(number)
        if item is None or not all(0 < one <= len(walk.properties) for one in found):
            walk.say("other", "meta/iprp/ipma", "property that is not there", f"item {number} {found}")
        if item and item.properties:
            walk.doubts.append("properties of one item are listed twice")
        if item:
            item.properties = tuple(one for one in found if 0 < one <= len(walk.properties))
    _end(walk, "iprp/ipma", cursor)


def bytes_of(reader: SeekableReader, walk: HeifWalk, item: SeenItem, most: int, depth: int = 0) -> bytes | None:
    """Bytes of an item, at most ``most``; ``None`` where they are not there or are too many."""
    found: list[bytes] = []
    held: dict[int, bytes | None] = {}
    for index, start, length in item.parts:
        rest = length == 0 and len(item.parts) == 1
        if item.method == 0:
            size = reader.size - start if rest else length
            piece = reader.read_at(start, size) if 0 <= size <= most and start + size <= reader.size else None
        else:
            size = length
            if index not in held:
                left = most - sum(len(one or b"") for one in held.values())
                held[index] = walk.idat if item.method == 1 else _inner(reader, walk, item, index, (left, depth))
            source = held[index] or b""
            size = len(source) - start if rest else length
            piece = source[start : start + size] if 0 <= size <= most and start + size <= len(source) else None
        if piece is None or len(piece) != size:
            return None
        most -= size
        found.append(piece)
    return b"".join(found)


def _inner(
    reader: SeekableReader, walk: HeifWalk, item: SeenItem, index: int, bounds: tuple[int, int]
) -> bytes | None:
    sources = walk.references.get(("iloc", item.number), ())
    if not 1 <= (index or 1) <= min(len(sources), 8) or bounds[1] > 2:
        return None
    source = walk.items.get(sources[(index or 1) - 1])
    return bytes_of(reader, walk, source, bounds[0], bounds[1] + 1) if source else None
