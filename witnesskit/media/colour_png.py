"""What chunks of a PNG say of its colours and shape, as the inspector takes it: in range, or not said at all."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Final

from witnesskit.media.walk_png import PngHead, PngWalk

STATEMENTS: Final = ("cICP", "mDCV", "cLLI", "sRGB", "cHRM", "gAMA")
_LIGHT: Final = 10_000 * 10_000  # 10,000 cd/m2 in ten-thousandths
_VOLUMES: Final = (  # mastering displays of BT.709, P3 D65, BT.2020
    "7d0040743a9875301d4c0bb83d134042",
    "84d03e8033c286c41d4c0bb83d134042",
    "8a48390821349baa199608fc3d134042",
)
_PRIMARIES: Final = (1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22)
_TRANSFERS: Final = (1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)


def in_range(name: str, body: bytes) -> bool:
    """True if a statement about colour has its right size and plausible values."""
    size = {"cICP": 4, "mDCV": 24, "cLLI": 8, "sRGB": 1, "cHRM": 32, "gAMA": 4}[name]
    if len(body) != size:
        return False
    if name == "cICP":
        return body[0] in _PRIMARIES and body[1] in _TRANSFERS and body[2] == 0 and body[3] in (0, 1)
    if name == "sRGB":
        return body[0] < 4
    if name == "mDCV":
        bright, dark = struct.unpack(">II", body[16:])
        return body[:16].hex() in _VOLUMES and bright <= _LIGHT and dark <= 10 * 10_000
    numbers = struct.unpack(f">{size // 4}I", body)
    if name == "gAMA":
        return bool(0 < numbers[0] <= 10 * 100_000)
    if name == "cHRM":
        small = [number for number in numbers if 0 < number < 1_000]
        return all(number <= 100_000 for number in numbers) and numbers[1] > 0 and len(small) < 3
    return all(number <= _LIGHT for number in numbers)


def pixel_shape(body: bytes | None) -> tuple[int, int]:
    """Width and height of a pixel (pHYs); (1, 1) where they differ by a hundredth or less, or nothing is said."""
    if body is None or len(body) != 9:
        return 1, 1
    across, down = struct.unpack(">II", body[:8])
    if not across or not down or abs(across - down) * 100 <= max(across, down):
        return 1, 1
    shape = Fraction(down, across)
    return (shape.numerator, shape.denominator) if max(shape.numerator, shape.denominator) < 10_000 else (1, 1)


def key_colour(walk: PngWalk) -> bytes:
    """A transparent colour of 16 bits a sample, which is wide enough to hold a text."""
    colour = see_through_colour(walk)
    return colour if len(colour) == 6 and walk.head.depth == 16 else b""


def see_through_colour(walk: PngWalk) -> bytes:
    """tRNS of a picture without palette, with the bits that count."""
    body, head = walk.first("tRNS") or b"", walk.head
    samples = {0: 1, 2: 3}.get(head.colour, 0)
    if not samples or len(body) != 2 * samples or _late(walk, "tRNS"):
        return b""
    return struct.pack(f">{samples}H", *(value % 2**head.depth for value in struct.unpack(f">{samples}H", body)))


def ground(body: bytes, head: PngHead, entries: int) -> bytes:
    """bKGD where it names a colour this picture can have, else nothing."""
    if head.colour == 3:
        return body if len(body) == 1 and body[0] < entries else b""
    samples = 1 if head.colour in (0, 4) else 3
    if len(body) != 2 * samples:
        return b""
    values = struct.unpack(f">{samples}H", body)
    if head.depth == 16 and samples == 3:
        return body if all(value >> 8 == value & 255 for value in values) else b""
    return body if all(value < 2**head.depth for value in values) else b""


def said(walk: PngWalk, name: str) -> bytes:
    """Body of a chunk that only counts in front of the picture."""
    return b"" if _late(walk, name) else walk.first(name) or b""


def _late(walk: PngWalk, name: str) -> bool:
    for piece in walk.pieces:
        if piece.name == "IDAT":
            return True
        if piece.name == name and piece.sound:
            return False
    return True
