"""What follows the end marker of a JPEG: second pictures, films, vendors' blocks. All goes, all is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import JPEG_TRAILER_LOOKED_AT
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader
from witnesskit.strip.remarks import FURTHER_PICTURES_DROPPED, GAIN_MAP_DROPPED, MOTION_PHOTO_DROPPED

_SIGNS = (
    (b"\xff\xd8\xff", FURTHER_PICTURES_DROPPED),
    (b"ftyp", MOTION_PHOTO_DROPPED),
    (b"hdrgm:", GAIN_MAP_DROPPED),
    (b"hdrgainmap", GAIN_MAP_DROPPED),
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
