"""Movie fragments (moof): which samples each one adds to which track (ISO/IEC 14496-12 clause 8.8).

A fragment names its samples by default values of the film (trex), of the track fragment (tfhd) and one by one
(trun). Places follow clause 8.8.7: an absolute base, the fragment's own start, or the end of the data before.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import EncryptedFilm
from witnesskit.formats.isobmff import Box, children, numbers, u32
from witnesskit.media_limits import FILM_SAMPLE_MAX, FILM_SAMPLES_MAX

_BASE, _DESCRIPTION, _DURATION, _SIZE, _FLAGS = 0x1, 0x2, 0x8, 0x10, 0x20  # of tfhd
_FROM_MOOF: Final = 0x020000
_PLACE, _FIRST_FLAGS = 0x1, 0x4  # of trun
_EACH: Final = (0x100, 0x200, 0x400, 0x800)  # duration, size, flags, composition offset: one word each
_NOT_SYNC: Final = 0x01010000  # "is no sync sample", "depends on others" (clause 8.8.3.1)
_PROTECTED: Final = frozenset({b"senc", b"pssh"})
_PIFF: Final = bytes.fromhex("a2394f525a9b4f14a2446c427c648df4")  # senc of an older standard, in a uuid box


@dataclass(frozen=True)
class Defaults:
    """What holds for every sample that does not say otherwise (trex, then tfhd)."""

    description: int
    duration: int
    size: int
    flags: int


@dataclass(frozen=True)
class Run:
    """Samples that lie one behind the other: one trun."""

    track: int  # track_ID
    clock: int | None  # time of decoding of the first sample, where a tfdt gives it
    offset: int
    end: int
    description: int
    count: int
    durations: array[int] | int  # one by one, or one for all; likewise below
    sizes: array[int] | int
    compositions: array[int] | int  # as unsigned numbers
    flags: array[int] | int
    first_flags: int | None

    def is_sync(self, index: int) -> bool:
        """Whether decoding can begin at sample ``index``."""
        if index == 0 and self.first_flags is not None:
            return not self.first_flags & _NOT_SYNC
        return not (self.flags if isinstance(self.flags, int) else self.flags[index]) & _NOT_SYNC


def read_defaults(data: bytes, mvex: Box) -> dict[int, Defaults]:
    """The trex boxes by track_ID; raises ``BadMedia``."""
    found = {}
    for box in children(data, mvex.body, mvex.end):
        if box.kind == b"trex":
            words = numbers(_exactly(data, box, 4, 20), "I")
            found[words[0]] = Defaults(*words[1:5])
    return found


def _exactly(data: bytes, box: Box, skip: int, size: int) -> bytes:
    field = data[box.body + skip : min(box.end, box.body + skip + size)]
    if len(field) != size:
        raise BadMedia(f"{box.name} is cut")
    return field


def read_fragment(data: bytes, place: int, defaults: Mapping[int, Defaults]) -> Iterator[Run]:
    """The runs of the moof whose bytes are ``data`` and which lies at ``place`` in the file.

    Raises ``BadMedia``, ``MediaTooLarge`` or ``EncryptedFilm``.
    """
    behind = place
    for box in children(data, 8 if data[:4] != b"\0\0\0\1" else 16, len(data)):
        if box.kind in _PROTECTED:
            raise EncryptedFilm(box.name)
        if box.kind == b"traf":
            for run in _track_fragment(data, box, (place, behind), defaults):
                behind = run.end
                yield run


def _track_fragment(
    data: bytes, traf: Box, places: tuple[int, int], defaults: Mapping[int, Defaults]
) -> Iterator[Run]:
    head, clock, runs = None, None, []
    for box in children(data, traf.body, traf.end):
        if box.kind in _PROTECTED or (box.kind == b"uuid" and data[box.body : box.body + 16] == _PIFF):
            raise EncryptedFilm(box.name)
        if box.kind in (b"tfhd", b"tfdt") and (head if box.kind == b"tfhd" else clock) is not None:
            raise BadMedia(f"two {box.name} in one fragment of a track")
        if box.kind == b"tfhd":
            head = box
        elif box.kind == b"tfdt":
            wide = data[box.body : box.body + 1] == b"\1"
            clock = int.from_bytes(_exactly(data, box, 4, 8 if wide else 4), "big")
        elif box.kind == b"trun":
            runs.append(box)
    if head is None:
        raise BadMedia("a fragment of no track")
    track, base, values = _head(data, head, places, defaults)
    behind = base
    for box in runs:
        run = _run(data, box, (track, clock, base, behind), values)
        behind, clock = run.end, None
        yield run


def _head(
    data: bytes, box: Box, places: tuple[int, int], defaults: Mapping[int, Defaults]
) -> tuple[int, int, Defaults]:
    """track_ID, the base of places, and the values that hold (tfhd, clause 8.8.7)."""
    flags, track = u32(data[: box.end], box.body) & 0xFFFFFF, u32(data[: box.end], box.body + 4)
    place, base = box.body + 8, places[0] if flags & _FROM_MOOF else places[1]
    if flags & _BASE:
        base, place = int.from_bytes(_exactly(data, box, 8, 8), "big"), place + 8
    values = defaults.get(track, Defaults(1, 0, 0, 0))
    for flag, name in ((_DESCRIPTION, "description"), (_DURATION, "duration"), (_SIZE, "size"), (_FLAGS, "flags")):
        if flags & flag:
            values, place = replace(values, **{name: u32(data[: box.end], place)}), place + 4
    return track, base, values


def _run(data: bytes, box: Box, where: tuple[int, int | None, int, int], values: Defaults) -> Run:
    track, clock, base, offset = where
    flags, count = u32(data[: box.end], box.body) & 0xFFFFFF, u32(data[: box.end], box.body + 4)
    place, first_flags = box.body + 8, None
    if flags & _PLACE:
        offset, place = base + _signed(u32(data[: box.end], place)), place + 4
    if flags & _FIRST_FLAGS:
        first_flags, place = u32(data[: box.end], place), place + 4
    columns = _columns(data, box, place, (flags, count))
    sizes = columns.get(0x200, values.size)
    if count > FILM_SAMPLES_MAX or max(sizes if isinstance(sizes, array) else (sizes,), default=0) > FILM_SAMPLE_MAX:
        raise MediaTooLarge("samples")
    return Run(
        track=track,
        clock=clock,
        offset=offset,
        end=offset + (sum(sizes) if isinstance(sizes, array) else sizes * count),
        description=values.description,
        count=count,
        durations=columns.get(0x100, values.duration),
        sizes=sizes,
        compositions=columns.get(0x800, 0),
        flags=columns.get(0x400, values.flags),
        first_flags=first_flags,
    )


def _columns(data: bytes, box: Box, place: int, said: tuple[int, int]) -> dict[int, array[int]]:
    """The columns of a trun's table by their flag."""
    flags, count = said
    present = [flag for flag in _EACH if flags & flag]
    size = 4 * len(present) * count
    if place + size > box.end:
        raise BadMedia("trun says more samples than it has")
    words = numbers(data[place : place + size], "I")
    return {flag: words[index :: len(present)] for index, flag in enumerate(present)}


def _signed(value: int) -> int:
    return value - (1 << 32) if value >> 31 else value
