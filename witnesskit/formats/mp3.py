"""MP3 files as the writer of copies reads them: tags at both ends, frames, and whatever lies between frames.

Frames are followed from one to the next. Where the chain breaks it is taken up again only where two frames follow
each other; what lies between is no sound. Tags are looked for from both ends first, so that none passes as a frame.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.mp3_header import Header, parse_header
from witnesskit.formats.mp3_tags import tag_size, tags_behind, tags_in_front
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import MP3_FRAMES_MAX, MP3_GAPS_MAX
from witnesskit.model import SeekableReader

_SYNC: Final = re.compile(rb"\xff(?=[\xe2-\xff])")


class Window:
    """Reads small pieces of a file in order from blocks of ``READ_BLOCK``."""

    def __init__(self, reader: SeekableReader, limit: int) -> None:
        self.limit = limit
        self._reader = reader
        self._start, self._data = 0, b""

    def read(self, place: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``place``, none behind the limit."""
        length = max(0, min(length, self.limit - place))
        if place < self._start or place + length > self._start + len(self._data):
            self._start = place
            self._data = self._reader.read_at(place, min(max(length, READ_BLOCK), self.limit - place))
        at = place - self._start
        return self._data[at : at + length]

    def header(self, place: int) -> Header | None:
        """The header at ``place``, if one is there."""
        word = self.read(place, 4)
        return parse_header(int.from_bytes(word, "big")) if len(word) == 4 else None


@dataclass
class Frames:
    """Where the frames lie: runs ``[start, end)`` of whole frames, their lengths in order, and the rest.

    ``others`` are (place, start, end) of tags and of bytes between frames.
    """

    first: Header
    runs: list[tuple[int, int]] = field(default_factory=list)
    lengths: array[int] = field(default_factory=lambda: array("H"))
    others: list[tuple[str, int, int]] = field(default_factory=list)

    def read(self, reader: SeekableReader) -> Iterator[bytes]:
        """Every frame in order."""
        lengths = iter(self.lengths)
        for start, end in self.runs:
            window, place = Window(reader, end), start
            while place < end:
                size = next(lengths)
                yield window.read(place, size)
                place += size


def find_frames(reader: SeekableReader) -> Frames:
    """Every frame of the file; raises ``BadMedia``, ``MediaTooLarge`` or ``UnsupportedMedia``."""
    front = tags_in_front(reader)
    start = front[-1][2] if front else 0
    behind = tags_behind(reader, start)
    window = Window(reader, behind[0][1] if behind else reader.size)
    frames, place = None, start
    while place < window.limit:
        begin = _next_run(window, place, frames.first if frames else None)
        if begin is None:
            break
        if frames is None:
            frames = Frames(begin[1])
        place = _follow(window, frames, begin[0], place)
    if frames is None:
        raise BadMedia("no frames of MP3 sound")
    if place < window.limit:
        frames.others.append(("behind the last frame", place, window.limit))
    frames.others = front + frames.others + behind
    return frames


def _follow(window: Window, frames: Frames, place: int, gap: int) -> int:
    """Take the frames from ``place`` on as long as one follows the other; the offset behind the last."""
    if gap < place:
        frames.others.append(("between frames" if frames.runs else "in front of the first frame", gap, place))
    if len(frames.runs) >= MP3_GAPS_MAX:
        raise MediaTooLarge(f"frames in more than {MP3_GAPS_MAX} pieces")
    start, append, first, limit = place, frames.lengths.append, frames.first, window.limit
    while True:
        header = window.header(place)
        if header is None or place + header.length > limit or not header.agrees(first):
            break
        append(header.length)
        place += header.length
        if len(frames.lengths) > MP3_FRAMES_MAX:
            raise MediaTooLarge(f"more than {MP3_FRAMES_MAX} frames")
    frames.runs.append((start, place))
    return place


def _next_run(window: Window, place: int, first: Header | None) -> tuple[int, Header] | None:
    """Where two frames follow each other, at or behind ``place``; or one that ends where the sound ends."""
    while place < window.limit:
        tag = tag_size(window.read(place, 32))
        if tag and place + tag <= window.limit:
            place += tag
            continue
        block = window.read(place, READ_BLOCK)
        for found in _SYNC.finditer(block):
            at = place + found.start()
            header = window.header(at)
            if header and _begins(window, at, header, first):
                return at, header
        place += max(1, len(block) - 3)
    return None


def _begins(window: Window, at: int, header: Header, first: Header | None) -> bool:
    end = at + header.length
    if end == window.limit:
        return first is None or header.agrees(first)
    follower = window.header(end) if end < window.limit else None
    if follower is None or not follower.agrees(header):
        return False
    if first is None or header.agrees(first):
        return True
    third = window.header(end + follower.length)
    if third is not None and third.agrees(header):
        raise UnsupportedMedia("the sound changes its rate or channels")
    return False
