"""The samples of a film in the order they are written: decode order in each track, file order among them."""

from __future__ import annotations

import hashlib
import heapq
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from operator import add
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.isobmff import Box, hash_range
from witnesskit.formats.isobmff_movie import Film
from witnesskit.formats.isobmff_tables import Extent
from witnesskit.formats.isobmff_track import Track
from witnesskit.media_limits import FILM_OUT_OF_ORDER_MAX, FILM_WINDOW
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

# codings whose samples are read one by one
LOOKED_INTO: Final = frozenset({"h264", "hevc", "av1", "mpeg4", "mjpeg", "prores", "aac"})


Span = tuple[int, int]  # first byte and the byte behind the last


@dataclass(frozen=True)
class Piece:
    """Some samples of a chunk: where, how many bytes, and their sizes where samples are looked into."""

    offset: int
    size: int
    sizes: array[int] | None
    description: int


def in_order(tracks: tuple[Track, ...]) -> Iterator[tuple[int, Extent]]:
    """Every chunk with the number of its track (0 is the first), as the copy holds them."""
    merged = heapq.merge(*(_keyed(number, track) for number, track in enumerate(tracks)), key=_key)
    return ((track, extent) for _, track, extent in merged)


class Ordered:
    """What ``in_order`` gives, kept in columns: it is gone through several times, and merging costs the most."""

    def __init__(self, tracks: tuple[Track, ...]) -> None:
        self._tracks = array("H")
        self._columns = tuple(array("Q") for _ in Extent._fields)
        for number, extent in in_order(tracks):
            self._tracks.append(number)
            for column, value in zip(self._columns, extent, strict=True):
                column.append(value)

    def __iter__(self) -> Iterator[tuple[int, Extent]]:
        return zip(self._tracks, map(Extent, *self._columns), strict=True)

    def spans(self) -> Iterator[Span]:
        """First byte and the byte behind the last of every chunk."""
        offsets, sizes = self._columns[:2]
        return zip(offsets, map(add, offsets, sizes), strict=True)


def _keyed(number: int, track: Track) -> Iterator[tuple[int, int, Extent]]:
    highest = 0
    for extent in track.tables.extents():
        highest = max(highest, extent.offset)
        yield highest, number, extent


def _key(keyed: tuple[int, int, Extent]) -> tuple[int, int]:
    return keyed[0], keyed[1]


def _sorted(ordered: Ordered) -> Iterator[Span]:
    """Offset and end of every chunk, rising, for a film whose tracks do not lie in order."""
    spans = list(islice(ordered.spans(), FILM_OUT_OF_ORDER_MAX + 1))
    if len(spans) > FILM_OUT_OF_ORDER_MAX:
        raise MediaTooLarge("chunks out of order")
    return iter(sorted(spans))


def unused_media(reader: SeekableReader, film: Film, ordered: Ordered) -> Removal | None:
    """Check that chunks lie in media boxes and do not overlap; digest of the media bytes none of them covers.

    Raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``.
    """
    try:
        gaps = _gaps(reader, film, ordered.spans())
    except _OutOfOrderError:
        gaps = _gaps(reader, film, _sorted(ordered))
    hasher = hashlib.sha256()
    for start, end in gaps:
        hash_range(reader, hasher, start, end)
    size = sum(end - start for start, end in gaps)
    return Removal("mdat: bytes no kept track refers to", size, hasher.hexdigest()) if size else None


class _OutOfOrderError(Exception):
    """Chunks do not rise; never leaves this file."""


def _gaps(reader: SeekableReader, film: Film, spans: Iterator[Span]) -> list[Span]:
    places = iter(sorted(film.media, key=lambda box: box.start))
    box, gaps, last = next(places, None), [], 0
    place = box.body if box else 0
    for start, end in spans:
        if start == end:
            continue
        if start < last:
            raise _OutOfOrderError
        last = start
        while box and start >= box.end:
            gaps.append((place, box.end))
            box = next(places, None)
            place = box.body if box else 0
        _inside(reader, box, start, end)
        if start < place:
            raise BadMedia("chunks overlap")
        if start > place:
            gaps.append((place, start))
        place = end
    while box:
        gaps.append((place, box.end))
        box = next(places, None)
        place = box.body if box else 0
    return [gap for gap in gaps if gap[1] > gap[0]]


def _inside(reader: SeekableReader, box: Box | None, start: int, end: int) -> None:
    if end > reader.size:
        raise MediaCut("inside the pictures or the sound")
    if box is None or start < box.body or end > box.end:
        raise BadMedia("a chunk lies outside the media boxes")


def pieces(track: Track, extent: Extent) -> Iterator[Piece]:
    """``extent`` in pieces of at most ``FILM_WINDOW`` bytes, or one sample where that is larger."""
    if track.coding not in LOOKED_INTO:
        for start in range(0, extent.size, FILM_WINDOW):
            yield Piece(extent.offset + start, min(FILM_WINDOW, extent.size - start), None, extent.description)
        return
    sizes = track.tables.sizes.of(extent.first, extent.samples)
    if extent.size <= FILM_WINDOW:
        yield Piece(extent.offset, extent.size, sizes, extent.description)
        return
    place, first, taken = extent.offset, 0, 0
    for index, size in enumerate(sizes):
        if taken and taken + size > FILM_WINDOW:
            yield Piece(place, taken, sizes[first:index], extent.description)
            place, first, taken = place + taken, index, 0
        taken += size
    yield Piece(place, taken, sizes[first:], extent.description)


class Window:
    """Reads ahead, so that small chunks cost no read each; memory stays at one window."""

    def __init__(self, reader: SeekableReader) -> None:
        self._reader = reader
        self._start = 0
        self._data = b""

    def read(self, offset: int, size: int) -> tuple[bytes, int]:
        """A buffer and where in it ``offset`` is; ``size`` bytes follow. Raises ``MediaCut``."""
        if not self._start <= offset or offset + size > self._start + len(self._data):
            self._data = b""
            self._data = self._reader.read_at(offset, max(size, FILM_WINDOW))
            self._start = offset
            if len(self._data) < size:
                raise MediaCut("the file became shorter")
        return self._data, offset - self._start
