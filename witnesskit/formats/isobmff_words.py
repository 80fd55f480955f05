"""No words in the fields of a film's new index: numbers of a real film do not read as text.

Matrices, edit lists, colours and sizes are numbers of a free value, and a copy keeps them. Whoever wrote a text
there wrote no film, so such a film is refused rather than copied.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import Final, Protocol

from witnesskit.errors.media import BadMedia
from witnesskit.formats.isobmff import children, number_bytes
from witnesskit.formats.isobmff_headers import (
    Edit,
    Shown,
    Times,
    write_edits,
    write_media_header,
    write_movie_header,
    write_track_header,
)
from witnesskit.formats.isobmff_movie import Film
from witnesskit.formats.isobmff_tables import Tables

_LETTER: Final = rb"[0-9A-Za-z _./:@+-]"
_WIDE: Final = rb"(?:%b\0){6}|(?:\0%b){6}" % (_LETTER, _LETTER)
_FIELD: Final = re.compile(_LETTER + rb"{8}|" + _WIDE)
_CONFIGURATION: Final = re.compile(_LETTER + rb"{10}|" + _WIDE)  # packed bits; longer ones read as words by chance
_BITS: Final = frozenset(b"avcC avcE hvcC hvcE lhvC av1C".split())
_ESDS_HEAD: Final = 30  # bytes in front of the decoder's own
_UNIT: Final = 1 << 16  # 1.0 in 16.16
_SCALE_MAX: Final = 64 << 16  # a picture is not shown larger than 64 times itself
_PLACE_MAX: Final = 16_384  # pixels it is moved by


def check_words(film: Film) -> None:
    """Raise ``BadMedia`` for a film whose index would hold words, or a matrix that turns no picture."""
    check_film_times(film.times, len(film.tracks))
    for track in film.tracks:
        check_track(track)
        for entry in track.entries:
            check_entry(track.handler, entry.data)


class Numbered(Protocol):
    """A track of a film or of an image sequence: its headers and tables."""

    @property
    def shown(self) -> Shown:
        """How it is shown."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What of it is shown."""

    @property
    def times(self) -> Times:
        """Timescale and duration."""

    @property
    def tables(self) -> Tables:
        """Sizes, places and times of its samples."""


def check_film_times(times: Times, tracks: int) -> None:
    """Raise ``BadMedia`` for a header of the whole film that would hold words."""
    _search(_FIELD, write_movie_header(times, tracks))


def check_track(track: Numbered) -> None:
    """Raise ``BadMedia`` for headers or tables that would hold words, or a matrix that turns no picture."""
    _check_shown(track.shown)
    for raw in _fields(track):
        _search(_FIELD, raw)


def _fields(track: Numbered) -> Iterator[bytes]:
    yield write_track_header(track.shown, 1)[8:]
    yield write_edits(track.edits)
    yield write_media_header(track.times)
    tables = track.tables
    yield tables.shift
    for group in tables.groups:
        yield group[12:] if group[:4] == b"sgpd" else group[8:]
    for numbers in (tables.durations, tables.compositions, tables.sync or (), tables.partial or ()):
        if max(numbers, default=0) >> 24:  # text needs a letter in its first byte
            yield number_bytes(array("I", numbers))


def _check_shown(shown: Shown) -> None:
    numbers = [int.from_bytes(shown.matrix[at : at + 4], "big", signed=True) for at in range(0, 36, 4)]
    turns = (*numbers[0:2], *numbers[3:5])
    if any(abs(number) > _SCALE_MAX for number in turns) or any(numbers[2:6:3]) or numbers[8] not in (0, 1 << 30):
        raise BadMedia("a matrix that turns no picture")
    if any(abs(number) > _PLACE_MAX * _UNIT for number in numbers[6:8]):
        raise BadMedia("a picture moved out of sight")


def check_entry(handler: bytes, data: bytes, named: frozenset[bytes] = frozenset()) -> None:
    """Raise ``BadMedia`` for a sample description with words; boxes of the kinds ``named`` hold known names."""
    if handler != b"vide":
        _search(_CONFIGURATION, data[8:])
        shell = data.find(b"esds")
        _search(_FIELD, data[shell + 4 : shell + 4 + _ESDS_HEAD] if shell >= 0 else b"")
        return
    _search(_FIELD, data[8:86])
    for box in children(data, 86, len(data)):
        body = data[box.body : box.end]
        if box.kind == b"esds":  # its decoder's bytes are read unit by unit
            body = body[:_ESDS_HEAD]
        if box.kind not in named and (box.kind != b"colr" or body[:4] in (b"nclx", b"nclc")):
            _search(_CONFIGURATION if box.kind in _BITS else _FIELD, body)


def _search(pattern: re.Pattern[bytes], raw: bytes) -> None:
    if pattern.search(raw):
        raise BadMedia("words in the fields of the index")
