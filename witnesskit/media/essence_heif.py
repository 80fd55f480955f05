"""The essence of a HEIC, HEIF or AVIF picture: SHA-256 over its coded items (docs/spec/essence-heif.md).

Computed from the inspector's own walk, so that it stands beside the writer's.
"""

from __future__ import annotations

import hashlib
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.limits import HEIF_DATA_MAX
from witnesskit.media.heif_coded import hevc_units, obus
from witnesskit.media.heif_tree import CODINGS, tree_of
from witnesskit.media.walk_heif import HeifWalk, SeenItem, bytes_of, walk_heif
from witnesskit.media.walk_jpeg import walk_jpeg
from witnesskit.model import EssenceHash, SeekableReader

_DEFINITIONS: Final = {"hvc1": "hevc-vcl", "av01": "av1-frames", "jpeg": "jpeg-scan"}


def essence_heif(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """Streams ``image`` and, where there is transparency, ``alpha``; raises the leaves of ``errors/media.py``."""
    walk = walk_heif(reader)
    tree = tree_of(walk)
    if walk.doubts:
        raise BadMedia("; ".join(walk.doubts))
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


def _feed(hasher: hashlib._Hash, walk: HeifWalk, item: SeenItem, data: bytes) -> None:
    bodies = {kind: body for kind, body in (walk.properties[number - 1] for number in item.properties)}
    if item.kind == "av01":
        for kind, _, unit, _ in obus(data):
            if kind in (3, 4, 6, 7):
                hasher.update(unit)
    elif item.kind == "jpeg":
        _feed_jpeg(hasher, bodies.get("jpgC", b"") + data)
    else:
        config = bodies.get("hvcC", b"")
        prefix = b"\0\0\0\1"
        for unit in hevc_units(data, config[21] % 4 + 1 if len(config) > 21 else 4):
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
