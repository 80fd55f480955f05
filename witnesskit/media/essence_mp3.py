"""Essence and presentation of an MP3 file, by the inspector's own readers (docs/spec/essence-mp3.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.strict_json import canonical
from witnesskit.media.mp3_index import Index, in_force, read_index
from witnesskit.media.mp3_sound import Pool
from witnesskit.media.walk_mp3 import VERSIONS, FrameHead, Mp3Walk, frames_of, walk_mp3
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

Frame = tuple[FrameHead, bytes]


def sound_of(reader: SeekableReader, walk: Mp3Walk) -> tuple[Index | None, Frame | None, Iterator[Frame]]:
    """The index and its frame, if the first frame is one, and the frames of sound."""
    frames = frames_of(reader, walk)
    first = next(frames, None)
    if first is None:
        return None, None, iter(())
    index = read_index(*first)
    if index is not None:
        return index, first, frames
    return None, None, frames_of(reader, walk)


def _walked(reader: SeekableReader) -> Mp3Walk:
    walk = walk_mp3(reader)
    if walk.doubts:
        kind = UnsupportedMedia if "changes" in walk.doubts[0] else BadMedia
        raise kind("; ".join(walk.doubts))
    return walk


def essence_mp3(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash, ``audio:0``: every frame with zeros where no sound is; raises the leaves of errors/media.py."""
    walk = _walked(reader)
    pool, hasher = Pool(), hashlib.sha256()
    _, _, frames = sound_of(reader, walk)
    count = 0
    for head, frame in frames:
        for clean in pool.take(head, frame):
            hasher.update(clean)
        count += 1
    for clean in pool.end():
        hasher.update(clean)
    if pool.broken or not count:
        raise BadMedia("frames without sound")
    return (EssenceHash("audio:0", "mp3-frames", hasher.hexdigest()),)


def presentation_mp3(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises the leaves of errors/media.py."""
    walk = _walked(reader)
    index, _, frames = sound_of(reader, walk)
    count = sum(1 for _ in frames)
    if walk.kind is None or not count:
        raise BadMedia("no frames of sound")
    version, rate, channels, emphasis = walk.kind
    delay, padding = in_force(index, count) if index else (-1, -1)
    document = {
        "definition": "witnesskit.mp3/1",
        "version": VERSIONS[version],
        "rate": rate,
        "channels": channels,
        "emphasis": emphasis,
        "frames": count,
        "index": index is not None,
        "delay": delay,
        "padding": padding,
    }
    return sha256_hex(canonical(document))
