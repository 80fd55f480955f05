"""AVI as the inspector reads it: streams, the chunks of the film in order, and everything that is neither.

Written apart from the writer's reader on purpose (docs/decisions/0003-inspection-shares-no-code.md).
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.limits import MIB
from witnesskit.media.avi_streams import AviStream, read_stream
from witnesskit.media.walk_riff import LOOSE, RiffChunk, read_chunk, read_chunks
from witnesskit.media_limits import AVI_CHUNK_MAX, AVI_CHUNKS_MAX, AVI_STREAMS_MAX
from witnesskit.model import SeekableReader

_FIELDS_MAX: Final = 65_536
_OTHERS_MAX: Final = 3_000


@dataclass
class AviWalk:
    """The film: chunks are in ``which`` (number among the kept streams), ``first`` (body) and ``size``."""

    period: int = 0
    width: int = 0
    height: int = 0
    by_index: bool = False
    streams: list[AviStream] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    which: bytearray = field(default_factory=bytearray)
    first: array[int] = field(default_factory=lambda: array("Q"))
    size: array[int] = field(default_factory=lambda: array("I"))
    others: list[tuple[str, RiffChunk]] = field(default_factory=list)
    indexes: list[RiffChunk] = field(default_factory=list)
    movies: int = 0
    cut: bool = False

    def other(self, place: str, chunk: RiffChunk) -> None:
        """Remember what is no film; the first thousands are enough to tell."""
        if len(self.others) < _OTHERS_MAX:
            self.others.append((place, chunk))


def walk_avi(reader: SeekableReader) -> AviWalk:
    """Take the file apart; raises ``BadMedia``, ``MediaTooLarge`` or ``UnsupportedMedia``."""
    if reader.read_at(0, 4) + reader.read_at(8, 4) != b"RIFFAVI ":
        raise BadMedia("no AVI file")
    walk, place = AviWalk(), 0
    while place < reader.size:
        outer = read_chunk(reader, place, reader.size)
        kind = reader.read_at(outer.first, 4)
        if outer.kind != "RIFF" or kind != (b"AVIX" if place else b"AVI "):
            break
        place = _outer(reader, walk, outer)
    if place < reader.size:
        walk.other(LOOSE, RiffChunk(LOOSE, place, place, reader.size, reader.size - place))
    if not walk.movies or not walk.streams or not walk.size:
        raise BadMedia("no film in the file")
    return walk


def _outer(reader: SeekableReader, walk: AviWalk, outer: RiffChunk) -> int:
    place, stop = outer.first + 4, outer.last if outer.told else reader.size
    while place < stop:
        chunk = read_chunk(reader, place, reader.size)
        kind = reader.read_at(chunk.first, 4) if chunk.kind in ("LIST", "RIFF") else b""
        if chunk.kind == LOOSE or (chunk.kind == "RIFF" and kind == b"AVIX"):
            break
        if chunk.kind == "LIST" and kind == b"movi":
            place = _movie(reader, walk, chunk)
            stop = max(stop, place)
            continue
        if chunk.kind == "LIST" and kind == b"hdrl" and not walk.streams and not walk.movies:
            _headers(reader, walk, chunk)
        elif chunk.kind == "idx1":
            walk.indexes.append(chunk)
        else:
            walk.other("", chunk)
        place = chunk.next
    return min(place, reader.size)


def _headers(reader: SeekableReader, walk: AviWalk, outer: RiffChunk) -> None:
    for chunk in _inside(reader, outer):
        body = reader.read_at(chunk.first, min(chunk.last - chunk.first, _FIELDS_MAX))
        if chunk.kind == "avih" and len(body) >= 40:
            walk.period, walk.by_index = int.from_bytes(body[:4], "little"), bool(body[12] & 0x20)
            walk.width, walk.height = struct.unpack_from("<2I", body, 32)
        elif chunk.kind == "LIST" and body[:4] == b"strl":
            _stream(reader, walk, chunk)
        else:
            walk.other("hdrl", chunk)


def _inside(reader: SeekableReader, outer: RiffChunk) -> list[RiffChunk]:
    found, counted = read_chunks(reader, outer.first + 4, outer.last)
    for chunk in found:
        if chunk.kind == LOOSE and any(reader.read_at(chunk.first, min(chunk.last - chunk.first, _FIELDS_MAX))):
            raise BadMedia("loose bytes in a header")
    if not counted:
        raise MediaTooLarge("chunks of a header")
    return [chunk for chunk in found if chunk.kind != LOOSE]


def _stream(reader: SeekableReader, walk: AviWalk, outer: RiffChunk) -> None:
    seen: dict[str, bytes] = {}
    for chunk in _inside(reader, outer):
        if chunk.kind in ("strh", "strf", "vprp") and chunk.kind not in seen:
            seen[chunk.kind] = reader.read_at(chunk.first, min(chunk.last - chunk.first, _FIELDS_MAX))
        else:
            walk.other("strl", chunk)
    if len(walk.kept) >= AVI_STREAMS_MAX:
        raise MediaTooLarge("streams")
    one = read_stream(seen.get("strh", b""), seen.get("strf", b""), seen.get("vprp", b""), walk.period)
    walk.kept.append(-1 if one is None else len(walk.streams))
    if one is None:
        walk.other("stream of neither pictures nor sound", outer)
    else:
        walk.streams.append(one)


def _movie(reader: SeekableReader, walk: AviWalk, movie: RiffChunk) -> int:
    walk.movies += 1
    untold = movie.told < 5 or movie.first + movie.told > reader.size
    place, stop = movie.first + 4, reader.size if untold else movie.last
    while place < stop:
        chunk = read_chunk(reader, place, stop)
        kind = reader.read_at(chunk.first, 4) if chunk.kind == "LIST" else b""
        if chunk.kind == LOOSE or chunk.first + chunk.told > stop:
            return _break(reader, walk, chunk, stop, untold)
        if untold and (chunk.kind in ("idx1", "RIFF") or (chunk.kind == "LIST" and kind != b"rec ")):
            return place
        if kind == b"rec ":
            walk.other("movi", RiffChunk("rec ", place, place, place + 12, 12))
            place = chunk.first + 4
        else:
            _chunk(walk, chunk)
            place = chunk.next
    walk.cut |= untold
    return min(stop, reader.size) if untold else min(movie.last + movie.told % 2, reader.size)


def _break(reader: SeekableReader, walk: AviWalk, chunk: RiffChunk, stop: int, untold: bool) -> int:
    """What a recorder left that was cut: zeros, or a chunk it did not finish."""
    rest = stop - chunk.offset
    if rest > MIB:
        if chunk.kind != LOOSE and not untold:
            raise BadMedia("a chunk that leaves the film")
        for place in range(chunk.offset, stop, MIB):
            if reader.read_at(place, min(MIB, stop - place)).strip(b"\0"):
                raise BadMedia("bytes of no chunk in the film")
    walk.cut = True
    walk.other("movi", RiffChunk(LOOSE, chunk.offset, chunk.offset, stop, rest))
    return stop


def _chunk(walk: AviWalk, chunk: RiffChunk) -> None:
    number = stream_of(walk, chunk.kind)
    if number >= 0:
        if chunk.told > AVI_CHUNK_MAX or len(walk.size) >= AVI_CHUNKS_MAX:
            raise MediaTooLarge("pictures")
        walk.which.append(number)
        walk.first.append(chunk.first)
        walk.size.append(chunk.told)
    elif chunk.kind.startswith("ix") or chunk.kind.endswith("ix"):
        walk.indexes.append(chunk)
    elif chunk.kind[2:] == "pc" and stream_of(walk, chunk.kind[:2] + "dc") >= 0:
        raise UnsupportedMedia("palettes that change during the film")
    else:
        walk.other("movi", chunk)


def stream_of(walk: AviWalk, kind: str) -> int:
    """The kept stream a chunk of that name belongs to; -1: none."""
    if kind[2:] not in ("dc", "db", "wb") or not kind[:2].isdecimal() or int(kind[:2]) >= len(walk.kept):
        return -1
    number = walk.kept[int(kind[:2])]
    if number >= 0 and walk.streams[number].pictures != (kind[2:] != "wb"):
        return -1
    return number
