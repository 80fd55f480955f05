"""How a film is shown, as one digest: coding, parameter sets, times, rotation, edit lists (docs/spec/essence.md).

Times are in fractions of seconds, so the timescale a program happened to choose does not change the digest.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from fractions import Fraction
from math import gcd

from witnesskit.digest import sha256_hex
from witnesskit.formats.isobmff_headers import Edit
from witnesskit.formats.isobmff_movie import Film
from witnesskit.formats.isobmff_tables import Tables
from witnesskit.formats.isobmff_track import Track
from witnesskit.formats.strict_json import canonical
from witnesskit.model import Json

DEFINITION = "witnesskit.film/1"


def film_presentation(film: Film) -> str:
    """SHA-256 of the canonical JSON of every kept track's presentation, 64 hex digits."""
    tracks = [_track(track, film.times.timescale) for track in film.tracks]
    return sha256_hex(canonical({"definition": DEFINITION, "tracks": tracks}))


def _track(track: Track, movie_scale: int) -> Json:
    shown = track.shown
    return {
        "coding": track.coding,
        "descriptions": [sha256_hex(entry.data) for entry in track.entries],
        "edits": [_edit(edit, movie_scale, track.times.timescale) for edit in track.edits],
        "flags": shown.flags & 1,
        "kind": track.handler.decode(),
        "matrix": shown.matrix.hex(),
        "placing": shown.placing.hex(),
        "size": shown.size.hex(),
        "times": _times(track.tables, track.times.timescale),
    }


def _edit(edit: Edit, movie_scale: int, media_scale: int) -> Json:
    start = "empty" if edit.start == -1 else str(Fraction(edit.start, media_scale))
    return [str(Fraction(edit.duration, movie_scale)), start, edit.rate]


def signed(compositions: array[int]) -> array[int]:
    """The offsets of ctts as signed numbers, whatever their version says: real files put negative ones in both."""
    return array("q", ((value ^ 1 << 31) - (1 << 31) for value in compositions[1::2]))


def _times(tables: Tables, timescale: int) -> Json:
    offsets = signed(tables.compositions)
    unit = gcd(*tables.durations[1::2], *offsets) if len(tables.durations) + len(offsets) else 0
    counts = tables.compositions[0::2]
    sync = tables.sync
    if sync is not None and len(sync) == tables.sizes.count:
        sync = None
    return {
        "compositions": _digest(zip(counts, (offset // (unit or 1) for offset in offsets), strict=True)),
        "durations": _digest(
            (count, duration // (unit or 1))
            for count, duration in zip(tables.durations[0::2], tables.durations[1::2], strict=True)
        ),
        "samples": tables.sizes.count,
        "sync": "all" if sync is None else _digest((number,) for number in sync),
        "unit": str(Fraction(unit, timescale)),
    }


def _digest(rows: Iterable[tuple[int, ...]]) -> str:
    hasher = hashlib.sha256()
    for row in rows:
        hasher.update((" ".join(map(str, row)) + "\n").encode())
    return hasher.hexdigest()
