"""Coded pictures of a transport stream, unit by unit, as the inspection looks at them.

H.264 and HEVC byte streams (annex B), MPEG-2 video (ISO/IEC 13818-2 clause 6.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_samples import SampleScan, look_at_unit
from witnesskit.media.groups import shown
from witnesskit.media.walk_sps import BitsCut, TextBits
from witnesskit.media_limits import TS_UNIT_MAX

Say = Callable[[str, str, str], None]  # group, name, value


@dataclass
class PictureWalk:
    """Cuts what it is fed into units."""

    place: str
    say: Say
    doubt: Callable[[str], None]
    held: bytearray = field(default_factory=bytearray)
    begun: bool = False
    coded: hashlib._Hash = field(default_factory=hashlib.sha256)
    parameters: hashlib._Hash = field(default_factory=hashlib.sha256)

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """The next bytes of the stream."""
        look = max(len(self.held) - 2, 0)
        self.held += chunk
        at = self.held.find(b"\0\0\1", look if self.begun else 0)
        if not self.begun and at >= 0:
            if any(self.held[:at]):
                self.say("inside", "bytes in front of the pictures", shown(bytes(self.held[:at])))
            self.front(at)
            del self.held[:at]
            self.begun, at = True, self.held.find(b"\0\0\1", 3)
        if self.begun and (at >= 0 or last):
            self._cut(at if at != 0 else self.held.find(b"\0\0\1", 3), last=last)
        elif last and self.held:
            self.doubt("pictures without a single unit")
        if len(self.held) > TS_UNIT_MAX:
            self.doubt("a unit that is too large")
            self.held.clear()

    def _cut(self, at: int, *, last: bool) -> None:
        data, start = bytes(self.held), 0
        while at > 0:
            self.unit(data[start + 3 : at])
            start, at = at, data.find(b"\0\0\1", at + 3)
        if last and start < len(data):
            self.unit(data[start + 3 :])
            start = len(data)
        del self.held[:start]

    def front(self, size: int) -> None:
        """Bytes in front of the first unit."""

    def unit(self, unit: bytes) -> None:
        """One unit behind its start code, zeros behind it included."""
        raise NotImplementedError


@dataclass
class NalWalk(PictureWalk):
    """H.264 or HEVC."""

    hevc: bool = False
    scan: SampleScan | None = None
    inside: bool = False
    block: int = 0

    def __post_init__(self) -> None:
        self.scan = SampleScan(EntryFacts(coding="hevc" if self.hevc else "h264"), self.place)

    def unit(self, unit: bytes) -> None:
        """Pictures are hashed, everything else looked at."""
        if not unit:
            return
        kind = unit[0] >> 1 & 63 if self.hevc else unit[0] & 31
        if (kind < 10 or 16 <= kind < 22) if self.hevc else 1 <= kind <= 5:
            if self.scan:
                self.scan.seen.here.clear()
            self.coded.update(b"\0\0\0\1" if self._new(unit) else b"\0\0\1")
            self.coded.update(_trimmed(unit))
            return
        if kind in (((*range(32, 38), 39, *range(41, 45), *range(48, 56))) if self.hevc else (6, 7, 8, 9)):
            self.inside = False
        bare = unit.rstrip(b"\0")
        if bare and self.scan:
            if kind in ((32, 33, 34) if self.hevc else (7, 8)):
                self.parameters.update(len(bare).to_bytes(4, "big") + bare)
            look_at_unit(self.scan, bare)

    def _new(self, unit: bytes) -> bool:
        if self.hevc:
            first = unit[2:3] >= b"\x80" or not self.inside
        else:
            try:
                number = TextBits(unit[1:9]).ue()
            except BitsCut:
                number = 0
            first, self.block = not self.inside or number <= self.block, number
        self.inside = True
        return first


def _trimmed(unit: bytes) -> bytes:
    while unit:
        if unit[-1] == 0:
            unit = unit.rstrip(b"\0")
        elif unit[-3:] == b"\0\0\3":
            unit = unit[:-3]
        else:
            break
    return unit


@dataclass
class Mpeg2Walk(PictureWalk):
    """MPEG-1 and MPEG-2 video; hashed in the form a copy has."""

    def front(self, size: int) -> None:
        """A copy has zeros there."""
        self.coded.update(bytes(size))

    def unit(self, unit: bytes) -> None:
        """Slices are hashed as they are, heads looked at."""
        code = unit[0] if unit else 0xFF
        if 1 <= code <= 0xAF and len(unit) > 2 and unit[1] & 4 and (unit[1] & 1 or unit[2] & 0xFE):
            self.say("other", "further data in the head of a slice", unit[1:40].hex())
        if not 1 <= code <= 0xAF:
            bare = self._bare(code, unit)
            if bare is None:
                self.doubt(f"a unit {code:#04x} in the pictures")
                bare = unit
            elif bare != unit:
                self._tell(code, unit)
                unit = bare
            if code in (0xB3, 0xB5) and unit[:1] == bytes([code]):
                self.parameters.update(unit.rstrip(b"\0"))
        self.coded.update(b"\0\0\1" + unit)

    def _tell(self, code: int, unit: bytes) -> None:
        if code == 0xB8:
            value = int.from_bytes(unit[1:5], "big")
            clock = f"{value >> 26 & 31:02}:{value >> 20 & 63:02}:{value >> 13 & 63:02}:{value >> 7 & 63:02}"
            self.say("when", "time code of the pictures", clock)
        elif code in (0xB2, 0xB5):
            self.say("inside", "user data in the pictures", shown(unit[1:400]) or unit[1:80].hex())
        else:
            self.say("inside", "bytes behind a head of the pictures", shown(unit[:400]) or unit[:80].hex())

    def _bare(self, code: int, unit: bytes) -> bytes | None:
        size = len(unit)
        if code == 0xB2 or (code == 0xB5 and size > 1 and unit[1] & 0xF0 == 0x40):
            data = unit.rstrip(b"\0")
            return b"\xb2" + b"\xff" * (len(data) - 1) + b"\0" * (size - len(data))
        if code == 0xB8:
            flags = unit[4] & 0x60 if size > 4 else 0
            return (bytes([0xB8, 0, 8, 0, flags]) + bytes(max(size - 5, 0)))[:size]
        needed = _needed(code, unit)
        return None if needed < 0 else unit[:needed] + bytes(max(size - needed, 0))


def _needed(code: int, unit: bytes) -> int:
    """Bytes of a head that decoders read; -1 if it is none."""
    if code == 0xB7:
        return 1
    if code == 0xB3:
        size = 73 if len(unit) > 8 and unit[8] & 2 else 9
        return size + 64 * (unit[size - 1] & 1) if len(unit) >= size else size
    if code == 0xB5 and len(unit) > 1:
        most = {1: 7, 2: 9, 3: 258, 7: 12, 8: 8}.get(unit[1] >> 4, -1)
        return min(most, len(unit))
    if code == 0:
        bits = 29 + (4, 8)[(unit[2] >> 3 & 7) - 2] if len(unit) > 2 and unit[2] >> 3 & 7 in (2, 3) else 29
        at = 1 + bits // 8
        return -1 if at >= len(unit) or unit[at] >> (7 - bits % 8) & 1 else 1 + bits // 8 + 1
    return -1
