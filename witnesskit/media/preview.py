"""Small pictures of a file: those embedded in it, as found, and of a film a sheet of its pictures.

Embedded pictures are told by their own first bytes anywhere in the file, so it does not matter which block of which
container holds them: Exif thumbnails, previews of cameras, second pictures, covers, attachments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.limits import MIB
from witnesskit.media.preview_film import sheet_of
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.walk_jpeg import LOOSE, walk_jpeg
from witnesskit.media_limits import PREVIEW_MAX, PREVIEW_SCAN_MAX, PREVIEWS_MAX, PREVIEWS_SIZE_MAX
from witnesskit.model import Json, SeekableReader, Sink

_START: Final = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n")
_BLOCK: Final = 4 * MIB
_FIRST_LOOK: Final = 256 * 1024  # bytes; most thumbnails end within
_FRAMES: Final = (0xC0, 0xC1, 0xC2)  # SOF of baseline, extended and progressive JPEG
_DEEP_LOOKS_MAX: Final = 60  # pictures larger than the first look; each may cost its whole maximum
_FAILED_MAX: Final = 2_000  # starts that were none; coded data hold such bytes by chance


def write_previews(reader: SeekableReader, sink: Sink) -> list[Json]:
    """Write them one after the other; answers kind ("embedded", "sheet"), ending, place and size of each.

    Never raises on content; what is above the maxima is left out.
    """
    written: list[Json] = []
    left = PREVIEWS_SIZE_MAX
    for place, ending, data in _embedded(reader):
        if len(written) >= PREVIEWS_MAX or len(data) > left:
            break
        sink.write(data)
        left -= len(data)
        written.append({"kind": "embedded", "ending": ending, "place": place, "size": len(data)})
    sheet = sheet_of(reader) if _may_be_film(reader) else b""
    if sheet and len(sheet) <= left:
        sink.write(sheet)
        written.append({"kind": "sheet", "ending": "jpg", "place": 0, "size": len(sheet)})
    return written


def _may_be_film(reader: SeekableReader) -> bool:
    return not media_type(reader.read_at(0, HEAD_SIZE)).startswith(("image/", "audio/"))


def _embedded(reader: SeekableReader) -> Iterator[tuple[int, str, bytes]]:
    """(offset, ending, bytes) of each; one inside another is found too, the file itself is not."""
    failed, looks = 0, _DEEP_LOOKS_MAX
    for place, ending in _starts(reader):
        data, deep = _jpeg(reader, place, looks > 0) if ending == "jpg" else (_png(reader, place), False)
        looks -= deep
        if data:
            yield place, ending, data
        else:
            failed += 1
            if failed > _FAILED_MAX:
                return


def _starts(reader: SeekableReader) -> Iterator[tuple[int, str]]:
    for start in range(0, min(reader.size, PREVIEW_SCAN_MAX), _BLOCK):
        block = reader.read_at(start, _BLOCK + 8)
        for match in _START.finditer(block):
            if match.start() < _BLOCK and start + match.start() > 0:
                yield start + match.start(), "jpg" if block[match.start()] == 0xFF else "png"


def _jpeg(reader: SeekableReader, place: int, may_look_deep: bool) -> tuple[bytes, bool]:
    """(the whole picture from its start to its end marker, whether it had to look deep); empty if it is none."""
    data = _walked(reader, place, _FIRST_LOOK)
    if data is not None or not may_look_deep:
        return data or b"", False
    return _walked(reader, place, PREVIEW_MAX) or b"", True


def _walked(reader: SeekableReader, place: int, length: int) -> bytes | None:
    """The picture; empty if it is none; None if its end lies behind ``length``."""
    data = reader.read_at(place, length)
    walk = walk_jpeg(data)
    if walk.end:
        codes = [piece.code for piece in walk.pieces]
        whole = 0xDA in codes and LOOSE not in codes and any(code in codes for code in _FRAMES)
        return data[: walk.end] if whole else b""
    return b"" if len(data) < length or len(walk.pieces) < 2 else None


def _png(reader: SeekableReader, place: int) -> bytes:
    """From the signature through IEND; empty if the chunks do not lead there."""
    offset = place + 8
    while offset - place < PREVIEW_MAX:
        head = reader.read_at(offset, 8)
        if len(head) < 8 or not head[4:].isalpha():
            return b""
        offset += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return reader.read_at(place, offset - place) if offset <= reader.size else b""
    return b""
