"""What the units of AV1 samples carry beside coded pictures, by the inspector's own reader (AV1 clause 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.media.film_messages import holds_text, is_plus
from witnesskit.media.walk_av1 import behind_header

_SEQUENCE, _DELIMITER, _METADATA = 1, 2, 5
_PICTURES: Final = (3, 4, 6, 7)  # frame header, tile group, frame, frame header once more
_LEVELS: Final = {1: 4, 2: 24, 3: 1}  # HDR levels, mastering display, scalability: bytes


def av1_spare(sample: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of everything that is no coded picture and not needed to show one."""
    place, told = 0, set[bytes]()
    while place < len(sample):
        head, start = sample[place], place + (2 if sample[place] & 4 else 1)
        size = len(sample) - start
        if head & 2:
            size, start = _number(sample, start)
        unit, kind = sample[start : start + size], head >> 3 & 15
        if start + size > len(sample) or head & 0x80:
            yield "a unit that leaves its sample", sample[place:]
            return
        if kind == _SEQUENCE and behind_header(unit):
            yield "bytes behind a sequence header", unit
        elif (kind == _DELIMITER and unit) or (kind == _METADATA and not _is_quiet(unit)):
            yield f"unit {kind} in the pictures", unit
        elif kind == _METADATA and unit[:1] in told:
            yield "metadata again", unit
        elif kind not in (_SEQUENCE, _DELIMITER, _METADATA, *_PICTURES):
            yield f"unit {kind} in the pictures", unit or b"\1"
        told |= {unit[:1]} if kind == _METADATA else set()
        place = start + size


def _number(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 56, 7):
        byte = data[place] if place < len(data) else 0
        value, place = value | (byte & 127) << shift, place + 1
        if byte < 128:
            break
    return value, place


def _is_quiet(unit: bytes) -> bool:
    if unit[-1:] != b"\x80":
        return False
    if unit[:1] == b"\4":
        return unit[1:7] == b"\xb5\0\x3c\0\1\4" and is_plus(unit[7:-1])
    return len(unit) - 2 == _LEVELS.get(unit[0], -1) and not holds_text(unit[1:-1])
