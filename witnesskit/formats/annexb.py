"""H.264 between start codes (ITU-T H.264 annex B): messages and free data made filler at equal length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.avc_sps import PictureTiming, picture_timing
from witnesskit.formats.nal import H264, Hasher, picture_end
from witnesskit.formats.sei import Seen, filler_unit, neutral
from witnesskit.media_limits import NAL_SEI_MAX

_START: Final = re.compile(rb"\x00\x00\x01")


def units(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of every unit; zero bytes around them belong to none. Raises ``BadMedia`` for other bytes."""
    marks = [found.start() for found in _START.finditer(data)]
    if data and (not marks or any(data[: marks[0]])):
        raise BadMedia("no start code in front of a picture")
    for mark, follower in zip(marks, [*marks[1:], len(data)][: len(marks)], strict=True):
        end = follower
        while end > mark + 3 and data[end - 1] == 0:
            end -= 1
        if end > mark + 3:
            yield mark + 3, end


class AnnexB:
    """Passes the pictures of one stream in order; the last sequence parameter set is in force."""

    def __init__(self, from_mp4: bool) -> None:
        self.timing: PictureTiming | None = None
        self._from_mp4 = from_mp4
        self._seen = Seen()

    def clean(self, data: bytes) -> bytes:
        """One packet as a copy holds it, as long as ``data``; raises ``BadMedia`` or ``UnsupportedMedia``."""
        if self._from_mp4 and data and not data.startswith(b"\0\0\0\1"):
            raise UnsupportedMedia("H.264 units behind lengths in AVI")
        fresh = bytearray(data)
        for start, end in units(data):
            unit = data[start:end]
            kind = H264.kind(unit[0])
            if kind in H264.pictures:
                self._seen.here.clear()
                continue
            if kind == 8:
                continue
            if kind == 7:
                self._sequence(unit)
            elif kind in H264.fixed and len(unit) == H264.fixed[kind]:
                continue
            elif kind in H264.messages and len(unit) <= NAL_SEI_MAX:
                fresh[start:end] = neutral(H264, unit, self.timing, self._seen)
            else:
                fresh[start:end] = filler_unit(H264, unit)
        return bytes(fresh)

    def _sequence(self, unit: bytes) -> None:
        try:
            self.timing = picture_timing(unit)
        except BadMedia:
            self.timing = None


def hash_slices(data: bytes, hasher: Hasher) -> None:
    """Feed the slices of one packet as docs/spec/essence.md says."""
    prefix = b"\0\0\0\1"
    for start, end in units(data):
        if H264.kind(data[start]) in H264.pictures:
            hasher.update(prefix + data[start : picture_end(data, start, end)])
            prefix = b"\0\0\1"
