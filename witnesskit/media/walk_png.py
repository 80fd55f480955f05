"""PNG as the inspector reads it: every byte of the file belongs to a piece. It knows nothing of the writer."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from witnesskit.media_limits import PNG_CHUNKS_MAX

_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@dataclass(frozen=True)
class Piece:
    """One chunk: name, body, and whether its checksum holds."""

    name: str
    body: bytes
    sound: bool


@dataclass(frozen=True)
class PngHead:
    """Fields of IHDR, and bits of a pixel; all zero where it is broken."""

    width: int = 0
    height: int = 0
    depth: int = 0
    colour: int = 0
    interlace: int = 0
    bits: int = 0


@dataclass(frozen=True)
class PngWalk:
    """Pieces in order, the offset behind the end chunk (0: none seen), the header, and what was not understood."""

    pieces: tuple[Piece, ...]
    end: int
    head: PngHead
    doubts: tuple[str, ...]

    def first(self, name: str) -> bytes | None:
        """Body of the first sound piece of that name."""
        return next((piece.body for piece in self.pieces if piece.name == name and piece.sound), None)


def walk_png(data: bytes) -> PngWalk:
    """Take ``data`` apart up to its end chunk; never raises."""
    if data[:8] != _HEAD:
        return PngWalk((), 0, PngHead(), ("no PNG signature",))
    pieces: list[Piece] = []
    doubts: list[str] = []
    place, end = 8, 0
    while not end and not doubts:
        size = int.from_bytes(data[place : place + 4], "big")
        content = data[place + 4 : place + 8 + size]
        check = data[place + 8 + size : place + 12 + size]
        if len(check) < 4:
            doubts.append("the file ends before its end chunk")
            break
        name = content[:4].decode("latin-1")
        pieces.append(Piece(name, content[4:], zlib.crc32(content).to_bytes(4, "big") == check))
        place += 12 + size
        end = place if name == "IEND" else 0
        doubts += _doubts(pieces)
    head = _head(pieces[0]) if pieces else PngHead()
    doubts += [] if head.bits else ["no header of a picture"]
    return PngWalk(tuple(pieces), end, head, tuple(doubts))


def _doubts(pieces: list[Piece]) -> list[str]:
    last = pieces[-1]
    if len(pieces) >= PNG_CHUNKS_MAX:
        return ["too many chunks"]
    if not (last.name.isascii() and last.name.isalpha()):
        return ["a chunk without a name"]
    if last.name[0].isupper() and last.name not in ("IHDR", "PLTE", "IDAT", "IEND"):
        return [f"chunk {last.name} is critical and not known"]
    if last.name == "IHDR" and len(pieces) > 1:
        return ["two headers"]
    return []


def _head(piece: Piece) -> PngHead:
    if piece.name != "IHDR" or len(piece.body) != 13 or not piece.sound:
        return PngHead()
    width, height, depth, colour, packing, filtering, interlace = struct.unpack(">IIBBBBB", piece.body)
    depths = {0: (1, 2, 4, 8, 16), 3: (1, 2, 4, 8)}.get(colour, (8, 16))
    sane = 0 < width < 2**31 and 0 < height < 2**31 and colour in _CHANNELS and depth in depths
    if not sane or packing or filtering or interlace > 1:
        return PngHead()
    return PngHead(width, height, depth, colour, interlace, depth * _CHANNELS[colour])
