"""Sample entries in one canonical form: what a decoder needs, and no vendor, name, text or unknown box.

ISO/IEC 14496-12 clause 12.1 and 12.2, QTFF "Video sample description" and "Sound sample description".
Presentation digests are taken over this form, so the copy's entry is its own canonical form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import EncryptedFilm, UnknownCoding
from witnesskit.formats.descriptors import read_descriptor
from witnesskit.formats.isobmff import Box, children, make_box
from witnesskit.formats.isobmff_children import AUDIO_BOXES, VIDEO_BOXES, ChildRule
from witnesskit.media_model import Removal

VIDEO_CODINGS: Final = {
    **dict.fromkeys((b"avc1", b"avc3", b"dva1", b"dvav"), "h264"),
    **dict.fromkeys((b"hvc1", b"hev1", b"dvh1", b"dvhe"), "hevc"),
    b"av01": "av1",
    b"vp08": "vp8",
    b"vp09": "vp9",
    b"mp4v": "mpeg4",
    b"s263": "h263",
    **dict.fromkeys((b"jpeg", b"mjpa"), "mjpeg"),
    **dict.fromkeys((b"apch", b"apcn", b"apcs", b"apco", b"ap4h", b"ap4x"), "prores"),
}
_PCM: Final = {b"in24": 3, b"in32": 4, b"fl32": 4, b"fl64": 8, b"ulaw": 1, b"alaw": 1}
AUDIO_CODINGS: Final = {
    b"mp4a": "aac",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
    b"Opus": "opus",
    b"alac": "alac",
    b"samr": "amr",
    b"sawb": "amr",
    b"fLaC": "flac",
    b"sqcp": "qcelp",
    b"sevc": "evrc",
    b"ssmv": "smv",
    **dict.fromkeys((*_PCM, b"sowt", b"twos", b"raw ", b"NONE", b"lpcm", b"ipcm", b"fpcm"), "pcm"),
}
_NEEDED: Final = {
    "h264": b"avcC",
    "hevc": b"hvcC",
    "av1": b"av1C",
    "vp8": b"vpcC",
    "vp9": b"vpcC",
    "mpeg4": b"esds",
    "aac": b"esds",
    "ac3": b"dac3",
    "eac3": b"dec3",
    "opus": b"dOps",
    "alac": b"alac",
    "flac": b"dfLa",
}
_PROTECTED: Final = frozenset({b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi", b"p608"})


@dataclass(frozen=True)
class Entry:
    """One sample entry: its canonical bytes, and what the samples' reader must know."""

    coding: str
    data: bytes
    reference: int  # number of its data reference
    frame_size: int = 0  # bytes of one sample of uncompressed sound
    length: int = 0  # bytes of the length prefixes of NAL units
    config: bytes = b""  # body of the canonical configuration box
    removed: tuple[Removal, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass
class _Children:
    """What became of an entry's boxes."""

    kept: dict[bytes, bytes] = field(default_factory=dict)
    removed: list[Removal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def canonical_entry(data: bytes, box: Box, handler: bytes, quicktime_sound: bool) -> Entry:
    """The entry at ``box``; ``quicktime_sound`` tells that version 1 sound has the longer form.

    Raises ``UnknownCoding``, ``EncryptedFilm`` or ``BadMedia``.
    """
    if box.kind in _PROTECTED:
        raise EncryptedFilm(box.name)
    codings = VIDEO_CODINGS if handler == b"vide" else AUDIO_CODINGS
    if box.kind not in codings:
        raise UnknownCoding(box.name)
    coding = codings[box.kind]
    body = data[box.body : box.end]
    if len(body) < 28:
        raise BadMedia("a sample entry is cut")
    if handler == b"vide":
        return _video(box.kind, coding, body)
    return _audio(box.kind, coding, body, quicktime_sound)


def _video(kind: bytes, coding: str, body: bytes) -> Entry:
    if len(body) < 78:
        raise BadMedia("a sample entry is cut")
    found = _children(body, 78, VIDEO_BOXES)
    config = _config(coding, found)
    depth = body[74:76] if body[74:76] in (b"\x00\x18", b"\x00\x20") else b"\x00\x18"
    head = bytes(6) + b"\x00\x01" + bytes(16) + body[24:28] + b"\x00\x48\x00\x00" * 2 + bytes(4) + b"\x00\x01"
    head += bytes(32) + depth + b"\xff\xff"
    length = {"h264": config[4:5], "hevc": config[21:22]}.get(coding, b"")
    return Entry(
        coding=coding,
        data=make_box(kind, head, *_in_order(found)),
        reference=int.from_bytes(body[6:8], "big"),
        length=(length[0] & 3) + 1 if length else 0,
        config=config,
        removed=tuple(found.removed),
        remarks=tuple(found.remarks),
    )


def _audio(kind: bytes, coding: str, body: bytes, quicktime_sound: bool) -> Entry:
    version = int.from_bytes(body[8:10], "big")
    head = {0: 28, 1: 44 if quicktime_sound else 28, 2: 64}.get(version, 0)
    if not head or len(body) < head:
        raise UnknownCoding(f"sound description of version {version}")
    found = _children(body, head, AUDIO_BOXES)
    config = _config(coding, found)
    fixed = bytes(6) + b"\x00\x01" + body[8:10] + bytes(6) + body[16:22] + bytes(2) + body[24:28] + body[28:head]
    if version == 2:
        fixed = bytes(6) + b"\x00\x01\x00\x02" + bytes(6) + body[16:22] + bytes(2) + b"\x00\x01\x00\x00"
        fixed += b"\x00\x00\x00\x48" + body[32:44] + b"\x7f\x00\x00\x00" + body[48:64]
    return Entry(
        coding=_aac_kind(config) if coding == "aac" else coding,
        data=make_box(kind, fixed, *_in_order(found)),
        reference=int.from_bytes(body[6:8], "big"),
        frame_size=_frame_size(kind, body, found) if coding == "pcm" else 0,
        config=config,
        removed=tuple(found.removed),
        remarks=tuple(found.remarks),
    )


def _frame_size(kind: bytes, body: bytes, found: _Children) -> int:
    """Bytes of one sample of every channel (QTFF "Uncompressed audio"; ISO/IEC 23003-5 for pcmC)."""
    channels, bits = int.from_bytes(body[16:18], "big"), int.from_bytes(body[18:20], "big")
    if body[8:10] == b"\x00\x02":
        size = int.from_bytes(body[56:60], "big")
    elif b"pcmC" in found.kept:
        size = channels * (found.kept[b"pcmC"][13] // 8)
    else:
        size = channels * _PCM.get(kind, bits // 8)
    if not 1 <= size <= 1024:
        raise UnknownCoding("uncompressed sound of no known width")
    return size


def _aac_kind(config: bytes) -> str:
    """aac, or aac-er for the kinds whose packets have no elements (ISO/IEC 14496-3 table 1.17)."""
    shell = config.find(b"esds")
    start = shell + 8 if shell >= 0 else 4
    specific = read_descriptor(config[start:]).specific
    return "aac-er" if specific and specific[0] >> 3 in (17, 19, 20, 23, 31) else "aac"


def _config(coding: str, found: _Children) -> bytes:
    needed = _NEEDED.get(coding)
    if needed is None:
        return b""
    box = found.kept.get(needed) or found.kept.get(b"wave", b"")
    if not box:
        raise BadMedia(f"a sample entry without {needed.decode()}")
    return box[8:]


def _in_order(found: _Children) -> list[bytes]:
    return list(found.kept.values())


def _children(body: bytes, start: int, rules: dict[bytes, ChildRule]) -> _Children:
    found = _Children()
    for box in children(body, start, len(body)):
        if box.kind in (b"sinf", b"schm", b"schi"):
            raise EncryptedFilm(box.name)
        raw = body[box.start : box.end]
        rule = rules.get(box.kind)
        fresh = rule(body[box.body : box.end]) if rule and box.kind not in found.kept else None
        if fresh is not None:
            found.kept[box.kind] = make_box(box.kind, fresh)
        if fresh is None or found.kept[box.kind] != raw:
            found.removed.append(Removal(f"stsd/{box.name}", len(raw), sha256_hex(raw)))
        found.remarks += _remarks(box.kind, body[box.body : box.end], fresh)
    return found


def _remarks(kind: bytes, body: bytes, fresh: bytes | None) -> list[str]:
    if kind == b"colr" and body[:4] in (b"prof", b"rICC"):
        if fresh is None:
            return ["the colour profile could not be freed of its texts and was dropped: colours may shift"]
        return ["the colour profile stays, without its texts: one made for a single screen still differs"]
    if kind in (b"vexu", b"hfov") and fresh is None:
        return ["the lens data of a spatial film were dropped: it plays flat"]
    if kind in (b"sv3d", b"st3d") and fresh is None:
        return ["the layout of a film for headsets was dropped: it plays flat"]
    return []
