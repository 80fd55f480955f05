"""A walk over a FLAC file for the inspection: every block and every frame, to the last bit (RFC 9639)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from typing import Final

from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import FLAC_BLOCKS_MAX, FLAC_FRAME_MAX, FLAC_FRAMES_MAX
from witnesskit.model import SeekableReader

_BODY_MAX: Final = 16 * 1024 * 1024  # bytes; the size field holds no more
_START: Final = 32 * 1024


class _BrokenError(Exception):
    """A frame that no decoder takes, with the reason; never leaves this file."""


@dataclass(frozen=True)
class FlacInfo:
    """STREAMINFO: block sizes, frame sizes, rate, channels, bits, samples, MD5."""

    blocks: tuple[int, int]
    frames: tuple[int, int]
    rate: int
    channels: int
    depth: int
    samples: int
    md5: bytes


@dataclass(frozen=True)
class FlacBlock:
    """One metadata block."""

    kind: int
    body: bytes


@dataclass(frozen=True)
class FlacFrame:
    """One frame: place, size in bytes, samples of each channel, its number, whether blocks vary."""

    place: int
    size: int
    samples: int
    number: int
    variable: bool


@dataclass
class FlacWalk:
    """What was found; ``end`` is the place behind the last frame, ``doubts`` is empty if all was understood."""

    start: int = 0
    info: FlacInfo | None = None
    blocks: list[FlacBlock] = field(default_factory=list)
    frames: list[FlacFrame] = field(default_factory=list)
    sound: int = 0  # place of the first frame
    end: int = 0
    doubts: list[str] = field(default_factory=list)


def walk_flac(reader: SeekableReader) -> FlacWalk:
    """Walk the whole file; never raises on content."""
    walk = walk_blocks(reader)
    try:
        if not walk.doubts:
            _frames(reader, walk)
    except _BrokenError as reason:
        walk.doubts.append(str(reason))
    return walk


def walk_blocks(reader: SeekableReader) -> FlacWalk:
    """Walk the metadata alone, which costs little; never raises on content."""
    walk = FlacWalk(start=_behind_id3(reader))
    if reader.read_at(walk.start, 4) != b"fLaC":
        walk.doubts.append("no FLAC stream")
        return walk
    try:
        _blocks(reader, walk)
    except _BrokenError as reason:
        walk.doubts.append(str(reason))
    return walk


def _behind_id3(reader: SeekableReader) -> int:
    place = 0
    while (head := reader.read_at(place, 10))[:3] == b"ID3" and len(head) == 10:
        size = 0
        for byte in head[6:]:
            size = size * 128 + (byte & 127)
        place += 10 + size + 10 * (head[5] >> 4 & 1)
    return place


def _blocks(reader: SeekableReader, walk: FlacWalk) -> None:
    place = walk.start + 4
    for _ in range(FLAC_BLOCKS_MAX):
        head = reader.read_at(place, 4)
        size = int.from_bytes(head[1:4], "big")
        body = reader.read_at(place + 4, min(size, _BODY_MAX))
        if len(head) < 4 or len(body) < size:
            raise _BrokenError("the file ends inside its metadata")
        walk.blocks.append(FlacBlock(head[0] & 127, body))
        place += 4 + size
        if head[0] >> 7:
            break
    else:
        raise _BrokenError("too many metadata blocks")
    walk.sound = walk.end = place
    if [one.kind for one in walk.blocks].count(0) != 1 or walk.blocks[0].kind or len(walk.blocks[0].body) != 34:
        raise _BrokenError("not one STREAMINFO block in front")
    walk.info = read_info(walk.blocks[0].body)


def read_info(body: bytes) -> FlacInfo:
    """STREAMINFO of 34 bytes."""
    value = int.from_bytes(body, "big")

    def part(first: int, bits: int) -> int:
        return value >> (272 - first - bits) & ((1 << bits) - 1)

    return FlacInfo(
        (part(0, 16), part(16, 16)),
        (part(32, 24), part(56, 24)),
        part(80, 20),
        part(100, 3) + 1,
        part(103, 5) + 1,
        part(108, 36),
        body[18:],
    )


def _frames(reader: SeekableReader, walk: FlacWalk) -> None:
    held, start = b"", walk.sound
    while True:
        if walk.end - start + _START > len(held):
            start, held = walk.end, reader.read_at(walk.end, READ_BLOCK)
        chunk = held[walk.end - start : walk.end - start + _START]
        if len(chunk) < 9 or chunk[0] != 0xFF or chunk[1] >> 1 != 0x7C:
            return
        guess = walk.frames[-1].size * 5 // 4 + 64 if walk.frames else _START
        frame = _frame(reader, walk, (chunk[:guess], chunk))
        if walk.frames:
            last = walk.frames[-1]
            step = last.samples if last.variable else 1
            if frame.number != last.number + step or frame.variable != last.variable:
                raise _BrokenError("frames that do not follow each other")
        if len(walk.frames) >= FLAC_FRAMES_MAX:
            raise _BrokenError("too many frames")
        walk.frames.append(frame)
        walk.end += frame.size


def _frame(reader: SeekableReader, walk: FlacWalk, chunks: tuple[bytes, ...]) -> FlacFrame:
    """The frame at ``walk.end``, looked for in pieces of growing size."""
    assert walk.info  # noqa: S101  (for the type checker; _blocks has set it)
    for size in (0, 1, 8 * _START, FLAC_FRAME_MAX):
        chunk = chunks[size] if size < 2 else reader.read_at(walk.end, size)
        try:
            found = read_frame(chunk, walk.info)
        except IndexError:
            continue
        if isinstance(found, str):
            raise _BrokenError(found)
        return FlacFrame(walk.end, *found)
    raise _BrokenError("the file ends inside a frame")


def read_frame(data: bytes, info: FlacInfo) -> tuple[int, int, int, bool] | str:
    """(bytes, samples, number, variable) of the frame that ``data`` begins with, or why it is none.

    Raises ``IndexError`` if ``data`` ends too early.
    """
    if data[0] != 0xFF or data[1] >> 1 != 0x7C or data[3] & 1:
        return "no frame where one should be"
    number, place = _number(data)
    size, rate = data[2] >> 4, data[2] & 15
    samples = 192 if size == 1 else 144 << size if size < 6 else 256 << (size & 7)
    if size in (6, 7):
        samples = int.from_bytes(data[place : place + size - 5], "big") + 1
        place += size - 5
    place += 0 if rate < 12 else 1 if rate == 12 else 2
    coupling, depth = data[3] >> 4, data[3] >> 1 & 7
    channels = coupling + 1 if coupling < 8 else 2
    if size == 0 or rate == 15 or depth == 3 or coupling > 10 or channels != info.channels or number < 0:
        return "a frame header of a reserved kind"
    if data[place] != _check(data[:place], 8, 0x07):
        return "a frame header with a wrong checksum"
    if depth and (8, 12, 0, 16, 20, 24, 32)[depth - 1] != info.depth:
        return "a frame of another depth"
    sides = {8: (0, 1), 9: (1, 0), 10: (0, 1)}.get(coupling, (0,) * channels)
    end = _sound_end(data, place + 1, [info.depth + side for side in sides], samples)
    if isinstance(end, str):
        return end
    return end + 2, samples, number, bool(data[1] & 1)


def _sound_end(data: bytes, start: int, depths: list[int], samples: int) -> int | str:
    """Place of the frame's checksum, or what is wrong."""
    cursor = _Cursor(data, 8 * start)
    try:
        for depth in depths:
            _channel(cursor, depth, samples)
    except _BrokenError as reason:
        return str(reason)
    if cursor.take(-cursor.place % 8):
        return "bits behind the sound of a frame"
    end = cursor.place // 8
    if end + 2 > len(data):
        raise IndexError
    if not _whole(data[: end + 2]):
        return "a frame with a wrong checksum"
    return end


def _number(data: bytes) -> tuple[int, int]:
    first, more = data[4], 0
    while more < 8 and first << more & 0x80:
        more += 1
    if more == 0:
        return first, 5
    value = first & ((1 << (7 - more)) - 1) if more < 7 else 0
    for place in range(5, 4 + more):
        if data[place] >> 6 != 2:
            return -1, 5
        value = value * 64 + data[place] % 64
    if more in (1, 8) or value < (128 if more == 2 else 2 ** (5 * more - 4)):
        return -1, 5
    return value, 4 + more


class _Cursor:
    """A place in bits; raises ``IndexError`` at their end."""

    def __init__(self, data: bytes, place: int) -> None:
        self.bits = f"{int.from_bytes(b'S' + data, 'big'):b}"[7:]
        self.place = place

    def take(self, count: int) -> int:
        text = self.bits[self.place : self.place + count]
        if len(text) < count:
            raise IndexError
        self.place += count
        return int(text, 2) if text else 0

    def zeros(self) -> int:
        one = self.bits.find("1", self.place)
        if one < 0:
            raise IndexError
        before, self.place = one - self.place, one + 1
        return before

    def rice(self, count: int, parameter: int) -> None:
        index, place, step = self.bits.index, self.place, parameter + 1
        try:
            for _ in repeat(None, count):
                place = index("1", place) + step
        except ValueError:
            raise IndexError from None
        self.place = place


def _channel(cursor: _Cursor, depth: int, samples: int) -> None:
    kind = cursor.take(7)
    if cursor.take(1):
        depth -= cursor.zeros() + 1
    if kind > 63 or depth < 1:
        raise _BrokenError("a channel that no decoder takes")
    if kind < 2:
        cursor.place += depth if kind == 0 else depth * samples
        return
    order = kind - 8 if 8 <= kind <= 12 else kind - 31
    if kind < 8 or 12 < kind < 32:
        raise _BrokenError("a channel of a reserved kind")
    cursor.place += order * depth
    if kind >= 32:
        precision, shift = cursor.take(4) + 1, cursor.take(5)
        if precision == 16 or shift > 15:
            raise _BrokenError("a predictor that no decoder takes")
        cursor.place += precision * order
    _residual(cursor, order, samples)


def _residual(cursor: _Cursor, order: int, samples: int) -> None:
    method, splits = cursor.take(2), cursor.take(4)
    if method > 1 or samples & ((1 << splits) - 1) or samples >> splits < order:
        raise _BrokenError("a residual of a reserved kind")
    left = (samples >> splits) - order
    for _ in range(1 << splits):
        parameter = cursor.take(4 + method)
        if parameter == (31 if method else 15):
            width = cursor.take(5)
            cursor.place += width * left
        else:
            cursor.rice(left, parameter)
        left = samples >> splits


def _check(data: bytes, width: int, polynomial: int) -> int:
    table = _tables(width, polynomial)
    mask, shift, rest = (1 << width) - 1, width - 8, 0
    for byte in data:
        rest = (rest << 8 & mask) ^ table[rest >> shift ^ byte]
    return rest


def _whole(frame: bytes) -> bool:
    """Whether a frame fits the checksum at its end; two bytes in one step where the low one is stored first."""
    if sys.byteorder == "big":
        return _check(frame, 16, 0x8005) == 0
    words, rest = _words(), 0
    for word in memoryview(frame if len(frame) % 2 == 0 else b"\0" + frame).cast("H"):
        rest = words[rest ^ word]
    return rest == 0


@cache
def _words() -> tuple[int, ...]:
    one, found = _tables(16, 0x8005), []
    for pair in range(65536):
        high = one[pair & 255]
        rest = (high << 8 & 0xFFFF) ^ one[high >> 8 ^ pair >> 8]
        found.append(rest >> 8 | (rest & 255) << 8)
    return tuple(found)


def _made(width: int, polynomial: int) -> list[int]:
    found = []
    for byte in range(256):
        rest = byte << (width - 8)
        for _ in range(8):
            rest = rest << 1 ^ (polynomial | 1 << width) if rest >> (width - 1) & 1 else rest << 1
        found.append(rest)
    return found


_CHECKS: Final = {(8, 0x07): _made(8, 0x07), (16, 0x8005): _made(16, 0x8005)}


def _tables(width: int, polynomial: int) -> list[int]:
    return _CHECKS[width, polynomial]


def sound_bytes(reader: SeekableReader, walk: FlacWalk) -> Iterator[bytes]:
    """The frames in large pieces."""
    for place in range(walk.sound, walk.end, READ_BLOCK):
        yield reader.read_at(place, min(READ_BLOCK, walk.end - place))
