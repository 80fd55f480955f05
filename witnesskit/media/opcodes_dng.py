"""Opcode lists of DNG as the inspector reads them: each opcode of a known kind, as long as its own fields say."""

from __future__ import annotations

import struct
from typing import Final

from witnesskit.media_limits import DNG_OPCODES_MAX

_PLAIN: Final = {3: 56, 4: 8, 6: 16}  # bytes of vignette, bad pixels of one value, trim
_PLANES: Final = {1: (20, 48), 2: (20, 32), 14: (24, 152)}  # bytes beside and for each plane of warps
_COUNTED: Final = {7: 2, 10: 4, 11: 4, 12: 4, 13: 4}  # bytes of each number behind an area of 32
_LIST, _POLYNOMIAL, _GAIN = 5, 8, 9


def strange_opcodes(data: bytes) -> str:
    """Why a list is not as a clean copy has it; empty if it is."""
    if len(data) < 4:
        return "short"
    (count,) = struct.unpack_from(">I", data)
    place = 4
    for _ in range(min(count, DNG_OPCODES_MAX + 1)):
        if place + 16 > len(data):
            return "cut"
        kind, first, second, rest, flags, size = struct.unpack_from(">IBBHII", data, place)
        if (
            (first, rest) != (1, 0)
            or second > 9
            or flags > 3
            or _size(kind, data[place + 16 : place + 16 + size]) != size
        ):
            return f"opcode {kind}"
        place += 16 + size
    return "" if place == len(data) and count <= DNG_OPCODES_MAX else "bytes behind the last opcode"


def _size(kind: int, body: bytes) -> int:
    """Bytes the parameters of an opcode have by their own counts; -1 for an unknown one."""
    words: tuple[int, ...] = struct.unpack(f">{len(body) // 4}I", body[: len(body) // 4 * 4]) + (0,) * 20
    if kind in _PLANES:
        beside, each = _PLANES[kind]
        return beside + each * words[0]
    if kind in _COUNTED:
        return 36 + _COUNTED[kind] * words[8]
    return {
        _LIST: 12 + 8 * words[1] + 16 * words[2],
        _POLYNOMIAL: 44 + 8 * words[8],
        _GAIN: 76 + 4 * words[8] * words[9] * words[18],
    }.get(kind, _PLAIN.get(kind, -1))
