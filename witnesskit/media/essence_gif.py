"""The essence of a GIF: SHA-256 over the codes of its pictures alone (docs/spec/essence-raster.md)."""

from __future__ import annotations

import hashlib

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.media.walk_gif import GifWalk, walk_gif
from witnesskit.media_limits import GIF_MAX
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader


def understood(reader: SeekableReader) -> GifWalk:
    """Walk the file; raises ``BadMedia`` or ``MediaTooLarge`` where something was not understood."""
    walk = walk_gif(reader)
    too_large = not walk.end and reader.size > GIF_MAX
    if walk.doubts or too_large:
        raise (MediaTooLarge if too_large else BadMedia)("; ".join(walk.doubts))
    return walk


def essence_gif(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash, stream ``image``: for every picture its code size, and its codes with an end code.

    Raises ``BadMedia`` or ``MediaTooLarge``.
    """
    hasher = hashlib.sha256()
    for picture in understood(reader).pictures:
        hasher.update(bytes([picture.minimum]) + picture.codes.exact)
    return (EssenceHash("image", "gif-codes", hasher.hexdigest()),)
