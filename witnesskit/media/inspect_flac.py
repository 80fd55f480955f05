"""What a FLAC file gives away. CLEAN only if every byte is sound, or a number that the sound itself shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.groups import shown
from witnesskit.media.tags_sound import MASK, of_comment, of_picture, of_surplus, texts_in, vendor_and_fields
from witnesskit.media.walk_flac import FlacBlock, FlacInfo, FlacWalk, sound_bytes, walk_flac
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import SeekableReader

_NAMES: Final = {1: "PADDING", 2: "APPLICATION", 3: "SEEKTABLE", 4: "VORBIS_COMMENT", 5: "CUESHEET", 6: "PICTURE"}
_RUNS: Final = re.compile(rb"[\x20-\x7e]{4,}")
_TEXTS_MAX: Final = 100

Revelations = Iterator[Revelation]


def inspect_flac(reader: SeekableReader) -> Inspection:
    """Inspect the FLAC file in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    walk = walk_flac(reader)
    revelations = list(of_surplus("before the sound", reader, 0, walk.start))
    for one in walk.blocks[1:]:
        revelations += _of_block(one, walk)
    if walk.info and not walk.doubts:
        walk.doubts.extend(_lengths(walk, walk.info))
        revelations += _of_info(walk, walk.info)
        revelations += of_surplus("after the sound", reader, walk.end, reader.size)
    for piece in sound_bytes(reader, walk):
        revelations += [Revelation("other", "coded sound", "readable text", text) for text in texts_in(piece)]
        if len(revelations) > _TEXTS_MAX * 100:
            break
    found = Finding.FOUND if revelations else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if walk.doubts else found,
        media_type="audio/flac",
        revelations=tuple(dict.fromkeys(revelations)),
        reason="; ".join(walk.doubts),
        facts=_facts(walk),
    )


def _facts(walk: FlacWalk) -> dict[str, int]:
    if not walk.info:
        return {}
    samples = sum(one.samples for one in walk.frames)
    return {
        "rate": walk.info.rate,
        "channels": walk.info.channels,
        "bits": walk.info.depth,
        "seconds": samples // walk.info.rate if walk.info.rate else 0,
    }


def _lengths(walk: FlacWalk, info: FlacInfo) -> Iterator[str]:
    total = sum(one.samples for one in walk.frames)
    if not walk.frames:
        yield "no sound"
    elif info.samples and total != info.samples:
        yield f"{total} samples where {info.samples} are told of"


def _of_info(walk: FlacWalk, info: FlacInfo) -> Revelations:
    sizes = [one.size for one in walk.frames] or [0]
    blocks = [one.samples for one in walk.frames] or [0]
    if info.frames != (min(sizes), max(sizes)):
        yield Revelation("software", "STREAMINFO", "frame sizes", f"{info.frames}")
    if not 16 <= info.blocks[0] <= min(blocks[:-1] or [max(info.blocks[0], 16)]) or max(blocks) > info.blocks[1]:
        yield Revelation("software", "STREAMINFO", "block sizes", f"{info.blocks}")
    if _RUNS.fullmatch(info.md5):
        yield Revelation("inside", "STREAMINFO", "text instead of a digest", shown(info.md5))


def _of_block(one: FlacBlock, walk: FlacWalk) -> Revelations:
    name = _NAMES.get(one.kind, f"block {one.kind}")
    if one.kind == 3:
        yield from _of_seek_points(one.body, walk)
    elif one.kind == 4:
        if not _speakers_only(one.body, walk):
            yield Revelation("other", name, "block", f"{len(one.body)} bytes")
            yield from of_comment(name, one.body)
    elif one.kind == 6:
        yield from of_picture(name, one.body)
    else:
        yield Revelation("other", name, "block", f"{len(one.body)} bytes")
        for text in _RUNS.findall(one.body)[:200]:
            yield Revelation("who", name, "text", shown(text))


def _of_seek_points(body: bytes, walk: FlacWalk) -> Revelations:
    places, first = {}, 0
    for one in walk.frames:
        places[first] = (one.place - walk.sound, one.samples)
        first += one.samples
    before = -1
    for place in range(0, len(body), 18):
        point = body[place : place + 18]
        number = int.from_bytes(point[:8], "big")
        target = (int.from_bytes(point[8:16], "big"), int.from_bytes(point[16:], "big"))
        if len(point) < 18 or number <= before or places.get(number) != target:
            yield Revelation("other", "SEEKTABLE", "a point that points nowhere", shown(point) or point.hex())
            return
        before = number


def _speakers_only(body: bytes, walk: FlacWalk) -> bool:
    """A comment of nothing but which speakers the channels are for."""
    vendor, fields, end = vendor_and_fields(body)
    if vendor or len(fields) != 1 or end != len(body) or not walk.info:
        return False
    found = re.fullmatch(rf"{MASK}=0x([1-9A-F][0-9A-F]{{0,4}})".encode(), fields[0])
    mask = int(found.group(1), 16) if found else 0
    return mask.bit_count() == walk.info.channels and mask < 1 << 18


def speakers(walk: FlacWalk) -> int:
    """The speakers that a comment names for the channels; 0 if none does."""
    found = 0
    for one in walk.blocks:
        if one.kind == 4 and not found and walk.info:
            for field in vendor_and_fields(one.body)[1]:
                name, _, value = field.partition(b"=")
                if name.upper() == MASK.encode() and re.fullmatch(rb"0[xX][0-9a-fA-F]{1,8}", value):
                    mask = int(value, 16)
                    found = mask if mask.bit_count() == walk.info.channels and mask < 1 << 18 else found
    return found
