"""The index (moov) of an image sequence's copy: every box anew, a chunk for each run of pictures of a description."""

from __future__ import annotations

from array import array

from witnesskit.formats.heif_sequence import KeptTrack, Sequence
from witnesskit.formats.isobmff import make_box, make_full, number_bytes
from witnesskit.formats.isobmff_headers import (
    write_edits,
    write_media_header,
    write_movie_header,
    write_track_header,
)

_REPEATS_AT = 19  # place of the last byte of elst's flags in an edts box


def write_sequence(sequence: Sequence, start: int) -> bytes:
    """moov for pictures that begin at ``start`` of the file, track behind track."""
    parts = [write_movie_header(sequence.times, len(sequence.tracks))]
    for number, kept in enumerate(sequence.tracks, 1):
        parts.append(_track(kept, number, start))
        start += sum(map(len, kept.samples))
    return make_box(b"moov", *parts)


def _track(kept: KeptTrack, number: int, start: int) -> bytes:
    track = kept.track
    edits = bytearray(write_edits(track.edits))
    if edits and track.repeats:
        edits[_REPEATS_AT] = 1
    reference = make_box(b"tref", make_box(b"auxl", b"\0\0\0\1")) if number > 1 else b""
    handler = make_full(b"hdlr", 0, 0, bytes(4), track.head.handler, bytes(12), b"\0")
    dinf = make_box(b"dinf", make_full(b"dref", 0, 0, b"\0\0\0\1", make_full(b"url ", 0, 1)))
    minf = make_box(b"minf", make_full(b"vmhd", 0, 1, bytes(8)), dinf, _tables(kept, start))
    mdia = make_box(b"mdia", write_media_header(track.times), handler, minf)
    return make_box(b"trak", write_track_header(track.shown, number), reference, bytes(edits), mdia)


def _tables(kept: KeptTrack, start: int) -> bytes:
    tables, entries = kept.track.tables, kept.track.entries
    parts = [make_full(b"stsd", 0, 0, len(entries).to_bytes(4, "big"), *(entry.data for entry in entries))]
    parts.append(_pairs(b"stts", 0, tables.durations))
    if tables.compositions:
        parts.append(_pairs(b"ctts", tables.composition_version, tables.compositions))
    if tables.sync is not None:
        parts.append(make_full(b"stss", 0, 0, len(tables.sync).to_bytes(4, "big"), number_bytes(tables.sync)))
    runs, places, first = array("I"), array("I"), 0
    place = start
    for chunk, (count, description) in enumerate(kept.runs, 1):
        runs.extend((chunk, count, description))
        places.append(place)
        place += sum(map(len, kept.samples[first : first + count]))
        first += count
    sizes = array("I", map(len, kept.samples))
    parts.append(make_full(b"stsc", 0, 0, len(kept.runs).to_bytes(4, "big"), number_bytes(runs)))
    parts.append(make_full(b"stsz", 0, 0, bytes(4), len(sizes).to_bytes(4, "big"), number_bytes(sizes)))
    parts.append(make_full(b"stco", 0, 0, len(places).to_bytes(4, "big"), number_bytes(places)))
    return make_box(b"stbl", *parts)


def _pairs(kind: bytes, version: int, pairs: array[int]) -> bytes:
    return make_full(kind, version, 0, (len(pairs) // 2).to_bytes(4, "big"), number_bytes(pairs))
