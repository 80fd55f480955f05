"""Values of TIFF entries as a copy holds them: numbers written anew, so that nothing rides in spare bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from witnesskit.errors.media import BadMedia
from witnesskit.formats.tiff import RATIONAL, SIZES, SRATIONAL

_UNDER_MAX: Final = 1 << 20  # a denominator of chance is larger
_OVER_MAX: Final = 1 << 31


@dataclass(frozen=True)
class Value:
    """Kind, count and bytes of one value, in the byte order of its file."""

    kind: int
    count: int
    raw: bytes


def whole(kind: int, numbers: Sequence[int], order: Literal["little", "big"]) -> Value:
    """Unsigned numbers of ``kind``; raises ``BadMedia`` where one does not fit."""
    size = SIZES[kind]
    if any(not 0 <= number < 1 << 8 * size for number in numbers):
        raise BadMedia("number too large for its tag")
    return Value(kind, len(numbers), b"".join(number.to_bytes(size, order) for number in numbers))


def ratios(numbers: Iterable[Fraction], order: Literal["little", "big"], signed: bool = False) -> Value:
    """Fractions in their lowest terms; those of odd denominators are rounded to a millionth."""
    raw, count = b"", 0
    for number in numbers:
        near = number if number.denominator <= _UNDER_MAX else Fraction(round(number * 1_000_000), 1_000_000)
        if abs(near.numerator) >= _OVER_MAX or (near < 0 and not signed):
            raise BadMedia("fraction too large for its tag")
        raw += near.numerator.to_bytes(4, order, signed=signed) + near.denominator.to_bytes(4, order)
        count += 1
    return Value(SRATIONAL if signed else RATIONAL, count, raw)
