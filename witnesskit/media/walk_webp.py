"""WebP as the inspector reads it: every byte of the RIFF file belongs to a piece. It knows nothing of the writer."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media_limits import WEBP_CHUNKS_MAX, WEBP_MAX
from witnesskit.model import SeekableReader

IMAGES: Final = ("VP8", "VP8L")


@dataclass(frozen=True)
class Piece:
    """One chunk: name without blanks, body, and whether its padding byte is there and zero."""

    name: str
    body: bytes
    padded: bool = True


@dataclass
class Still:
    """A coded picture: its pieces in order, size in pixels, ANMF head (empty: not animated)."""

    pieces: list[Piece]
    width: int = 0
    height: int = 0
    head: bytes = b""


@dataclass
class WebpWalk:
    """Pieces of the file, the offset behind it, canvas, flags of VP8X (-1: none), pictures, strays, doubts."""

    pieces: list[Piece] = field(default_factory=list)
    end: int = 0
    canvas: tuple[int, int] = (0, 0)
    flags: int = -1
    stills: list[Still] = field(default_factory=list)
    inner: list[Piece] = field(default_factory=list)  # pieces inside frames that belong to no picture
    count: int = 0  # pieces seen, those inside frames among them
    loose: list[bytes] = field(default_factory=list)  # bytes that belong to no piece
    doubts: list[str] = field(default_factory=list)

    def first(self, name: str) -> bytes | None:
        """Body of the first piece of that name."""
        return next((piece.body for piece in self.pieces if piece.name == name), None)

    def announced(self, name: str, flag: int) -> bytes | None:
        """The same, if VP8X announces it; decoders look at no other."""
        return self.first(name) if self.flags > 0 and self.flags & flag else None


def walk_webp(reader: SeekableReader) -> WebpWalk:
    """Take the file apart; never raises."""
    walk = WebpWalk()
    data = reader.read_at(0, min(reader.size, WEBP_MAX))
    walk.end = 8 + int.from_bytes(data[4:8], "little")
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or walk.end > len(data):
        walk.doubts.append("the file is shorter than it says" if data[8:12] == b"WEBP" else "no WebP head")
    walk.pieces = _pieces(data[12 : walk.end], walk)
    if not walk.pieces:
        walk.doubts.append("no chunks")
    elif walk.pieces[0].name == "VP8X":
        _extended(walk)
    else:
        _take(walk, [Still(walk.pieces[:1])])
        walk.canvas = (walk.stills[0].width, walk.stills[0].height)
    return walk


def _pieces(data: bytes, walk: WebpWalk) -> list[Piece]:
    found: list[Piece] = []
    place = 0
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        end = place + 8 + size
        if end > len(data):
            if place + 8 <= len(data):
                walk.doubts.append("a chunk is longer than its file")
            walk.loose.append(data[place:])
            break
        padding = data[end : end + size % 2]
        name = data[place : place + 4].decode("latin-1").rstrip(" ")
        found.append(Piece(name, data[place + 8 : end], padding == bytes(size % 2)))
        place = end + len(padding)
        walk.count += 1
        if walk.count > 2 * WEBP_CHUNKS_MAX:
            walk.doubts.append("too many chunks")
            break
    return found


def _extended(walk: WebpWalk) -> None:
    head = walk.pieces[0].body
    if len(head) < 10:
        walk.doubts.append("head of the file")
        return
    walk.flags = head[0]
    walk.canvas = (1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little"))
    if not walk.flags & 2:
        _take(walk, [Still(walk.pieces[1:])])
        if walk.canvas != (walk.stills[0].width, walk.stills[0].height):
            walk.doubts.append("size of the picture")
        return
    frames = [piece.body for piece in walk.pieces if piece.name == "ANMF"]
    _take(walk, [Still(_pieces(body[16:], walk), head=body[:16]) for body in frames])
    beside = any(piece.name in (*IMAGES, "ALPH") for piece in walk.pieces)
    if beside or not frames or len(walk.first("ANIM") or b"") < 6:
        walk.doubts.append("an animation that breaks its rules")
    for still in walk.stills:
        left, top, across, down = (int.from_bytes(still.head[at : at + 3], "little") for at in (0, 3, 6, 9))
        fits = 2 * left + across < walk.canvas[0] and 2 * top + down < walk.canvas[1]
        if len(still.head) < 16 or not fits or (across + 1, down + 1) != (still.width, still.height):
            walk.doubts.append("a frame outside the picture")


def _take(walk: WebpWalk, stills: list[Still]) -> None:
    """Find in each list of pieces the picture decoders show: the first one, and the alpha before it."""
    for still in stills:
        places = [index for index, piece in enumerate(still.pieces) if piece.name in IMAGES]
        image = still.pieces[places[0]] if places else Piece("", b"")
        before = [piece for piece in still.pieces[: places[0] if places else 0] if piece.name == "ALPH"]
        alpha = before[:1] if image.name == "VP8" and walk.flags >= 0 else []
        if still.head:
            walk.inner += [piece for piece in still.pieces if not any(piece is one for one in (*alpha, image))]
        still.width, still.height = _size(image)
        still.pieces = [*alpha, image]
        if not still.width:
            walk.doubts.append("head of a coded picture")
        elif alpha and not _sound_alpha(alpha[0].body, still.width * still.height):
            walk.doubts.append("alpha of a picture")
        walk.stills.append(still)


def _size(image: Piece) -> tuple[int, int]:
    body = image.body
    if image.name == "VP8L" and len(body) > 5 and body[0] == 0x2F and body[4] < 0x20:
        number = int.from_bytes(body[1:5], "little")
        return 1 + number % 2**14, 1 + number // 2**14 % 2**14
    if image.name == "VP8" and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        tag = int.from_bytes(body[:3], "little")
        key, version, visible, first = tag % 2 == 0, tag // 2 % 8, tag // 16 % 2, tag // 32
        width, height = (side % 2**14 for side in struct.unpack("<HH", body[6:10]))
        if key and version < 4 and visible and first + 10 <= len(body) and width and height:
            return width, height
    return 0, 0


def _sound_alpha(body: bytes, pixels: int) -> bool:
    packing, preparing = body[0] % 4 if body else 9, body[0] // 16 % 4 if body else 9
    return len(body) > 1 and packing < 2 and preparing < 2 and (packing == 1 or len(body) > pixels)


def alpha_length(body: bytes, pixels: int) -> int:
    """Bytes of an ALPH chunk that decoders read: all of a packed one."""
    return 1 + pixels if body[0] % 4 == 0 else len(body)
