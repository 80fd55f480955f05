"""What to look for in the copy of a JPEG beside what its inspection names: words and numbers of its metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.limits import JPEG_MAX, KIB
from witnesskit.media.needles import NEEDLE_MAX, forms, worth_looking_for
from witnesskit.media.pieces_jpeg import exif_blocks, name_of
from witnesskit.media.walk_jpeg import Walk, walk_jpeg
from witnesskit.media.walk_tiff import walk_tiff
from witnesskit.model import SeekableReader

_WORD: Final = re.compile(rb"[\x21-\x7e]{6,}")
_LONG_WORD: Final = re.compile(rb"[\x21-\x7e]{10,}")
_SPLIT: Final = re.compile(rb"[\"'<>=;,|]")
_QUIET: Final = frozenset({"APP0 JFIF", "APP14 Adobe", "APP2 ICC", "DQT", "DHT", "DRI", "SOS"})
_OF_THE_FORMAT: Final = frozenset({b"ICC_PROFILE", b"mntrRGB", b"mntrGRAY", b"prtrCMYK", b"scnrRGB"})
_TRAILER_READ: Final = 256 * KIB


def needles_jpeg(reader: SeekableReader) -> Iterator[bytes]:
    """Words of every metadata segment and of the trailer, and texts and positions of Exif as they are stored."""
    data = reader.read_at(0, min(reader.size, JPEG_MAX))
    walk = walk_jpeg(data)
    for piece in walk.pieces:
        if name_of(piece) not in _QUIET and not name_of(piece).startswith("marker"):
            yield from _words(_WORD, piece.body)
    if walk.end:
        yield from _words(_LONG_WORD, reader.read_at(walk.end, _TRAILER_READ))
    yield from _exif(walk)


def _words(pattern: re.Pattern[bytes], body: bytes) -> Iterator[bytes]:
    for run in pattern.findall(body):
        for word in _SPLIT.split(run):
            if word not in _OF_THE_FORMAT:
                yield from forms(word.decode("ascii"))


def _exif(walk: Walk) -> Iterator[bytes]:
    for block in exif_blocks(walk):
        for entry in walk_tiff(block):
            text = entry.raw[:NEEDLE_MAX].rstrip(b"\x00")
            if entry.kind == 2:
                yield from forms(text.decode("utf-8", "replace"))
            elif 0x9C9B <= entry.tag <= 0x9C9F:  # Windows' own texts, UTF-16LE
                yield from forms(entry.raw[:NEEDLE_MAX].decode("utf-16-le", "replace").rstrip("\x00"))
            elif entry.directory == "GPS" and entry.kind == 5 and entry.count == 3 and worth_looking_for(entry.raw):
                yield entry.raw
