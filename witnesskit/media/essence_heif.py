"""The essence of a HEIC, HEIF or AVIF picture: SHA-256 over its coded items (docs/spec/essence-heif.md).

Computed from the inspector's own walk, so that it stands beside the writer's.
"""

from __future__ import annotations

import hashlib
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.media.heif_coded import hevc_units, obus
from witnesskit.media.heif_tracks import is_sequence, read_tracks, samples_of
from witnesskit.media.heif_tree import CODINGS, tree_of
from witnesskit.media.inspect_heif import Part
from witnesskit.media.walk_heif import HeifWalk, SeenItem, TopBox, bytes_of, own_boxes, walk_heif
from witnesskit.media.walk_jpeg import walk_jpeg
from witnesskit.media_limits import HEIF_DATA_MAX, MOOV_MAX
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

_DEFINITIONS: Final = {"hvc1": "hevc-vcl", "av01": "av1-frames", "jpeg": "jpeg-scan"}


def essence_heif(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """Streams ``image``, ``alpha`` (transparency), ``video:0``, ``video:1`` (tracks of a sequence).

    Raises the leaves of ``errors/media.py``.
    """
    walk = walk_heif(reader)
    own = own_boxes(walk)
    if walk.doubts or not own:
        raise BadMedia("; ".join(walk.doubts))
    found = _of_items(reader, walk) if any(box.kind == "meta" for box in own) else ()
    if any(_is_sequence(reader, box) for box in own):
        found += _of_tracks(Part(reader, 0, own[-1].end))
    return found


def _is_sequence(reader: SeekableReader, box: TopBox) -> bool:
    return box.kind == "moov" and is_sequence(reader.read_at(box.start, min(box.end - box.start, MOOV_MAX)))


def _of_items(reader: SeekableReader, walk: HeifWalk) -> tuple[EssenceHash, ...]:
    tree = tree_of(walk)
    if tree.doubts:
        raise UnsupportedMedia("; ".join(tree.doubts[:3]))
    hashers: dict[tuple[str, str], hashlib._Hash] = {}
    left = HEIF_DATA_MAX
    for stream, numbers in (("image", tree.image), ("alpha", tree.alpha)):
        for number in numbers:
            item = walk.items[number]
            if item.kind not in CODINGS:
                continue
            data = bytes_of(reader, walk, item, left)
            if data is None:
                raise MediaTooLarge("the coded pictures, or they do not lie in the file")
            left -= len(data)
            _feed(hashers.setdefault((stream, _DEFINITIONS[item.kind]), hashlib.sha256()), walk, item, data)
    return tuple(EssenceHash(stream, name, hasher.hexdigest()) for (stream, name), hasher in hashers.items())


def _of_tracks(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    seen = read_tracks(reader)
    if seen.doubts:
        raise BadMedia("; ".join(seen.doubts[:3]))
    found = []
    for number, track in enumerate(seen.shown):
        hasher = hashlib.sha256()
        for sample in samples_of(reader, track):
            if track.kind == "av01":
                _feed_av1(hasher, sample)
            else:
                _feed_hevc(hasher, sample, track.length)
        name = "av1-frames" if track.kind == "av01" else "hevc-vcl"
        found.append(EssenceHash(f"video:{number}", name, hasher.hexdigest()))
    return tuple(found)


def _feed(hasher: hashlib._Hash, walk: HeifWalk, item: SeenItem, data: bytes) -> None:
    bodies = dict(walk.properties[number - 1] for number in item.properties)
    config = bodies.get("hvcC", b"")
    if item.kind == "av01":
        _feed_av1(hasher, data)
    elif item.kind == "jpeg":
        _feed_jpeg(hasher, bodies.get("jpgC", b"") + data)
    else:
        _feed_hevc(hasher, data, config[21] % 4 + 1 if len(config) > 21 else 4)


def _feed_av1(hasher: hashlib._Hash, data: bytes) -> None:
    for kind, _, unit, _ in obus(data):
        if kind in (3, 4, 6, 7):
            hasher.update(unit)


def _feed_hevc(hasher: hashlib._Hash, data: bytes, length: int) -> None:
    prefix = b"\0\0\0\1"
    for unit in hevc_units(data, length):
        if unit and unit[0] >> 1 & 63 < 32:
            hasher.update(prefix)
            hasher.update(_trimmed(unit))
            prefix = b"\0\0\1"


def _trimmed(unit: bytes) -> bytes:
    """Without zero bytes and zero words behind the last coded bit."""
    end = len(unit)
    while end and (unit[end - 1] == 0 or unit[max(0, end - 3) : end] == b"\0\0\3"):
        end -= 1 if unit[end - 1] == 0 else 3
    return unit[:end]


def _feed_jpeg(hasher: hashlib._Hash, data: bytes) -> None:
    walk = walk_jpeg(data)
    if not walk.end:
        raise BadMedia("; ".join(walk.doubts))
    for piece in walk.pieces:
        if piece.code == 0xDA:
            hasher.update(memoryview(data)[piece.offset : piece.coded_end])
