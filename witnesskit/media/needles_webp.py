"""What to look for in the copy of a WebP beside what its inspection names: words of its metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.needles_words import of_exif_block, words
from witnesskit.media.walk_webp import walk_webp
from witnesskit.model import SeekableReader

_QUIET: Final = frozenset({"VP8X", "ICCP", "ANIM", "ANMF", "ALPH", "VP8", "VP8L"})
_BEHIND: Final = 256 * KIB


def needles_webp(reader: SeekableReader) -> Iterator[bytes]:
    """Words of every metadata chunk and of what stands behind the file, texts and positions of Exif as stored."""
    walk = walk_webp(reader)
    for piece in (*walk.pieces, *walk.inner):
        if piece.name not in _QUIET:
            yield from words(piece.body)
        if piece.name == "EXIF":
            yield from of_exif_block(piece.body.removeprefix(b"Exif\0\0"))
    yield from words(reader.read_at(walk.end, _BEHIND), least=10)
