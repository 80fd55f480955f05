"""The essence of a Matroska or WebM film, by the inspector's own readers (docs/spec/essence-matroska.md)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.media.essence_film import feed
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.matroska_blocks import seen_block
from witnesskit.media.matroska_tracks import SeenTrack, seen_track
from witnesskit.media.walk_matroska import Walk, Window, walk_matroska
from witnesskit.media_limits import FILM_SAMPLE_MAX, MATROSKA_PRIVATE_MAX
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

_ENTRY = "Segment/Tracks/TrackEntry"
_CLOSED = frozenset({"SeekHead", "Info", "Tags", "Chapters", "Attachments", "Cues"})
_BLOCKS = frozenset({"Segment/Cluster/SimpleBlock", "Segment/Cluster/BlockGroup/Block"})


@dataclass
class _Stream:
    track: SeenTrack
    entry: EntryFacts
    hasher: hashlib._Hash = field(default_factory=hashlib.sha256)

    def take(self, body: bytes) -> None:
        block = seen_block(body)
        if block is None:
            raise BadMedia("a block that cannot be read")
        place, view = block.frames, memoryview(body)
        looked_into = self.entry.coding in ("h264", "hevc", "mp4a", "mpeg4")
        for size in block.sizes:
            frame = self.track.prefix + body[place : place + size] if looked_into or self.track.prefix else b""
            if looked_into:
                feed(self.hasher, self.entry, frame)
            else:
                self.hasher.update(frame or view[place : place + size])
            place += size


def essence_matroska(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash for each track of pictures or sound, over every frame; raises ``BadMedia`` or ``UnsupportedMedia``."""
    walk, tracks = Walk(Window(reader), _CLOSED), []
    streams: dict[int, _Stream] = {}
    values: dict[str, list[bytes]] = {}
    place = 0
    for visit in walk_matroska(walk):
        if visit.path == _ENTRY and visit.kind == "end":
            place += 1
            track = seen_track(place, values)
            values = {}
            if track.kept:
                streams[track.number] = _stream(track)
                tracks.append(streams[track.number])
        elif visit.path.startswith(_ENTRY) and visit.kind not in ("m", "end"):
            raw = walk.window.take(visit.body, visit.stop, MATROSKA_PRIVATE_MAX)
            values.setdefault(visit.path[len(_ENTRY) + 1 :], []).append(raw)
        elif visit.path in _BLOCKS:
            body = walk.window.take(visit.body, visit.stop, FILM_SAMPLE_MAX + 1)
            if len(body) < visit.stop - visit.body:
                raise BadMedia("a frame is too large")
            width = 9 - body[0].bit_length() if body and body[0] else 1
            number = int.from_bytes(body[:width], "big") & ((1 << 7 * width) - 1)
            if number in streams:
                streams[number].take(body)
    if walk.doubts and not walk.cut:
        raise BadMedia("; ".join(walk.doubts))
    if not tracks:
        raise BadMedia("no pictures and no sound")
    return _named(tracks)


def _stream(track: SeenTrack) -> _Stream:
    if track.doubts:
        raise UnsupportedMedia("; ".join(track.doubts))
    entry = EntryFacts(coding=track.coding, name=track.codec, length=track.length)
    return _Stream(track, entry)


def _named(tracks: list[_Stream]) -> tuple[EssenceHash, ...]:
    found: list[EssenceHash] = []
    seen = {"pictures": 0, "sound": 0}
    for one in tracks:
        kind = one.track.kind
        name = f"{'video' if kind == 'pictures' else 'audio'}:{seen[kind]}"
        seen[kind] += 1
        definition = f"{one.entry.coding}-vcl" if one.entry.coding in ("h264", "hevc") else "raw-packets"
        found.append(EssenceHash(name, definition, one.hasher.hexdigest()))
    return tuple(found)
