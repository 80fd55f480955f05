"""A Matroska or WebM film read from front to back: its tracks, then every block of them (RFC 9559).

Sizes may be unknown, as browsers and broadcasts write them: such a cluster ends where an element of the top begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.formats import matroska_ids as ids
from witnesskit.formats.ebml import UNKNOWN_SIZE, Source, children, number, text
from witnesskit.formats.isobmff import hash_range
from witnesskit.formats.matroska_tracks import Tracks, read_tracks
from witnesskit.limits import KIB
from witnesskit.media_limits import FILM_SAMPLES_MAX, MATROSKA_ELEMENTS_MAX, MATROSKA_HEAD_MAX, MATROSKA_SCAN_WINDOW
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

_CUT: Final = "the file ends in the middle of a picture or sound: what was whole stays"
_AFTER: Final = "after the Segment"
_FURTHER: Final = "a further film behind the first one was dropped"
_ORDERED: Final = "chapters that choose and order parts of the film were dropped: all of it plays from front to back"
_LINKED: Final = "links to other films, parts of which may be shown, were dropped"
_SUBTITLES: Final = "subtitles were dropped"
_LINKS: Final = frozenset({0x3CB923, 0x3C83AB, 0x3EB923, 0x3E83BB})
_INFO_REBUILT: Final = frozenset({ids.TIMESTAMP_SCALE, ids.DURATION})


@dataclass
class Gone:
    """What does not go into the copy, summed up by place."""

    reader: SeekableReader
    sizes: dict[str, int] = field(default_factory=dict)
    hashers: dict[str, hashlib._Hash] = field(default_factory=dict)

    def add(self, place: str, start: int, end: int) -> None:
        """Digest the bytes from ``start`` to ``end``."""
        if end > start:
            hash_range(self.reader, self.hashers.setdefault(place, hashlib.sha256()), start, end)
            self.sizes[place] = self.sizes.get(place, 0) + end - start

    def removals(self) -> tuple[Removal, ...]:
        """One removal for each place."""
        return tuple(Removal(place, size, self.hashers[place].hexdigest()) for place, size in self.sizes.items())


@dataclass
class Film:
    """A film up to its first cluster, and what must be said of it."""

    reader: SeekableReader
    doc_type: str
    first: int  # place of the first element inside the segment
    limit: int  # end of the segment
    open_end: bool  # the segment's size is not known
    scale: int = 1_000_000  # nanoseconds of a tick
    tracks: Tracks = field(default_factory=lambda: Tracks((), {}, ()))
    tracks_at: int = -1  # where they stand
    remarks: dict[str, None] = field(default_factory=dict)
    ordered: bool = False  # chapters choose what is shown
    gone: Gone | None = None


def read_film(reader: SeekableReader) -> Film:
    """Read heads and tracks; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    source = Source(reader, MATROSKA_SCAN_WINDOW)
    doc_type, place = _ebml(source)
    film = _segment(source, doc_type, place)
    info = False
    for name, start, body, end in walk(source, film):
        if name == ids.CLUSTER:
            break
        if name in (ids.INFO, ids.TRACKS) and end - body > MATROSKA_HEAD_MAX:
            raise MediaTooLarge("Info or Tracks")
        if name == ids.INFO and not info:
            film.scale, info = _scale(source.bytes_at(body, end - body)), True
        elif name == ids.TRACKS and not film.tracks.kept:
            film.tracks, film.tracks_at = read_tracks(source.bytes_at(body, end - body)), start
    if not film.tracks.kept:
        raise BadMedia("no tracks in front of the first cluster")
    if ids_of_subtitles(film):
        film.remarks[_SUBTITLES] = None
    return film


def ids_of_subtitles(film: Film) -> list[int]:
    """Numbers of dropped tracks of subtitles."""
    return [track for track, kind in film.tracks.dropped.items() if kind == "subtitles"]


def _ebml(source: Source) -> tuple[str, int]:
    name, body, size = source.head(0, source.size)
    if name != ids.EBML or not 0 <= size <= 4 * KIB:
        raise BadMedia("no EBML header")
    fields = children(source.bytes_at(body, size))
    doc_type = text(fields, ids.DOC_TYPE)
    if doc_type not in ("matroska", "webm"):
        raise UnsupportedMedia("an EBML file that is no film")
    known = number(fields, ids.READ_VERSION, 1) == 1 and number(fields, ids.DOC_READ_VERSION, 1) <= 4
    if not known or number(fields, ids.MAX_ID, 4) > 4 or number(fields, ids.MAX_SIZE, 8) > 8:
        raise UnsupportedMedia("a later version of EBML or Matroska")
    return doc_type, body + size


def _segment(source: Source, doc_type: str, place: int) -> Film:
    name, body, size = source.head(place, source.size)
    while name in (ids.VOID, ids.CRC) and size >= 0 and body + size < source.size:
        name, body, size = source.head(body + size, source.size)
    if name != ids.SEGMENT:
        raise BadMedia("no Segment")
    if size != UNKNOWN_SIZE and body + size > source.size:
        raise MediaCut("inside the Segment")
    limit = source.size if size == UNKNOWN_SIZE else body + size
    return Film(source.reader, doc_type, body, limit, size == UNKNOWN_SIZE)


def _scale(info: bytes) -> int:
    scale = number(children(info), ids.TIMESTAMP_SCALE, 1_000_000)
    if not 1 <= scale <= 1_000_000_000:
        raise BadMedia("a tick of no time, or longer than a second")
    return scale


Place = tuple[int, int, int, int]  # identifier, first byte, first byte of the body, end


def walk(source: Source, film: Film) -> Iterator[Place]:
    """Every element of the top, and those inside clusters behind the cluster's own.

    A film of unknown size may be cut: the walk then ends before the element that is not whole.
    """
    place, limit, inside, count, outside = film.first, film.limit, 0, 0, 0
    while place < limit:
        try:
            name, body, size = source.head(place, limit)
        except (MediaCut, BadMedia):
            _broken_end(film, place)
            return
        end = body + size if size >= 0 else limit
        if name in (ids.EBML, ids.SEGMENT):
            _further(film, place)
            return
        if name == ids.CLUSTER:
            inside = min(end, limit) if film.open_end else end
            if inside > limit:
                raise BadMedia("a cluster leaves the segment")
            yield name, place, body, inside
            place = body
            continue
        if size < 0:
            raise BadMedia("an element other than a cluster without a size")
        if end > limit or (place < inside < end and inside != limit):
            if not film.open_end or end <= limit:
                raise BadMedia("an element leaves the one around it")
            _broken_end(film, place)
            return
        count += 1
        outside += place >= inside
        if outside > MATROSKA_ELEMENTS_MAX or count > FILM_SAMPLES_MAX:
            raise MediaTooLarge("elements")
        yield name, place, body, end
        place = end


def _further(film: Film, place: int) -> None:
    film.remarks[_FURTHER] = None
    if film.gone:
        film.gone.add(_AFTER, place, film.limit)


def _broken_end(film: Film, place: int) -> None:
    """Accept a cut end of a film of unknown size; raise where more of the film may follow."""
    if not film.open_end:
        raise BadMedia("what should be an element is none")
    mark, step = ids.CLUSTER.to_bytes(4, "big"), 1 << 20
    for at in range(place + 1, film.limit, step):
        if mark in film.reader.read_at(at, step + 3):
            raise BadMedia("damage in the middle of the film")
    film.remarks[_CUT] = None
    if film.gone:
        film.gone.add("the cut end", place, film.limit)


def drop(source: Source, film: Film, element: Place) -> None:
    """Take note of an element that the copy does not hold as it is."""
    name, start, body, end = element
    if not film.gone or start == film.tracks_at:
        return
    if name == ids.INFO:
        _drop_info(source, film, (body, end))
        return
    film.gone.add(ids.name_of(name), start, end)
    if name == ids.CHAPTERS:
        _chapters(film, source.bytes_at(body, min(end - body, MATROSKA_HEAD_MAX)))


def _drop_info(source: Source, film: Film, where: tuple[int, int]) -> None:
    body, end = where
    while body < end:
        name, inner, size = source.head(body, end)
        if size < 0 or inner + size > end:
            raise BadMedia("an element leaves the one around it")
        if film.gone and name not in _INFO_REBUILT:
            film.gone.add(f"Info/{ids.name_of(name)}", body, inner + size)
        if name in _LINKS:
            film.remarks[_LINKED] = None
        body = inner + size


def _chapters(film: Film, body: bytes) -> None:
    try:
        editions = [children(inner) for name, inner in children(body) if name == ids.EDITION]
        film.ordered |= any(number(edition, ids.EDITION_ORDERED) for edition in editions)
    except (BadMedia, MediaCut):
        film.ordered = True  # what cannot be read may order
    if film.ordered:
        film.remarks[_ORDERED] = None


def drop_rest(film: Film) -> None:
    """Take note of bytes behind the segment."""
    size = film.reader.size
    if film.gone and film.limit < size:
        film.gone.add(_AFTER, film.limit, size)
        if ids.SEGMENT.to_bytes(4, "big") in film.reader.read_at(film.limit, 64 * KIB):
            film.remarks[_FURTHER] = None
