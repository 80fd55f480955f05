"""What to look for in the copy of a JPEG beside what its inspection names: words and numbers of its metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.needles_words import of_exif_block, words
from witnesskit.media.pieces_jpeg import exif_blocks, name_of
from witnesskit.media.walk_jpeg import walk_jpeg
from witnesskit.media_limits import JPEG_MAX
from witnesskit.model import SeekableReader

_QUIET: Final = frozenset({"APP0 JFIF", "APP14 Adobe", "APP2 ICC", "DQT", "DHT", "DRI", "SOS"})
_TRAILER_READ: Final = 256 * KIB


def needles_jpeg(reader: SeekableReader) -> Iterator[bytes]:
    """Words of every metadata segment and of the trailer, and texts and positions of Exif as they are stored."""
    data = reader.read_at(0, min(reader.size, JPEG_MAX))
    walk = walk_jpeg(data)
    for piece in walk.pieces:
        if name_of(piece) not in _QUIET and not name_of(piece).startswith("marker"):
            yield from words(piece.body)
    if walk.end:
        yield from words(reader.read_at(walk.end, _TRAILER_READ), least=10)
    for block in exif_blocks(walk):
        yield from of_exif_block(block)
