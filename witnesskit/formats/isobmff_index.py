"""The index (moov) of a copy: every box anew, tracks numbered from one, chunks at their new places."""

from __future__ import annotations

from array import array
from typing import Final

from witnesskit.formats.isobmff import make_box, make_full, number_bytes
from witnesskit.formats.isobmff_headers import (
    Times,
    write_edits,
    write_media_header,
    write_movie_header,
    write_track_header,
)
from witnesskit.formats.isobmff_movie import Film
from witnesskit.formats.isobmff_tables import Tables
from witnesskit.formats.isobmff_track import Track

FTYP_MP4: Final = make_box(b"ftyp", b"isom", b"\0\0\2\0", b"isomiso2iso4mp41")
FTYP_QUICKTIME: Final = make_box(b"ftyp", b"qt  ", bytes(4), b"qt  ")
_UNKNOWN_DURATION: Final = (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)


def write_index(film: Film, places: tuple[array[int], ...], *, large: bool) -> bytes:
    """moov with the chunks of each track at ``places``; ``large`` places take 64 bits."""
    shown = [t.shown.duration for t in film.tracks if t.shown.duration not in _UNKNOWN_DURATION]
    times = Times(film.times.timescale, max(shown, default=film.times.duration))
    parts = [write_movie_header(times, len(film.tracks))]
    for number, (track, chunks) in enumerate(zip(film.tracks, places, strict=True), 1):
        parts.append(_track(track, number, _chunks(chunks, large), film.quicktime))
    return make_box(b"moov", *parts)


def _chunks(places: array[int], large: bool) -> bytes:
    body = number_bytes(places if large else array("I", places))
    return make_full(b"co64" if large else b"stco", 0, 0, len(places).to_bytes(4, "big"), body)


def _track(track: Track, number: int, chunks: bytes, quicktime: bool) -> bytes:
    name = b"\0"
    handler = make_full(b"hdlr", 0, 0, b"mhlr" if quicktime else bytes(4), track.handler, bytes(12), name)
    kind, flags, size = (b"vmhd", 1, 8) if track.handler == b"vide" else (b"smhd", 0, 4)
    media = make_full(kind, 0, flags, bytes(size))
    shell = make_full(b"hdlr", 0, 0, b"dhlrurl ", bytes(12), name) if quicktime else b""
    here = make_full(b"url ", 0, 1)
    dinf = make_box(b"dinf", make_full(b"dref", 0, 0, b"\0\0\0\1", here))
    minf = make_box(b"minf", media, shell, dinf, _tables(track, chunks))
    mdia = make_box(b"mdia", write_media_header(track.times), handler, minf)
    return make_box(b"trak", write_track_header(track.shown, number), write_edits(track.edits), mdia)


def _tables(track: Track, chunks: bytes) -> bytes:
    tables = track.tables
    entries = b"".join(entry.data for entry in track.entries)
    count = len(track.entries).to_bytes(4, "big")
    parts = [
        make_full(b"stsd", track.entries_version, 0, count, entries),
        _pairs(b"stts", 0, tables.durations),
    ]
    if tables.compositions:
        parts.append(_pairs(b"ctts", tables.composition_version, tables.compositions))
    if tables.shift:
        parts.append(make_box(b"cslg", tables.shift))
    for kind, listed in ((b"stss", tables.sync), (b"stps", tables.partial)):
        if listed is not None:
            parts.append(make_full(kind, 0, 0, len(listed).to_bytes(4, "big"), number_bytes(listed)))
    parts += [_runs(tables), _sizes(track), chunks]
    parts += [make_box(group[:4], group[4:]) for group in tables.groups]
    return make_box(b"stbl", *parts)


def _pairs(kind: bytes, version: int, pairs: array[int]) -> bytes:
    return make_full(kind, version, 0, (len(pairs) // 2).to_bytes(4, "big"), number_bytes(pairs))


def _runs(tables: Tables) -> bytes:
    runs = tables.written_runs()
    flat = array("I", (value for run in runs for value in run))
    return make_full(b"stsc", 0, 0, len(runs).to_bytes(4, "big"), number_bytes(flat))


def _sizes(track: Track) -> bytes:
    sizes = track.tables.sizes
    fixed = 1 if track.coding == "pcm" and sizes.fixed else sizes.fixed
    each = b"" if sizes.fixed else number_bytes(sizes.each)
    return make_full(b"stsz", 0, 0, fixed.to_bytes(4, "big"), sizes.count.to_bytes(4, "big"), each)
