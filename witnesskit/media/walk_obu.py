"""Units of an AV1 frame that show nothing: padding, reserved kinds, metadata other than HDR (AV1 clause 5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_SHOWN: Final = frozenset({1, 2, 3, 4, 6, 7, 8})  # sequence and frame headers, tiles
_METADATA: Final = 5
_LEVELS: Final = {1: 5, 2: 25, 3: 64}  # light levels, mastering colours, scalability: the most bytes behind the kind


def strange_units(frame: bytes) -> Iterator[tuple[str, bytes]]:
    """(what it is, its bytes) of every unit no clean film holds; one that cannot be read ends the frame."""
    place = 0
    while place < len(frame):
        head, at = frame[place], place + 1 + (frame[place] >> 2 & 1)
        size, at = _size(frame, at) if head & 2 else (len(frame) - at, at)
        body = frame[at : at + size]
        if head & 0x81 or size < 0 or len(body) < size:
            yield "a unit that cannot be read", frame[place:]
            return
        kind = head >> 3 & 15
        if kind == _METADATA:
            if not _of_light(body):
                yield "metadata in the pictures", body
        elif kind not in _SHOWN:
            yield f"unit of kind {kind}", body
        place = at + size


def _size(frame: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        if at + index >= len(frame):
            break
        byte = frame[at + index]
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, at + index + 1
    return -1, at


def _of_light(body: bytes) -> bool:
    if body[:1] == b"\x04":
        return body[1:7] == b"\xb5\0\x3c\0\1\4" and len(body) <= 257
    return bool(body) and len(body) <= 1 + _LEVELS.get(body[0], -1)
