"""The boxes inside a sample entry that decoding or showing needs, each with its one canonical body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import UnknownCoding
from witnesskit.formats.audio_config import canonical_audio_config
from witnesskit.formats.codec_config import canonical_av1, canonical_avc, canonical_hevc
from witnesskit.formats.descriptors import DecoderConfig, read_descriptor, write_descriptor
from witnesskit.formats.icc import neutralise
from witnesskit.formats.isobmff import children, make_box, make_full
from witnesskit.formats.mpeg4_units import clean_pictures

ChildRule = Callable[[bytes], bytes | None]  # body -> canonical body, or None where the box must go

_AAC: Final = frozenset({0x40, 0x66, 0x67, 0x68})
_MPEG4_PICTURES: Final = 0x20


def _first(size: int) -> ChildRule:
    """The first ``size`` bytes; a shorter box goes."""
    return lambda body: body[:size] if len(body) >= size else None


def _full(size: int) -> ChildRule:
    """Version and flags zero, then ``size`` bytes."""
    return lambda body: bytes(4) + body[4 : 4 + size] if len(body) >= 4 + size else None


def _colour(body: bytes) -> bytes | None:
    if body[:4] in (b"nclx", b"nclc"):
        size = 11 if body[:4] == b"nclx" else 10
        if len(body) < size:
            return None
        return body[:10] + bytes(byte & 0x80 for byte in body[10:size])
    if body[:4] in (b"prof", b"rICC"):
        try:
            profile = neutralise(body[4:])
        except BadMedia:
            return None
        return b"prof" + profile.data if profile else None
    return None


def _dolby(body: bytes) -> bytes | None:
    """Versions, profile, level, layers, compatibility; the reserved bytes zero (Dolby Vision in ISOBMFF)."""
    if len(body) < 5:
        return None
    return body[:4] + bytes([body[4] & 0xFC]) + bytes(19)


def _vp(body: bytes) -> bytes | None:
    return b"\x01\0\0\0" + body[4:10] + bytes(2) if len(body) >= 12 and body[0] == 1 else None


def _sound_descriptor(body: bytes) -> bytes | None:
    config = read_descriptor(body[4:])
    if config.coding not in _AAC:
        raise UnknownCoding(f"sound of type {config.coding:02x}")
    return write_descriptor(DecoderConfig(config.coding, config.head, canonical_audio_config(config.specific)))


def _picture_descriptor(body: bytes) -> bytes | None:
    config = read_descriptor(body[4:])
    if config.coding != _MPEG4_PICTURES:
        raise UnknownCoding(f"pictures of type {config.coding:02x}")
    return write_descriptor(DecoderConfig(config.coding, config.head, clean_pictures(config.specific, {})))


def _wave(body: bytes) -> bytes | None:
    """QuickTime's shell around a sound configuration: format, byte order, descriptor, end mark."""
    kept: dict[bytes, bytes] = {}
    for box in children(body, 0, len(body)):
        inner = body[box.body : box.end]
        if box.kind == b"frma" and len(inner) >= 4:
            kept.setdefault(b"frma", make_box(b"frma", inner[:4]))
        elif box.kind == b"enda" and len(inner) >= 2:
            kept.setdefault(b"enda", make_box(b"enda", inner[:2]))
        elif box.kind == b"esds":
            kept.setdefault(b"esds", make_box(b"esds", _sound_descriptor(inner) or b""))
        elif box.kind == b"alac":
            kept.setdefault(b"alac", make_box(b"alac", _alac(inner) or b""))
    if not kept:
        return None
    ordered = [kept[kind] for kind in (b"frma", b"enda", b"esds", b"alac") if kind in kept]
    return b"".join(ordered) + b"\0\0\0\x08\0\0\0\0"


def _alac(body: bytes) -> bytes | None:
    """The 24 bytes of the decoder's own configuration behind version and flags; a layout may follow."""
    return bytes(4) + body[4:28] if len(body) >= 28 else None


def _ac3(body: bytes) -> bytes | None:
    return body[:3] if len(body) >= 3 else None


def _eac3(body: bytes) -> bytes | None:
    """dec3: three or four bytes for each independent stream, and two of the Atmos extension (TS 102 366 F.6)."""
    if len(body) < 5:
        return None
    place = 2
    for _ in range((body[1] & 7) + 1):
        dependent = body[place + 2] >> 1 & 15 if place + 2 < len(body) else 0
        place += 4 if dependent else 3
    extension = 2 if len(body) >= place + 2 and body[place] == 1 else 0
    return body[: place + extension] if len(body) >= place else None


def _opus(body: bytes) -> bytes | None:
    if len(body) < 11:
        return None
    size = 11 if body[10] == 0 else 13 + body[1]
    return body[:size] if len(body) >= size else None


def _layout(body: bytes) -> bytes | None:
    """chan without named positions: tag and bits (QTFF "Audio channel layout")."""
    return bytes(4) + body[4:12] + bytes(4) if len(body) >= 16 and body[12:16] == bytes(4) else None


def _ambisonic(body: bytes) -> bytes | None:
    if len(body) < 12:
        return None
    size = 12 + 4 * int.from_bytes(body[8:12], "big")
    return body[:size] if len(body) >= size <= 12 + 4 * 64 else None


def _positions(body: bytes) -> bytes | None:
    """chnl of version 0: a layout by number, or a place for each of the channels (ISO/IEC 14496-12 clause 12.2.4)."""
    if len(body) < 6 or body[0]:
        return None
    if body[4] != 1:
        return bytes(4) + body[4:5]
    if body[5]:
        return bytes(4) + body[4:14] if len(body) >= 14 else None
    return bytes(4) + body[4:] if 126 not in body[6:] and max(body[6:], default=0) < 64 and len(body) <= 70 else None


def _flac(body: bytes) -> bytes | None:
    """dfLa with the block of stream facts alone, marked as the last (RFC 9639 clause 8.2)."""
    if len(body) < 42 or body[4] & 0x7F or body[5:8] != b"\0\0\x22":
        return None
    return bytes(4) + b"\x80\0\0\x22" + body[8:42]


def _speech(body: bytes) -> bytes | None:
    """dqcp, devc, dsmv: the vendor goes (3GPP2 C.S0050)."""
    return bytes(4) + body[4:6] if len(body) >= 6 else None


def _sphere(body: bytes) -> bytes | None:
    """sv3d: how pictures lie on a sphere or cube, without the name of a program; a mesh goes (Spherical Video V2)."""
    found = {box.kind: body[box.body : box.end] for box in children(body, 0, len(body))}
    inner = found.get(b"proj", b"")
    parts = {box.kind: inner[box.body : box.end] for box in children(inner, 0, len(inner))}
    for kind, size in ((b"equi", 16), (b"cbmp", 8)):
        if len(parts.get(kind, b"")) >= 4 + size and len(parts.get(b"prhd", b"")) >= 16:
            head = make_full(b"prhd", 0, 0, parts[b"prhd"][4:16])
            shape = make_full(kind, 0, 0, parts[kind][4 : 4 + size])
            return make_full(b"svhd", 0, 0, b"\0") + make_box(b"proj", head, shape)
    return None


def _amr(body: bytes) -> bytes | None:
    """damr or d263: the vendor goes (3GPP TS 26.244 clause 6.7)."""
    return bytes(4) + body[4:9] if len(body) >= 9 else None


def _h263(body: bytes) -> bytes | None:
    return bytes(4) + body[4:7] if len(body) >= 7 else None


VIDEO_BOXES: Final[dict[bytes, ChildRule]] = {
    b"avcC": canonical_avc,
    b"avcE": canonical_avc,
    b"hvcC": canonical_hevc,
    b"hvcE": canonical_hevc,
    b"lhvC": lambda body: canonical_hevc(body, head=6),
    b"av1C": canonical_av1,
    b"vpcC": _vp,
    b"esds": _picture_descriptor,
    b"d263": _h263,
    b"colr": _colour,
    b"pasp": _first(8),
    b"clap": _first(32),
    b"fiel": _first(2),
    b"gama": _first(4),
    b"mdcv": _first(24),
    b"clli": _first(4),
    b"SmDm": _full(20 + 4),
    b"CoLL": _full(4),
    b"amve": _first(8),
    b"dvcC": _dolby,
    b"dvvC": _dolby,
    b"dvwC": _dolby,
    b"st3d": _full(1),
    b"sv3d": _sphere,
}
AUDIO_BOXES: Final[dict[bytes, ChildRule]] = {
    b"esds": _sound_descriptor,
    b"wave": _wave,
    b"chan": _layout,
    b"dac3": _ac3,
    b"dec3": _eac3,
    b"dOps": _opus,
    b"alac": _alac,
    b"damr": _amr,
    b"dqcp": _speech,
    b"devc": _speech,
    b"dsmv": _speech,
    b"dfLa": _flac,
    b"chnl": _positions,
    b"pcmC": _full(2),
    b"SA3D": _ambisonic,
    b"srat": _full(4),
    b"enda": _first(2),
}
