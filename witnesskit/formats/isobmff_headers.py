"""Movie, track and media headers and edit lists: times of recording out, times of showing kept (clause 8.2-8.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.formats.isobmff import Box, make_box, make_full, u32
from witnesskit.formats.isobmff_tables import table
from witnesskit.media_limits import FILM_EDITS_MAX

UNDETERMINED: Final = 0x55C4  # the language code "und"
_SHOWN: Final = 0xF  # flags of a track: enabled, in the film, in its preview, size is an aspect ratio


@dataclass(frozen=True)
class Times:
    """Timescale (units a second) and duration of a film or a track's media."""

    timescale: int
    duration: int


@dataclass(frozen=True)
class Shown:
    """How a track is shown: flags, duration in the film's units, layer to volume, matrix, width and height."""

    flags: int
    duration: int
    placing: bytes  # layer, alternate group, volume: 6 bytes
    matrix: bytes  # 36 bytes
    size: bytes  # width and height, 16.16 fixed point


@dataclass(frozen=True)
class Edit:
    """One entry of an edit list: duration in the film's units, start in the media's (-1: nothing), rate 16.16."""

    duration: int
    start: int
    rate: int


def read_times(data: bytes, box: Box) -> Times:
    """mvhd or mdhd; raises ``BadMedia``."""
    wide = _version(data, box) == 1
    start = box.body + (20 if wide else 12)
    size = 12 if wide else 8
    if start + size > box.end:
        raise BadMedia(f"{box.name} is cut")
    timescale = int.from_bytes(data[start : start + 4], "big")
    if not timescale:
        raise BadMedia(f"{box.name} has no timescale")
    return Times(timescale, int.from_bytes(data[start + 4 : start + size], "big"))


def read_shown(data: bytes, box: Box) -> Shown:
    """tkhd; raises ``BadMedia``."""
    wide = _version(data, box) == 1
    start = box.body + (28 if wide else 20)
    after = start + (8 if wide else 4)
    if after + 60 > box.end:
        raise BadMedia("tkhd is cut")
    rest = data[after : after + 60]
    return Shown(
        flags=int.from_bytes(data[box.body + 1 : box.body + 4], "big") & _SHOWN,
        duration=int.from_bytes(data[start:after], "big"),
        placing=rest[8:14],
        matrix=rest[16:52],
        size=rest[52:60],
    )


def read_number(data: bytes, box: Box) -> int:
    """track_ID of tkhd; raises ``BadMedia``."""
    return u32(data[: box.end], box.body + (20 if _version(data, box) == 1 else 12))


def read_edits(data: bytes, box: Box) -> tuple[Edit, ...]:
    """elst; raises ``BadMedia``."""
    wide = _version(data, box) == 1
    count, entries = table(data, box, 20 if wide else 12)
    if count > FILM_EDITS_MAX:
        raise MediaTooLarge("edit list")
    width = 8 if wide else 4
    edits = []
    for place in range(0, len(entries), 2 * width + 4):
        duration = int.from_bytes(entries[place : place + width], "big")
        start = int.from_bytes(entries[place + width : place + 2 * width], "big", signed=True)
        rate = int.from_bytes(entries[place + 2 * width : place + 2 * width + 4], "big")
        edits.append(Edit(duration, start, rate))
    return tuple(edits)


def _version(data: bytes, box: Box) -> int:
    version = data[box.body] if box.body < box.end else 2
    if version > 1:
        raise BadMedia(f"{box.name} of version {version}")
    return version


def _wide(*values: int) -> bool:
    return any(not 0 <= value < 1 << 32 for value in values)


def write_movie_header(times: Times, tracks: int) -> bytes:
    """mvhd without times of recording, at the usual rate, with the unity matrix."""
    wide = _wide(times.duration)
    width = 8 if wide else 4
    head = bytes(2 * width) + times.timescale.to_bytes(4, "big") + times.duration.to_bytes(width, "big")
    unity = b"".join(value.to_bytes(4, "big") for value in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
    return make_full(
        b"mvhd", int(wide), 0, head, b"\0\1\0\0\1\0", bytes(10), unity, bytes(24), (tracks + 1).to_bytes(4, "big")
    )


def write_track_header(shown: Shown, number: int) -> bytes:
    """tkhd without times of recording, under a new number."""
    wide = _wide(shown.duration)
    width = 8 if wide else 4
    head = bytes(2 * width) + number.to_bytes(4, "big") + bytes(4) + shown.duration.to_bytes(width, "big")
    return make_full(
        b"tkhd", int(wide), shown.flags, head, bytes(8), shown.placing, bytes(2), shown.matrix, shown.size
    )


def write_media_header(times: Times) -> bytes:
    """mdhd without times of recording, language undetermined."""
    wide = _wide(times.duration)
    width = 8 if wide else 4
    head = bytes(2 * width) + times.timescale.to_bytes(4, "big") + times.duration.to_bytes(width, "big")
    return make_full(b"mdhd", int(wide), 0, head, UNDETERMINED.to_bytes(2, "big"), bytes(2))


def write_edits(edits: tuple[Edit, ...]) -> bytes:
    """edts with its elst, or nothing."""
    if not edits:
        return b""
    wide = any(_wide(edit.duration) or not -(1 << 31) <= edit.start < 1 << 31 for edit in edits)
    width = 8 if wide else 4
    entries = b"".join(
        edit.duration.to_bytes(width, "big")
        + edit.start.to_bytes(width, "big", signed=True)
        + edit.rate.to_bytes(4, "big")
        for edit in edits
    )
    return make_box(b"edts", make_full(b"elst", int(wide), 0, len(edits).to_bytes(4, "big"), entries))
