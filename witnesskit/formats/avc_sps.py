"""What an H.264 sequence parameter set says about picture timing messages (ITU-T H.264 clauses 7.3.2.1 and E.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.bits import BitReader
from witnesskit.formats.nal import unescape

_HIGH: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_CLOCKS: Final = (1, 1, 1, 2, 2, 3, 3, 2, 3)  # clock timestamps by pic_struct (table D-1)


@dataclass(frozen=True)
class PictureTiming:
    """Bits of the delays in a picture timing message, and whether a picture structure follows them."""

    delay_bits: int
    structure: bool
    chroma: int = 1  # chroma format of the sequence, 3 for 4:4:4


def picture_timing(sps: bytes) -> PictureTiming:
    """Read ``sps``, a whole NAL unit; raises ``BadMedia``."""
    bits = BitReader(unescape(sps)[1:])
    chroma = _sequence(bits)
    return replace(_vui(bits) if bits.read(1) else PictureTiming(0, False), chroma=chroma)


def chroma_of(sps: bytes) -> int:
    """Chroma format of ``sps``, a whole NAL unit: 0 to 3; raises ``BadMedia``."""
    return _sequence(BitReader(unescape(sps)[1:]))


def read_sequence_set(bits: BitReader) -> None:
    """Read a sequence set behind its header byte to its last field; raises ``BadMedia``."""
    _sequence(bits)
    if bits.read(1):
        _vui(bits)
        if bits.read(1):
            bits.read(1)
            _golombs(bits, 6)


def read_picture_set(bits: BitReader, last: int, chroma: int) -> None:
    """Read a picture set behind its header byte to its last field (clause 7.3.2.2).

    ``last`` is the place of the last bit that is set: what lies in front of it are further fields.
    """
    _golombs(bits, 2)
    bits.read(2)
    groups = bits.golomb()
    if groups:
        _slice_groups(bits, groups)
    _golombs(bits, 2)
    bits.read(3)
    _golombs(bits, 3)
    bits.read(3)
    end = bits.place
    if end >= last:
        return
    try:
        _further(bits, chroma)
    except BadMedia:
        bits.place = end  # no fields: bytes that somebody put behind the set


def _further(bits: BitReader, chroma: int) -> None:
    larger = bits.read(1)
    if bits.read(1):
        for index in range(6 + (6 if chroma == 3 else 2) * larger):
            if bits.read(1):
                _scaling_list(bits, 16 if index < 6 else 64)
    bits.golomb()


def _slice_groups(bits: BitReader, groups: int) -> None:
    if groups > 7:
        raise BadMedia("too many slice groups")
    kind = bits.golomb()
    if kind == 0:
        _golombs(bits, groups + 1)
    elif kind == 2:
        _golombs(bits, 2 * groups)
    elif kind in (3, 4, 5):
        bits.read(1)
        bits.golomb()
    elif kind == 6:
        bits.read((bits.golomb() + 1) * groups.bit_length())


def _sequence(bits: BitReader) -> int:
    """The fields up to those of usability; the chroma format."""
    profile, chroma = bits.read(8), 1
    bits.read(16)
    bits.golomb()
    if profile in _HIGH:
        chroma = _high(bits)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.read(1)
        bits.golomb()
        bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
    _golombs(bits, 1)
    bits.read(1)
    _golombs(bits, 2)
    if not bits.read(1):
        bits.read(1)
    bits.read(1)
    if bits.read(1):
        _golombs(bits, 4)
    return chroma


def _golombs(bits: BitReader, count: int) -> None:
    for _ in range(count):
        bits.golomb()


def _high(bits: BitReader) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.read(1)
    _golombs(bits, 2)
    bits.read(1)
    if bits.read(1):
        for index in range(12 if chroma == 3 else 8):
            if bits.read(1):
                _scaling_list(bits, 16 if index < 6 else 64)
    return chroma


def _scaling_list(bits: BitReader, size: int) -> None:
    last, following = 8, 8
    for _ in range(size):
        if following:
            code = bits.golomb()
            following = (last + (-(code // 2) if code % 2 == 0 else (code + 1) // 2)) % 256
        last = following or last


def _vui(bits: BitReader) -> PictureTiming:
    if bits.read(1) and bits.read(8) == 255:
        bits.read(32)
    if bits.read(1):
        bits.read(1)
    if bits.read(1):
        bits.read(4)
        if bits.read(1):
            bits.read(24)
    if bits.read(1):
        _golombs(bits, 2)
    if bits.read(1):
        bits.read(65)
    delays = [_hrd(bits) for _ in range(2) if bits.read(1)]
    if delays:
        bits.read(1)
    return PictureTiming(delays[0] if delays else 0, bool(bits.read(1)))


def _hrd(bits: BitReader) -> int:
    count = bits.golomb() + 1
    if count > 32:
        raise BadMedia("too many buffer models")
    bits.read(8)
    for _ in range(count):
        _golombs(bits, 2)
        bits.read(1)
    bits.read(5)
    removal, output = bits.read(5) + 1, bits.read(5) + 1
    bits.read(5)
    return removal + output


def tells_time(payload: bytes, timing: PictureTiming) -> bool:
    """True if a picture timing message (H.264 clause D.1.3) holds a clock time, or cannot be read."""
    try:
        bits = BitReader(payload)
        bits.read(timing.delay_bits)
        if not timing.structure:
            return len(payload) * 8 - timing.delay_bits >= 16
        structure = bits.read(4)
        clocks = [bits.read(1) for _ in range(_CLOCKS[structure] if structure < len(_CLOCKS) else 99)]
    except BadMedia:
        return True
    return any(clocks) or len(payload) * 8 - bits.place >= 16
