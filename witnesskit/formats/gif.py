"""GIF (87a and 89a): screen, pictures and extensions; sub-blocks are joined."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.media_limits import GIF_BLOCKS_MAX, GIF_FRAMES_MAX

COMMENT, PLAIN_TEXT, CONTROL, APPLICATION = 0xFE, 0x01, 0xF9, 0xFF
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B


@dataclass(frozen=True)
class Screen:
    """Logical screen: size in pixels, background index, aspect byte, global colours (empty: none)."""

    width: int
    height: int
    background: int
    aspect: int
    colours: bytes


@dataclass(frozen=True)
class Extension:
    """An extension: label, sub-blocks, all its bytes; label -1 for zero bytes between blocks."""

    label: int
    blocks: tuple[bytes, ...]
    raw: bytes

    @property
    def application(self) -> bytes:
        """Name and code of an application extension (11 bytes), else empty."""
        named = self.label == APPLICATION and self.blocks and len(self.blocks[0]) == 11
        return self.blocks[0] if named else b""


@dataclass(frozen=True)
class Image:
    """A picture: place and size (8 bytes as they stand), interlaced, own colours, code size, coded bytes, control.

    ``control`` is the body of the graphic control before it in normal form, empty if there is none.
    """

    place: bytes
    interlaced: bool
    colours: bytes
    minimum: int
    coded: bytes
    control: bytes

    @property
    def rectangle(self) -> tuple[int, int, int, int]:
        """Left, top, width and height in pixels."""
        left, top, width, height = (int.from_bytes(self.place[at : at + 2], "little") for at in (0, 2, 4, 6))
        return left, top, width, height

    @property
    def transparent(self) -> int:
        """Index of the transparent colour, -1 if there is none."""
        return self.control[3] if self.control and self.control[0] & 1 else -1


@dataclass(frozen=True)
class Gif:
    """Screen, pictures, extensions in their order, offset behind the trailer."""

    screen: Screen
    images: tuple[Image, ...]
    extensions: tuple[Extension, ...]
    end: int


def parse_gif(data: bytes) -> Gif:
    """Take a GIF apart; raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``.

    A file that ends behind a whole block without a trailer is accepted: viewers show it.
    """
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        raise BadMedia("no GIF head")
    if len(data) < 13:
        raise MediaCut("no screen")
    reading = _Reading(data)
    reading.run()
    if not reading.images:
        raise BadMedia("no picture")
    return Gif(reading.screen, tuple(reading.images), tuple(reading.extensions), reading.place)


class _Reading:
    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 13
        colours = self._colours(data[10])
        width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
        known = data[11] < len(colours) // 3
        self.screen = Screen(width, height, data[11] if known else 0, data[12], colours)
        self.images: list[Image] = []
        self.extensions: list[Extension] = []
        self.control = b""

    def run(self) -> None:
        while self.place < len(self.data):
            if len(self.images) > GIF_FRAMES_MAX or len(self.images) + len(self.extensions) > GIF_BLOCKS_MAX:
                raise MediaTooLarge("blocks")
            start, kind = self.place, self.data[self.place]
            self.place += 1
            if kind == _TRAILER:
                return
            if kind == _EXTENSION:
                self._extension(start)
            elif kind == _IMAGE:
                self._image()
            elif kind == 0:
                while self.data[self.place : self.place + 1] == b"\0":
                    self.place += 1
                self.extensions.append(Extension(-1, (), self.data[start : self.place]))
            else:
                raise BadMedia("a block that is not known")

    def _extension(self, start: int) -> None:
        label = self.data[self.place] if self.place < len(self.data) else -1
        self.place += 1
        blocks = self._blocks()
        self.extensions.append(Extension(label, blocks, self.data[start : self.place]))
        if label == CONTROL and blocks and len(blocks[0]) >= 4:
            self.control = _normal_control(blocks[0])
        elif label == PLAIN_TEXT:
            self.control = b""

    def _image(self) -> None:
        place, flags = self._take(8), self._take(1)[0]
        colours = self._colours(flags)
        minimum = self._take(1)[0]
        if not 2 <= minimum <= 8 or not any(place[4:6]) or not any(place[6:8]):
            raise BadMedia("head of a picture")
        if not colours and not self.screen.colours:
            raise BadMedia("a picture without colours")
        coded = b"".join(self._blocks())
        self.images.append(Image(place, bool(flags & 0x40), colours, minimum, coded, self.control))
        self.control = b""

    def _colours(self, flags: int) -> bytes:
        return self._take(3 << ((flags & 7) + 1)) if flags & 0x80 else b""

    def _take(self, size: int) -> bytes:
        taken = self.data[self.place : self.place + size]
        if len(taken) < size:
            raise MediaCut("the file ends inside a block")
        self.place += size
        return taken

    def _blocks(self) -> tuple[bytes, ...]:
        found: list[bytes] = []
        data, place = self.data, self.place
        while place < len(data):
            size = data[place]
            if not size:
                self.place = place + 1
                return tuple(found)
            found.append(data[place + 1 : place + 1 + size])
            place += 1 + size
        raise MediaCut("the file ends inside a block")


def _normal_control(body: bytes) -> bytes:
    """Disposal, delay and transparent colour; nothing in reserved bits, no wait for a key nobody asks for."""
    clear = body[0] & 1
    return bytes([body[0] & 0x1C | clear]) + body[1:3] + (body[3:4] if clear else b"\0")


def sub_blocks(data: bytes) -> bytes:
    """``data`` in sub-blocks of 255 bytes, with the terminator."""
    pieces = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join([bytes([len(piece)]) + piece for piece in pieces]) + b"\0"
