"""Chunks that say how the pixels of a PNG are meant, each in a form that can say nothing else (PNG, clause 11.3).

Every reader gives the normal body, or ``b""`` where the chunk is out of its range and so says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Final

from witnesskit.formats.png import GREY, INDEXED, RGB, Header

_GAMMA_MAX: Final = 1_000_000  # ten; the unit is 1/100,000
_ONE: Final = 100_000
_LIGHT_MAX: Final = 100_000_000  # 10,000 cd/m2 in units of 0.0001, the top of PQ
_DARK_MAX: Final = 100_000
_ASPECT_MAX: Final = 9_999
COMMON_CHROMATICITIES: Final = frozenset(
    b"".join(value.to_bytes(4, "big") for value in values)
    for values in (
        (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),  # sRGB
        (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000),  # Display P3
        (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000),  # Adobe RGB
        (31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600),  # BT.2020
    )
)
_MASTERING: Final = frozenset(  # red, green, blue, white in units of 0.00002
    b"".join(value.to_bytes(2, "big") for value in values)
    for values in (
        (32000, 16500, 15000, 30000, 7500, 3000, 15635, 16450),  # BT.709
        (34000, 16000, 13250, 34500, 7500, 3000, 15635, 16450),  # P3 D65
        (35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450),  # BT.2020
    )
)
_REGISTERED: Final = (frozenset({1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22}), frozenset({1, 4, 5, 6, 7, *range(8, 19)}))


def gamma(body: bytes) -> bytes:
    """gAMA: four bytes."""
    return body if len(body) == 4 and 1 <= int.from_bytes(body, "big") <= _GAMMA_MAX else b""


def chromaticities(body: bytes) -> bytes:
    """cHRM: eight numbers, none above one."""
    values = _numbers(body, 4)
    plausible = sum(0 < value < _ONE // 100 for value in values) <= 2  # blue of wide spaces, no letters
    return body if len(body) == 32 and max(values) <= _ONE and values[1] and plausible else b""


def rendering(body: bytes) -> bytes:
    """sRGB: one of four intents."""
    return body if len(body) == 1 and body[0] <= 3 else b""


def code_points(body: bytes) -> bytes:
    """cICP: registered code points (ITU-T H.273), no matrix."""
    registered = len(body) == 4 and body[0] in _REGISTERED[0] and body[1] in _REGISTERED[1]
    return body if registered and body[2] == 0 and body[3] <= 1 else b""


def mastering(body: bytes) -> bytes:
    """mDCV: primaries of a standard, and two plausible luminances."""
    plausible = len(body) == 24 and body[:16] in _MASTERING
    bright, dark = int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big")
    return body if plausible and bright <= _LIGHT_MAX and dark <= _DARK_MAX else b""


def light_levels(body: bytes) -> bytes:
    """cLLI: two luminances."""
    return body if len(body) == 8 and max(_numbers(body, 4)) <= _LIGHT_MAX else b""


SIMPLE: Final[dict[bytes, Callable[[bytes], bytes]]] = {
    b"cICP": code_points,
    b"mDCV": mastering,
    b"cLLI": light_levels,
    b"sRGB": rendering,
    b"cHRM": chromaticities,
    b"gAMA": gamma,
}


def aspect(body: bytes) -> tuple[int, int]:
    """Width and height of a pixel from pHYs, without common divisor; (1, 1) for none, and for a mere rounding."""
    across, down = _numbers(body, 4)[:2] if len(body) == 9 else (0, 0)
    if not across or not down or 100 * abs(across - down) <= max(across, down):
        return 1, 1
    common = gcd(across, down)
    sides = down // common, across // common  # pHYs counts pixels for a length
    return sides if max(sides) <= _ASPECT_MAX else (1, 1)


def aspect_body(sides: tuple[int, int]) -> bytes:
    """pHYs that says the aspect alone."""
    return sides[1].to_bytes(4, "big") + sides[0].to_bytes(4, "big") + b"\0"


def background(body: bytes, header: Header, palette: int) -> bytes:
    """bKGD: an index of the palette, or samples; of 16 bits only such as are 8 bits spread out."""
    if header.colour == INDEXED:
        return body if len(body) == 1 and body[0] < palette else b""
    samples = _numbers(body, 2)
    if len(body) != (2 if header.colour % 4 == GREY else 6):
        return b""
    if header.depth == 16:
        return body if header.colour % 4 == GREY or all(one % 257 == 0 for one in samples) else b""
    return body if max(samples) < 2**header.depth else b""


def transparent_colour(body: bytes, header: Header) -> bytes:
    """tRNS of a picture without palette: one colour, cut to the bits of a sample."""
    if header.colour not in (GREY, RGB) or len(body) != (2 if header.colour == GREY else 6):
        return b""
    mask = 2**header.depth - 1
    return b"".join((one & mask).to_bytes(2, "big") for one in _numbers(body, 2))


def _numbers(body: bytes, size: int) -> list[int]:
    return [int.from_bytes(body[at : at + size], "big") for at in range(0, len(body), size)] or [0]
