"""Whether an AV1 sequence header ends where its fields do (AV1 bitstream specification clauses 5.5 and 5.3.4)."""

from __future__ import annotations

from witnesskit.errors.media import BadMedia
from witnesskit.formats.bits import BitReader


def is_whole_sequence(payload: bytes) -> bool:
    """True if nothing stands behind the fields of ``payload`` but the stop bit and zeros."""
    bits = BitReader(payload)
    try:
        _sequence(bits)
        left = 8 * len(payload) - bits.place
        return left > 0 and bits.read(left) == 1 << left - 1
    except BadMedia:
        return False


def _sequence(bits: BitReader) -> None:
    profile = bits.read(3)
    bits.read(1)
    reduced = bits.read(1)
    if reduced:
        bits.read(5)
    else:
        _operating_points(bits)
    width, height = bits.read(4), bits.read(4)
    bits.read(width + height + 2)
    if not reduced:
        bits.read(7 * bits.read(1))
    bits.read(3)
    if not reduced:
        _tools(bits)
    bits.read(3)
    _colour(bits, profile)
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
    shown = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay and bits.read(1):
            bits.read(2 * delay + 1)
        if shown:
            bits.read(4 * bits.read(1))


def _tools(bits: BitReader) -> None:
    bits.read(4)
    order = bits.read(1)
    bits.read(2 * order)
    screen = 2 if bits.read(1) else bits.read(1)
    if screen and not bits.read(1):
        bits.read(1)
    bits.read(3 * order)


def _colour(bits: BitReader, profile: int) -> None:
    high = bits.read(1)
    twelve = bits.read(1) if profile == 2 and high else 0
    grey = 0 if profile == 1 else bits.read(1)
    described = bits.read(24) if bits.read(1) else 0
    if grey:
        bits.read(1)
        return
    if described != 0x010D00:  # sRGB has no further fields
        bits.read(1)
        halved = (profile == 0, profile == 0)
        if profile == 2:
            across = bool(bits.read(1)) if twelve else True
            halved = (across, bool(bits.read(1)) if twelve and across else False)
        if all(halved):
            bits.read(2)
    bits.read(1)
