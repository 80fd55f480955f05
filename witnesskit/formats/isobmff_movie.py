"""A progressive film as the writer understands it: the tracks of pictures and sound, and all that is left out.

The allow-list of every level stands here and in ``isobmff_children``; a box on no list is left out and told.
Films in fragments, encrypted ones and those that refer to other files are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import EncryptedFilm, FragmentedFilm, UnknownCoding, UnknownFormat
from witnesskit.formats.isobmff import Box, Top, children, removal_of, top_level
from witnesskit.formats.isobmff_headers import Times, read_times
from witnesskit.formats.isobmff_track import Track, read_track
from witnesskit.limits import FILM_TRACKS_MAX, MOOV_MAX
from witnesskit.model import Removal, SeekableReader

_FRAGMENTS: Final = frozenset({b"moof", b"sidx", b"styp", b"mvex", b"ssix", b"mfra"})
_PICTURES: Final = frozenset(
    b"mif1 mif2 msf1 miaf heic heix hevc hevx hevm hevs heim heis avif avis avio jpeg jpgs crx".split()
) | {b"jp2 ", b"jpx ", b"jpm ", b"mjp2", b"mj2s", b"crx ", b"jxl "}
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


@dataclass
class _Left:
    """What is left out, gathered while reading."""

    removed: list[Removal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def box(self, data: bytes, box: Box, place: str) -> None:
        raw = data[box.start : box.end]
        self.removed.append(Removal(f"{place}/{box.name}", len(raw), sha256_hex(raw)))


def read_film(reader: SeekableReader, *, left_out: bool = True) -> Film:
    """Understand the film in ``reader``; with ``left_out`` every part that is not kept is hashed.

    Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge``, ``UnknownFormat`` or a leaf of ``Unstrippable``.
    """
    top = top_level(reader)
    quicktime = _family(reader, top)
    moov = _index(top)
    if moov.end > reader.size:
        raise MediaCut("inside the index")
    if moov.size > MOOV_MAX:
        raise MediaTooLarge("the index of the film")
    data = reader.read_at(moov.start, moov.size)
    if len(data) != moov.size:
        raise MediaCut("the file became shorter")
    left = _Left()
    times, tracks = _moov(data, moov, quicktime, left)
    if left_out:
        _outside(reader, top, left)
    media = tuple(box for box in top.boxes if box.kind == b"mdat")
    return Film(quicktime, times, tracks, media, tuple(left.removed), tuple(dict.fromkeys(left.remarks)))


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


def _index(top: Top) -> Box:
    kinds = {box.kind for box in top.boxes}
    if kinds & _FRAGMENTS:
        raise FragmentedFilm
    if b"pssh" in kinds:
        raise EncryptedFilm
    found = [box for box in top.boxes if box.kind == b"moov"]
    if not found:
        raise MediaCut("no index")
    if len(found) > 1:
        raise BadMedia("two indexes")
    return found[0]


def _moov(data: bytes, moov: Box, quicktime: bool, left: _Left) -> tuple[Times, tuple[Track, ...]]:
    times, tracks, number = None, [], 0
    for box in children(data, moov.body - moov.start, len(data)):
        if box.kind in _FRAGMENTS:
            raise FragmentedFilm
        if box.kind in _REFUSED:
            raise (EncryptedFilm if box.kind == b"pssh" else UnknownCoding)(_REFUSED[box.kind])
        if box.kind == b"mvhd" and times is None:
            times = read_times(data, box)
            left.box(data, box, "moov")
        elif box.kind == b"trak":
            number += 1
            if number > FILM_TRACKS_MAX:
                raise MediaTooLarge(f"more than {FILM_TRACKS_MAX} tracks")
            track = _track(data, box, quicktime, number, left)
            tracks += [track] if track else []
        else:
            left.box(data, box, "moov")
    if times is None:
        raise BadMedia("no mvhd")
    if not tracks:
        raise BadMedia("no pictures and no sound")
    return times, tuple(tracks)


def _track(data: bytes, box: Box, quicktime: bool, number: int, left: _Left) -> Track | None:
    place = f"moov/trak[{number}]"
    read = read_track(data, box, quicktime)
    if read.track is None:
        left.box(data, box, "moov")
        left.removed[-1] = Removal(f"{place} ({read.handler})", left.removed[-1].size, left.removed[-1].sha256)
        left.remarks.append(f"a track of other data was dropped ({read.handler})")
        return None
    left.removed += [Removal(f"{place}/{part.place}", part.size, part.sha256) for part in read.removed]
    left.remarks += read.remarks
    return read.track


def _outside(reader: SeekableReader, top: Top, left: _Left) -> None:
    """Boxes beside index and media, and the bytes behind the last box."""
    for box in top.boxes:
        if box.kind not in (b"moov", b"mdat"):
            left.removed.append(removal_of(reader, box.name, box.start, min(box.end, reader.size)))
    if top.tail < reader.size:
        left.removed.append(removal_of(reader, "after the film", top.tail, reader.size))
