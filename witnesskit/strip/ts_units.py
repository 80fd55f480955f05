"""Pictures of a transport stream on their way into the copy: what is not needed is blanked at equal length.

H.264 and HEVC byte streams (annex B of both standards), MPEG-2 video (ISO/IEC 13818-2 clause 6.2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.bits import BitReader
from witnesskit.formats.nal import H264, HEVC, NalCoding, picture_end
from witnesskit.media_limits import TS_UNIT_MAX
from witnesskit.strip.bitstream import Described, TrackWork, other_unit

Edit = Callable[[int, bytes], None]  # place in the elementary stream, the bytes to stand there
_START: Final = re.compile(rb"\x00\x00\x01")
_NO_SETS: Final = Described(4, b"\x01\0\0\0\xff\xe0\0")  # parameter sets come with the pictures
CAPTIONS: Final = "captions or other broadcast data in the pictures were blanked"


@dataclass
class UnitStream:
    """Cuts an elementary stream into what follows each start code; subclasses say what stays of a unit."""

    edit: Edit
    work: TrackWork
    held: bytearray = field(default_factory=bytearray)
    place: int = 0  # of the first held byte in the elementary stream
    begun: bool = False
    shown: hashlib._Hash = field(default_factory=hashlib.sha256)  # parameter sets

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Take the next bytes; every unit that is complete is looked at."""
        seen = max(len(self.held) - 2, 0)
        self.held += chunk
        marks = [found.start() for found in _START.finditer(self.held, max(seen, 3 if self.begun else 0))]
        if not self.begun and marks:
            self._blank_front(marks[0])
            marks, self.begun = [mark - marks[0] for mark in marks[1:]], True
        if self.begun and (marks or last):
            self._units([0, *marks], last=last)
        elif last and self.held:
            raise BadMedia("a stream of pictures without a single unit")
        if len(self.held) > TS_UNIT_MAX:
            raise MediaTooLarge(f"a unit of more than {TS_UNIT_MAX} bytes")

    def _blank_front(self, size: int) -> None:
        """Bytes in front of the first start code are no unit; zeros may stand there."""
        if any(self.held[:size]):
            self.work.gone(bytes(self.held[:size]))
            self.edit(self.place, bytes(size))
        self.front(size)
        del self.held[:size]
        self.place += size

    def front(self, size: int) -> None:
        """Told of bytes in front of the first start code."""

    def _units(self, marks: list[int], *, last: bool) -> None:
        held, place = bytes(self.held), self.place
        for start, end in pairwise(marks):
            self.unit(held, start + 3, end, place)
        done = marks[-1]
        if last:
            self.unit(held, done + 3, len(held), place)
            done = len(held)
        del self.held[:done]
        self.place += done

    def unit(self, data: bytes, start: int, end: int, place: int) -> None:
        """Look at the unit ``data[start:end]`` behind its start code; ``data`` begins at ``place`` of the stream."""
        raise NotImplementedError


@dataclass
class NalStream(UnitStream):
    """H.264 or HEVC."""

    coding: NalCoding = H264
    in_picture: bool = False
    last_block: int = 0

    def unit(self, data: bytes, start: int, end: int, place: int) -> None:
        """Coded pictures go to the digest; every other unit stays, or becomes filler."""
        if start >= end:
            return
        kind = self.coding.kind(data[start])
        if kind in self.coding.pictures - self.coding.reserved:
            self.work.seen.here.clear()
            first = self._begins_picture(data, start, end)
            self.work.hasher.update(b"\0\0\0\1" if first else b"\0\0\1")
            self.work.hasher.update(data[start : picture_end(data, start, end)])
            return
        self._ends_picture(kind)
        unit = data[start:end].rstrip(b"\0")
        if not unit:
            return
        if kind in self.coding.parameters:
            self.shown.update(len(unit).to_bytes(4, "big") + unit)
        fresh = other_unit(self.work, unit)
        if fresh is not None and fresh != unit:
            self.edit(place + start, fresh)

    def _begins_picture(self, data: bytes, start: int, end: int) -> bool:
        """Whether a slice is the first of its access unit (H.264 clause 7.4.1.2.4, H.265 clause 7.4.2.4.4)."""
        if self.coding is HEVC:
            first = bool(data[start + 2 : min(start + 3, end)] >= b"\x80") or not self.in_picture
        else:
            try:
                block = BitReader(data[start + 1 : min(start + 9, end)]).golomb()
            except BadMedia:
                block = 0
            first, self.last_block = not self.in_picture or block <= self.last_block, block
        self.in_picture = True
        return first

    def _ends_picture(self, kind: int) -> None:
        ends = kind in (6, 7, 8, 9) if self.coding is H264 else 32 <= kind <= 37 or kind == 39 or 41 <= kind <= 44
        if ends or (self.coding is HEVC and 48 <= kind <= 55):
            self.in_picture = False


@dataclass
class Mpeg2Stream(UnitStream):
    """MPEG-1 and MPEG-2 video; the digest is over the stream as the copy has it."""

    hashed: int = 0
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def front(self, size: int) -> None:
        """Bytes in front count as the zeros they become."""
        self.work.hasher.update(bytes(size))

    def unit(self, data: bytes, start: int, end: int, place: int) -> None:
        """Slices stay; user data become ones, clock times zeros; what stands behind a header becomes zeros."""
        code = data[start] if start < end else 0xFF
        self.work.hasher.update(b"\0\0\1")
        unit = data[start:end]
        if 1 <= code <= 0xAF:
            if unit[1:2] and unit[1] & 4 and len(unit) > 2 and (unit[1] & 1 or unit[2] >> 1):
                raise TextInPictures("further data in the head of a slice")
        else:
            fresh = self._header(code, unit)
            if fresh != unit:
                self.work.gone(unit)
                self.edit(place + start, fresh)
                unit = fresh
            if unit[:1] in (b"\xb3", b"\xb5"):
                self.shown.update(unit.rstrip(b"\0"))
        self.work.hasher.update(unit)

    def _header(self, code: int, unit: bytes) -> bytes:
        if code == 0xB2 or (code == 0xB5 and unit[1:2] and unit[1] >> 4 == 4):  # user data, or a copyright number
            self.work.remarks[CAPTIONS] = None
            return b"\xb2" + b"\xff" * (len(unit.rstrip(b"\0")) - 1) + bytes(len(unit) - len(unit.rstrip(b"\0")))
        if code == 0xB8:
            value = int.from_bytes(unit[1:5].ljust(4, b"\0"), "big")
            return (b"\xb8" + (value & 0x60 | 0x00080000).to_bytes(4, "big")).ljust(len(unit), b"\0")[: len(unit)]
        size = mpeg2_header_size(code, unit)
        return unit[:size] + bytes(len(unit) - size) if any(unit[size:]) else unit


def mpeg2_header_size(code: int, unit: bytes) -> int:
    """Bytes of a header unit that a decoder reads; raises ``BadMedia`` or ``TextInPictures``."""
    if code == 0xB7:
        return 1
    if code == 0xB3:
        size = 9 if len(unit) < 9 or not unit[8] & 2 else 73
        return size + 64 if unit[size - 1 : size] and unit[size - 1] & 1 else size
    if code == 0xB5 and len(unit) > 1 and unit[1] >> 4 in _EXTENSIONS:
        return min(_EXTENSIONS[unit[1] >> 4], len(unit))
    if code == 0x00:
        return _picture_size(unit)
    raise BadMedia(f"a unit {code:#04x} in MPEG-2 pictures")


_EXTENSIONS: Final = {1: 7, 2: 9, 3: 258, 7: 12, 8: 8}  # sequence, display, matrices, pan and scan, picture coding


def _picture_size(unit: bytes) -> int:
    bits = BitReader(unit[1:9])
    bits.read(10)
    kind = bits.read(3)
    bits.read(16 + {2: 4, 3: 8}.get(kind, 0))
    if bits.read(1):
        raise TextInPictures("further data in the head of a picture")
    return 1 + (bits.place + 7) // 8


def unit_stream(coding: str, edit: Edit) -> UnitStream:
    """The stream of ``coding`` (``h264``, ``hevc`` or ``mpeg2``)."""
    if coding == "mpeg2":
        return Mpeg2Stream(edit, TrackWork(coding, ()))
    work = TrackWork(coding, (_NO_SETS,))
    return NalStream(edit, work, coding=HEVC if coding == "hevc" else H264)
