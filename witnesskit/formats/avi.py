"""AVI files as the writer of copies reads them: headers of streams, and the chunks of pictures and sound in order.

One RIFF or several (OpenDML, ``AVIX``); lists of chunks (``rec ``) are taken apart. A recording that was cut has no
index and lengths of zero: its chunks are followed as far as they go.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.avi_streams import VIDEO, Stream, parse_stream
from witnesskit.formats.riff import HEAD, Chunk, behind, chunk_at
from witnesskit.limits import MIB, READ_BLOCK
from witnesskit.media_limits import AVI_CHUNK_MAX, AVI_CHUNKS_MAX, AVI_REMOVED_MAX, AVI_STREAMS_MAX
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

_HEADER_MAX: Final = 64 * 1024  # bytes of one chunk of a header that are read
_CUT_MAX: Final = 1 * MIB  # bytes that may be left of a chunk that a recorder did not finish
_SUFFIXES: Final = {b"dc", b"db", b"wb"}


@dataclass
class Gone:
    """Everything of one name that is removed, taken together: films hold a filler before every picture."""

    size: int = 0
    hasher: hashlib._Hash = field(default_factory=hashlib.sha256)


@dataclass
class Avi:
    """Microseconds for each picture, dimensions, flag that the index must be used, kept streams, and their chunks.

    Chunks in order: ``streams_of`` gives the number of the kept stream, ``offsets`` the body, ``sizes`` its length,
    ``keys`` 1 for a picture that needs no other.
    """

    period: int = 0
    size: tuple[int, int] = (0, 0)
    by_index: bool = False
    streams: list[Stream] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # kept stream for each stream of the file, -1: none
    streams_of: bytearray = field(default_factory=bytearray)
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    keys: bytearray = field(default_factory=bytearray)
    gone: dict[str, Gone] = field(default_factory=dict)
    cut: bool = False
    movies: int = 0

    @property
    def removed(self) -> tuple[Removal, ...]:
        """What of the file is no film, by name."""
        return tuple(Removal(name, gone.size, gone.hasher.hexdigest()) for name, gone in self.gone.items())

    def mark(self, offset: int, key: int) -> None:
        """Note what an index tells of the chunk whose body is at ``offset``; offsets rise, so one can search."""
        at = bisect_left(self.offsets, offset)
        if at < len(self.offsets) and self.offsets[at] == offset:
            self.keys[at] = key


def read_avi(reader: SeekableReader) -> Avi:
    """Take the file apart; raises the leaves of errors/media.py and ``UnknownCoding``."""
    if reader.read_at(0, 4) != b"RIFF" or reader.read_at(8, 4) != b"AVI ":
        raise BadMedia("no AVI head")
    avi, place, indexes = Avi(), 0, list[Chunk]()
    while place < reader.size:
        chunk = chunk_at(reader, place, reader.size)
        kind = reader.read_at(place + HEAD, 4)
        if chunk is None or chunk.name != b"RIFF" or kind not in (b"AVI ", b"AVIX") or (place and kind == b"AVI "):
            break
        place = _riff(reader, avi, chunk, indexes)
    if place < reader.size:
        _gone(reader, avi, "behind the film", place, reader.size)
    _settle(reader, avi, indexes)
    return avi


def _gone(reader: SeekableReader, avi: Avi, place: str, start: int, end: int) -> None:
    place = place if place in avi.gone or len(avi.gone) < AVI_REMOVED_MAX else "further parts"
    gone = avi.gone.setdefault(place, Gone())
    for at in range(start, end, READ_BLOCK):
        gone.hasher.update(reader.read_at(at, min(READ_BLOCK, end - at)))
    gone.size += end - start


def _riff(reader: SeekableReader, avi: Avi, riff: Chunk, indexes: list[Chunk]) -> int:
    """The chunks of one RIFF; the offset behind it."""
    place, limit = riff.body + 4, riff.end if riff.told else reader.size
    while place < limit:
        chunk = chunk_at(reader, place, reader.size)
        if chunk is None or (chunk.name == b"RIFF" and reader.read_at(chunk.body, 4) == b"AVIX"):
            return place
        kind = reader.read_at(chunk.body, 4) if chunk.name == b"LIST" else b""
        if kind == b"movi":
            place = _movie(reader, avi, chunk, indexes)
            limit = max(limit, place)
            continue
        if kind == b"hdrl" and not avi.streams and not avi.movies:
            _headers(reader, avi, chunk)
        elif chunk.name == b"idx1":
            indexes.append(chunk)
        else:
            _gone(reader, avi, (chunk.name + b" " + kind).decode("latin-1").strip(), chunk.start, chunk.end)
        place = behind(reader, chunk, reader.size)
    return min(place, reader.size)


def _headers(reader: SeekableReader, avi: Avi, headers: Chunk) -> None:
    for chunk in _inner(reader, headers):
        body = reader.read_at(chunk.body, min(chunk.size, _HEADER_MAX))
        if chunk.name == b"avih" and len(body) >= 40:
            avi.period, flags = struct.unpack_from("<I8xI", body)
            avi.by_index = bool(flags & 0x20)
            wide, high = struct.unpack_from("<II", body, 32)
            avi.size = wide, high
        elif chunk.name == b"LIST" and body[:4] == b"strl":
            _stream(reader, avi, chunk)
        else:
            kind = body[:4] if chunk.name == b"LIST" else b""
            _gone(reader, avi, f"hdrl/{(chunk.name + b' ' + kind).decode('latin-1').strip()}", chunk.start, chunk.end)


def _inner(reader: SeekableReader, outer: Chunk) -> Iterator[Chunk]:
    place = outer.body + 4
    while place < outer.end:
        chunk = chunk_at(reader, place, outer.end)
        if chunk is None:
            if any(reader.read_at(place, min(outer.end - place, _HEADER_MAX))):
                raise BadMedia("bytes between the chunks of a header")
            return
        yield chunk
        place = behind(reader, chunk, outer.end)


def _stream(reader: SeekableReader, avi: Avi, stream: Chunk) -> None:
    parts: dict[bytes, bytes] = {}
    for chunk in _inner(reader, stream):
        if chunk.name in (b"strh", b"strf", b"vprp") and chunk.name not in parts:
            parts[chunk.name] = reader.read_at(chunk.body, min(chunk.size, _HEADER_MAX))
        else:
            name = chunk.name.decode("latin-1").strip()
            _gone(reader, avi, f"strl/{name}", chunk.start, chunk.end)
    if len(avi.numbers) >= AVI_STREAMS_MAX:
        raise MediaTooLarge(f"more than {AVI_STREAMS_MAX} streams")
    read = parse_stream(parts.get(b"strh", b""), parts.get(b"strf", b""), parts.get(b"vprp", b""), avi.period)
    avi.numbers.append(len(avi.streams) if read else -1)
    if read:
        avi.streams.append(read)
    else:
        _gone(reader, avi, "stream of neither pictures nor sound", stream.start, stream.end)


def _movie(reader: SeekableReader, avi: Avi, movie: Chunk, indexes: list[Chunk]) -> int:
    """Every chunk of a ``movi`` list; the offset behind it."""
    avi.movies += 1
    open_end = movie.told <= 4 or movie.body + movie.told > reader.size
    place, limit = movie.body + 4, reader.size if open_end else movie.end
    while place < limit:
        chunk = chunk_at(reader, place, limit)
        if chunk is None:
            return _broken(reader, avi, place, limit)
        if chunk.body + chunk.told > limit:
            if limit - place > _CUT_MAX and not open_end:
                raise BadMedia("a chunk that leaves the film")
            return _broken(reader, avi, place, limit)
        if open_end and (chunk.name in (b"idx1", b"RIFF") or _is_info(reader, chunk)):
            return place
        place = _chunk(reader, avi, chunk, limit, indexes)
    avi.cut |= open_end
    return min(limit + movie.told % 2 if not open_end else limit, reader.size)


def _is_info(reader: SeekableReader, chunk: Chunk) -> bool:
    return chunk.name == b"LIST" and reader.read_at(chunk.body, 4) != b"rec "


def _broken(reader: SeekableReader, avi: Avi, place: int, limit: int) -> int:
    """The end of a recording that was cut: zeros, or one chunk that was not finished."""
    if limit - place > _CUT_MAX:
        for at in range(place, limit, READ_BLOCK):
            if any(reader.read_at(at, min(READ_BLOCK, limit - at))):
                raise BadMedia("bytes of no chunk in the film")
    avi.cut = True
    _gone(reader, avi, "cut end of the film", place, limit)
    return limit


def _chunk(reader: SeekableReader, avi: Avi, chunk: Chunk, limit: int, indexes: list[Chunk]) -> int:
    if chunk.name == b"LIST" and reader.read_at(chunk.body, 4) == b"rec ":
        return chunk.body + 4  # what is in it follows as if it stood in the film itself
    number = _number(avi, chunk.name)
    if number >= 0:
        if chunk.size > AVI_CHUNK_MAX or len(avi.sizes) >= AVI_CHUNKS_MAX:
            raise MediaTooLarge("a picture, or the number of pictures")
        avi.streams_of.append(number)
        avi.offsets.append(chunk.body)
        avi.sizes.append(chunk.size)
    elif chunk.name[:2] == b"ix" or chunk.name[2:] == b"ix":
        indexes.append(chunk)
    else:
        if chunk.name[2:] == b"pc" and _number(avi, chunk.name[:2] + b"dc") >= 0:
            raise UnsupportedMedia("palettes that change during the film")
        _gone(reader, avi, f"movi/{chunk.name.decode('latin-1').strip()}", chunk.start, chunk.end)
    return behind(reader, chunk, limit)


def _number(avi: Avi, name: bytes) -> int:
    """The kept stream a chunk belongs to, -1 if to none."""
    if not name[:2].isdigit() or name[2:] not in _SUFFIXES or int(name[:2]) >= len(avi.numbers):
        return -1
    number = avi.numbers[int(name[:2])]
    return number if number < 0 or (avi.streams[number].kind == VIDEO) == (name[2:] != b"wb") else -1


def _settle(reader: SeekableReader, avi: Avi, indexes: list[Chunk]) -> None:
    """Check that there is a film, and read which of its pictures stand alone."""
    if not avi.movies or not avi.streams or not avi.sizes:
        raise BadMedia("no film")
    avi.keys = bytearray(b"\1") * len(avi.sizes)  # without an index every picture may be tried
    for chunk in sorted(indexes, key=lambda one: one.name == b"idx1"):
        body = reader.read_at(chunk.body, min(chunk.size, 16 * AVI_CHUNKS_MAX))
        if chunk.name == b"idx1":
            _old_index(avi, body)
        else:
            _new_index(avi, body)


def _old_index(avi: Avi, body: bytes) -> None:
    """``idx1``: offsets count from the list's kind or from the start of the file; the first chunk tells which."""
    shift: int | None = None
    for name, flags, offset, _ in struct.iter_unpack("<4sIII", body[: len(body) // 16 * 16]):
        if _number(avi, name) >= 0:
            shift = avi.offsets[0] - offset if shift is None else shift
            avi.mark(offset + shift, flags >> 4 & 1)


def _new_index(avi: Avi, body: bytes) -> None:
    """``ix##`` (OpenDML): offsets of bodies from a base, the top bit of the length for pictures that need others."""
    if len(body) < 24 or body[:2] != b"\2\0" or body[2:4] != b"\0\1":
        return
    count, base = int.from_bytes(body[4:8], "little"), int.from_bytes(body[12:20], "little")
    for offset, size in struct.iter_unpack("<II", body[24 : 24 + 8 * min(count, (len(body) - 24) // 8)]):
        avi.mark(base + offset, 1 - (size >> 31))
