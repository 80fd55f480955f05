"""Where the samples of a frame of MPEG audio layer I or II end; what stands behind them is ancillary data.

ISO/IEC 11172-3 clauses 2.4.1.5 and 2.4.1.6 with tables B.2, ISO/IEC 13818-3 table B.1. Only lengths matter here.
"""

from __future__ import annotations

from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.bits import BitReader

_MPEG1, _MONO, _JOINT = 3, 3, 1
_KILOBITS: Final = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
# bits of three samples of one subband, by class of quantisation; the first is that of nothing
_THREE: Final = (0, 5, 7, 9, 10, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48)
_CLASSES: Final = {  # classes an allocation names, by row
    "few": (0, 1, 2, 17),
    "some": (0, 1, 2, 3, 4, 5, 6, 17),
    "many": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17),
    "low": (0, 1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17),
    "sparse": (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17),
    "half": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
}
_Rows = tuple[tuple[int, str], ...]  # of each subband: bits of its allocation, row of classes
_HIGH: Final[_Rows] = ((4, "low"),) * 3 + ((4, "many"),) * 8 + ((3, "some"),) * 12 + ((2, "few"),) * 7
_LITTLE: Final[_Rows] = ((4, "sparse"),) * 2 + ((3, "sparse"),) * 10
_HALF: Final[_Rows] = ((4, "half"),) * 4 + ((3, "sparse"),) * 7 + ((2, "sparse"),) * 19
_FACTORS: Final = (18, 12, 6, 12)  # bits of the scale factors, by what says which of them are there


def samples_end(frame: bytes) -> int:
    """Bits of ``frame`` (of layer I or II, from its header on) up to the last sample; raises ``BadMedia`` if cut."""
    layer, mode = 4 - (frame[1] >> 1 & 3), frame[3] >> 6
    channels = 1 if mode == _MONO else 2
    shared = 4 * (frame[3] >> 4 & 3) + 4 if mode == _JOINT else 32
    bits = BitReader(frame)
    bits.skip(32 if frame[1] & 1 else 48)
    if layer == 1:
        return _first_layer(bits, channels, shared)
    return _second_layer(bits, _rows(frame, channels), channels, shared)


def _first_layer(bits: BitReader, channels: int, shared: int) -> int:
    sizes, factors = 0, 0
    for subband in range(32):
        for _ in range(channels if subband < shared else 1):
            allocation = bits.read(4)
            if allocation:
                sizes += allocation + 1
                factors += 6 * (1 if subband < shared else channels)
    bits.skip(factors + 12 * sizes)
    return bits.place


def _rows(frame: bytes, channels: int) -> _Rows:
    if frame[1] >> 3 & 3 != _MPEG1:
        return _HALF
    if frame[2] >> 4 >= len(_KILOBITS):
        raise BadMedia("a bit rate that is none")
    kilobits, frequency = _KILOBITS[frame[2] >> 4] // channels, frame[2] >> 2 & 3  # 44.1, 48, 32 kHz
    if kilobits < 56:
        return _LITTLE if frequency == 2 else _LITTLE[:8]
    return _HIGH if frequency != 1 and kilobits > 80 else _HIGH[:27]


def _second_layer(bits: BitReader, rows: _Rows, channels: int, shared: int) -> int:
    chosen, used = 0, 0  # bits of three samples of all; subbands that have some
    for subband, (width, row) in enumerate(rows):
        for _ in range(channels if subband < shared else 1):
            three = _THREE[_CLASSES[row][bits.read(width)]]
            chosen += three
            used += (1 if subband < shared else channels) if three else 0
    factors = sum(_FACTORS[bits.read(2)] for _ in range(used))
    bits.skip(factors + 12 * chosen)
    return bits.place


def without_ancillary(frame: bytes) -> bytes:
    """``frame`` with zeros behind its last sample; itself if it is cut in front of that, or of another layer."""
    if frame[1] >> 1 & 3 not in (2, 3):
        return frame
    try:
        end = samples_end(frame)
    except BadMedia:
        return frame
    left = 8 * len(frame) - end
    return (int.from_bytes(frame, "big") >> left << left).to_bytes(len(frame), "big")
