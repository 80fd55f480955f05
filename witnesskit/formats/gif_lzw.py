"""The codes of a GIF picture (GIF89a appendix F): where they end and which colours they use, without decoding pixels.

Every string of the dictionary is made of colours that stood in the codes as themselves before, so the colours in
use are the codes below the clear code; and the length of every string follows from the codes alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.media_limits import GIF_CLEARS_MAX

_FULL: Final = 4_096  # strings of a full dictionary
_WIDTH_MAX: Final = 12
_AT_ONCE: Final = 2_048


@dataclass
class CodeReader:
    """Reads the codes of one picture of ``pixels`` pixels; ``clears`` counts over all pictures of a file."""

    data: bytes
    minimum: int
    pixels: int
    clears: int = 0
    used: set[int] = field(default_factory=set)
    _bit: int = 0
    _shown: int = 0
    _width: int = 0
    _lengths: list[int] = field(default_factory=list)
    _last: int = 0  # pixels of the last code and one more, 0 behind a clear code

    @property
    def clear(self) -> int:
        """The code that empties the dictionary; the end code is the next one."""
        return 1 << self.minimum

    def read(self) -> bytes:
        """The codes up to the last one that shows a pixel, an end code, and zero bits to the next byte.

        Raises ``BadMedia`` for a code that names nothing, ``MediaTooLarge``.
        """
        self._restart()
        while self._shown < self.pixels:
            if len(self._lengths) == _FULL:
                wanted = _AT_ONCE
            else:
                wanted = (1 << self._width) - len(self._lengths) + (not self._last)
            codes, packed = self._peek(wanted)
            if not codes:
                break
            stop, control = self._control(codes, packed)
            self._take(codes[:stop])
            if control == self.clear + 1 or self._shown >= self.pixels:
                break
            if control == self.clear:
                self._bit += self._width
                self._restart()
            elif len(self._lengths) == 1 << self._width and self._width < _WIDTH_MAX:
                self._width += 1
        return self._finished()

    def _restart(self) -> None:
        self.clears += 1
        if self.clears > GIF_CLEARS_MAX:
            raise MediaTooLarge("restarts of the codes")
        self._lengths = [1] * self.clear + [0, 0]
        self._width, self._last = self.minimum + 1, 0

    def _peek(self, wanted: int) -> tuple[tuple[int, ...], bytes]:
        """(up to ``wanted`` codes, the same as two bytes each); eight codes take as many bytes as one has bits."""
        width, start = self._width, self._bit >> 3
        count = min(wanted, (8 * len(self.data) - self._bit) // width)
        groups = -(-count // 8)
        size = groups * width + 2
        value = int.from_bytes(self.data[start : start + size], "little") >> (self._bit & 7)
        low, high = _MASKS[width]
        packed = bytearray(16 * groups)
        for lane in range(8):
            moved = (value >> (lane * width)).to_bytes(size, "little")
            packed[2 * lane :: 16] = moved[0 : groups * width : width].translate(low)
            packed[2 * lane + 1 :: 16] = moved[1 : groups * width + 1 : width].translate(high)
        exact = bytes(packed[: 2 * count])
        return struct.unpack(f"<{count}H", exact), exact

    def _control(self, codes: tuple[int, ...], packed: bytes) -> tuple[int, int]:
        """(how many codes stand before the first clear or end code, that code); -1 if there is none."""
        places = [(_find(packed, code), code) for code in (self.clear, self.clear + 1)]
        found = [(place, code) for place, code in places if place >= 0]
        return min(found) if found else (len(codes), -1)

    def _take(self, codes: tuple[int, ...]) -> None:
        """Show what ``codes`` stand for, up to the last pixel."""
        known, before, last = len(self._lengths), self._shown, self._last
        try:
            self._extend(codes)
        except IndexError:
            self._shown = self.pixels  # unless the last pixel comes before it
        if self._shown < self.pixels:
            self._bit += self._width * len(codes)
            self._note(codes)
            return
        taken = self._until_last_pixel(codes, before)
        added = taken - (not last) if known < _FULL else 0
        del self._lengths[known + added :]
        self._bit += self._width * taken
        self._note(codes[:taken])
        if len(self._lengths) == 1 << self._width and self._width < _WIDTH_MAX:
            self._width += 1

    def _until_last_pixel(self, codes: tuple[int, ...], shown: int) -> int:
        """How many of ``codes`` are needed for all pixels."""
        for taken, code in enumerate(codes, 1):
            if code >= len(self._lengths):
                break
            shown += self._lengths[code]
            if shown >= self.pixels:
                return taken
        raise BadMedia("a code that names nothing")

    def _extend(self, codes: tuple[int, ...]) -> None:
        lengths = self._lengths
        if len(lengths) == _FULL:
            self._shown += sum([lengths[code] for code in codes])
            return
        if codes and not self._last:
            self._last = lengths[codes[0]] + 1
            self._shown += self._last - 1
            codes = codes[1:]
        known, last = len(lengths), self._last
        append = lengths.append
        for code in codes:
            append(last)
            last = lengths[code] + 1
        # every string is one longer than the code before it shows
        self._shown += sum(lengths[known:]) - len(codes) + last - self._last
        self._last = last

    def _note(self, codes: tuple[int, ...]) -> None:
        clear = self.clear
        if len(self.used) < clear:
            self.used.update([code for code in set(codes) if code < clear])

    def _finished(self) -> bytes:
        size = -(-self._bit // 8)
        value = int.from_bytes(self.data[:size], "little") & ((1 << self._bit) - 1)
        value |= (self.clear + 1) << self._bit
        return value.to_bytes(-(-(self._bit + self._width) // 8), "little")


def _find(packed: bytes, code: int) -> int:
    """Index of ``code`` among codes of two bytes each, -1 if it is not there."""
    wanted = code.to_bytes(2, "little")
    place = packed.find(wanted)
    while place >= 0 and place & 1:
        place = packed.find(wanted, place + 1)
    return place >> 1 if place >= 0 else -1


def _mask_tables(width: int) -> tuple[bytes, bytes]:
    mask = (1 << width) - 1
    return bytes(byte & mask & 255 for byte in range(256)), bytes(byte & mask >> 8 for byte in range(256))


_MASKS: Final = {width: _mask_tables(width) for width in range(1, _WIDTH_MAX + 1)}
