"""Essence and presentation of a FLAC file, by the inspector's own walk (docs/spec/essence-sound.md)."""

from __future__ import annotations

import hashlib

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.strict_json import canonical
from witnesskit.media.inspect_flac import speakers
from witnesskit.media.walk_flac import FlacWalk, sound_bytes, walk_flac
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader


def essence_flac(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash over every frame; raises ``BadMedia``."""
    walk = _walked(reader)
    hasher = hashlib.sha256()
    for piece in sound_bytes(reader, walk):
        hasher.update(piece)
    return (EssenceHash("audio:0", "raw-packets", hasher.hexdigest()),)


def presentation_flac(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises ``BadMedia``."""
    walk = _walked(reader)
    assert walk.info  # noqa: S101  (for the type checker; there are frames)
    document = {
        "definition": "flac-presentation",
        "rate": walk.info.rate,
        "channels": walk.info.channels,
        "bits": walk.info.depth,
        "samples": sum(one.samples for one in walk.frames),
        "speakers": speakers(walk),
    }
    return sha256_hex(canonical(document))


def _walked(reader: SeekableReader) -> FlacWalk:
    walk = walk_flac(reader)
    if walk.doubts or not walk.frames:
        raise BadMedia("; ".join(walk.doubts) or "no sound")
    return walk
