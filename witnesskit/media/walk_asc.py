"""The configuration of AAC sound to its last bit: the inspector's own reading (ISO/IEC 14496-3 clause 1.6.2.1)."""

from __future__ import annotations

from collections.abc import Iterator

_ELD_MAX = 16  # bytes of a low delay configuration; it has no free field


class _CutError(Exception):
    """The bits end early; never leaves this file."""


class _Bits:
    def __init__(self, raw: bytes) -> None:
        self.text = "".join(f"{byte:08b}" for byte in raw[:512])
        self.at = 0

    def u(self, count: int) -> int:
        piece = self.text[self.at : self.at + count]
        if len(piece) < count:
            raise _CutError
        self.at += count
        return int(piece, 2) if piece else 0

    def kind(self) -> int:
        value = self.u(5)
        return 32 + self.u(6) if value == 31 else value

    def rate(self) -> None:
        if self.u(4) == 15:
            self.u(24)


def spare_of_asc(private: bytes) -> Iterator[bytes]:
    """Bytes behind the configuration, and the comment of a programme element unless it is blank."""
    bits = _Bits(private)
    try:
        kind = bits.kind()
        bits.rate()
        channels = bits.u(4)
        if kind in (5, 29):
            bits.rate()
            kind = bits.kind()
        if kind == 39:
            yield private[_ELD_MAX:]
            return
        bits.u(1)
        if bits.u(1):
            bits.u(14)
        extended = bits.u(1)
        if channels == 0:
            yield from (text for text in [_programme(bits, private)] if any(text))
        bits.at += 3 if kind == 20 else 0
        bits.at += (4 if kind in (17, 19, 20, 23) else 1) if extended else 0
    except _CutError:
        yield private
        return
    yield private[(_behind(bits) + 7) // 8 :]


def _programme(bits: _Bits, private: bytes) -> bytes:
    bits.u(10)
    counts = [bits.u(width) for width in (4, 4, 4, 2, 3, 4)]
    for width in (4, 4, 3):
        if bits.u(1):
            bits.u(width)
    bits.u(5 * (counts[0] + counts[1] + counts[2] + counts[5]) + 4 * (counts[3] + counts[4]))
    bits.u(-bits.at % 8)
    size = bits.u(8)
    start = bits.at // 8
    bits.u(8 * size)
    return private[start : start + size]


def _behind(bits: _Bits) -> int:
    """Where the bits end when a backward compatible extension is passed over."""
    end = bits.at
    try:
        if bits.u(11) == 0x2B7 and bits.u(5) == 5:
            present = bits.u(1)
            if present:
                bits.rate()
            end = bits.at
            if present and bits.u(11) == 0x548:
                bits.u(1)
                end = bits.at
    except _CutError:
        pass
    return end
