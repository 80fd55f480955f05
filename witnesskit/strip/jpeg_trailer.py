"""What follows the end marker of a JPEG: second pictures, films, vendors' blocks. All goes, all is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from witnesskit.limits import JPEG_TRAILER_LOOKED_AT, READ_BLOCK
from witnesskit.model import Removal, SeekableReader

_GAIN_MAP = "the HDR gain map was dropped: bright parts may look duller"
_SIGNS = (
    (b"\xff\xd8\xff", "pictures behind the first one were dropped"),
    (b"ftyp", "the film of a motion photo was dropped"),
    (b"hdrgm:", _GAIN_MAP),
    (b"hdrgainmap", _GAIN_MAP),
)


@dataclass(frozen=True)
class Trailer:
    """The removal, if anything stood behind the picture, and what must be said of it."""

    removed: tuple[Removal, ...] = ()
    remarks: tuple[str, ...] = ()


def remove_trailer(reader: SeekableReader, start: int) -> Trailer:
    """Hash everything from ``start`` to the end, block by block, and say what it looks like."""
    if start >= reader.size:
        return Trailer()
    hasher, remarks, seam, position = hashlib.sha256(), [], b"", start
    while block := reader.read_at(position, READ_BLOCK):
        hasher.update(block)
        if position - start < JPEG_TRAILER_LOOKED_AT:
            remarks += [remark for sign, remark in _SIGNS if sign in seam + block]
        seam, position = block[-16:], position + len(block)
    removal = Removal("after the picture", position - start, hasher.hexdigest())
    return Trailer((removal,), tuple(dict.fromkeys(remarks)))
