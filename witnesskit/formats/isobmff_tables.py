"""The sample tables of one track, read in bulk and cut to the samples there are (ISO/IEC 14496-12 clause 8.6-8.9)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import Final, NamedTuple

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.formats.isobmff import Box, numbers, u32
from witnesskit.media_limits import FILM_SAMPLE_MAX, FILM_SAMPLES_MAX

_GROUPS: Final = {b"roll": 2, b"prol": 2, b"rap ": 1}  # grouping types that decoding needs, bytes of one entry


@dataclass(frozen=True)
class Sizes:
    """Sizes of samples in bytes: all ``fixed``, or each in ``each``."""

    count: int
    fixed: int
    each: array[int]

    def of(self, first: int, count: int) -> array[int]:
        """The sizes one by one; only for codings whose samples are looked into."""
        return array("I", [self.fixed]) * count if self.fixed else self.each[first : first + count]


class Extent(NamedTuple):
    """One chunk: its place in the file, its bytes, its first sample and their count, its description's number."""

    offset: int
    size: int
    first: int
    samples: int
    description: int


@dataclass(frozen=True)
class Tables:
    """What a track's stbl says, without what decoding does not need."""

    sizes: Sizes
    offsets: array[int]
    runs: tuple[tuple[int, int, int], ...]  # first chunk (1 is the first), samples per chunk, description
    durations: array[int]  # count, duration, count, duration ...
    compositions: array[int]  # count, offset, count, offset ... as unsigned numbers
    composition_version: int
    sync: array[int] | None  # None: every sample
    partial: array[int] | None
    shift: bytes  # the body of cslg, or empty
    groups: tuple[bytes, ...]  # bodies of sgpd and sbgp with their types in front

    def extents(self) -> Iterator[Extent]:
        """Chunks in decode order; raises ``BadMedia`` where chunks and samples do not agree."""
        first, sizes, offsets = 0, self.sizes, self.offsets
        fixed, each = sizes.fixed, sizes.each
        for start, per_chunk, description in self.written_runs():
            chunks = self._chunks_of(start)
            for chunk in range(start - 1, start - 1 + chunks):
                after = first + per_chunk
                size = fixed * per_chunk or (each[first] if per_chunk == 1 else sum(each[first:after]))
                yield Extent(offsets[chunk], size, first, per_chunk, description)
                first = after

    def written_runs(self) -> list[tuple[int, int, int]]:
        """The runs of stsc, cut to the samples there are, neighbours joined; raises ``BadMedia``."""
        written: list[tuple[int, int, int]] = []
        for run in self._true_runs():
            if not written or written[-1][1:] != run[1:]:
                written.append(run)
        return written

    def _true_runs(self) -> Iterator[tuple[int, int, int]]:
        left, last = self.sizes.count, len(self.offsets)
        ends = [run[0] - 1 for run in self.runs[1:]] + [last]
        for (start, per_chunk, description), end in zip(self.runs, ends, strict=True):
            chunks = min(end, last) - (start - 1)
            whole = min(chunks, left // per_chunk)
            if whole > 0:
                yield start, per_chunk, description
                left -= whole * per_chunk
            if 0 < left < per_chunk and whole < chunks:
                yield start + whole, left, description
                left = 0
            if not left:
                return
        raise BadMedia("fewer chunks than samples")

    @cached_property
    def _ends(self) -> dict[int, int]:
        """For each written run its first chunk and the number of its chunks."""
        runs, left = self.written_runs(), self.sizes.count
        counts: dict[int, int] = {}
        for (start, per_chunk, _), following in zip_longest(runs, runs[1:]):
            counts[start] = following[0] - start if following else left // per_chunk
            left -= counts[start] * per_chunk
        return counts

    def _chunks_of(self, start: int) -> int:
        return self._ends[start]


def table(data: bytes, box: Box, width: int, *, head: int = 4) -> tuple[int, bytes]:
    """Count and entries of a counted table of ``width`` bytes each; ``head`` bytes stand before the count.

    Raises ``BadMedia`` if the entries do not lie in the box, whatever the count says.
    """
    count = u32(data[: box.end], box.body + head)
    start = box.body + head + 4
    if start + count * width > box.end:
        raise BadMedia(f"{box.name} says more entries than it has")
    return count, data[start : start + count * width]


def read_sizes(data: bytes, box: Box, frame_size: int) -> Sizes:
    """stsz or stz2; ``frame_size`` is that of uncompressed sound, where tables say one (QTFF, "stsz")."""
    fixed, count = u32(data[: box.end], box.body + 4), u32(data[: box.end], box.body + 8)
    if box.kind == b"stz2":
        each = _compact(data, box, fixed, count)
        return Sizes(count, 0, _checked(each))
    if frame_size:
        if fixed == 0 and count:
            raise BadMedia("uncompressed sound in samples of different sizes")
        return Sizes(count, frame_size, array("I"))
    if fixed:
        if count > FILM_SAMPLES_MAX or fixed > FILM_SAMPLE_MAX:
            raise MediaTooLarge("samples")
        return Sizes(count, fixed, array("I"))
    return Sizes(count, 0, _checked(numbers(table(data, box, 4, head=8)[1], "I")))


def _checked(each: array[int]) -> array[int]:
    if len(each) > FILM_SAMPLES_MAX or max(each, default=0) > FILM_SAMPLE_MAX:
        raise MediaTooLarge("samples")
    return each


def _compact(data: bytes, box: Box, field: int, count: int) -> array[int]:
    bits = field & 0xFF
    packed = data[box.body + 12 : box.body + 12 + (count * bits + 7) // 8]
    if bits not in (4, 8, 16) or box.body + 12 + (count * bits + 7) // 8 > box.end:
        raise BadMedia("stz2")
    if bits == 16:
        return array("I", numbers(packed, "H"))
    if bits == 8:
        return array("I", packed)
    return array("I", [nibble for byte in packed for nibble in (byte >> 4, byte & 15)][:count])


def read_runs(data: bytes, box: Box) -> tuple[tuple[int, int, int], ...]:
    """stsc, in order and without empty runs; raises ``BadMedia``."""
    flat = numbers(table(data, box, 12)[1], "I")
    runs = tuple(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))
    starts = [run[0] for run in runs]
    if not runs or starts[0] != 1 or any(a >= b for a, b in pairwise(starts)):
        raise BadMedia("stsc is out of order")
    if any(per_chunk == 0 or description == 0 for _, per_chunk, description in runs):
        raise BadMedia("stsc holds an empty run")
    return runs


def read_pairs(data: bytes, box: Box, samples: int) -> array[int]:
    """stts or ctts as (count, value) pairs, neighbours joined, cut to ``samples``."""
    flat = numbers(table(data, box, 8)[1], "I")
    joined: array[int] = array("I")
    left = samples
    for count, value in zip(flat[0::2], flat[1::2], strict=True):
        taken = min(count, left)
        left -= taken
        if taken and joined and joined[-1] == value:
            joined[-2] += taken
        elif taken:
            joined.extend((taken, value))
    return joined


def read_numbers(data: bytes, box: Box, samples: int) -> array[int]:
    """stss or stps: numbers of samples, strictly rising, from 1 to ``samples``; raises ``BadMedia``."""
    listed = numbers(table(data, box, 4)[1], "I")
    while listed and listed[-1] > samples:
        listed.pop()  # a recording that was cut names samples that are gone
    if listed and listed[0] < 1:
        raise BadMedia(f"{box.name} names a sample that is not there")
    if any(a >= b for a, b in pairwise(listed)):
        raise BadMedia(f"{box.name} is out of order")
    return listed


def read_group(data: bytes, box: Box, samples: int) -> bytes:
    """sgpd or sbgp of a kind that decoding needs, type in front and cut to its length; else empty."""
    body = data[box.body : box.end]
    version, grouping = body[:1], body[4:8]
    width = _GROUPS.get(grouping, 0)
    if not width:
        return b""
    if box.kind == b"sbgp" and version == b"\x00":
        count, entries = table(data, box, 8, head=8)
        covered = sum(numbers(entries, "I")[0::2])
        return b"sbgp" + bytes(4) + grouping + count.to_bytes(4, "big") + entries if covered <= samples else b""
    if box.kind == b"sgpd" and version == b"\x01" and body[8:12] == width.to_bytes(4, "big"):
        count, entries = table(data, box, width, head=12)
        return b"sgpd\x01\0\0\0" + body[4:12] + count.to_bytes(4, "big") + entries
    return b""
