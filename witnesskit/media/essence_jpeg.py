"""The essence of a JPEG: SHA-256 over its coded scans, whatever stands around them (docs/spec/essence-jpeg.md)."""

from __future__ import annotations

import hashlib

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.media.walk_jpeg import Walk, walk_jpeg
from witnesskit.media_limits import JPEG_MAX
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

DEFINITION = "jpeg-scan"


def read_picture(reader: SeekableReader) -> tuple[bytes, Walk]:
    """Bytes of a JPEG and its pieces; raises ``BadMedia`` or ``MediaTooLarge`` where the end was not reached."""
    data = reader.read_at(0, min(reader.size, JPEG_MAX))
    walk = walk_jpeg(data)
    if not walk.end:
        raise (MediaTooLarge if reader.size > JPEG_MAX else BadMedia)("; ".join(walk.doubts))
    return data, walk


def essence_jpeg(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash, stream ``image``: for each scan in order its header segment and its coded bytes.

    Raises ``BadMedia`` or ``MediaTooLarge``.
    """
    data, walk = read_picture(reader)
    hasher = hashlib.sha256()
    view = memoryview(data)
    for piece in walk.pieces:
        if piece.code == 0xDA:
            hasher.update(view[piece.offset : piece.coded_end])
    return (EssenceHash("image", DEFINITION, hasher.hexdigest()),)
