"""The index frame (Xing, Info, VBRI) as the inspector reads it, and the one form it has in a clean file."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from witnesskit.media.walk_mp3 import FrameHead, frame_head


@dataclass(frozen=True)
class Index:
    """Frames as told (-1: not), delay and padding in samples (-1: not), and the name behind them."""

    frames: int
    delay: int
    padding: int
    encoder: bytes


def read_index(head: FrameHead, frame: bytes) -> Index | None:
    """The index, ``None`` if the frame is sound."""
    for start in (head.side + 4, head.side + 6):
        if frame[start : start + 4] in (b"Xing", b"Info"):
            return _read_xing(frame, start)
    if frame[36:40] == b"VBRI" and len(frame) >= 62:
        (frames,) = struct.unpack_from(">I", frame, 50)
        return Index(frames, -1, -1, b"VBRI")
    return None


def _read_xing(frame: bytes, start: int) -> Index:
    flags, at = int.from_bytes(frame[start + 4 : start + 8], "big"), start + 8
    frames = -1
    for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)):
        if flags & bit:
            if bit == 1 and at + 4 <= len(frame):
                frames = int.from_bytes(frame[at : at + 4], "big")
            at += size
    name, delays = frame[at : at + 9], frame[at + 21 : at + 24]
    if len(delays) < 3 or name[:4] not in (b"LAME", b"Lavf", b"Lavc"):
        return Index(frames, -1, -1, name)
    both = int.from_bytes(delays, "big")
    return Index(frames, both >> 12, both & 4095, name)


def in_force(index: Index, frames: int) -> tuple[int, int]:
    """Delay and padding as players apply them to ``frames`` frames; padding only behind a sound as long as told."""
    if index.delay < 0:
        return -1, -1
    return index.delay, index.padding if index.frames == frames else 0


def clean_index(head: FrameHead, index: Index, sizes: Sequence[int]) -> bytes:
    """The index frame a clean file has before frames of ``sizes`` like the one ``head`` belongs to."""
    start = 4 + head.side
    frame = next(one for one in _without_check(head) if one.size >= start + 156)
    places = [frame.size, *accumulate(sizes, initial=frame.size)][1:]
    total, count = places[-1], len(sizes)
    body = bytearray(frame.size)
    body[:4] = frame.raw
    even = max(sizes) - min(sizes) < 2
    table = bytes(min(255, places[step * count // 100] * 256 // total) for step in range(100))
    struct.pack_into(">4sIII100sI", body, start, b"Info" if even else b"Xing", 15, count, _word(total), table, 0)
    delay, padding = in_force(index, count)
    if delay >= 0:
        body[start + 120 : start + 124] = b"Lavf"
        body[start + 141 : start + 144] = (delay * 4096 + padding).to_bytes(3, "big")
        body[start + 148 : start + 152] = _word(total).to_bytes(4, "big")
        body[start + 154 : start + 156] = _crc(bytes(body[: start + 154])).to_bytes(2, "big")
    return bytes(body)


def _word(value: int) -> int:
    return min(value, 2**32 - 1)


def _without_check(head: FrameHead) -> list[FrameHead]:
    """Heads of every bit rate, without check, padding, private bit and mode extension, lowest first."""
    raw = head.raw
    heads = [frame_head(bytes([255, raw[1] | 1, rate << 4 | raw[2] & 0x0C, raw[3] & 0xCF])) for rate in range(1, 15)]
    return [one for one in heads if one is not None]


def _crc(data: bytes) -> int:
    register = 0
    for byte in data:
        for bit in range(8):
            odd = (register ^ byte >> bit) & 1
            register = register >> 1 ^ (0xA001 if odd else 0)
    return register
