"""Feeding samples to the digest of a track's essence (docs/spec/essence.md): one feeder for each coding."""

from __future__ import annotations

import hashlib
from array import array
from typing import Final

from witnesskit.formats.aac import blanked
from witnesskit.formats.isobmff_samples import Window, in_order, pieces
from witnesskit.formats.isobmff_track import Track
from witnesskit.formats.mpeg4_units import clean_pictures
from witnesskit.formats.nal import H264, HEVC, NalCoding, hash_pictures
from witnesskit.model import EssenceHash, SeekableReader

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


def film_essence(reader: SeekableReader, tracks: tuple[Track, ...]) -> tuple[EssenceHash, ...]:
    """Essence of every track; raises ``BadMedia``, ``MediaCut`` or ``TextInPictures``."""
    window, hashers = Window(reader), [hashlib.sha256() for _ in tracks]
    for number, extent in in_order(tracks):
        track = tracks[number]
        for piece in pieces(track, extent):
            data, start = window.read(piece.offset, piece.size)
            _feed(hashers[number], track, data[start : start + piece.size], (piece.sizes, piece.description))
    return essence_of(tracks, hashers)


def essence_of(tracks: tuple[Track, ...], hashers: list[hashlib._Hash]) -> tuple[EssenceHash, ...]:
    """The digests with their names and definitions."""
    return tuple(
        EssenceHash(name, definition_of(track), hasher.hexdigest())
        for name, track, hasher in zip(stream_names(tracks), tracks, hashers, strict=True)
    )


def _feed(hasher: hashlib._Hash, track: Track, data: bytes, samples: tuple[array[int] | None, int]) -> None:
    sizes, description = samples
    coding: NalCoding | None = NAL_CODINGS.get(track.coding)
    if sizes is None or (coding is None and track.coding not in ("aac", "mpeg4")):
        hasher.update(data)
        return
    place = 0
    for size in sizes:
        sample = data[place : place + size]
        if coding:
            hash_pictures(coding, track.entries[description - 1].length, sample, hasher)
        else:
            hasher.update(blanked(sample) if track.coding == "aac" else clean_pictures(sample, {}))
        place += size
