"""The essence of a PNG: SHA-256 over its coded pictures (docs/spec/essence-raster.md)."""

from __future__ import annotations

import hashlib

from witnesskit.media.picture_png import understood
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader


def essence_png(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash, stream ``image``: the zlib streams of all pictures in order.

    Raises ``BadMedia`` or ``MediaTooLarge``.
    """
    hasher = hashlib.sha256()
    for frame in understood(reader).frames:
        hasher.update(frame.stream[: frame.length])
    return (EssenceHash("image", "png-zlib", hasher.hexdigest()),)
