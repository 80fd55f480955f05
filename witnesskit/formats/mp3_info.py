"""The first frame that holds no sound but its index (Xing, Info, VBRI), read, and built anew without its maker.

What stays: count of frames, count of bytes, table of places for seeking, and the samples the encoder put in front and
behind, without which players leave a gap. These are honoured only behind a known encoder's name, so the bare word
``Lavf`` stands there for every encoder; its version and all its settings are gone.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from typing import Final

from witnesskit.formats.mp3_header import Header, parse_header, smallest

_ENCODERS: Final = (b"LAME", b"Lavf", b"Lavc")  # names behind which players look for delays
_FIELDS: Final = 156  # bytes from the mark to the end of the encoder's fields
_UNTOLD: Final = -1


@dataclass(frozen=True)
class Info:
    """What of the index frame decides how the sound is played; delays in samples, -1 where none are told."""

    frames: int = _UNTOLD
    delay: int = _UNTOLD
    padding: int = _UNTOLD
    gain: bool = False  # advice on loudness, which goes


def read_info(frame: bytes) -> Info | None:
    """The index in the first frame of a file; ``None`` if it is a frame of sound."""
    header = parse_header(int.from_bytes(frame[:4], "big"))
    if header is None:
        return None
    for place in (4 + header.side, 6 + header.side):
        if frame[place : place + 4] in (b"Xing", b"Info"):
            return _xing(frame[place:])
    if frame[36:40] == b"VBRI" and len(frame) >= 62:
        return Info(int.from_bytes(frame[50:54], "big"))
    return None


def _xing(tag: bytes) -> Info:
    flags = int.from_bytes(tag[4:8], "big")
    frames = int.from_bytes(tag[8:12], "big") if flags & 1 and len(tag) >= 12 else _UNTOLD
    place = 8 + 4 * (flags & 1) + 2 * (flags & 2) + 25 * (flags & 4) + (flags & 8) // 2
    encoder = tag[place : place + 36]
    if len(encoder) < 24 or encoder[:4] not in _ENCODERS:
        return Info(frames)
    delays = int.from_bytes(encoder[21:24], "big")
    return Info(frames, delays >> 12, delays & 0xFFF, any(encoder[11:19]))


def settled(info: Info, frames: int) -> Info:
    """``info`` for ``frames`` frames of sound: padding behind a sound of another length is cut by no player."""
    if info.delay == _UNTOLD:
        return Info(frames)
    return Info(frames, info.delay, info.padding if info.frames == frames else 0)


def build_info(first: Header, info: Info, lengths: array[int], constant: bool) -> bytes:
    """The index frame of a copy: ``lengths`` are those of its frames of sound, ``constant`` their bit rate or not."""
    place = 4 + first.side
    header = smallest(first, place + _FIELDS)
    total = header.length + sum(lengths)
    mark = b"Info" if constant else b"Xing"
    tag = (
        mark
        + struct.pack(">III", 15, info.frames, min(total, 0xFFFFFFFF))
        + _places(header.length, lengths)
        + bytes(4)
    )
    if info.delay != _UNTOLD:
        delays = (info.delay << 12 | info.padding).to_bytes(3, "big")
        tag += b"Lavf" + bytes(17) + delays + bytes(4) + struct.pack(">I", min(total, 0xFFFFFFFF)) + bytes(2)
    front = header.word.to_bytes(4, "big") + bytes(first.side) + tag
    if info.delay != _UNTOLD:
        front += _check(front).to_bytes(2, "big")
    return front.ljust(header.length, b"\0")


def _places(start: int, lengths: array[int]) -> bytes:
    """For each hundredth of the time the 256th of the file where it begins."""
    total, count, place, at = start + sum(lengths), len(lengths), start, 0
    table = bytearray()
    for hundredth in range(100):
        wanted = hundredth * count // 100
        place += sum(lengths[at:wanted])
        at = wanted
        table.append(min(255, 256 * place // total))
    return bytes(table)


def _check(data: bytes) -> int:
    """CRC-16 with reflected bits, as the fields of the encoder end with."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value
