"""How a WebP is shown: canvas, alpha, timing of its frames, turn, colours."""

from __future__ import annotations

from witnesskit.digest import sha256_hex
from witnesskit.formats.strict_json import canonical
from witnesskit.media.essence_webp import understood
from witnesskit.media.inspect_webp import orientation_webp
from witnesskit.media.walk_icc import walk_icc
from witnesskit.media.walk_webp import WebpWalk
from witnesskit.model import SeekableReader


def presentation_webp(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia`` or ``MediaTooLarge``."""
    walk = understood(reader)
    animated = walk.flags > 0 and walk.flags & 2
    heads = [still.head[:15] + bytes([still.head[15] & 3]) for still in walk.stills if still.head]
    profile = walk.announced("ICCP", 0x20)
    document = {
        "definition": "webp-presentation",
        "canvas": list(walk.canvas),
        "alpha": _alpha(walk),
        "animation": (walk.first("ANIM") or b"")[:6].hex() if animated else "",
        "frames": sha256_hex(b"".join(heads)),
        "orientation": orientation_webp(walk),
        "icc": walk_icc(profile).colour_sha256 if profile is not None else "",
    }
    return sha256_hex(canonical(document))


def _alpha(walk: WebpWalk) -> bool:
    pieces = [piece for still in walk.stills for piece in still.pieces]
    chunks = any(piece.name == "ALPH" for piece in pieces)
    lossless = any(piece.name == "VP8L" and piece.body[4] & 0x10 for piece in pieces)
    animated = any(still.head for still in walk.stills)
    if chunks or animated:
        return (chunks or lossless) and bool(walk.flags & 0x10)
    return lossless
