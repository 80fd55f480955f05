"""Where the coded bytes of a strip or tile truly end: what stands behind them is shown by no decoder (TIFF 6.0).

Each walk decodes as far as it must and gives back the length of the coding and which byte values were decoded.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.errors.strip import SurplusInPicture
from witnesskit.formats.tiff_layout import DEFLATE, LZW, OLD_DEFLATE, PACKBITS
from witnesskit.formats.tiff_lzw import lzw_length
from witnesskit.limits import READ_BLOCK

_CLEAR, _END = 256, 257
_FIRST: Final = tuple([bytes([value]) for value in range(256)] + [b"", b""])


@dataclass
class Decoded:
    """What has come out of a coding: how many bytes of ``needed``; ``keep`` collects them for palettes."""

    needed: int
    watch: Callable[[bytes], None] | None = None  # is shown what comes out, for palettes
    total: int = 0

    def take(self, data: bytes) -> None:
        """Count ``data``; bytes behind the needed ones must be zeros, else they are a hiding place."""
        surplus = self.total + len(data) - self.needed
        if surplus > 0 and any(data[max(0, len(data) - surplus) :]):
            raise SurplusInPicture("coded bytes behind the last row")
        if self.watch is not None and self.total < self.needed:
            self.watch(data[: self.needed - self.total])
        self.total += len(data)

    def require(self) -> None:
        """Raise ``MediaCut`` if less came out than the picture needs."""
        if self.total < self.needed:
            raise MediaCut("inside a strip or tile")


def coded_length(compression: int, data: bytes, decoded: Decoded) -> int:
    """Bytes of ``data`` that are coding; raises ``BadMedia``, ``MediaCut`` or ``SurplusInPicture``."""
    return _WALKS[compression](data, decoded)


def _deflate(data: bytes, decoded: Decoded) -> int:
    inflater, rest = zlib.decompressobj(), data
    try:
        while not inflater.eof:
            out = inflater.decompress(rest, READ_BLOCK)
            rest = inflater.unconsumed_tail
            decoded.take(out)
            if decoded.total > 2 * decoded.needed + READ_BLOCK:
                raise SurplusInPicture("more rows than the picture has")
            if not out and not rest and not inflater.eof:
                break
    except zlib.error:
        raise BadMedia("deflate-coded strip or tile") from None
    decoded.require()
    return len(data) - len(inflater.unused_data)


def _packbits(data: bytes, decoded: Decoded) -> int:
    place = 0
    while decoded.total < decoded.needed:
        if place + 1 >= len(data):
            raise MediaCut("inside a strip or tile")
        count = data[place]
        if count < 128:
            decoded.take(data[place + 1 : place + 2 + count])
            place += 2 + count
        elif count > 128:
            size = min(257 - count, decoded.needed - decoded.total)  # one byte again and again says nothing new
            decoded.take(data[place + 1 : place + 2] * size)
            place += 2
        else:
            place += 1
    if place > len(data):
        raise MediaCut("inside a strip or tile")
    return place


@dataclass
class _Words:
    """The growing table of LZW, and what has come out of it since the last hand-over."""

    table: list[bytes] = field(default_factory=lambda: list(_FIRST))
    before: bytes = b""
    out: list[bytes] = field(default_factory=list)
    left: int = 0  # bytes still needed

    def width(self) -> int:
        """Bits of the next code: one code early (TIFF 6.0 section 13)."""
        size = len(self.table)
        return 9 if size < 511 else 10 if size < 1023 else 11 if size < 2047 else 12

    def room(self) -> int:
        """How many codes of this width follow at most, and no more than are worth splitting at once."""
        ahead = {9: 511, 10: 1023, 11: 2047}.get(self.width(), 1 << 16) - len(self.table)
        return min(64, ahead + (0 if self.before else 1))

    def feed(self, codes: list[int]) -> int:
        """Take codes up to a clear code or to the last byte needed; how many were taken."""
        for number, code in enumerate(codes, 1):
            if code == _CLEAR:
                self.table, self.before = list(_FIRST), b""
                return number
            word = self._word(code)
            if self.before and len(self.table) < 4096:
                self.table.append(self.before + word[:1])
            self.before = word
            self.out.append(word)
            self.left -= len(word)
            if self.left <= 0:
                return number
        return len(codes)

    def _word(self, code: int) -> bytes:
        if code == _END:
            raise MediaCut("inside a strip or tile")
        if code < len(self.table):
            return self.table[code]
        if code > len(self.table) or not self.before:
            raise BadMedia("LZW code")
        return self.before + self.before[:1]


def _lzw(data: bytes, decoded: Decoded) -> int:
    """Codes of 9 to 12 bits, highest bit first; they are decoded only where what they say is asked for."""
    if decoded.watch is None:
        return lzw_length(data, decoded.needed)
    if data[:1] == b"\0" and data[1:2] and data[1] & 1:
        raise UnsupportedMedia("LZW of the oldest kind")
    words, place = _Words(left=decoded.needed), 0
    while words.left > 0:
        width = words.width()
        codes = _codes(data, place, width, words.room())
        if not codes:
            raise MediaCut("inside a strip or tile")
        place += words.feed(codes) * width
        if len(words.out) > 4096 or words.left <= 0:
            decoded.take(b"".join(words.out))
            words.out.clear()
    width = words.width()
    if _codes(data, place, width, 1) == [_END]:  # the end code belongs to the coding
        place += width
    return -(-place // 8)


def _codes(data: bytes, place: int, width: int, count: int) -> list[int]:
    """Up to ``count`` numbers of ``width`` bits from bit ``place`` on."""
    start, skip = divmod(place, 8)
    raw = data[start : start + -(-(skip + count * width) // 8)]
    bits = f"{int.from_bytes(raw, 'big'):0{8 * len(raw)}b}" if raw else ""
    last = min(len(bits), skip + count * width) - width
    return [int(bits[at : at + width], 2) for at in range(skip, last + 1, width)]


_WALKS: Final[dict[int, Callable[[bytes, Decoded], int]]] = {
    LZW: _lzw,
    DEFLATE: _deflate,
    OLD_DEFLATE: _deflate,
    PACKBITS: _packbits,
}
