"""Where the samples of a track lie, read by the inspector itself from the tables of one track."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from witnesskit.media.walk_isobmff import FilmWalk
from witnesskit.media_limits import FILM_SAMPLES_MAX


class TablesDiffer(Exception):
    """The tables of a track contradict each other."""


@dataclass(frozen=True)
class Chunk:
    """Place of a chunk, and the sizes of its samples: one by one, or one size for all and their count."""

    offset: int
    sizes: tuple[int, ...]
    fixed: int = 0
    count: int = 0

    @property
    def end(self) -> int:
        """Where the chunk ends."""
        return self.offset + (self.fixed * self.count if self.fixed else sum(self.sizes))


def _u32s(raw: bytes, start: int, count: int) -> tuple[int, ...]:
    if start + 4 * count > len(raw):
        raise TablesDiffer("a table is shorter than it says")
    return struct.unpack_from(f">{count}I", raw, start)


def _count(raw: bytes, at: int) -> int:
    if at + 4 > len(raw):
        raise TablesDiffer("a table is cut")
    return int.from_bytes(raw[at : at + 4], "big")


def chunks_of(walk: FilmWalk, track: int, frame_size: int) -> Iterator[Chunk]:
    """Chunks of ``track`` in order of decoding; ``frame_size`` overrides the table for uncompressed sound.

    Raises ``TablesDiffer``.
    """
    fixed, count, sizes = _sizes(walk, track)
    fixed = frame_size or fixed
    places = _places(walk, track)
    if not fixed and len(sizes) != count:
        raise TablesDiffer("sizes")
    first = 0
    for place, per_chunk in zip(places, _per_chunk(walk, track, len(places)), strict=False):
        taken = min(per_chunk, count - first)
        if taken <= 0:
            break
        yield Chunk(place, () if fixed else sizes[first : first + taken], fixed, taken)
        first += taken
    if first < count:
        raise TablesDiffer("samples without a chunk")


def _only(walk: FilmWalk, kinds: str, track: int) -> bytes:
    found = [node.body for kind in kinds.split() for node in walk.of(kind, track)]
    if len(found) != 1:
        raise TablesDiffer(f"{len(found)} boxes of {kinds}")
    return found[0]


def _sizes(walk: FilmWalk, track: int) -> tuple[int, int, tuple[int, ...]]:
    raw = _only(walk, "stsz stz2", track)
    fixed, count = _count(raw, 4), _count(raw, 8)
    if walk.of("stz2", track):
        width = fixed & 0xFF
        packed = raw[12:]
        if width == 16:
            return 0, count, tuple(int.from_bytes(packed[at : at + 2], "big") for at in range(0, 2 * count, 2))
        if width == 8:
            return 0, count, tuple(packed[:count])
        nibbles = tuple(part for byte in packed for part in (byte >> 4, byte & 15))
        return 0, count, nibbles[:count]
    if fixed:
        return fixed, count, ()
    if count > FILM_SAMPLES_MAX:
        raise TablesDiffer("too many samples")
    return 0, count, _u32s(raw, 12, count)


def _places(walk: FilmWalk, track: int) -> tuple[int, ...]:
    raw = _only(walk, "stco co64", track)
    count = _count(raw, 4)
    if walk.of("stco", track):
        return _u32s(raw, 8, count)
    halves = _u32s(raw, 8, 2 * count)
    return tuple(high << 32 | low for high, low in zip(halves[0::2], halves[1::2], strict=True))


def _per_chunk(walk: FilmWalk, track: int, chunks: int) -> Iterator[int]:
    raw = _only(walk, "stsc", track)
    flat = _u32s(raw, 8, 3 * _count(raw, 4))
    starts = [*flat[0::3], chunks + 1]
    if starts[0] != 1:
        raise TablesDiffer("stsc")
    for start, after, samples in zip(starts, starts[1:], flat[1::3], strict=False):
        if after < start:
            raise TablesDiffer("stsc")
        for _ in range(min(after, chunks + 1) - start):
            yield samples
