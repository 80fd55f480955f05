"""Frames of FLAC: where each one ends, found by walking every coded sample (RFC 9639 clause 9).

A frame has no length of its own. Walking it to its last bit leaves no room between the sound and the checksum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia

_RATES: Final = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
_DEPTHS: Final = (0, 8, 12, -1, 16, 20, 24, 32)
_SIDE: Final = {8: 1, 9: 0, 10: 1}  # which channel is a difference, and so one bit wider
HEAD_MAX: Final = 16  # bytes of the longest frame header


class FrameCut(Exception):
    """The bytes end inside the frame."""


@dataclass(frozen=True)
class Sound:
    """What STREAMINFO says of every frame: hertz, channels, bits of one sample."""

    rate: int
    channels: int
    depth: int


@dataclass(frozen=True)
class FrameHead:
    """One frame header: its size in bytes, samples of each channel, its number, how channels are coded."""

    size: int
    samples: int
    number: int  # of the frame, or of its first sample where blocks vary
    variable: bool
    coupling: int


def read_head(data: bytes, sound: Sound) -> FrameHead | None:
    """The frame header at the start of ``data``; ``None`` if there is none with a right checksum.

    Raises ``UnsupportedMedia`` for a frame of another rate, depth or number of channels than ``sound``.
    """
    if len(data) < 6 or data[0] != 0xFF or data[1] & 0xFE != 0xF8 or data[3] & 1:
        return None
    number, place = _coded_number(data)
    if not place:
        return None
    samples, place = _block_size(data, place)
    rate, place = _rate(data, place)
    if not samples or rate < 0 or place >= len(data) or _crc8(data[:place]) != data[place]:
        return None
    coupling = data[3] >> 4
    channels, depth = (coupling + 1 if coupling < 8 else 2), _DEPTHS[data[3] >> 1 & 7]
    if coupling > 10 or depth < 0:
        return None
    if channels != sound.channels or depth not in (0, sound.depth) or rate not in (0, sound.rate):
        raise UnsupportedMedia("a FLAC frame of another rate, depth or number of channels than the stream says")
    return FrameHead(place + 1, samples, number, bool(data[1] & 1), coupling)


def _coded_number(data: bytes) -> tuple[int, int]:
    """The number behind the fixed four bytes, coded like UTF-8, and the place behind it; place 0 if it is none."""
    first = data[4]
    if first < 0x80:
        return first, 5
    more = 8 - (first ^ 0xFF).bit_length() - 1
    follow = data[5 : 5 + more]
    if not 1 <= more <= 6 or len(follow) != more or any(byte & 0xC0 != 0x80 for byte in follow):
        return 0, 0
    value = first & (0x3F >> more)
    for byte in follow:
        value = value << 6 | byte & 0x3F
    shortest = value >= (0x80 if more == 1 else 1 << (5 * more + 1))
    return (value, 5 + more) if shortest else (0, 0)


def _block_size(data: bytes, place: int) -> tuple[int, int]:
    code = data[2] >> 4
    if code in (6, 7):
        size = code - 5
        return int.from_bytes(data[place : place + size], "big") + 1, place + size
    if code >= 8:
        return 256 << (code - 8), place
    return (0, 192, 576, 1152, 2304, 4608)[code], place


def _rate(data: bytes, place: int) -> tuple[int, int]:
    code = data[2] & 15
    if code < 12:
        return _RATES[code], place
    size, unit = {12: (1, 1000), 13: (2, 1), 14: (2, 10)}.get(code, (0, -1))
    return int.from_bytes(data[place : place + size], "big") * unit if size else -1, place + size


def frame_size(data: bytes, head: FrameHead, sound: Sound) -> int:
    """Bytes of the frame whose header is ``head`` at the start of ``data``, checksum included.

    Raises ``FrameCut`` if ``data`` ends inside it, ``BadMedia`` if it breaks the rules or its checksum is wrong.
    """
    bits = bin(int.from_bytes(b"\1" + data, "big"))[3:]
    place = head.size * 8
    try:
        for channel in range(sound.channels):
            wide = sound.depth + (_SIDE.get(head.coupling) == channel)
            place = _subframe(bits, place, wide, head.samples)
    except ValueError:  # nothing is left to read
        raise FrameCut from None
    end = (place + 7) // 8 + 2
    if end > len(data):
        raise FrameCut
    if "1" in bits[place : 8 * (end - 2)]:
        raise BadMedia("bits behind the sound of a FLAC frame")
    if crc16(data[:end]):
        raise BadMedia("a FLAC frame with a wrong checksum")
    return end


def _subframe(bits: str, place: int, depth: int, samples: int) -> int:
    """Place behind one channel; ``ValueError`` where the bits end."""
    kind = int(bits[place + 1 : place + 7], 2)
    if bits[place] != "0":
        raise BadMedia("a FLAC channel that begins with a set bit")
    wasted = int(bits[place + 7 : place + 8], 2)
    place += 8
    if wasted:
        wasted = bits.index("1", place) - place + 1
        place += wasted
    depth -= wasted
    if depth < 1:
        raise BadMedia("a FLAC channel without bits")
    if kind < 2:
        return place + depth * (samples if kind else 1)
    if 8 <= kind <= 12:
        return _residual(bits, place + (kind - 8) * depth, kind - 8, samples)
    if kind < 32:
        raise BadMedia("a FLAC channel of a reserved kind")
    order = kind - 31
    place += order * depth
    precision = int(bits[place : place + 4], 2) + 1
    if precision == 16 or bits[place + 4 : place + 5] == "1":
        raise BadMedia("a FLAC predictor that no decoder takes")
    return _residual(bits, place + 9 + order * precision, order, samples)


def _residual(bits: str, place: int, order: int, samples: int) -> int:
    method, parts = int(bits[place : place + 2], 2), int(bits[place + 2 : place + 6], 2)
    width = 4 + method
    if method > 1 or samples % (1 << parts) or samples >> parts < order:
        raise BadMedia("a FLAC residual of a reserved kind")
    place, escape, index = place + 6, (1 << width) - 1, bits.index
    for part in range(1 << parts):
        count = (samples >> parts) - (0 if part else order)
        parameter = int(bits[place : place + width], 2)
        place += width
        if parameter == escape:
            place += 5 + count * int(bits[place : place + 5], 2)
            continue
        parameter += 1
        for _ in repeat(None, count):
            place = index("1", place) + parameter
    return place


@cache
def _crc_table(bits: int, polynomial: int) -> tuple[int, ...]:
    """What ``bits`` bits in front do to a checksum of as many bits."""
    mask, found = (1 << bits) - 1, []
    for value in range(256):
        rest = value << (bits - 8)
        for _ in range(8):
            rest = (rest << 1) ^ polynomial if rest >> (bits - 1) else rest << 1
        found.append(rest & mask)
    return tuple(found)


def _crc8(data: bytes) -> int:
    table, rest = _crc_table(8, 0x107), 0
    for byte in data:
        rest = table[rest ^ byte]
    return rest


@cache
def _pairs() -> tuple[int, ...]:
    one = _crc_table(16, 0x18005)
    return tuple(one[one[pair >> 8] >> 8 ^ pair & 255] ^ (one[pair >> 8] << 8 & 0xFFFF) for pair in range(65536))


def crc16(data: bytes) -> int:
    """CRC-16 of RFC 9639 clause 9.3; two bytes in one step, since leading zeros change nothing."""
    words: Sequence[int] = memoryview(_swapped(data if len(data) % 2 == 0 else b"\0" + data)).cast("H")
    table, rest = _pairs(), 0
    for word in words:
        rest = table[rest ^ word]
    return rest


def _swapped(data: bytes) -> bytes:
    """Big-endian pairs as this machine stores numbers."""
    if int.from_bytes(b"\1\0", "little") != memoryview(b"\1\0").cast("H")[0]:
        return data
    turned = bytearray(len(data))
    turned[::2], turned[1::2] = data[1::2], data[::2]
    return bytes(turned)
