"""A WebP file as decoders understand it: canvas, frames, colour profile, turn; and what decides how it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.formats.strict_json import canonical
from witnesskit.formats.webp import ALPHA, ANIMATED, Chunk, Picture, parse_chunks, read_picture
from witnesskit.media_limits import WEBP_CHUNKS_MAX


@dataclass(frozen=True)
class Frame:
    """A picture and, in an animation, the 16 bytes of its ANMF head with reserved bits zero (else empty)."""

    picture: Picture
    head: bytes = b""


@dataclass(frozen=True)
class WebpFile:
    """Canvas in pixels, flags of VP8X (-1: no such chunk), frames, ANIM body (empty: still), bodies that go."""

    width: int
    height: int
    flags: int
    frames: tuple[Frame, ...]
    animation: bytes
    gone: tuple[tuple[str, bytes], ...]  # (place, bytes)

    @property
    def alpha(self) -> bool:
        """What the copy says about alpha: as the original where pictures have any, else no."""
        has = any(frame.picture.has_alpha for frame in self.frames)
        explicit = any(frame.picture.alpha for frame in self.frames) or bool(self.animation)
        return has and (not explicit or bool(self.flags & ALPHA))


def read_file(chunks: tuple[Chunk, ...]) -> WebpFile:
    """Understand the chunks of a file; raises ``BadMedia`` or ``MediaCut`` where decoders refuse it."""
    if not chunks:
        raise BadMedia("no picture")
    if chunks[0].name != b"VP8X":
        picture, taken = read_picture(chunks[:1], with_alpha=False)
        return WebpFile(picture.width, picture.height, -1, (Frame(picture),), b"", _rest(chunks, taken))
    head = bytes(chunks[0].body)
    if len(head) < 10:
        raise BadMedia("head of the file")
    width, height = int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if head[0] & ANIMATED:
        return _animated(chunks, head[0], (width, height))
    picture, taken = read_picture(chunks, with_alpha=True)
    if (picture.width, picture.height) != (width, height):
        raise BadMedia("size of the picture")
    return WebpFile(width, height, head[0], (Frame(picture),), b"", _rest(chunks[1:], taken))


def _animated(chunks: tuple[Chunk, ...], flags: int, canvas: tuple[int, int]) -> WebpFile:
    if any(chunk.name in (b"VP8 ", b"VP8L", b"ALPH") for chunk in chunks):
        raise BadMedia("a picture beside the animation")
    heads = [chunk for chunk in chunks if chunk.name == b"ANIM" and len(chunk.body) >= 6]
    if not heads:
        raise BadMedia("head of the animation")
    frames: list[Frame] = []
    gone: list[tuple[str, bytes]] = []
    for chunk in chunks:
        if chunk.name == b"ANMF":
            frame, lost = _frame(chunk, canvas)
            frames.append(frame)
            gone += lost
            if len(gone) + len(frames) > WEBP_CHUNKS_MAX:
                raise MediaTooLarge("chunks of frames")
    if not frames:
        raise BadMedia("no picture")
    kept = tuple(chunk for chunk in chunks if chunk.name == b"ANMF")
    rest = _rest(chunks[1:], (*kept, heads[0])) + tuple(gone)
    return WebpFile(*canvas, flags, tuple(frames), bytes(heads[0].body[:6]), rest)


def _frame(chunk: Chunk, canvas: tuple[int, int]) -> tuple[Frame, tuple[tuple[str, bytes], ...]]:
    head = bytes(chunk.body[:16])
    left, top, across, down = (int.from_bytes(head[at : at + 3], "little") for at in (0, 3, 6, 9))
    size = (across + 1, down + 1)
    parts = tuple(parse_chunks(chunk.body[16:]))
    picture, taken = read_picture(parts, with_alpha=True)
    inside = 2 * left + size[0] <= canvas[0] and 2 * top + size[1] <= canvas[1]
    if len(head) < 16 or (picture.width, picture.height) != size or not inside:
        raise BadMedia("a frame outside the picture")
    return Frame(picture, head[:15] + bytes([head[15] & 3])), _rest(parts, taken)


def _rest(chunks: tuple[Chunk, ...], taken: tuple[Chunk, ...]) -> tuple[tuple[str, bytes], ...]:
    places = {id(chunk) for chunk in taken}
    return tuple((_place(chunk.name), bytes(chunk.raw)) for chunk in chunks if id(chunk) not in places)


def _place(name: bytes) -> str:
    return f"WebP {name.decode('latin-1').strip()}" if name.strip() else "between chunks"


def presentation_sha256(file: WebpFile, orientation: int, icc: str) -> str:
    """SHA-256 of the canonical JSON form of the presentation (docs/spec/essence-raster.md)."""
    document = {
        "definition": "webp-presentation",
        "canvas": [file.width, file.height],
        "alpha": file.alpha,
        "animation": file.animation.hex(),
        "frames": sha256_hex(b"".join(frame.head for frame in file.frames)),
        "orientation": orientation,
        "icc": icc,
    }
    return sha256_hex(canonical(document))
