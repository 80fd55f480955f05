"""FLAC streams: metadata blocks, and an index of their frames (RFC 9639)."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.flac_frame import HEAD_MAX, FrameCut, FrameHead, Sound, frame_size, read_head
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import FLAC_BLOCKS_MAX, FLAC_FRAME_MAX, FLAC_FRAMES_MAX, FLAC_TAGS_MAX
from witnesskit.model import SeekableReader

STREAMINFO, SEEKTABLE, COMMENT, PICTURE = 0, 3, 4, 6
NAMES: Final = {
    0: "STREAMINFO",
    1: "PADDING",
    2: "APPLICATION",
    3: "SEEKTABLE",
    4: "VORBIS_COMMENT",
    5: "CUESHEET",
} | {6: "PICTURE"}
_MASK: Final = re.compile(rb"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x([0-9a-f]{1,8})", re.IGNORECASE)
_FIRST_LOOK: Final = 16 * 1024  # bytes in which most frames end


@dataclass(frozen=True)
class StreamInfo:
    """The first block: sizes of blocks in samples, sizes of frames in bytes, what the sound is, its MD5."""

    blocks: tuple[int, int]
    frames: tuple[int, int]
    sound: Sound
    samples: int  # of each channel; 0 is unknown
    md5: bytes

    def body(self) -> bytes:
        """The 34 bytes of the block."""
        sound = self.sound
        packed = sound.rate << 44 | (sound.channels - 1) << 41 | (sound.depth - 1) << 36 | self.samples
        sizes = b"".join(size.to_bytes(2, "big") for size in self.blocks)
        return (
            sizes + b"".join(size.to_bytes(3, "big") for size in self.frames) + packed.to_bytes(8, "big") + self.md5
        )


def stream_info(body: bytes) -> StreamInfo:
    """Read the body of a STREAMINFO block; raises ``BadMedia``."""
    if len(body) != 34:
        raise BadMedia("a STREAMINFO block of another size than 34 bytes")
    packed = int.from_bytes(body[10:18], "big")
    sound = Sound(packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1)
    if not sound.rate or sound.depth < 4:
        raise BadMedia("STREAMINFO without a rate, or with too few bits")
    blocks = int.from_bytes(body[0:2], "big"), int.from_bytes(body[2:4], "big")
    frames = int.from_bytes(body[4:7], "big"), int.from_bytes(body[7:10], "big")
    return StreamInfo(blocks, frames, sound, packed & (1 << 36) - 1, body[18:])


def block(kind: int, body: bytes, *, last: bool) -> bytes:
    """A metadata block with its header."""
    return bytes([kind | 0x80 if last else kind]) + len(body).to_bytes(3, "big") + body


@dataclass(frozen=True)
class Block:
    """One metadata block of a file: kind, where its header begins, bytes with the header."""

    kind: int
    start: int
    size: int


@dataclass
class FlacIndex:
    """What a FLAC stream holds and where: blocks, frames (start, bytes, samples), what stands behind them."""

    info: StreamInfo
    blocks: list[Block]
    starts: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    samples: array[int] = field(default_factory=lambda: array("I"))
    end: int = 0
    first_number: int = 0

    def settled(self) -> StreamInfo:
        """STREAMINFO with the numbers that the frames themselves show."""
        least = min(self.samples[:-1] or self.samples)
        low, high = self.info.blocks
        fits = 16 <= low <= least and max(self.samples) <= high
        wide = max(self.samples)
        return replace(
            self.info,
            blocks=self.info.blocks if fits else (min(max(least, 16), wide) if len(self.samples) > 1 else wide, wide),
            frames=(min(self.sizes), max(self.sizes)),
            md5=bytes(16) if all(0x20 <= byte < 0x7F for byte in self.info.md5) else self.info.md5,
        )


def read_blocks(reader: SeekableReader, start: int) -> list[Block]:
    """The metadata blocks behind the mark ``fLaC`` at ``start``.

    Raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``.
    """
    place, found, last = start + 4, list[Block](), False
    while not last:
        head = reader.read_at(place, 4)
        if len(head) < 4:
            raise MediaCut("inside the metadata")
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big") + 4
        if kind == 127 or (kind == STREAMINFO) != (not found):
            raise BadMedia("FLAC metadata in an order that no decoder takes")
        if place + size > reader.size:
            raise MediaCut("inside the metadata")
        found.append(Block(kind, place, size))
        place += size
        if len(found) > FLAC_BLOCKS_MAX:
            raise MediaTooLarge(f"more than {FLAC_BLOCKS_MAX} metadata blocks")
    return found


def read_index(reader: SeekableReader, start: int) -> FlacIndex:
    """Walk the stream whose mark ``fLaC`` is at ``start`` to the end of its last frame.

    Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or ``UnsupportedMedia``.
    """
    blocks = read_blocks(reader, start)
    info = stream_info(reader.read_at(blocks[0].start + 4, blocks[0].size - 4))
    index = FlacIndex(info, blocks)
    window = _Window(reader)
    place, expected, variable = blocks[-1].start + blocks[-1].size, -1, False
    while head := read_head(window.at(place, HEAD_MAX), info.sound):
        if expected < 0:
            index.first_number, expected, variable = head.number, head.number, head.variable
        if head.number != expected or head.variable != variable:
            raise BadMedia("FLAC frames that do not follow each other")
        size = _size(window, place, head, info.sound)
        index.starts.append(place)
        index.sizes.append(size)
        index.samples.append(head.samples)
        expected += head.samples if variable else 1
        place += size
        if len(index.sizes) > FLAC_FRAMES_MAX:
            raise MediaTooLarge(f"more than {FLAC_FRAMES_MAX} frames")
    index.end = place
    _check_end(window, index, reader.size)
    return index


def _size(window: _Window, place: int, head: FrameHead, sound: Sound) -> int:
    look = _FIRST_LOOK
    while True:
        data = window.at(place, look)
        try:
            return frame_size(data, head, sound)
        except FrameCut:
            if len(data) < look:
                raise MediaCut("inside a FLAC frame") from None
            look *= 4
            if look > FLAC_FRAME_MAX:
                raise MediaTooLarge(f"a FLAC frame of more than {FLAC_FRAME_MAX} bytes") from None


def _check_end(window: _Window, index: FlacIndex, size: int) -> None:
    total, told = sum(index.samples), index.info.samples
    if not total:
        raise BadMedia("FLAC without a frame")
    if told and total > told:
        raise BadMedia("more sound than STREAMINFO says")
    if total == told:
        return
    if _frame_follows(window, index, size):
        raise BadMedia("bytes between FLAC frames")
    if told:
        raise MediaCut("less sound than STREAMINFO says")


def _frame_follows(window: _Window, index: FlacIndex, size: int) -> bool:
    """Whether a frame header with a right checksum stands anywhere behind the last frame found."""
    for place in range(index.end, size, READ_BLOCK):
        data = window.at(place, READ_BLOCK + HEAD_MAX)
        for found in re.finditer(rb"\xff[\xf8\xf9]", data):
            if read_head(data[found.start() : found.start() + HEAD_MAX], index.info.sound):
                return True
    return False


@dataclass
class _Window:
    """Reads small pieces in order from large ones."""

    reader: SeekableReader
    start: int = 0
    held: bytes = b""

    def at(self, place: int, length: int) -> bytes:
        if not self.start <= place <= place + length <= self.start + len(self.held):
            self.start, self.held = place, self.reader.read_at(place, max(length, READ_BLOCK))
        return self.held[place - self.start : place - self.start + length]


def seek_points(body: bytes, index: FlacIndex) -> bytes:
    """Those of the seek points in ``body`` that point to a frame, in order and each once."""
    points = {body[place : place + 18] for place in range(0, len(body) - 17, 18)}
    kept, first = list[bytes](), 0
    for start, samples in zip(index.starts, index.samples, strict=True) if points else ():
        place = (start - index.starts[0]).to_bytes(8, "big")
        point = first.to_bytes(8, "big") + place + samples.to_bytes(2, "big")
        if point in points:
            kept.append(point)
        first += samples
    return b"".join(kept)


def comments(body: bytes) -> Iterator[bytes]:
    """The fields of a Vorbis comment (RFC 9639 clause 8.6) behind its vendor, as far as they can be read."""
    place = 4 + int.from_bytes(body[:4], "little")
    count, place = int.from_bytes(body[place : place + 4], "little"), place + 4
    for _ in range(min(count, FLAC_TAGS_MAX)):
        size = int.from_bytes(body[place : place + 4], "little")
        if place + 4 + size > len(body):
            return
        yield body[place + 4 : place + 4 + size]
        place += 4 + size


def advises_gain(body: bytes) -> bool:
    """Whether a comment says how loud to play (ReplayGain, R128)."""
    return any(field.upper().startswith((b"REPLAYGAIN_", b"R128_")) for field in comments(body))


def channel_mask(body: bytes, channels: int) -> int:
    """Which speakers the channels are for, if a comment says so and names as many; else 0."""
    masks = [int(found.group(1), 16) for field in comments(body) if (found := _MASK.fullmatch(field))]
    fitting = [mask for mask in masks if mask.bit_count() == channels and mask < 1 << 18]
    return fitting[-1] if fitting else 0


def mask_comment(mask: int) -> bytes:
    """The body of a comment block that says nothing but which speakers the channels are for."""
    words = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x%X" % mask
    return bytes(4) + (1).to_bytes(4, "little") + len(words).to_bytes(4, "little") + words
