"""GIF as the inspector reads it: every byte belongs to a block. It knows nothing of the writer (GIF89a)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from witnesskit.media.codes_gif import Codes, follow
from witnesskit.media_limits import GIF_BLOCKS_MAX, GIF_CLEARS_MAX, GIF_MAX
from witnesskit.model import SeekableReader


@dataclass(frozen=True)
class Block:
    """An extension: label, sub-blocks in order; or ``label`` -1: loose zero bytes."""

    label: int
    parts: tuple[bytes, ...]

    @property
    def data(self) -> bytes:
        """Bytes of all sub-blocks."""
        return b"".join(self.parts)

    @property
    def name(self) -> str:
        """``comment``, ``application NETSCAPE2.0`` ..."""
        fixed = {0xFE: "comment", 0x01: "plain text", 0xF9: "graphic control", -1: "zero bytes"}
        if self.label == 0xFF:
            known = len(self.parts) > 0 and len(self.parts[0]) == 11
            return "application " + self.parts[0].decode("latin-1") if known else "application"
        return fixed.get(self.label, f"extension {self.label:02x}")


@dataclass(frozen=True)
class Picture:
    """Place (8 bytes), flags, own colours, code size, sub-blocks of codes, control before it."""

    place: bytes
    flags: int
    colours: bytes
    minimum: int
    parts: tuple[bytes, ...]
    control: bytes
    codes: Codes

    @property
    def clear_index(self) -> int:
        """Index of the transparent colour, -1 if there is none."""
        return self.control[3] if len(self.control) > 3 and self.control[0] & 1 else -1


@dataclass
class GifWalk:
    """Screen (13 bytes), global colours, blocks and pictures, offset behind the trailer (0: none), doubts."""

    screen: bytes = b""
    colours: bytes = b""
    blocks: list[Block] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    end: int = 0
    orphans: int = 0  # graphic controls that belong to no picture
    doubts: list[str] = field(default_factory=list)


class _Broken(Exception):
    """The file ends inside a block, or a block is not known."""


def walk_gif(reader: SeekableReader) -> GifWalk:
    """Take the file apart; never raises."""
    walk = GifWalk()
    data = reader.read_at(0, min(reader.size, GIF_MAX))
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 13:
        walk.doubts.append("no GIF head")
        return walk
    walk.screen = data[:13]
    try:
        _Walker(data, walk).run()
    except _Broken as broken:
        walk.doubts.append(str(broken))
    walk.doubts += dict.fromkeys(picture.codes.doubt for picture in walk.pictures if picture.codes.doubt)
    if not walk.pictures:
        walk.doubts.append("no picture")
    return walk


class _Walker:
    def __init__(self, data: bytes, walk: GifWalk) -> None:
        self.data, self.walk, self.at = data, walk, 13
        self.control = b""
        self.restarts = 0

    def run(self) -> None:
        self.walk.colours = self._table(self.data[10])
        while self.at < len(self.data):
            kind = self._bytes(1)
            if kind == b"\x3b":
                self.walk.end = self.at
                break
            if kind == b"\x21":
                self._extension()
            elif kind == b"\x2c":
                self._picture()
            elif kind == b"\0":
                self._zeros()
            else:
                raise _Broken("a block that is not known")
            if len(self.walk.blocks) + len(self.walk.pictures) > GIF_BLOCKS_MAX:
                raise _Broken("too many blocks")
        self.walk.orphans += bool(self.control)

    def _zeros(self) -> None:
        start = self.at - 1
        while self.data[self.at : self.at + 1] == b"\0":
            self.at += 1
        self.walk.blocks.append(Block(-1, (self.data[start : self.at],)))

    def _extension(self) -> None:
        block = Block(self._bytes(1)[0], self._parts())
        self.walk.blocks.append(block)
        if block.label == 0xF9 and block.parts and len(block.parts[0]) >= 4:
            self.walk.orphans += bool(self.control)
            self.control = block.parts[0]
        elif block.label == 0x01:
            self.walk.orphans += bool(self.control)
            self.control = b""

    def _picture(self) -> None:
        place, flags = self._bytes(8), self._bytes(1)[0]
        colours = self._table(flags)
        minimum = self._bytes(1)[0]
        _, _, width, height = struct.unpack("<4H", place)
        if not (1 < minimum < 9 and width and height) or not (colours or self.walk.colours):
            raise _Broken("head of a picture")
        parts = self._parts()
        codes = follow(b"".join(parts), minimum, width * height)
        self.restarts += codes.restarts
        if self.restarts > GIF_CLEARS_MAX:
            raise _Broken("too many restarts of the codes")
        self.walk.pictures.append(Picture(place, flags, colours, minimum, parts, self.control, codes))
        self.control = b""

    def _table(self, flags: int) -> bytes:
        return self._bytes(3 * 2 ** (1 + flags % 8)) if flags >= 128 else b""

    def _parts(self) -> tuple[bytes, ...]:
        parts: list[bytes] = []
        size = self._bytes(1)[0]
        while size:
            parts.append(self._bytes(size))
            size = self._bytes(1)[0]
        return tuple(parts)

    def _bytes(self, size: int) -> bytes:
        found = self.data[self.at : self.at + size]
        if len(found) < size:
            raise _Broken("the file ends inside a block")
        self.at += size
        return found
