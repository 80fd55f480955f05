"""LZW of TIFF as the inspector follows it: where the coding of a strip ends (TIFF 6.0 section 13).

Written apart from the writer's walk: codes are split in groups of eight, and only the sizes of words are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.media_limits import TIFF_CLEARS_MAX

_FIRST: Final = 258  # the first entry that codes make
_LIMIT: Final = 4096
_AT_ONCE: Final = 512  # codes split at once


@dataclass
class _Since:
    """The table since the last clear code: size of each word, and the codes that made it."""

    sizes: list[int] = field(default_factory=lambda: [1] * 256 + [0, 0])
    codes: list[int] = field(default_factory=list)

    def width(self) -> int:
        """Bits of the next code."""
        made = len(self.sizes)
        return 9 if made < 511 else 10 if made < 1023 else 11 if made < 2047 else 12

    def run(self) -> int:
        """Codes of that width that follow at most."""
        grown = next((edge for edge in (511, 1023, 2047) if len(self.sizes) < edge), len(self.sizes) + _AT_ONCE)
        return min(_AT_ONCE, grown - len(self.sizes) + (not self.codes))

    def word(self, code: int) -> bytes:
        """What a code stands for."""
        out = bytearray()
        while code >= _FIRST:
            following = self.codes[code - _FIRST + 1]
            while following >= _FIRST:
                following = self.codes[following - _FIRST]
            out.append(following)
            code = self.codes[code - _FIRST]
        out.append(code)
        return bytes(reversed(out))


def lzw_end(data: bytes, wanted: int) -> int:
    """Bytes of ``data`` that are coding; raises ``BadMedia`` or ``UnsupportedMedia``."""
    if len(data) > 1 and data[0] == 0 and data[1] & 1:
        raise UnsupportedMedia("LZW of the oldest kind")
    since, bit, total, clears = _Since(), 0, 0, 0
    while total < wanted:
        width = since.width()
        codes = _numbers(data, bit, width, since.run())
        if not codes:
            raise BadMedia("LZW that ends too early")
        taken, total, cleared = _follow(since, codes, total, wanted)
        bit += taken * width
        if cleared:
            since, clears = _Since(), clears + 1
            if clears > TIFF_CLEARS_MAX:
                raise BadMedia("LZW that starts anew too often")
    surplus = total - wanted
    if surplus and any(since.word(since.codes[-1])[-surplus:]):
        raise BadMedia("more in a strip than is shown")
    width = since.width()
    if _numbers(data, bit, width, 1) == [257]:
        bit += width
    return (bit + 7) // 8


def _follow(since: _Since, codes: list[int], total: int, wanted: int) -> tuple[int, int, bool]:
    """(codes taken, bytes decoded so far, whether the last one clears the table)."""
    end = codes.index(256) if 256 in codes else len(codes)
    done = begun = 0
    if end and not since.codes:  # the first word makes no entry
        if codes[0] > 255:
            raise BadMedia("LZW")
        since.codes.append(codes[0])
        total, done, begun = total + 1, 1, 1
    sizes, size = since.sizes, since.sizes[since.codes[-1]] if since.codes else 0
    more = sizes.append if len(sizes) + end <= _LIMIT else _bounded(sizes)
    try:
        for code in codes[done:end]:
            if total >= wanted:
                break
            more(size + 1)
            size = sizes[code]
            if not size:  # the end code
                break
            total += size
            done += 1
    except IndexError:
        raise BadMedia("LZW") from None
    if done < end and total < wanted:
        raise BadMedia("LZW that ends too early")
    since.codes += codes[begun:done]
    cleared = done == end < len(codes) and total < wanted
    return done + cleared, total, cleared


def _bounded(sizes: list[int]) -> Callable[[int], None]:
    """Appends while the table has room."""

    def more(size: int) -> None:
        if len(sizes) < _LIMIT:
            sizes.append(size)

    return more


def _numbers(data: bytes, bit: int, width: int, count: int) -> list[int]:
    """Up to ``count`` numbers of ``width`` bits from ``bit`` on."""
    count = min(count, (len(data) * 8 - bit) // width)
    if count <= 0:
        return []
    end = bit + count * width
    piece = int.from_bytes(data[bit // 8 : (end + 7) // 8], "big") >> -end % 8
    groups = (count + 7) // 8
    piece = (piece & (1 << count * width) - 1) << (groups * 8 - count) * width
    raw, mask = piece.to_bytes(groups * width, "big"), (1 << width) - 1
    eights = [int.from_bytes(raw[at : at + width], "big") for at in range(0, len(raw), width)]
    shifts = range(7 * width, -1, -width)
    return [eight >> shift & mask for eight in eights for shift in shifts][:count]
