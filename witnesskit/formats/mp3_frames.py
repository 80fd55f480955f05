"""Frames of MP3 on their way into the copy: the coded sound stays, the bytes of no sound become zero at equal length.

A frame's sound (main data) begins ``main_data_begin`` bytes before its own place, in what earlier frames left free,
and has as many bits as its granules say (ISO/IEC 11172-3 and 13818-3, clause 2.4.2.7). What no frame's sound covers
is ancillary data: encoders write their names there. Private bits are zero too, copyright and original bits are those
of the first frame, and the check of a protected frame is computed anew.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.mp3_header import MPEG1, PRIVATE, STATUS, Header, parse_header


def _step(byte: int) -> int:
    value = byte << 8
    for _ in range(8):
        value = value << 1 ^ 0x8005 if value & 0x8000 else value << 1
    return value & 0xFFFF


_CHECK: Final = tuple(_step(byte) for byte in range(256))


def check_of(data: bytes) -> int:
    """The check of a protected frame over the last two bytes of its header and its side information."""
    value = 0xFFFF
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _CHECK[value >> 8 ^ byte]
    return value


@dataclass(frozen=True)
class Side:
    """Side information: bytes the sound begins before its frame, bits of sound, and itself without private bits."""

    begin: int
    bits: int
    clean: bytes


def read_side(header: Header, side: bytes) -> Side:
    """Take the side information of one frame apart."""
    value, size, channels = int.from_bytes(side, "big"), 8 * len(side), header.channels
    if header.version == MPEG1:
        begin_bits, private, granules, step = 9, 5 if channels == 1 else 3, 2, 59
        place = begin_bits + private + 4 * channels
    else:
        begin_bits, private, granules, step = 8, channels, 1, 63
        place = begin_bits + private
    begin = value >> (size - begin_bits)
    bits = sum(value >> (size - place - step * unit - 12) & 0xFFF for unit in range(granules * channels))
    mask = ((1 << private) - 1) << (size - begin_bits - private)
    return Side(begin, bits, (value & ~mask).to_bytes(len(side), "big"))


@dataclass
class _Held:
    """A frame that later sound may still reach back into: ``area`` is where its main data lie among all main data."""

    data: bytearray
    head: int
    area: int

    @property
    def end(self) -> int:
        return self.area + len(self.data) - self.head


@dataclass
class FramePass:
    """Passes the frames of one sound in order; ``gone`` counts and digests the bytes that were not zero."""

    first: Header
    gone_size: int = 0
    gone: hashlib._Hash = field(default_factory=hashlib.sha256)
    _held: deque[_Held] = field(default_factory=deque)
    _place: int = 0  # bytes of main data so far
    _sound: int = 0  # bit behind the last sound

    def put(self, frame: bytes) -> Iterator[bytes]:
        """Take one frame; gives the earlier frames that are finished."""
        header = parse_header(int.from_bytes(frame[:4], "big"))
        if header is None:
            raise BadMedia("a frame without a header")
        head = header.body + header.side
        if head > len(frame):
            raise BadMedia("a frame shorter than its side information")
        side = read_side(header, frame[header.body : head])
        begin = max(0, self._place - side.begin)
        self._blank(begin)
        self._sound = max(self._sound, 8 * begin + side.bits)
        self._held.append(_Held(bytearray(self._front(header, frame, side) + frame[head:]), head, self._place))
        self._place += len(frame) - head
        while self._held and self._held[0].end <= begin:
            yield bytes(self._held.popleft().data)

    def finish(self) -> Iterator[bytes]:
        """The frames that are left."""
        self._blank(self._place)
        while self._held:
            yield bytes(self._held.popleft().data)

    def _front(self, header: Header, frame: bytes, side: Side) -> bytes:
        word = (header.word & ~(PRIVATE | STATUS) | self.first.word & STATUS).to_bytes(4, "big")
        check = check_of(word[2:] + side.clean).to_bytes(2, "big") if header.protected else b""
        front = word + check + side.clean
        if front != frame[: len(front)]:
            self._count(frame[: len(front)])
        return front

    def _count(self, data: bytes) -> None:
        self.gone.update(data)
        self.gone_size += len(data)

    def _blank(self, end: int) -> None:
        """Make every bit between the last sound and byte ``end`` of the main data zero."""
        first, keep = divmod(self._sound, 8)
        for held in self._held:
            low, high = max(first, held.area), min(end, held.end)
            if low >= high:
                continue
            start, stop = low - held.area + held.head, high - held.area + held.head
            old = bytes(held.data[start:stop])
            new = bytearray(len(old))
            if keep and low == first:
                new[0] = old[0] & (0xFF00 >> keep)
            if new != old:
                self._count(old)
                held.data[start:stop] = new
