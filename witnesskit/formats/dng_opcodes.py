"""Opcode lists of DNG: corrections of a lens and a sensor, each of a known form and length (DNG 1.6 chapter 7)."""

from __future__ import annotations

from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.media_limits import DNG_OPCODES_MAX

_WARP, _FISHEYE, _VIGNETTE, _BAD_CONSTANT, _BAD_LIST, _TRIM, _TABLE, _POLYNOMIAL, _GAIN, _WARP2 = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 14,
)  # fmt: skip
_ROWS_AND_COLUMNS: Final = frozenset({10, 11, 12, 13})
_FIXED: Final = {_VIGNETTE: 56, _BAD_CONSTANT: 8, _TRIM: 16}
_AREA: Final = 32  # bytes of the area, planes and pitches that many opcodes begin with
_FLAGS: Final = 3  # optional, and to be skipped for previews


def clean_opcodes(data: bytes) -> bytes:
    """The list with nothing between or behind its opcodes; raises ``BadMedia`` or ``UnsupportedMedia``."""
    count = int.from_bytes(data[:4], "big")
    if len(data) < 4 or count > DNG_OPCODES_MAX:
        raise BadMedia("opcode list")
    out, place = data[:4], 4
    for _ in range(count):
        size = int.from_bytes(data[place + 12 : place + 16], "big")
        body = data[place + 16 : place + 16 + size]
        number = int.from_bytes(data[place : place + 4], "big")
        if len(data) < place + 16 or len(body) != size or _length(number, body) != size:
            raise UnsupportedMedia(f"opcode {number} of a raw picture")
        version, flags = data[place + 4 : place + 8], int.from_bytes(data[place + 8 : place + 12], "big")
        if version[0] != 1 or version[1] > 9 or version[2:] != b"\0\0" or flags > _FLAGS:
            raise UnsupportedMedia(f"opcode {number} of a raw picture")
        out += data[place : place + 16] + body
        place += 16 + size
    return out


def _length(number: int, body: bytes) -> int:
    """Bytes the parameters of an opcode have, -1 for one that is not known."""
    if number in _FIXED:
        return _FIXED[number]
    if number in (_WARP, _FISHEYE, _WARP2):
        each = {_WARP: 48, _FISHEYE: 32, _WARP2: 152}[number]
        return 4 + each * _word(body, 0) + 16 + (4 if number == _WARP2 else 0)
    if number == _BAD_LIST:
        return 12 + 8 * _word(body, 4) + 16 * _word(body, 8)
    if number == _TABLE:
        return _AREA + 4 + 2 * _word(body, _AREA)
    if number == _POLYNOMIAL:
        return _AREA + 4 + 8 * (_word(body, _AREA) + 1)
    if number in _ROWS_AND_COLUMNS:
        return _AREA + 4 + 4 * _word(body, _AREA)
    if number == _GAIN:
        return _AREA + 44 + 4 * _word(body, _AREA) * _word(body, _AREA + 4) * _word(body, _AREA + 40)
    return -1


def _word(body: bytes, place: int) -> int:
    return int.from_bytes(body[place : place + 4], "big")
