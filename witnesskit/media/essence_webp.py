"""The essence of a WebP: SHA-256 over its coded pictures alone (docs/spec/essence-raster.md)."""

from __future__ import annotations

import hashlib

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.media.walk_webp import WebpWalk, alpha_length, walk_webp
from witnesskit.media_limits import WEBP_MAX
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader


def understood(reader: SeekableReader) -> WebpWalk:
    """Walk the file; raises ``BadMedia`` or ``MediaTooLarge`` where something was not understood."""
    walk = walk_webp(reader)
    if walk.doubts:
        refusal = MediaTooLarge if WEBP_MAX < walk.end <= reader.size else BadMedia
        raise refusal("; ".join(dict.fromkeys(walk.doubts)))
    return walk


def essence_webp(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash, stream ``image``: name, length and body of every ALPH, VP8 and VP8L chunk that is shown, in order.

    Raises ``BadMedia`` or ``MediaTooLarge``.
    """
    hasher = hashlib.sha256()
    for still in understood(reader).stills:
        for piece in still.pieces:
            body = piece.body
            if piece.name == "ALPH":
                body = bytes([body[0] & 0x3F]) + body[1 : alpha_length(body, still.width * still.height)]
            hasher.update(piece.name.ljust(4).encode("ascii") + len(body).to_bytes(4, "little") + body)
    return (EssenceHash("image", "webp-coded", hasher.hexdigest()),)
