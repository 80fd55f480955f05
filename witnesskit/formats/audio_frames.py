"""Whole frames of MPEG audio, AC-3, E-AC-3 and DTS in a packet: text behind them or in a tag frame is refused.

ISO/IEC 11172-3 clause 2.4.2.3, ETSI TS 102 366 clauses 4.3 and E.1.3, ETSI TS 102 114 clauses 5.3 and 7.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.mpeg_layers import samples_end

_RATES: Final = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_LOW_RATES: Final = {
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLING: Final = (44_100, 48_000, 32_000)
_AC3_RATES: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_CORE, _EXTENSION = b"\x7f\xfe\x80\x01", b"\x64\x58\x20\x25"
_TOOL: Final = re.compile(rb"(?:LAME|Lavc|Lavf|L3)[\d.a-z ]{0,7}\x00*|\x00{9}")
_READABLE: Final = re.compile(rb"[\x20-\x7e]{6}")
_ANCILLARY: Final = re.compile(rb"[\x20-\x7e]{6}|(?:[\x20-\x7e]\0){4}|(?:\0[\x20-\x7e]){4}")
_QUIET: Final = frozenset({0, 0x55, 0xAA, 0xFF})


def check_frames(coding: str, packet: bytes) -> None:
    """Refuse a packet of ``mp3``, ``ac3``, ``eac3`` or ``dts`` that holds more than frames; ``TextInPictures``."""
    size_of = _SIZES[coding]
    place = 0
    while place < len(packet):
        size = size_of(packet, place)
        if size <= 0:
            if any(packet[place:]):
                raise TextInPictures(f"bytes of no frame in {coding} sound")
            return
        if coding == "mp3":
            _check_tag(packet[place : place + size])
            _check_ancillary(packet[place : place + size])
        place += size


def _mpeg(packet: bytes, place: int) -> int:
    """Bytes of the frame of MPEG audio at ``place``; 0 where there is none."""
    head = packet[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    index, frequency, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or index in (0, 15) or frequency == 3:
        return 0
    rates = _RATES[layer] if version == 3 else _LOW_RATES[min(layer, 2)]
    sampling = _SAMPLING[frequency] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 1:
        return (12_000 * rates[index] // sampling + padding) * 4
    return (72_000 if layer == 3 and version != 3 else 144_000) * rates[index] // sampling + padding


def _check_tag(frame: bytes) -> None:
    """A frame that holds no sound but a table for seeking may hold only that, and a widespread encoder's name."""
    place = _tag_at(frame)
    if not place:
        return
    if frame[place : place + 4] == b"VBRI" or any(frame[6:place]):
        raise TextInPictures("a frame of sound that is a tag")
    flags, rest = frame[place + 7], frame[place + 8 :]
    rest = rest[4 * (flags & 1) + 2 * (flags & 2) :]
    table = rest[:100] if flags & 4 else b""
    rest = rest[len(table) + (flags & 8) // 2 :]
    tool, numbers, fill = rest[:9], rest[9:36], rest[36:]
    rising = list(table) == sorted(table)
    if not rising or not _TOOL.fullmatch(tool) or _READABLE.search(numbers) or not _QUIET.issuperset(fill):
        raise TextInPictures("a frame of sound that is a tag")


def _check_ancillary(frame: bytes) -> None:
    """What stands behind the samples of layers I and II may not read as text."""
    if len(frame) < 4 or frame[1] >> 1 & 3 not in (2, 3):
        return
    try:
        end = samples_end(frame)
    except BadMedia:
        return
    if _ANCILLARY.search(frame[end // 8 :]):
        raise TextInPictures("text behind the samples of a frame of sound")


def _tag_at(frame: bytes) -> int:
    """Where a tag begins in a frame of layer III; 0 if it is none."""
    if len(frame) < 40 or frame[1] >> 1 & 3 != 1:
        return 0
    mono, first = frame[3] >> 6 == 3, frame[1] >> 3 & 3 == 3
    place = 4 + ((17 if mono else 32) if first else (9 if mono else 17))
    if frame[place : place + 4] in (b"Xing", b"Info"):
        return place
    return 36 if frame[36:40] == b"VBRI" else 0


def _ac3(packet: bytes, place: int) -> int:
    head = packet[place : place + 6]
    if len(head) < 6 or head[:2] != b"\x0b\x77":
        return 0
    if head[5] >> 3 > 10:
        return 2 * ((head[2] & 7) << 8 | head[3]) + 2
    code, index = head[4] >> 6, (head[4] & 63) >> 1
    if code == 3 or index >= len(_AC3_RATES):
        return 0
    rate = _AC3_RATES[index]
    words = {0: 2 * rate, 1: rate * 1_000 * 1_536 // 44_100 // 16 + (head[4] & 1), 2: 3 * rate}[code]
    return 2 * words


def _dts(packet: bytes, place: int) -> int:
    head = int.from_bytes(packet[place : place + 12].ljust(12, b"\0"), "big")
    if packet[place : place + 4] == _CORE:
        return (head >> 96 - 60 & 0x3FFF) + 1
    if packet[place : place + 4] != _EXTENSION:
        return 0
    if head >> 96 - 43 & 1:
        return (head >> 96 - 75 & 0xFFFFF) + 1
    return (head >> 96 - 67 & 0xFFFF) + 1


_SIZES: Final[dict[str, Callable[[bytes, int], int]]] = {"mp3": _mpeg, "ac3": _ac3, "eac3": _ac3, "dts": _dts}
