"""The pictures of a PNG: the first one, and the frames of an animation (acTL, fcTL, fdAT)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import gcd

from witnesskit.errors.media import BadMedia
from witnesskit.formats.png import Chunk, Header

_ENDLESS_FROM = 65_536  # plays nobody counts


@dataclass
class Picture:
    """Size in pixels, ``control`` (fcTL in normal form without its number, empty if not animated), coded pieces."""

    width: int
    height: int
    control: bytes = b""
    pieces: list[memoryview] = field(default_factory=list)


@dataclass(frozen=True)
class Pictures:
    """The first picture, the frames behind it, plays (0: endless), -1 if nothing is animated."""

    first: Picture
    frames: tuple[Picture, ...]
    plays: int
    gone: tuple[Chunk, ...]  # chunks of pictures that no decoder reads

    @property
    def all(self) -> tuple[Picture, ...]:
        """Every coded picture in order."""
        return (self.first, *self.frames)


def read_pictures(chunks: Iterable[Chunk], header: Header) -> Pictures:
    """Sort the chunks of coded pictures; raises ``BadMedia`` where an animation breaks its rules."""
    reading = _Reading(header)
    for chunk in chunks:
        reading.take(chunk)
    return reading.finish()


class _Reading:
    def __init__(self, header: Header) -> None:
        self.header = header
        self.first = Picture(header.width, header.height)
        self.frames: list[Picture] = []
        self.gone: list[Chunk] = []
        self.promised = self.plays = -1
        self.number = 0
        self.over = False  # the run of IDAT has ended

    def take(self, chunk: Chunk) -> None:
        if chunk.kind == b"IDAT":
            if self.over:
                self.gone.append(chunk)
            else:
                self.first.pieces.append(chunk.body)
            return
        self.over = self.over or bool(self.first.pieces)
        if chunk.kind == b"acTL" and self.promised < 0 and not self.over:
            self._promise(bytes(chunk.body))
        elif chunk.kind in (b"fcTL", b"fdAT") and self.promised >= 0:
            self._frame(chunk)
        elif chunk.kind in (b"acTL", b"fcTL", b"fdAT"):
            self.gone.append(chunk)

    def finish(self) -> Pictures:
        if not self.first.pieces:
            raise BadMedia("no picture")
        controls = len(self.frames) + bool(self.first.control)
        if self.promised >= 0 and (controls != self.promised or any(not frame.pieces for frame in self.frames)):
            raise BadMedia("frames of the animation")
        return Pictures(self.first, tuple(self.frames), self.plays, tuple(self.gone))

    def _promise(self, body: bytes) -> None:
        if len(body) != 8 or not any(body[:4]):
            raise BadMedia("head of the animation")
        self.promised = int.from_bytes(body[:4], "big")
        plays = int.from_bytes(body[4:], "big")
        self.plays = plays if plays < _ENDLESS_FROM else 0

    def _frame(self, chunk: Chunk) -> None:
        if len(chunk.body) < 4 or int.from_bytes(chunk.body[:4], "big") != self.number:
            raise BadMedia("numbers of the animation")
        self.number += 1
        if chunk.kind == b"fcTL":
            self._start(bytes(chunk.body[4:]))
        elif not self.frames:
            raise BadMedia("frames of the animation")
        else:
            self.frames[-1].pieces.append(chunk.body[4:])

    def _start(self, body: bytes) -> None:
        picture = _controlled(body, self.header)
        if self.over:
            self.frames.append(picture)
        elif self.first.control or body[:16] != self.header.body[:8] + bytes(8):
            raise BadMedia("frames of the animation")
        else:
            self.first.control = picture.control


def _controlled(body: bytes, header: Header) -> Picture:
    """A frame from fcTL behind its number: its delay as a fraction without common divisor."""
    width, height, left, top = (int.from_bytes(body[at : at + 4], "big") for at in (0, 4, 8, 12))
    inside = left + width <= header.width and top + height <= header.height
    if len(body) != 22 or not width or not height or not inside or body[20] > 2 or body[21] > 1:
        raise BadMedia("frames of the animation")
    wait, unit = int.from_bytes(body[16:18], "big"), int.from_bytes(body[18:20], "big") or 100
    common = gcd(wait, unit)
    delay = (wait // common).to_bytes(2, "big") + (unit // common).to_bytes(2, "big")
    return Picture(width, height, body[:16] + delay + body[20:])
