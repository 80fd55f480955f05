"""What to look for in the copy of a PNG beside what its inspection names: words of its texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import KIB
from witnesskit.media.needles_words import of_exif_block, words
from witnesskit.media.texts_png import all_texts, raw_block
from witnesskit.media.walk_png import walk_png
from witnesskit.media_limits import PNG_MAX
from witnesskit.model import SeekableReader

_CODING: Final = ("IHDR", "PLTE", "IDAT", "IEND", "fdAT", "fcTL", "acTL")
_NUMBERS: Final = ("tRNS", "gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI", "sBIT", "bKGD", "hIST", "pHYs", "iCCP")
_QUIET: Final = frozenset((*_CODING, *_NUMBERS))
_BEHIND: Final = 256 * KIB


def needles_png(reader: SeekableReader) -> Iterator[bytes]:
    """Words of texts and unknown chunks, and texts and positions of Exif as they are stored."""
    walk = walk_png(reader.read_at(0, min(reader.size, PNG_MAX)))
    for _, keyword, text in all_texts(walk):
        kind, block = raw_block(keyword, text)
        yield from words(block if kind else text)
        if kind == "exif":
            yield from of_exif_block(block.removeprefix(b"Exif\0\0"))
    for piece in walk.pieces:
        if piece.name not in _QUIET and not piece.name.endswith("Xt"):
            yield from words(piece.body)
        if piece.name == "eXIf":
            yield from of_exif_block(piece.body)
    if walk.end:
        yield from words(reader.read_at(walk.end, _BEHIND), least=10)
