"""What to look for in the copy of a TIFF or DNG beside what its inspection names: texts as they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.media.needles import NEEDLE_MAX, forms, worth_looking_for
from witnesskit.media.needles_words import words
from witnesskit.media.rules_tiff import is_structure
from witnesskit.media.walk_tiff_file import Field, Listing, TiffWalk, walk_tiff_file
from witnesskit.model import SeekableReader

_ASCII, _RATIONAL = 2, 5
_WINDOWS: Final = range(0x9C9B, 0x9CA0)
_BLOCKS: Final = frozenset({700, 33723, 42112, 50839, 34737})  # XMP, IPTC, GDAL, ImageJ, words of a map
_BLOCK_MAX: Final = 1 << 20
_OURS: Final = b"Raw Picture"


def needles_tiff(reader: SeekableReader) -> Iterator[bytes]:
    """Texts and positions of every directory, words of XMP and IPTC."""
    walk = walk_tiff_file(reader)
    for listing in walk.every():
        for one in listing.fields:
            if not is_structure(one.tag):
                yield from _of_field(walk, listing, one)


def _of_field(walk: TiffWalk, listing: Listing, one: Field) -> Iterator[bytes]:
    if one.tag in _BLOCKS:
        yield from words(walk.bytes_of(one, _BLOCK_MAX))
    elif one.tag in _WINDOWS:
        yield from forms(walk.bytes_of(one, NEEDLE_MAX).decode("utf-16-le", "replace").rstrip("\0"))
    elif one.kind == _ASCII:
        text = walk.bytes_of(one, NEEDLE_MAX).rstrip(b"\0")
        if text != _OURS:
            yield from forms(text.decode("utf-8", "replace"))
    elif listing.name.endswith("GPS") and one.kind == _RATIONAL and one.count == 3:
        raw = walk.bytes_of(one)
        if worth_looking_for(raw):
            yield raw
