"""Size of a Vorbis setup header, read by the inspector itself (Vorbis I clause 4.2.4)."""

from __future__ import annotations

from math import isqrt

_SETUP_MAX = 64 * 1024  # bytes; real ones stay under eight kibibytes


class _BrokenError(Exception):
    """Not a setup header; never leaves this file."""


class _Bits:
    """The header's bits, the least significant of the first byte first, as a string read from the left."""

    def __init__(self, raw: bytes) -> None:
        self.text = "".join(f"{byte:08b}"[::-1] for byte in raw[:_SETUP_MAX])
        self.at = 0

    def u(self, count: int) -> int:
        piece = self.text[self.at : self.at + count]
        if len(piece) < count:
            raise _BrokenError
        self.at += count
        return int(piece[::-1], 2) if piece else 0

    def times(self) -> range:
        return range(self.u(6) + 1)


def vorbis_setup_size(setup: bytes, channels: int) -> int:
    """Bytes of the header at the start of ``setup``; 0 where it cannot be read."""
    if setup[:7] != b"\x05vorbis" or not channels:
        return 0
    bits = _Bits(setup[7:])
    try:
        for _ in range(bits.u(8) + 1):
            _book(bits)
        if sum(bits.u(16) for _ in bits.times()):
            return 0
        for _ in bits.times():
            _curve(bits)
        for _ in bits.times():
            _rest(bits)
        for _ in bits.times():
            _channels(bits, channels)
        for _ in bits.times():
            bits.u(41)
        framed, padding = bits.u(1), bits.u(-bits.at % 8)
    except _BrokenError:
        return 0
    return 7 + bits.at // 8 if framed and not padding else 0


def _book(bits: _Bits) -> None:
    if bits.u(24) != 0x564342:
        raise _BrokenError
    dimensions, entries = bits.u(16), bits.u(24)
    if entries > 8 * _SETUP_MAX or not dimensions:
        raise _BrokenError
    if bits.u(1):
        bits.u(5)
        known = 0
        while known < entries:
            known += bits.u((entries - known).bit_length())
    else:
        sparse = bits.u(1)
        for _ in range(entries):
            if not sparse or bits.u(1):
                bits.u(5)
    kind = bits.u(4)
    if kind in (1, 2):
        bits.u(64)
        width = bits.u(4) + 1
        bits.u(1)
        count = _root(entries, dimensions) if kind == 1 else entries * dimensions
        if count * width > 8 * _SETUP_MAX:
            raise _BrokenError
        bits.u(count * width)
    elif kind:
        raise _BrokenError


def _root(entries: int, dimensions: int) -> int:
    if dimensions == 2:
        return isqrt(entries)
    value = 0
    while dimensions < 64 and (value + 1) ** dimensions <= entries:
        value += 1
    return value if dimensions < 64 else min(entries, 1)


def _curve(bits: _Bits) -> None:
    kind = bits.u(16)
    if kind > 1:
        raise _BrokenError
    if kind == 0:
        bits.u(54)
        bits.u(8 * (bits.u(4) + 1))
        return
    parts = [bits.u(4) for _ in range(bits.u(5))]
    sizes = []
    for _ in range(max(parts) + 1 if parts else 0):
        sizes.append(bits.u(3) + 1)
        depth = bits.u(2)
        bits.u(8 if depth else 0)
        bits.u(8 * 2**depth)
    bits.u(2)
    width = bits.u(4)
    for part in parts:
        bits.u(width * sizes[part])


def _rest(bits: _Bits) -> None:
    if bits.u(16) > 2:
        raise _BrokenError
    bits.u(72)
    count = bits.u(6) + 1
    bits.u(8)
    books = 0
    for _ in range(count):
        low = bits.u(3)
        high = bits.u(5) if bits.u(1) else 0
        books += f"{high:b}{low:b}".count("1")
    bits.u(8 * books)


def _channels(bits: _Bits, channels: int) -> None:
    if bits.u(16):
        raise _BrokenError
    parts = bits.u(4) + 1 if bits.u(1) else 1
    if bits.u(1):
        pairs = bits.u(8) + 1
        bits.u(2 * pairs * (channels - 1).bit_length())
    if bits.u(2):
        raise _BrokenError
    bits.u(4 * channels if parts > 1 else 0)
    bits.u(24 * parts)
