"""What to look for in the copy of a HEIF or AVIF picture beside what its inspection names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB, MIB
from witnesskit.media.needles_words import of_exif_block, words
from witnesskit.media.walk_heif import bytes_of, own_boxes, walk_heif
from witnesskit.model import SeekableReader

_READ: Final = 256 * KIB
_ITEM_READ: Final = 4 * MIB


def needles_heif(reader: SeekableReader) -> Iterator[bytes]:
    """Words of items and boxes that are no pictures and of what stands behind, and Exif as it is stored."""
    walk = walk_heif(reader)
    for item in walk.items.values():
        if item.kind in ("Exif", "mime", "uri ", ""):
            data = bytes_of(reader, walk, item, _ITEM_READ) or b""
            if item.kind == "Exif" and len(data) > 4:
                yield from of_exif_block(data[4 + int.from_bytes(data[:4], "big") :])
            yield from words(data)
    for _, body in walk.strange:
        yield from words(body[:_READ])
    for box in own_boxes(walk):
        if box.kind not in ("ftyp", "meta", "mdat", "moov", "mpvd"):
            yield from words(reader.read_at(box.body, min(_READ, box.end - box.body)))
    if walk.tail < reader.size:
        yield from words(reader.read_at(walk.tail, _READ), least=10)
