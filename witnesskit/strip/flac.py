"""The shareable copy of a FLAC file: STREAMINFO, seek points that fit, and the frames as they are.

Texts, pictures, cue sheets, application blocks, padding and whatever stands in front of or behind the sound are
not written. Every frame is walked to its last bit, so nothing can stand between the sound and its checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.flac import (
    COMMENT,
    NAMES,
    SEEKTABLE,
    STREAMINFO,
    FlacIndex,
    advises_gain,
    block,
    channel_mask,
    mask_comment,
    read_index,
    seek_points,
)
from witnesskit.formats.strict_json import canonical
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying
from witnesskit.strip.remarks import GAIN_DROPPED, SOUND_BEGINS_LATE

MEDIA_TYPE = "audio/flac"


def strip_flac(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:  # noqa: ARG001
    """Write a copy of the FLAC file in ``reader`` to ``sink`` that keeps the sound and nothing that identifies.

    Nothing is written before every frame is understood. Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or
    ``UnsupportedMedia``; what the sink raises passes through.
    """
    start = stream_start(reader)
    index = read_index(reader, start)
    mask = _mask(reader, index)
    copy, coded = Copying(sink), hashlib.sha256()
    copy.put(b"fLaC" + _metadata(reader, index, mask))
    for piece in _pieces(reader, index.starts[0], index.end):
        coded.update(piece)
        copy.put(piece)
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=tuple(_removed(reader, index, start)),
        essence=(EssenceHash("audio:0", "raw-packets", coded.hexdigest()),),
        presentation_sha256=_presentation(index, mask),
        kept=tuple(_remarks(reader, index)),
    )


def _remarks(reader: SeekableReader, index: FlacIndex) -> Iterator[str]:
    if index.first_number:
        yield SOUND_BEGINS_LATE
    if any(advises_gain(body) for body in _bodies(reader, index, COMMENT)):
        yield GAIN_DROPPED


def stream_start(reader: SeekableReader) -> int:
    """Place of the mark ``fLaC``, behind ID3v2 tags; raises ``BadMedia``."""
    place = 0
    head = reader.read_at(0, 10)
    while head[:3] == b"ID3" and len(head) == 10 and not any(byte & 0x80 for byte in head[6:]):
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        place += 10 + size + (10 if head[5] & 0x10 else 0)
        head = reader.read_at(place, 10)
    if head[:4] != b"fLaC":
        raise BadMedia("no FLAC stream")
    return place


def _metadata(reader: SeekableReader, index: FlacIndex, mask: int) -> bytes:
    blocks = [(STREAMINFO, index.settled().body())]
    points = seek_points(b"".join(_bodies(reader, index, SEEKTABLE)), index)
    if points:
        blocks.append((SEEKTABLE, points))
    if mask:
        blocks.append((COMMENT, mask_comment(mask)))
    return b"".join(block(kind, body, last=place == len(blocks)) for place, (kind, body) in enumerate(blocks, 1))


def _bodies(reader: SeekableReader, index: FlacIndex, kind: int) -> Iterator[bytes]:
    for one in index.blocks:
        if one.kind == kind:
            yield reader.read_at(one.start + 4, one.size - 4)


def _mask(reader: SeekableReader, index: FlacIndex) -> int:
    masks = [channel_mask(body, index.info.sound.channels) for body in _bodies(reader, index, COMMENT)]
    return next((mask for mask in masks if mask), 0)


def _removed(reader: SeekableReader, index: FlacIndex, start: int) -> Iterator[Removal]:
    if start:
        yield _removal(reader, "before the sound", 0, start)
    mask = _mask(reader, index)
    ours = block(COMMENT, mask_comment(mask), last=False)[1:]
    for one in index.blocks[1:]:
        bare = one.size == len(ours) + 1 and reader.read_at(one.start + 1, len(ours)) == ours
        if one.kind != SEEKTABLE and not (one.kind == COMMENT and mask and bare):
            yield _removal(reader, NAMES.get(one.kind, f"block {one.kind}"), one.start, one.start + one.size)
    if index.end < reader.size:
        yield _removal(reader, "after the sound", index.end, reader.size)


def _removal(reader: SeekableReader, place: str, start: int, end: int) -> Removal:
    gone = hashlib.sha256()
    for piece in _pieces(reader, start, end):
        gone.update(piece)
    return Removal(place, end - start, gone.hexdigest())


def _pieces(reader: SeekableReader, start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end, READ_BLOCK):
        yield reader.read_at(place, min(READ_BLOCK, end - place))


def _presentation(index: FlacIndex, mask: int) -> str:
    sound = index.info.sound
    document = {
        "definition": "flac-presentation",
        "rate": sound.rate,
        "channels": sound.channels,
        "bits": sound.depth,
        "samples": sum(index.samples),
        "speakers": mask,
    }
    return sha256_hex(canonical(document))
