"""Names and definitions of a film's essence, one digest for each track (docs/spec/essence.md)."""

from __future__ import annotations

import hashlib
from typing import Final

from witnesskit.formats.isobmff_track import Track
from witnesskit.formats.nal import H264, HEVC
from witnesskit.media_model import EssenceHash

RAW: Final = "raw-packets"
NAL_CODINGS: Final = {"h264": H264, "hevc": HEVC}


def definition_of(track: Track) -> str:
    """Name of the definition by which a track's essence is computed."""
    return f"{track.coding}-vcl" if track.coding in NAL_CODINGS else RAW


def stream_names(tracks: tuple[Track, ...]) -> tuple[str, ...]:
    """``video:0``, ``audio:0``, ``audio:1`` ... in the order of tracks."""
    seen = {b"vide": 0, b"soun": 0}
    names = []
    for track in tracks:
        names.append(f"{'video' if track.handler == b'vide' else 'audio'}:{seen[track.handler]}")
        seen[track.handler] += 1
    return tuple(names)


def essence_of(tracks: tuple[Track, ...], hashers: list[hashlib._Hash]) -> tuple[EssenceHash, ...]:
    """The digests with their names and definitions."""
    return tuple(
        EssenceHash(name, definition_of(track), hasher.hexdigest())
        for name, track, hasher in zip(stream_names(tracks), tracks, hashers, strict=True)
    )
