"""A film in fragments as one whole: the tables of each track, grown by every fragment in the order of the file.

The copy is a film with one index. Samples, their order, times and sync points stay as they are; what a fragment
holds beside them (wall clocks, messages, private boxes, its length as a habit of the recorder) has no place in it.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate, chain, groupby, repeat
from math import ceil, lcm
from operator import add
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import FragmentedFilm
from witnesskit.formats.isobmff_fragments import Run
from witnesskit.formats.isobmff_headers import Edit, Times
from witnesskit.formats.isobmff_tables import Sizes, Tables
from witnesskit.formats.isobmff_track import Track
from witnesskit.media_limits import FILM_SAMPLES_MAX

_NORMAL: Final = 0x10000  # rate of an edit
_U32: Final = 0xFFFFFFFF


@dataclass
class Pairs:
    """Runs of equal values: (count, value, count, value ...), as stts and ctts hold them."""

    flat: array[int] = field(default_factory=lambda: array("I"))

    def add(self, count: int, value: int) -> None:
        """``count`` more samples of ``value``."""
        if count and self.flat and self.flat[-1] == value:
            self.flat[-2] += count
        elif count:
            self.flat.extend((count, value))

    def extend(self, values: array[int] | int, count: int) -> None:
        """``count`` more samples, with one value for all or one each."""
        if isinstance(values, int):
            self.add(count, values)
            return
        for value, same in groupby(values):
            self.add(sum(1 for _ in same), value)

    def lengthen_last(self, more: int) -> bool:
        """Make the last sample's value larger or smaller; false where that is impossible."""
        if not self.flat or not 0 <= self.flat[-1] + more <= _U32:
            return not more
        value = self.flat[-1] + more
        self.flat[-2] -= 1
        if not self.flat[-2]:
            del self.flat[-2:]
        self.add(1, value)
        return True


@dataclass
class Grown:
    """One track while it grows."""

    track: Track
    durations: Pairs = field(default_factory=Pairs)
    compositions: Pairs = field(default_factory=Pairs)
    sizes: array[int] = field(default_factory=lambda: array("I"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    counts: array[int] = field(default_factory=lambda: array("I"))  # samples of each chunk
    described: array[int] = field(default_factory=lambda: array("I"))  # number of each chunk's description
    sync: array[int] = field(default_factory=lambda: array("I"))
    samples: int = 0
    first: int | None = None  # time of decoding of the first sample
    clock: int = 0  # and of the one that comes next

    def __post_init__(self) -> None:
        tables = self.track.tables
        self.durations.flat = tables.durations[:]
        self.compositions.flat = tables.compositions[:]
        if not tables.sizes.count:
            return
        for extent in tables.extents():
            self._chunk(extent.offset, extent.samples, extent.description)
        if not self._frame:
            self.sizes = tables.sizes.of(0, tables.sizes.count)[:]
        self.samples, self.first = tables.sizes.count, 0
        self.sync = array("I", range(1, self.samples + 1)) if tables.sync is None else tables.sync[:]
        self.clock = sum(count * value for count, value in _pairs(self.durations.flat))

    @property
    def _frame(self) -> int:
        return self.track.entries[0].frame_size

    def _chunk(self, offset: int, count: int, description: int) -> None:
        self.offsets.append(offset)
        self.counts.append(count)
        self.described.append(description)

    def add(self, run: Run) -> None:
        """The samples of ``run``; raises ``BadMedia``, ``MediaTooLarge`` or ``FragmentedFilm``."""
        if not run.count:
            return
        if not 1 <= run.description <= len(self.track.entries):
            raise BadMedia("a fragment names a description that is not there")
        self._wait(run)
        if self._frame:
            self._frames(run)
        else:
            self._samples(run)
        if self.samples > FILM_SAMPLES_MAX and not self._frame:
            raise MediaTooLarge("samples")

    def _wait(self, run: Run) -> None:
        """Where a fragment's clock is not where the last one ended, its last sample is longer or shorter."""
        if self.first is None:
            self.first = self.clock = run.clock or 0
        elif run.clock is not None and run.clock != self.clock:
            if not self.durations.lengthen_last(run.clock - self.clock):
                raise FragmentedFilm("their clock runs backwards")
            self.clock = run.clock

    def _samples(self, run: Run) -> None:
        self._chunk(run.offset, run.count, run.description)
        self.sizes.extend(run.sizes if isinstance(run.sizes, array) else array("I", [run.sizes]) * run.count)
        self.durations.extend(run.durations, run.count)
        if not self.compositions.flat and self.samples:
            self.compositions.add(self.samples, 0)
        self.compositions.extend(run.compositions, run.count)
        durations = run.durations
        self.clock += durations * run.count if isinstance(durations, int) else sum(durations)
        if self.track.handler == b"soun":
            self.sync.extend(range(self.samples + 1, self.samples + run.count + 1))
        else:
            self.sync.extend(self.samples + 1 + index for index in range(run.count) if run.is_sync(index))
        self.samples += run.count

    def _frames(self, run: Run) -> None:
        """Uncompressed sound: a fragment's samples are packets of frames, an index counts the frames."""
        width = self._frame
        if isinstance(run.sizes, array) and any(size % width for size in run.sizes):
            raise BadMedia("uncompressed sound in broken frames")
        total = run.durations * run.count if isinstance(run.durations, int) else sum(run.durations)
        frames, left = divmod(run.end - run.offset, width)
        if left or frames < 1 or total % frames:
            raise BadMedia("uncompressed sound in broken frames")
        self._chunk(run.offset, frames, run.description)
        self.durations.add(frames, total // frames)
        self.clock, self.samples = self.clock + total, self.samples + frames

    def tables(self) -> Tables:
        """The tables of the whole track."""
        compositions = self.compositions.flat
        every = bool(self._frame) or len(self.sync) == self.samples
        return Tables(
            sizes=Sizes(self.samples, self._frame, array("I")) if self._frame else Sizes(self.samples, 0, self.sizes),
            offsets=self.offsets,
            runs=self._runs(),
            durations=self.durations.flat,
            compositions=compositions if any(compositions[1::2]) else array("I"),
            composition_version=int(any(value >> 31 for value in compositions[1::2])),
            sync=None if every else self.sync,
            partial=None,
            shift=b"",
            groups=(),
        )

    def _runs(self) -> tuple[tuple[int, int, int], ...]:
        runs: list[tuple[int, int, int]] = []
        for number, (count, described) in enumerate(zip(self.counts, self.described, strict=True), 1):
            if not runs or runs[-1][1:] != (count, described):
                runs.append((number, count, described))
        return tuple(runs) or ((1, 1, 1),)


def whole(grown: list[Grown], times: Times) -> tuple[Times, tuple[Track, ...], Fraction]:
    """The film's times and its tracks in one piece, and the seconds its clock began at, which are gone.

    Tracks that begin later than the first one are held back by an empty edit. Raises ``BadMedia``.
    """
    begins = [Fraction(one.first, one.track.times.timescale) for one in grown if one.first is not None]
    least = min(begins, default=Fraction(0))
    waits = [Fraction(one.first, one.track.times.timescale) - least if one.first else Fraction(0) for one in grown]
    scale = _scale(times.timescale, grown, waits)
    tracks = tuple(_track(one, wait, times.timescale, scale) for one, wait in zip(grown, waits, strict=True))
    return Times(scale, max((track.shown.duration for track in tracks), default=0)), tracks, least


def _scale(scale: int, grown: list[Grown], waits: list[Fraction]) -> int:
    """A timescale of the film in which waiting loses nothing, if there is one."""
    if not any(waits):
        return scale
    fine = lcm(scale, *(one.track.times.timescale for one in grown))
    return fine if fine < 1 << 31 else scale


def _track(one: Grown, wait: Fraction, old_scale: int, scale: int) -> Track:
    track, tables = one.track, one.tables()
    length = one.clock - (one.first or 0)
    rescaled = [replace(edit, duration=edit.duration * scale // old_scale) for edit in track.edits]
    edits = _to_the_end(rescaled, _shown_end(tables, length), track.times.timescale, scale)
    if wait:
        rest = edits or [Edit(ceil(Fraction(length * scale, track.times.timescale)), 0, _NORMAL)]
        edits = [Edit(round(wait * scale), -1, _NORMAL), *rest]
    shown = sum(edit.duration for edit in edits) or ceil(Fraction(length * scale, track.times.timescale))
    return replace(
        track,
        shown=replace(track.shown, duration=shown),
        times=Times(track.times.timescale, length),
        edits=tuple(edits),
        tables=tables,
    )


def _to_the_end(edits: list[Edit], length: int, media_scale: int, scale: int) -> list[Edit]:
    """The list with its one stretch of media shown up to the end: an index in front of fragments cannot know it."""
    media = [edit for edit in edits if edit.start >= 0]
    if len(media) != 1 or edits[-1] is not media[0]:
        return edits
    left = max(0, length - media[0].start)
    return [*edits[:-1], replace(media[0], duration=ceil(Fraction(left * scale, media_scale)))]


def _shown_end(tables: Tables, length: int) -> int:
    """Where the picture shown last ends, in the media's time."""
    if not tables.compositions:
        return length
    durations, offsets = (
        chain.from_iterable(repeat(value, count) for count, value in _pairs(flat))
        for flat in (tables.durations, tables.compositions)
    )
    signed = ((value ^ 1 << 31) - (1 << 31) for value in offsets)
    return int(max(map(add, accumulate(durations), signed)))


def _pairs(flat: array[int]) -> zip[tuple[int, int]]:
    return zip(flat[0::2], flat[1::2], strict=True)
