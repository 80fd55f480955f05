"""Messages that may stay in H.264 and HEVC, read to their last bit: one that is longer, or reads as words, goes.

ITU-T H.264 clause D.1, H.265 clause D.2, SMPTE ST 2094-40 (HDR10+). Messages of buffers, decoding units, checksums
of pictures and layers show nothing and are not among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.bits import BitReader
from witnesskit.formats.nal import H264, HEVC

HDR10_PLUS: Final = b"\xb5\x00\x3c\x00\x01\x04"
STEADY: Final = frozenset({19, 45, 47, 129, 137, 144, 147, 148, 149, 165, 176})  # the same for a whole film
_LETTER: Final = rb"[0-9A-Za-z _./:@+-]"
_WIDE: Final = rb"(?:%b\0){4}|(?:\0%b){4}" % (_LETTER, _LETTER)
_WORDS: Final = re.compile(_LETTER + rb"{8}|" + _WIDE)
_PLUS_WORDS: Final = re.compile(_LETTER + rb"{12}")  # comes with every picture: chance makes shorter ones
_COLOUR_MAX: Final = 50_000  # 1.0 of a colour's coordinate
_LIGHT_MAX: Final = 1_000_000_000  # 100 000 candela in steps of 0.0001
_PARTS_MAX: Final = 16

Reader = Callable[[BitReader, bool], None]  # bits, true for HEVC


def fits(coding: str, kind: int, payload: bytes) -> bool:
    """True if ``payload`` is a message of ``kind`` from its first bit to its last, with values that can be real."""
    reader = _READERS[coding].get(kind)
    if reader is None or not payload:
        return False
    if kind == 4:
        return payload.startswith(HDR10_PLUS) and plus(payload[6:])
    if _WORDS.search(payload):
        return False
    bits = BitReader(payload)
    try:
        reader(bits, coding == HEVC.name)
    except BadMedia:
        return False
    return _ends(bits, payload)


def words(payload: bytes) -> bool:
    """True if ``payload`` reads as text somewhere."""
    return _WORDS.search(payload) is not None


def plus(body: bytes) -> bool:
    """True if ``body`` is HDR10+ for one window, behind the application's number and version."""
    bits = BitReader(body)
    try:
        bits.read(8)
        if bits.read(2) != 1 or len(body) > 256 or _PLUS_WORDS.search(body):
            return False
        bits.read(27)
        _expect(bits.read(1) == 0)
        bits.read(4 * 17)
        for _ in range(bits.read(4)):
            bits.read(7 + 17)
        bits.read(10)
        _expect(bits.read(1) == 0)
        if bits.read(1):
            bits.read(24)
            bits.read(10 * bits.read(4))
        bits.read(6 * bits.read(1))
    except BadMedia:
        return False
    return _ends(bits, body)


def _ends(bits: BitReader, payload: bytes) -> bool:
    left = 8 * len(payload) - bits.place
    if left >= 8:
        return False
    return left == 0 or int.from_bytes(payload[-1:], "big") & ((1 << left) - 1) in (0, 1 << left - 1)


def _expect(true: bool) -> None:
    if not true:
        raise BadMedia("a message out of its range")


def _short(size: int) -> Reader:
    """At most ``size`` bytes; what delays of buffers they hold depends on other units."""

    def reader(bits: BitReader, _hevc: bool) -> None:
        while not bits.at_end():
            _expect(bits.place < 8 * size)
            bits.read(8)

    return reader


def _recovery(bits: BitReader, hevc: bool) -> None:
    bits.golomb()
    bits.read(2 if hevc else 4)


def _grain(bits: BitReader, hevc: bool) -> None:
    if not bits.read(1):
        bits.read(2)
        bits.read(30 if bits.read(1) else 0)
        bits.read(6)
        for present in [bits.read(1) for _ in range(3)]:
            if present:
                _grain_component(bits)
        if hevc:
            bits.read(1)
        else:
            bits.golomb()


def _grain_component(bits: BitReader) -> None:
    intervals, values = bits.read(8) + 1, bits.read(3) + 1
    _expect(intervals <= _PARTS_MAX and values <= 6)
    for _ in range(intervals):
        low, high = bits.read(8), bits.read(8)
        _expect(low <= high)
        for _ in range(values):
            bits.golomb()


def _packing(bits: BitReader, hevc: bool) -> None:
    _expect(bits.golomb() < 1024)
    if not bits.read(1):
        kind, quincunx = bits.read(7), bits.read(1)
        bits.read(12)
        bits.read(16 if kind != 5 and not quincunx else 0)
        _expect(bits.read(8) == 0)
        _lasts(bits, hevc)
    bits.read(1)


def _orientation(bits: BitReader, hevc: bool) -> None:
    if not bits.read(1):
        bits.read(18)
        _lasts(bits, hevc)
    bits.read(0 if hevc else 1)


def _lasts(bits: BitReader, hevc: bool) -> None:
    if hevc:
        bits.read(1)
    else:
        _expect(bits.golomb() <= 16_384)


def _sets(bits: BitReader, _hevc: bool) -> None:
    bits.read(6)
    for _ in range(bits.golomb() + 1):
        _expect(bits.place <= 32)
        bits.golomb()


def _mastering(bits: BitReader, _hevc: bool) -> None:
    _expect(all(bits.read(16) <= _COLOUR_MAX for _ in range(8)))
    _expect(all(bits.read(32) <= _LIGHT_MAX for _ in range(2)))


def _fixed(count: int) -> Reader:
    return lambda bits, _hevc: bits.skip(count)


def _around(bits: BitReader, _hevc: bool) -> None:
    _expect(bits.read(32) <= _LIGHT_MAX)
    _expect(bits.read(16) <= _COLOUR_MAX and bits.read(16) <= _COLOUR_MAX)


def _volume(bits: BitReader, _hevc: bool) -> None:
    if bits.read(1):
        return
    bits.read(1)
    primaries, *lights = (bits.read(1) for _ in range(4))
    bits.read(2)
    for _ in range(6 * primaries):
        value = bits.read(32)
        _expect(min(value, (1 << 32) - value) <= 100 * _COLOUR_MAX)
    for _ in range(sum(lights)):
        _expect(bits.read(32) <= _LIGHT_MAX)


def _alpha(bits: BitReader, _hevc: bool) -> None:
    if not bits.read(1):
        bits.read(3)
        bits.read(2 * (bits.read(3) + 9) + 1)
        bits.read(bits.read(1))


def _displays(bits: BitReader, _hevc: bool) -> None:
    precision, distance = bits.golomb(), bits.read(1)
    _expect(precision <= 31)
    far = bits.golomb() if distance else 0
    count = bits.golomb() + 1
    _expect(far <= 31 and count <= 4)
    for _ in range(count):
        bits.golomb()
        bits.golomb()
        for least in (precision, *[far] * distance):
            power = bits.read(6)
            bits.read(max(0, power + least - 31) if power else max(0, least - 30))
        bits.read(10 * bits.read(1))
    bits.read(1)


_BOTH: Final[dict[int, Reader]] = {
    6: _recovery, 19: _grain, 45: _packing, 47: _orientation, 137: _mastering, 144: _fixed(32), 147: _fixed(8),
    148: _around,
}  # fmt: skip
_READERS: Final[dict[str, dict[int, Reader]]] = {
    H264.name: _BOTH | {0: _short(17)},
    HEVC.name: _BOTH | {1: _short(10), 4: _fixed(0), 129: _sets, 149: _volume, 165: _alpha, 176: _displays},
}
