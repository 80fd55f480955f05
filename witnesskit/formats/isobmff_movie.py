"""A film as the writer understands it: the tracks of pictures and sound, and all that is left out.

The allow-list of every level stands here and in ``isobmff_children``; a box on no list is left out and told.
A film in fragments becomes one whole; encrypted films and those that refer to other files are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import EncryptedFilm, UnknownCoding, UnknownFormat
from witnesskit.formats.isobmff import Box, Top, children, removal_of, removal_of_all, top_level
from witnesskit.formats.isobmff_fragments import Defaults, Run, read_defaults, read_fragment
from witnesskit.formats.isobmff_grown import Grown, whole
from witnesskit.formats.isobmff_headers import Times, read_times
from witnesskit.formats.isobmff_track import Track, chapter_numbers, read_track
from witnesskit.media_limits import FILM_RUNS_MAX, FILM_TRACKS_MAX, MOOV_MAX
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

_PICTURES: Final = frozenset(
    b"mif1 mif2 msf1 miaf heic heix hevc hevx hevm hevs heim heis avif avis avio jpeg jpgs crx".split()
) | {b"jp2 ", b"jpx ", b"jpm ", b"mjp2", b"mj2s", b"crx ", b"jxl "}
_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # uuid of content credentials
_RUN_IN: Final = (
    "the tag that has players skip the run-in of the encoder was dropped: the sound begins a moment later"
)
_REFUSED: Final = {b"cmov": "compressed index", b"rmra": "reference movie", b"pssh": "protection"}


@dataclass(frozen=True)
class Film:
    """What is kept of a film, and what is not."""

    quicktime: bool
    times: Times
    tracks: tuple[Track, ...]
    media: tuple[Box, ...]  # mdat boxes
    removed: tuple[Removal, ...]
    remarks: tuple[str, ...]
    credentials: bool = False  # C2PA; told only where parts left out are


@dataclass
class _Movie:
    """What the index says."""

    times: Times
    tracks: list[Track] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # track_ID of each
    chapters: frozenset[int] = frozenset()  # track_ID of those that hold chapters
    defaults: dict[int, Defaults] | None = None  # None: a film in one piece


@dataclass
class _Left:
    """What is left out, gathered while reading."""

    removed: list[Removal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    credentials: bool = False

    def box(self, data: bytes, box: Box, place: str) -> None:
        raw = data[box.start : box.end]
        self.credentials |= _C2PA in raw or b"jumb" in raw
        if b"iTunSMPB" in raw:
            self.remarks.append(_RUN_IN)
        self.removed.append(Removal(f"{place}/{box.name}", len(raw), sha256_hex(raw)))


def read_film(reader: SeekableReader, *, left_out: bool = True) -> Film:
    """Understand the film in ``reader``; with ``left_out`` every part that is not kept is hashed.

    Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge``, ``UnknownFormat`` or a leaf of ``Unstrippable``.
    """
    top = top_level(reader)
    quicktime = _family(reader, top)
    moov, data = _index(reader, top)
    left = _Left()
    movie = _moov(data, moov, quicktime, left)
    times, tracks = _whole(reader, top, movie, left)
    if left_out:
        _outside(reader, top, left)
    media = tuple(box for box in top.boxes if box.kind == b"mdat")
    return Film(
        quicktime, times, tracks, media, tuple(left.removed), tuple(dict.fromkeys(left.remarks)), left.credentials
    )


def _family(reader: SeekableReader, top: Top) -> bool:
    """True for QuickTime; a brand never refuses a film, only those of pictures do (``UnknownFormat``)."""
    if not top.boxes:
        raise UnknownFormat("no film")
    first = top.boxes[0]
    if first.kind != b"ftyp":
        if first.kind in (b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"):
            return True
        raise UnknownFormat("no film")
    body = reader.read_at(first.body, min(first.end - first.body, 4096))
    brands = {body[place : place + 4] for place in range(0, len(body), 4) if place != 4}
    if brands & _PICTURES:
        raise UnknownFormat("the brand of the file")
    return body[:4] == b"qt  "


def _index(reader: SeekableReader, top: Top) -> tuple[Box, bytes]:
    """The index, whole; a film put together from pieces may hold it again and again, word for word."""
    if any(box.kind == b"pssh" for box in top.boxes):
        raise EncryptedFilm
    found = [box for box in top.boxes if box.kind == b"moov"]
    if not found:
        raise MediaCut("no index")
    data = _read(reader, found[0])
    if len(found) > 16 or any(_read(reader, again) != data for again in found[1:]):
        raise BadMedia("two indexes")
    return found[0], data


def _read(reader: SeekableReader, box: Box) -> bytes:
    if box.end > reader.size:
        raise MediaCut("inside the index")
    if box.size > MOOV_MAX:
        raise MediaTooLarge("the index of the film")
    data = reader.read_at(box.start, box.size)
    if len(data) != box.size:
        raise MediaCut("the file became shorter")
    return data


def _moov(data: bytes, moov: Box, quicktime: bool, left: _Left) -> _Movie:
    boxes = list(children(data, moov.body - moov.start, len(data)))
    times = next((read_times(data, box) for box in boxes if box.kind == b"mvhd"), None)
    if times is None:
        raise BadMedia("no mvhd")
    traks = [box for box in boxes if box.kind == b"trak"]
    if len(traks) > FILM_TRACKS_MAX:
        raise MediaTooLarge(f"more than {FILM_TRACKS_MAX} tracks")
    movie, number = _Movie(times), 0
    movie.chapters = frozenset().union(*(chapter_numbers(data, trak) for trak in traks))
    for box in boxes:
        if box.kind in _REFUSED:
            raise (EncryptedFilm if box.kind == b"pssh" else UnknownCoding)(_REFUSED[box.kind])
        if box.kind == b"trak":
            number += 1
            _track(data, box, (quicktime, number), movie, left)
            continue
        if box.kind == b"mvex" and movie.defaults is None:
            movie.defaults = read_defaults(data, box)
        left.box(data, box, "moov")
    if not movie.tracks:
        raise BadMedia("no pictures and no sound")
    return movie


def _track(data: bytes, box: Box, which: tuple[bool, int], movie: _Movie, left: _Left) -> None:
    place = f"moov/trak[{which[1]}]"
    read = read_track(data, box, which[0], movie.chapters)
    if read.track is None:
        left.box(data, box, "moov")
        left.removed[-1] = Removal(f"{place} ({read.handler})", left.removed[-1].size, left.removed[-1].sha256)
        left.remarks.append(f"a track of other data was dropped ({read.handler})")
        return
    left.removed += [Removal(f"{place}/{part.place}", part.size, part.sha256) for part in read.removed]
    left.remarks += read.remarks
    movie.tracks.append(read.track)
    movie.numbers.append(read.number)


def _whole(reader: SeekableReader, top: Top, movie: _Movie, left: _Left) -> tuple[Times, tuple[Track, ...]]:
    """The film's times and tracks with the samples of every fragment."""
    moofs = [box for box in top.boxes if box.kind == b"moof"]
    if not moofs:
        return movie.times, tuple(movie.tracks)
    if len(set(movie.numbers)) != len(movie.numbers):
        raise BadMedia("two tracks of one number")
    grown = {number: Grown(track) for number, track in zip(movie.numbers, movie.tracks, strict=True)}
    for moof in moofs:
        runs = _runs(reader, moof, movie.defaults or {})
        if runs is None and moof is moofs[-1]:
            left.remarks.append("the film ends inside a fragment: what there is of its last one was left out")
        elif runs is None:
            raise MediaCut("inside a fragment")
        for run in runs or ():
            if run.track in grown:
                grown[run.track].add(run)
    times, tracks, began = whole(list(grown.values()), movie.times)
    if began:
        left.remarks.append("the film's clock did not begin at zero, as in a piece of a broadcast: the copy's does")
    return times, tracks


def _runs(reader: SeekableReader, moof: Box, defaults: dict[int, Defaults]) -> list[Run] | None:
    """The runs of a fragment; ``None`` if the file ends before they do."""
    if moof.end > reader.size:
        return None
    runs = list(islice(read_fragment(_read(reader, moof), moof.start, defaults), FILM_RUNS_MAX + 1))
    if len(runs) > FILM_RUNS_MAX:
        raise MediaTooLarge("runs of a fragment")
    return None if any(run.count and run.end > reader.size for run in runs) else runs


def _outside(reader: SeekableReader, top: Top, left: _Left) -> None:
    """Boxes beside index and media, and the bytes behind the last box; those of one type as one part."""
    kinds: dict[bytes, list[Box]] = {}
    for box in top.boxes:
        if box.kind not in (b"moov", b"mdat"):
            kinds.setdefault(box.kind, []).append(box)
    for box in kinds.get(b"uuid", [])[:1000]:
        left.credentials |= reader.read_at(box.body, 16) == _C2PA
    left.credentials |= b"jumb" in kinds
    for boxes in kinds.values():
        left.removed.append(removal_of_all(reader, boxes))
    if top.tail < reader.size:
        left.removed.append(removal_of(reader, "after the film", top.tail, reader.size))
