"""AudioSpecificConfig of MPEG-4 sound, without what rides behind it (ISO/IEC 14496-3 clause 1.6.2.1)."""

from __future__ import annotations

from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import UnknownCoding
from witnesskit.formats.bits import BitReader

_GENERAL: Final = frozenset({1, 2, 3, 4, 17, 19, 20, 23})  # object types with a GASpecificConfig
_EXTENDING: Final = frozenset({5, 29})  # SBR and PS stand in front of the true type
_SYNC: Final = 0x2B7


def canonical_audio_config(data: bytes) -> bytes:
    """``data`` cut to its last meaningful byte, the comment of a programme element blanked.

    Raises ``UnknownCoding`` for object types other than AAC, ``BadMedia`` where it is cut.
    """
    bits = BitReader(data)
    kind = _object_type(bits)
    _rate(bits)
    channels = bits.read(4)
    if kind in _EXTENDING:
        _rate(bits)
        kind = _object_type(bits)
    if kind == 39 and len(data) <= 16:  # AAC-ELD: short, no free field
        return data
    if kind not in _GENERAL:
        raise UnknownCoding(f"MPEG-4 sound of type {kind}")
    blanked = _general(bits, data, kind, channels)
    end = _extension_end(bits, data)
    return blanked[: (end + 7) // 8]


def _object_type(bits: BitReader) -> int:
    kind = bits.read(5)
    return 32 + bits.read(6) if kind == 31 else kind


def _rate(bits: BitReader) -> None:
    if bits.read(4) == 15:
        bits.read(24)


def _general(bits: BitReader, data: bytes, kind: int, channels: int) -> bytes:
    bits.read(1)
    if bits.read(1):
        bits.read(14)
    extension = bits.read(1)
    if channels == 0:
        data = _programme(bits, data)
    if kind == 20:
        bits.read(3)
    if extension:
        if kind in (17, 19, 20, 23):
            bits.read(3)
        bits.read(1)
    return data


def _programme(bits: BitReader, data: bytes) -> bytes:
    """Pass over a programme config element; its comment is zeroed (clause 4.4.1.1)."""
    bits.read(10)
    front, side, back = bits.read(4), bits.read(4), bits.read(4)
    lfe, assoc, coupled = bits.read(2), bits.read(3), bits.read(4)
    for width in (4, 4, 3):
        if bits.read(1):
            bits.read(width)
    bits.read(5 * (front + side + back + coupled) + 4 * (lfe + assoc))
    bits.read(-bits.place % 8)
    size = bits.read(8)
    start = bits.place // 8
    bits.read(8 * size)
    return data[:start] + bytes(size) + data[start + size :]


def _extension_end(bits: BitReader, data: bytes) -> int:
    """Bits up to the end of a backward compatible SBR extension, if one follows."""
    end = bits.place
    try:
        if bits.read(11) == _SYNC and bits.read(5) == 5:
            if bits.read(1):
                _rate(bits)
                end = bits.place
                if bits.read(11) == 0x548:
                    bits.read(1)
                    end = bits.place
            else:
                end = bits.place
    except BadMedia:
        pass
    return min(end, len(data) * 8)
