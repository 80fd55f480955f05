"""The boxes of a HEIF or AVIF file at its top: brands, items, an index of tracks, and what lies beside them.

A film behind the picture (motion photo) begins with a second ftyp, or lies in mpvd; it is none of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.heif_boxes import Meta, read_meta
from witnesskit.formats.isobmff import Box, children, removal_of, top_level
from witnesskit.media_limits import HEIF_META_MAX
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

_CREDENTIALS: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_OURS: Final = frozenset({b"ftyp", b"meta", b"moov", b"mdat"})
_PICT: Final = b"pict"


@dataclass(frozen=True)
class HeifFile:
    """Major brand, items, the index of tracks of a sequence, media boxes, and the boxes beside them."""

    major: bytes
    meta: Meta | None
    moov: Box | None
    media: tuple[Box, ...]
    beside: tuple[Box, ...]
    film_behind: int  # where a film behind the picture begins; the file's size if there is none
    tail: int
    motion: bool
    credentials: bool


def read_file(reader: SeekableReader) -> HeifFile:
    """Take the file apart at its top; raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``."""
    top = top_level(reader)
    if not top.boxes or top.boxes[0].kind != b"ftyp":
        raise BadMedia("no brands")
    second = next((box.start for box in top.boxes[1:] if box.kind == b"ftyp"), reader.size)
    own = [box for box in top.boxes if box.start < second]
    metas = [box for box in own if box.kind == b"meta"]
    indexes = [box for box in own if box.kind == b"moov" and _has_pictures(reader, box)]
    if len(metas) > 1 or len(indexes) > 1:
        raise BadMedia("two boxes of items, or of tracks")
    if any(box.kind in (b"moof", b"mvex") for box in own):
        raise BadMedia("fragments in a file of pictures")
    beside = tuple(box for box in own if box.kind not in _OURS or (box.kind == b"moov" and box not in indexes))
    return HeifFile(
        major=reader.read_at(own[0].body, 4),
        meta=_meta(reader, metas[0]) if metas else None,
        moov=indexes[0] if indexes else None,
        media=tuple(box for box in own if box.kind == b"mdat"),
        beside=beside,
        film_behind=second,
        tail=top.tail,
        motion=second < reader.size or any(box.kind in (b"mpvd", b"moov") for box in beside),
        credentials=any(_is_credentials(reader, box) for box in beside),
    )


def read_index(reader: SeekableReader, box: Box, what: str) -> bytes:
    """The whole of ``box``, head and all."""
    if box.end > reader.size:
        raise MediaCut(what)
    if box.size > HEIF_META_MAX:
        raise MediaTooLarge(what)
    data = reader.read_at(box.start, box.size)
    if len(data) != box.size:
        raise MediaCut("the file became shorter")
    return data


def _meta(reader: SeekableReader, box: Box) -> Meta:
    data = read_index(reader, box, "the items")
    return read_meta(data, Box(b"meta", 0, box.body - box.start, len(data)))


def _has_pictures(reader: SeekableReader, box: Box) -> bool:
    """True if an index holds a track of pictures as HEIF has them; films have others (ISO/IEC 23008-12 clause 7)."""
    data = read_index(reader, box, "the index")
    for trak in children(data, box.body - box.start, len(data)):
        for mdia in children(data, trak.body, trak.end) if trak.kind == b"trak" else ():
            for hdlr in children(data, mdia.body, mdia.end) if mdia.kind == b"mdia" else ():
                if hdlr.kind == b"hdlr" and data[hdlr.body + 8 : hdlr.body + 12] == _PICT:
                    return True
    return False


def _is_credentials(reader: SeekableReader, box: Box) -> bool:
    return box.kind == b"jumb" or (box.kind == b"uuid" and reader.read_at(box.body, 16) == _CREDENTIALS)


def left_beside(reader: SeekableReader, file: HeifFile, spans: Iterable[tuple[int, int]]) -> list[Removal]:
    """Boxes beside the items, media bytes outside ``spans``, and all that lies behind the file's own boxes."""
    removed = [removal_of(reader, box.name, box.start, min(box.end, reader.size)) for box in file.beside]
    ordered = sorted(span for span in spans if span[1] > span[0])
    index = 0
    for box in file.media:
        place, end = box.body, min(box.end, reader.size)
        while place < end:
            while index < len(ordered) and ordered[index][1] <= place:
                index += 1
            stop = min(end, max(place, ordered[index][0])) if index < len(ordered) else end
            if stop > place:
                removed.append(removal_of(reader, "mdat: bytes of no item", place, stop))
            place = max(stop, ordered[index][1]) if index < len(ordered) else end
    behind = min(file.film_behind, file.tail)
    if behind < reader.size:
        removed.append(removal_of(reader, "after the picture", behind, reader.size))
    return removed
