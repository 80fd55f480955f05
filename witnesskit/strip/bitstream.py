"""Samples on their way into the copy: free data made filler of equal length, coded pictures fed to their digest.

Every sample of every track passes here; nothing is concluded from the first ones.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from dataclasses import dataclass, field

from witnesskit.errors.media import BadMedia
from witnesskit.formats.aac import blanked, check_tail, encoder_named
from witnesskit.formats.avc_sps import PictureTiming, picture_timing
from witnesskit.formats.codec_config import check_av1, timing_of
from witnesskit.formats.essence_samples import NAL_CODINGS
from witnesskit.formats.isobmff_frames import check_motion_jpeg, check_prores
from witnesskit.formats.mpeg4_units import clean_pictures
from witnesskit.formats.nal import H264, NalCoding, is_dolby, picture_end, unit_at
from witnesskit.formats.nal_sets import trimmed
from witnesskit.formats.sei import Seen, filler_unit, is_filler, messages, neutral
from witnesskit.media_limits import NAL_SEI_MAX
from witnesskit.strip.isobmff_remarks import coder_remarks

Part = bytes | memoryview
_NAMES_MAX = 4  # encoders of one track; a film is coded by one
_FIRST, _LATER = b"\x00\x00\x00\x01", b"\x00\x00\x01"
_LAYER = "data of a second layer (3D, transparency, better quality) were blanked: players that know them show less"
_CHANGING = "messages about light or layout that change all the time were blanked: colours may differ"
_START_CODE = re.compile(_LATER).search  # twice as fast as bytes.find on coded pictures


@dataclass(frozen=True)
class Described:
    """One sample description: bytes of the length in front of each unit (H.264, HEVC), decoder configuration."""

    length: int
    config: bytes


@dataclass
class TrackWork:
    """One track of any container on its way: its digest, what was blanked, what must be said.

    ``coding``: ``h264``, ``hevc``, ``aac``, ``av1``, ``mpeg4`` ... as docs/spec/essence.md names them.
    """

    coding: str
    described: tuple[Described, ...]
    hasher: hashlib._Hash = field(default_factory=hashlib.sha256)
    blanked: hashlib._Hash = field(default_factory=hashlib.sha256)
    blanked_size: int = 0
    remarks: dict[str, None] = field(default_factory=dict)
    timings: list[PictureTiming | None] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        if self.coding == "h264":
            self.timings = [timing_of(entry.config) for entry in self.described]
        else:
            self.timings = [None] * len(self.described)

    def gone(self, data: Part) -> None:
        """Count and digest what is blanked."""
        self.blanked.update(data)
        self.blanked_size += len(data)


def pass_samples(work: TrackWork, data: bytes, start: int, sizes: array[int], description: int) -> list[Part]:
    """The samples at ``data[start:]`` as they go into the copy, in parts.

    Raises ``BadMedia`` for samples that break their format, ``TextInPictures`` for what cannot be blanked.
    """
    coding = NAL_CODINGS.get(work.coding)
    if coding:
        return _UnitPass(work, coding, description).samples(data, start, sizes)
    if work.coding == "aac":
        return _sound(work, data, start, sizes)
    if work.coding == "mpeg4":
        return _mpeg4(work, data, start, sizes)
    view, place = memoryview(data), start
    for size in sizes:
        _checked(work, data[place : place + size])
        place += size
    work.hasher.update(view[start:place])
    return [view[start:place]]


def _checked(work: TrackWork, sample: bytes) -> None:
    """Refuse what rides in pictures that are known to their last byte."""
    if work.coding == "av1":
        check_av1(sample)
    elif sample:
        named = check_motion_jpeg(sample) if work.coding == "mjpeg" else check_prores(sample)
        work.remarks |= dict.fromkeys(coder_remarks([named]))
        if len(work.remarks) > _NAMES_MAX:
            raise BadMedia("another name of an encoder in every picture")


def _mpeg4(work: TrackWork, data: bytes, start: int, sizes: array[int]) -> list[Part]:
    parts: list[Part] = []
    view, place, kept = memoryview(data), start, start
    names: dict[str, None] = {}
    for size in sizes:
        sample = data[place : place + size]
        fresh = clean_pictures(sample, names)
        if fresh != sample:
            work.gone(sample)
            parts += [view[kept:place], fresh]
            kept = place + size
        place += size
    parts.append(view[kept:place])
    for part in parts:
        work.hasher.update(part)
    work.remarks |= dict.fromkeys(coder_remarks(names))
    return parts


def _sound(work: TrackWork, data: bytes, start: int, sizes: array[int]) -> list[Part]:
    parts: list[Part] = []
    view, place, kept = memoryview(data), start, start
    for size in sizes:
        if size and data[place] >= 0x80:
            packet = data[place : place + size]
            fresh = blanked(packet)
            named = encoder_named(fresh)
            if named:
                work.remarks[f"the sound names the program that coded it ({named})"] = None
            if fresh is not packet:
                work.gone(packet)
                parts += [view[kept:place], fresh]
                kept = place + size
        else:
            check_tail(data[place : place + size])
        place += size
    parts.append(view[kept:place])
    for part in parts:
        work.hasher.update(part)
    return parts


@dataclass
class _UnitPass:
    """H.264 and HEVC samples of one sample description."""

    work: TrackWork
    coding: NalCoding
    description: int

    def samples(self, data: bytes, start: int, sizes: array[int]) -> list[Part]:
        """Walk every unit of every sample."""
        length = self.work.described[self.description - 1].length
        parts: list[Part] = []
        view, update, kind_of = memoryview(data), self.work.hasher.update, self.coding.kind
        pictures, kept, limit = self.coding.pictures - self.coding.reserved, start, start
        here = self.work.seen.here
        for size in sizes:
            place, limit, prefix = limit, limit + size, _FIRST
            while place < limit:
                unit, end = unit_at(data, place, length, limit)
                if unit < end and kind_of(data[unit]) in pictures:
                    if _START_CODE(data, unit, end):
                        raise BadMedia("a start code inside a coded picture")
                    here.clear()
                    update(prefix)
                    last = data[end - 1]
                    update(view[unit : end if last not in (0, 3) else picture_end(data, unit, end)])
                    prefix = _LATER
                elif unit < end:
                    fresh = self._other(data[unit:end])
                    if fresh is not None:
                        parts += [view[kept:unit], fresh]
                        kept = end
                place = end
        parts.append(view[kept:limit])
        return parts

    def _other(self, unit: bytes) -> bytes | None:
        """What a unit that is no picture becomes; ``None`` if it stays as it is."""
        kind, coding, work = self.coding.kind(unit[0]), self.coding, self.work
        if self._stays(kind, unit) or (kind == coding.filler and is_filler(coding, unit)):
            return None
        if kind in coding.layers:
            work.remarks[_LAYER] = None
        if kind in coding.messages and len(unit) <= NAL_SEI_MAX:
            fresh = neutral(coding, unit, work.timings[self.description - 1], work.seen)
            if work.seen.changed:
                work.remarks[_CHANGING] = None
            if fresh == unit:
                return None
            if any(message.kind == 4 for message in messages(unit, coding.header) or ()):
                work.remarks["captions or other broadcast data in the pictures were blanked"] = None
        else:
            fresh = filler_unit(coding, unit)
            if kind == coding.filler:
                return fresh
        work.gone(unit)
        return fresh

    def _stays(self, kind: int, unit: bytes) -> bool:
        """Whether a decoder needs ``unit`` as it is; raises ``BadMedia`` for what hides something in its form."""
        coding = self.coding
        if kind in coding.reserved:
            raise BadMedia("coded pictures of a kind that no decoder knows")
        if kind in coding.fixed and len(unit.rstrip(b"\0")) != coding.fixed[kind]:
            raise BadMedia("a mark between pictures that holds more than itself")
        if kind in coding.parameters:
            if _LATER in unit:
                raise BadMedia("a start code inside a parameter set")
            timing = self.work.timings[self.description - 1]
            if trimmed(coding.name, unit, timing.chroma if timing else 1) != unit:
                raise BadMedia("bytes behind a parameter set between the pictures")
            if coding is H264 and kind == 7:
                self.work.timings[self.description - 1] = _timing(unit)
        return kind in coding.parameters or kind in coding.fixed or (kind == coding.dolby and is_dolby(unit))


def _timing(sps: bytes) -> PictureTiming | None:
    try:
        return picture_timing(sps)
    except BadMedia:
        return None


def other_unit(work: TrackWork, unit: bytes) -> bytes | None:
    """What a unit of a byte stream (annex B) that is no picture becomes; ``None`` if it stays as it is."""
    return _UnitPass(work, NAL_CODINGS[work.coding], 1)._other(unit)
