"""Where an AV1 sequence header ends: what stands behind it in its unit is no part of it (AV1 clause 5.5)."""

from __future__ import annotations

from witnesskit.errors.media import BadMedia
from witnesskit.formats.bits import BitReader


def is_whole_header(payload: bytes) -> bool:
    """True if ``payload`` (of a unit of type 1) is one sequence header, its end bit and zeros."""
    bits = BitReader(payload)
    try:
        _header(bits)
    except BadMedia:
        return False
    rest = 8 * len(payload) - bits.place
    return rest > 0 and bits.read(rest) == 1 << (rest - 1)


def _header(bits: BitReader) -> None:
    profile = bits.read(3)
    bits.read(1)
    reduced = bits.read(1)
    if reduced:
        bits.read(5)
    else:
        _operating_points(bits)
    sides = bits.read(4) + 1, bits.read(4) + 1
    for side in sides:
        bits.read(side)
    if not reduced and bits.read(1):
        bits.read(7)
    bits.read(3)
    if not reduced:
        _tools(bits)
    bits.read(3)
    _colours(bits, profile)
    bits.read(1)


def _operating_points(bits: BitReader) -> None:
    delay = 0
    if bits.read(1):
        bits.read(64)
        if bits.read(1):
            bits.golomb()
        if bits.read(1):
            delay = bits.read(5) + 1
            bits.read(42)
    display = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay and bits.read(1):
            bits.read(2 * delay + 1)
        if display and bits.read(1):
            bits.read(4)


def _tools(bits: BitReader) -> None:
    bits.read(4)
    order = bits.read(1)
    if order:
        bits.read(2)
    screen = bits.read(1) or bits.read(1)
    if screen and not bits.read(1):
        bits.read(1)
    if order:
        bits.read(3)


def _colours(bits: BitReader, profile: int) -> None:
    """color_config (clause 5.5.2)."""
    high = bits.read(1)
    twelve = bits.read(1) if profile == 2 and high else 0
    mono = bits.read(1) if profile != 1 else 0
    description = (bits.read(8), bits.read(8), bits.read(8)) if bits.read(1) else (2, 2, 2)
    if mono:
        bits.read(1)
        return
    if description != (1, 13, 0):
        bits.read(1)
        if _halved(bits, profile, twelve):
            bits.read(2)
    bits.read(1)


def _halved(bits: BitReader, profile: int, twelve: int) -> bool:
    """True if colours have half the picture's width and height."""
    if profile != 2 or not twelve:
        return profile == 0
    return bool(bits.read(1) and bits.read(1))
