"""Words of metadata blocks, and texts and positions of Exif as they are stored, to look for in a copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.needles import NEEDLE_MAX, forms, worth_looking_for
from witnesskit.media.readable import runs, table
from witnesskit.media.walk_tiff import walk_tiff

_WORD: Final = table(bytes(range(0x21, 0x7F)))
_SPLIT: Final = re.compile(rb"[\"'<>=;,|]")
_LETTERS_MIN: Final = 4  # shorter ones are worth no search in any form, and tags of XMP have very many
_OF_THE_FORMAT: Final = frozenset(
    {b"ICC_PROFILE", b"mntrRGB", b"mntrGRAY", b"prtrCMYK", b"scnrRGB", b"WAVEfmt", b"hdrlavih8", b"strlstrh8"}
)


def words(body: bytes, least: int = 6) -> Iterator[bytes]:
    """Readable words of a block, in every form they may hide in; ``least`` is the length of a run in bytes."""
    for start, end in runs(body, _WORD, least):
        for word in _SPLIT.split(body[start:end]):
            if len(word) >= _LETTERS_MIN and word not in _OF_THE_FORMAT:
                yield from forms(word.decode("ascii"))


def of_exif_block(block: bytes) -> Iterator[bytes]:
    """Texts and positions of a TIFF block."""
    for entry in walk_tiff(block):
        text = entry.raw[:NEEDLE_MAX].rstrip(b"\x00")
        if entry.kind == 2:
            yield from forms(text.decode("utf-8", "replace"))
        elif 0x9C9B <= entry.tag <= 0x9C9F:  # Windows' own texts, UTF-16LE
            yield from forms(entry.raw[:NEEDLE_MAX].decode("utf-16-le", "replace").rstrip("\x00"))
        elif entry.directory == "GPS" and entry.kind == 5 and entry.count == 3 and worth_looking_for(entry.raw):
            yield entry.raw
