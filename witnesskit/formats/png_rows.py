"""A look at the pixels of a PNG, row by row: what is used of the palette, and what hides beside the shown pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import HiddenInPicture
from witnesskit.formats.png import GREY_ALPHA, INDEXED, RGB, RGB_ALPHA, Header, passes
from witnesskit.formats.png_filters import SLOW, unfilter
from witnesskit.formats.png_inflate import Inflater
from witnesskit.limits import MIB
from witnesskit.media_limits import PNG_INFLATED_MAX, PNG_ROW_MAX, PNG_SLOW_MAX

_BATCH = MIB


@dataclass
class Look:
    """What was seen so far of all pictures of one file.

    ``palette`` is the number of entries whose use is looked for, ``key`` a transparent colour of 16 bits
    whose use is looked for; both are given by the caller.
    """

    header: Header
    palette: int = 0
    key: bytes = b""
    used: set[int] = field(default_factory=set)
    key_used: bool = False
    see_through: bool = False
    inflated: int = 0
    slow: int = 0

    def picture(self, stream: memoryview, width: int, height: int) -> int:
        """Look at one picture of that size; the length of its zlib stream.

        Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge``, or ``HiddenInPicture`` where more is coded than shown.
        """
        inflater = Inflater(stream)
        for across, rows in passes(self.header, width, height):
            for batch in self._batches(inflater, across, rows):
                if max(batch.filters) > 4:
                    raise BadMedia("filter of a row")
                self._look(batch)
        return inflater.finish()

    def _batches(self, inflater: Inflater, across: int, rows: int) -> Iterator[_Batch]:
        bits = across * self.header.pixel_bits
        stride = 1 + (bits + 7) // 8
        self.inflated += stride * rows
        if stride > PNG_ROW_MAX or self.inflated > PNG_INFLATED_MAX:
            raise MediaTooLarge("pixels")
        prior, at_once = bytes(stride - 1), max(1, _BATCH // stride)
        for first in range(0, rows, at_once):
            count = min(at_once, rows - first)
            batch = _Batch(inflater.take(count * stride), stride, bits % 8, prior, first == 0)
            yield batch
            prior = batch.prior

    def _look(self, batch: _Batch) -> None:
        if self.header.colour in (GREY_ALPHA, RGB_ALPHA):
            if not self.see_through:
                self.see_through = not _opaque(batch, self.header)
        elif batch.loose_bits or len(self.used) < self.palette or (self.key and not self.key_used):
            self._unfilter(batch)

    def _unfilter(self, batch: _Batch) -> None:
        step = max(1, self.header.pixel_bits // 8)
        for kind, row in batch.rows():
            self.slow += len(row) if kind in SLOW else 0
            if self.slow > PNG_SLOW_MAX:
                raise MediaTooLarge("rows whose filters take long")
            plain = unfilter(kind, row, batch.prior, step)
            batch.prior = plain
            if batch.loose_bits and plain[-1] & (0xFF >> batch.loose_bits):
                raise HiddenInPicture("bits behind the last pixel of a row")
            if self.header.colour == INDEXED:
                self._count(plain, batch.loose_bits)
            elif self.key and not self.key_used:
                self.key_used = _holds(plain, self.key)

    def _count(self, row: bytes, loose_bits: int) -> None:
        depth = self.header.depth
        new = row.translate(None, bytes(self.used)) if depth == 8 else row[:-1] if loose_bits else row
        found = {byte >> shift & (2**depth - 1) for byte in set(new) for shift in range(8 - depth, -1, -depth)}
        if loose_bits:
            found.update(row[-1] >> 8 - at & (2**depth - 1) for at in range(depth, loose_bits + 1, depth))
        self.used.update(index for index in found if index < self.palette)


@dataclass
class _Batch:
    """Some rows as they are coded; ``prior`` is the plain row above the next one to be read."""

    data: bytes
    stride: int
    loose_bits: int
    prior: bytes
    first: bool

    @property
    def filters(self) -> bytes:
        return self.data[:: self.stride]

    def rows(self) -> Iterator[tuple[int, bytes]]:
        for start in range(0, len(self.data), self.stride):
            yield self.data[start], self.data[start + 1 : start + self.stride]


def _holds(row: bytes, pixel: bytes) -> bool:
    place = row.find(pixel)
    while place >= 0 and place % len(pixel):
        place = row.find(pixel, place + 1)
    return place >= 0


def _opaque(batch: _Batch, header: Header) -> bool:
    """True if every alpha sample is at its maximum: then the filtered alpha bytes follow from the filter alone."""
    step, depth = header.pixel_bits // 8, header.depth // 8
    size = (batch.stride - 1) // step
    rest = bytes(size - 1)
    below = (b"\xff" * size, b"\xff" + rest, bytes(size), b"\x80" + rest, bytes(size))
    first = (below[0], below[1], below[0], b"\xff" + b"\x80" * (size - 1), below[1])
    for index, (kind, row) in enumerate(batch.rows()):
        expected = (first if batch.first and not index else below)[kind]
        if any(row[step - 1 - lane :: step] != expected for lane in range(depth)):
            return False
    return True


def wants_key(header: Header, transparency: bytes) -> bytes:
    """The transparent colour if it is wide enough to hold a text and so must be shown to be in use."""
    return transparency if header.colour == RGB and header.depth == 16 else b""
