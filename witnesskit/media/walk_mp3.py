"""MP3 as the inspector reads it: which bytes are frames, which are tags, which are neither.

Written apart from the writer's reader on purpose (docs/decisions/0003-inspection-shares-no-code.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.limits import MIB
from witnesskit.media.walk_id3 import id3v2_size
from witnesskit.media_limits import MP3_FRAMES_MAX, MP3_GAPS_MAX, MP3_TAGS_MAX
from witnesskit.model import SeekableReader

_STEP: Final = 1 * MIB
_HERTZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS: Final = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
VERSIONS: Final = {3: "1", 2: "2", 0: "2.5"}


@dataclass(frozen=True)
class FrameHead:
    """What the first four bytes of a frame say; ``kind`` is equal for all frames of one sound."""

    raw: bytes
    size: int
    kbits: int
    kind: tuple[int, int, int, int]  # version, rate, channels, emphasis

    @property
    def checked(self) -> bool:
        """True if two bytes of check follow."""
        return self.raw[1] & 1 == 0

    @property
    def side(self) -> int:
        """Bytes of side information."""
        wide = self.kind[2] == 2
        if self.kind[0] == 3:
            return 32 if wide else 17
        return 17 if wide else 9


_HEADS: dict[bytes, FrameHead | None] = {}


def frame_head(raw: bytes) -> FrameHead | None:
    """Read four bytes; ``None`` if no frame of layer III with a told bit rate begins so."""
    if raw not in _HEADS:
        if len(_HEADS) > 10_000:
            _HEADS.clear()
        _HEADS[raw] = _read_head(raw)
    return _HEADS[raw]


def _read_head(raw: bytes) -> FrameHead | None:
    if len(raw) < 4 or raw[0] != 0xFF or raw[1] & 0xE6 != 0xE2:
        return None
    version, kbit, hertz = raw[1] >> 3 & 3, raw[2] >> 4, raw[2] >> 2 & 3
    if version == 1 or kbit in (0, 15) or hertz == 3 or raw[3] & 3 == 2:
        return None
    kbits, rate = _KBITS[0 if version == 3 else 1][kbit], _HERTZ[version][hertz]
    size = (144_000 if version == 3 else 72_000) * kbits // rate + (raw[2] >> 1 & 1)
    return FrameHead(raw, size, kbits, (version, rate, 1 if raw[3] >> 6 == 3 else 2, raw[3] & 3))


@dataclass
class Mp3Walk:
    """Stretches of whole frames, everything else as (name, first, last), and what stays unclear."""

    stretches: list[tuple[int, int]] = field(default_factory=list)
    others: list[tuple[str, int, int]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    kind: tuple[int, int, int, int] | None = None


def frames_of(reader: SeekableReader, walk: Mp3Walk) -> Iterator[tuple[FrameHead, bytes]]:
    """Every frame of every stretch, in order."""
    for first, last in walk.stretches:
        block, start, place = b"", first, first
        while place < last:
            if place + 4096 > start + len(block):
                start, block = place, reader.read_at(place, min(_STEP, last - place))
            head = frame_head(block[place - start : place - start + 4])
            if head is None:
                return
            yield head, block[place - start : place - start + head.size]
            place += head.size


def walk_mp3(reader: SeekableReader) -> Mp3Walk:
    """Take the file apart; never raises."""
    walk = Mp3Walk()
    first = _tags_before(reader, walk)
    behind: list[tuple[str, int, int]] = []
    last = _tags_after(reader, first, behind)
    place, count = first, 0
    while place < last and not walk.doubts:
        begin = _find(reader, walk, place, last)
        if begin < 0:
            break
        if begin > place:
            walk.others.append(("bytes between frames", place, begin))
        place, taken = _stretch(reader, walk, begin, last)
        count += taken
        if count > MP3_FRAMES_MAX or len(walk.stretches) > MP3_GAPS_MAX:
            walk.doubts.append("more frames or gaps than are worth it")
    if place < last:
        walk.others.append(("bytes behind the frames", place, last))
    walk.others += reversed(behind)
    if not walk.stretches:
        walk.doubts.append("no frames of MP3 sound")
    return walk


def _tags_before(reader: SeekableReader, walk: Mp3Walk) -> int:
    place = 0
    for _ in range(MP3_TAGS_MAX):
        name, size = _tag_at(reader.read_at(place, 32))
        if size == 0 or place + size > reader.size:
            return place
        walk.others.append((name, place, place + size))
        place += size
    return place


def _tag_at(head: bytes) -> tuple[str, int]:
    if head[:3] == b"ID3":
        return "ID3v2", id3v2_size(head[:10])
    if head[:8] == b"APETAGEX" and len(head) == 32 and int.from_bytes(head[20:24], "little") >> 29 & 1:
        return "APEv2", 32 + int.from_bytes(head[12:16], "little")
    return "", 0


def _tags_after(reader: SeekableReader, first: int, found: list[tuple[str, int, int]]) -> int:
    last = reader.size
    for _ in range(MP3_TAGS_MAX):
        name, size = _tag_before(reader, last)
        if size == 0 or last - size < first:
            break
        found.append((name, last - size, last))
        last -= size
    return last


def _tag_before(reader: SeekableReader, last: int) -> tuple[str, int]:
    def back(distance: int, length: int) -> bytes:
        return reader.read_at(last - distance, length) if last >= distance else b""

    if back(128, 3) == b"TAG":
        return "ID3v1", 128
    if back(227, 4) == b"TAG+":
        return "ID3v1 enhanced", 227
    if back(32, 8) == b"APETAGEX":
        size, flags = int.from_bytes(back(20, 4), "little"), int.from_bytes(back(12, 4), "little")
        return "APEv2", max(size, 32) + (32 if flags >> 31 else 0)
    if back(10, 3) == b"3DI" and id3v2_size(b"ID3" + back(7, 7)):
        return "ID3v2", id3v2_size(b"ID3\4\0\0" + back(4, 4)) + 10
    if back(9, 9) == b"LYRICS200" and back(15, 6).isdigit():
        return "Lyrics3", int(back(15, 6)) + 15
    if back(9, 9) == b"LYRICSEND":
        text = reader.read_at(max(0, last - 5200), min(5200, last))
        mark = text.rfind(b"LYRICSBEGIN")
        return ("Lyrics3", len(text) - mark) if mark >= 0 else ("", 0)
    return "", 0


def _find(reader: SeekableReader, walk: Mp3Walk, place: int, last: int) -> int:
    """The first byte of the next stretch of frames, -1 if there is none."""
    while place < last:
        _, size = _tag_at(reader.read_at(place, min(32, last - place)))
        if size and place + size <= last:
            place += size
            continue
        block = reader.read_at(place, min(_STEP, last - place))
        at = block.find(b"\xff")
        while at >= 0:
            head = frame_head(block[at : at + 4])
            if head is not None and _confirmed(reader, walk, place + at, head, last):
                return place + at
            at = block.find(b"\xff", at + 1)
        place += max(len(block) - 3, 1)
    return -1


def _confirmed(reader: SeekableReader, walk: Mp3Walk, place: int, head: FrameHead, last: int) -> bool:
    fits = walk.kind is None or head.kind == walk.kind
    end = place + head.size
    if end >= last:
        return end == last and fits
    second = frame_head(reader.read_at(end, min(4, last - end)))
    if second is None or second.kind != head.kind:
        return False
    if not fits:
        third = frame_head(reader.read_at(end + second.size, max(0, min(4, last - end - second.size))))
        if third is not None and third.kind == head.kind:
            walk.doubts.append("the sound changes its rate or channels")
    return fits


def _stretch(reader: SeekableReader, walk: Mp3Walk, place: int, last: int) -> tuple[int, int]:
    first, count, block, start = place, 0, b"", place
    while place < last:
        if place + 4 > start + len(block):
            start, block = place, reader.read_at(place, min(_STEP, last - place))
        head = frame_head(block[place - start : place - start + 4])
        if head is None or place + head.size > last or head.kind != (walk.kind or head.kind):
            break
        walk.kind = head.kind
        place, count = place + head.size, count + 1
    walk.stretches.append((first, place))
    return place, count
