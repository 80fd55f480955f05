"""LZW of TIFF, walked without decoding: only how long each code's word is counts (TIFF 6.0 section 13).

Codes of 9 to 12 bits stand highest bit first and grow one code early. A word's length is one more than that of the
word before it, so a list of lengths follows the table; no bytes are made, and a code costs one step of a loop.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from sys import byteorder
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.errors.strip import SurplusInPicture

_CLEAR, _END = 256, 257
_FULL: Final = 4096  # entries of the table
_LENGTHS: Final = [1] * 256 + [0, 0]
_PHASES: Final = ((9, 254), (10, 512), (11, 1024), (12, 1 << 40))  # codes of each width behind a clear code
_BLOCK: Final = 2048  # codes split at once


@dataclass
class _Walk:
    """What has been read since the last clear code: lengths of the table, codes, bytes decoded of all."""

    data: bytes
    needed: int
    place: int = 0  # bits
    total: int = 0
    lengths: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    done: bool = False


def lzw_length(data: bytes, needed: int) -> int:
    """Bytes of ``data`` up to the code that completes ``needed`` bytes, and the end code where it follows at once.

    Raises ``BadMedia``, ``MediaCut``, ``UnsupportedMedia``; ``SurplusInPicture`` where the last word holds more.
    """
    if data[:1] == b"\0" and data[1:2] and data[1] & 1:
        raise UnsupportedMedia("LZW of the oldest kind")
    walk = _Walk(data, needed)
    while not walk.done:
        walk.lengths, walk.codes = list(_LENGTHS), []
        _walk_period(walk)
    return -(-walk.place // 8)


def _walk_period(walk: _Walk) -> None:
    """Read up to the next clear code or the last byte needed."""
    for width, count in _PHASES:
        left = count
        while left > 0:
            block = split(walk.data, walk.place, width, min(left, _BLOCK))
            if not block:
                raise MediaCut("inside a strip or tile")
            left -= len(block)
            clear = _find(block, _CLEAR)
            stop = clear if clear >= 0 else len(block)
            if _take(walk, block[:stop], width):
                _take_end(walk)
                return
            if stop < len(block):
                walk.place += width
                return


def _find(block: list[int], code: int) -> int:
    try:
        return block.index(code)
    except ValueError:
        return -1


def _take(walk: _Walk, block: list[int], width: int) -> bool:
    """Follow codes; true when the bytes needed are complete; what stands behind them is not judged."""
    grown = _lengths_of(walk, block)
    sums = list(accumulate(grown, initial=walk.total))
    if sums[-1] < walk.needed:
        if len(grown) < len(block):
            raise MediaCut("inside a strip or tile") if block[len(grown)] == _END else BadMedia("LZW code")
        walk.total, walk.place = sums[-1], walk.place + width * len(block)
        walk.codes += block
        return False
    last = bisect_left(sums, walk.needed)
    walk.place += width * last
    walk.codes += block[:last]
    _check_surplus(walk, sums[last] - walk.needed)
    return True


def _lengths_of(walk: _Walk, block: list[int]) -> list[int]:
    """Length of each code's word, up to the first that is none; the table grows by a word for each but the first."""
    lengths, found, rest = walk.lengths, list[int](), block
    if not walk.codes and block:
        if block[0] > _CLEAR:
            return []
        found, rest = [lengths[block[0]]], block[1:]
    end = _find(rest, _END)
    rest = rest if end < 0 else rest[:end]
    before = lengths[walk.codes[-1]] if walk.codes else found[0] if found else 0
    room, start, grow = _FULL - len(lengths), len(lengths), lengths.append
    try:
        for code in rest[:room]:
            grow(before + 1)
            before = lengths[code]
    except IndexError:
        return found + [length - 1 for length in lengths[start + 1 :]]
    found += [length - 1 for length in lengths[start + 1 :]]
    found += [before] if rest[:room] else []
    return found + [lengths[code] for code in rest[room:]]


def _check_surplus(walk: _Walk, surplus: int) -> None:
    """Bytes of the last word behind those needed must be zeros."""
    code, tail = walk.codes[-1], list[int]()
    while surplus > len(tail):
        tail.append(_first(walk, walk.codes[code - 257]) if code > _END else code)
        code = walk.codes[code - 258] if code > _END else 0
    if any(tail):
        raise SurplusInPicture("coded bytes behind the last row")


def _first(walk: _Walk, code: int) -> int:
    """First byte of a code's word."""
    while code > _END:
        code = walk.codes[code - 258]
    return code


def _take_end(walk: _Walk) -> None:
    """The end code belongs to the coding; its width is that of the next code."""
    entries = min(_FULL, 257 + len(walk.codes))
    width = 9 + (entries > 510) + (entries > 1022) + (entries > 2046)
    if split(walk.data, walk.place, width, 1) == [_END]:
        walk.place += width
    walk.done = True


def split(data: bytes, place: int, width: int, count: int) -> list[int]:
    """Up to ``count`` numbers of ``width`` bits from bit ``place`` on, fewer where the data ends."""
    count = min(count, (8 * len(data) - place) // width)
    if count < 1:
        return []
    start, skip = divmod(place, 8)
    size = -(-(skip + count * width) // 8)
    number = int.from_bytes(data[start : start + size], "big") >> (8 * size - skip - count * width)
    number &= (1 << count * width) - 1
    steps = (count - 1).bit_length()
    spread = number << ((1 << steps) - count) * width
    for low, high, shift in _masks(width, steps):
        spread = spread & low | (spread & high) << shift
    words = array("H", spread.to_bytes(2 << steps, "big"))
    if byteorder == "little":
        words.byteswap()
    return words[:count].tolist()


@lru_cache(maxsize=64)
def _masks(width: int, steps: int) -> tuple[tuple[int, int, int], ...]:
    """Masks that move 2**steps numbers, halves first, from ``width`` bits each to 16."""
    found = []
    for step in range(steps - 1, -1, -1):
        half, stride = (1 << step) * width, 32 << step
        low = sum(((1 << half) - 1) << at * stride for at in range(1 << steps - step - 1))
        found.append((low, low << half, (16 - width) << step))
    return tuple(found)
