"""Coded sound of a transport stream, frame by frame, as the inspection looks at it.

ADTS: ISO/IEC 14496-3 1.A.3; AC-3: ETSI TS 102 366; MPEG audio: ISO/IEC 11172-3, 13818-3; Opus: control headers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_samples import SampleScan, free_spans, look_at_sound, names_encoder
from witnesskit.media.groups import shown
from witnesskit.media.ogg_codings import OggCoding
from witnesskit.media.ts_mpeg import LayerThree, free_behind, layer_of
from witnesskit.media.walk_sps import BitsCut, TextBits

Say = Callable[[str, str, str], None]
_LEAST: Final = 16
_FREE_HEAD: Final = 1024
_CUT_MIN: Final = 160
_SEARCH: Final = 1 << 20
_KILOBITS: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_RATES: Final = {
    "1": "32 64 96 128 160 192 224 256 288 320 352 384 416 448",
    "2": "32 48 56 64 80 96 112 128 160 192 224 256 320 384",
    "3": "32 40 48 56 64 80 96 112 128 160 192 224 256 320",
    "low1": "32 48 56 64 80 96 112 128 144 160 176 192 224 256",
    "low": "8 16 24 32 40 48 56 64 80 96 112 128 144 160",
}


def _adts(head: bytes) -> int:
    if len(head) < 7 or head[0] != 255 or head[1] & 0xF6 != 0xF0 or head[2] & 0x3C > 0x30:
        return 0
    size = int.from_bytes(head[3:6], "big") >> 5 & 0x1FFF
    return size if size > 6 else 0


def _ac3(head: bytes) -> int:
    if len(head) < 6 or head[:2] != b"\x0bw" or head[5] >> 3 > 16:
        return 0
    if head[5] >> 3 > 10:
        return 2 + 2 * (int.from_bytes(head[2:4], "big") & 0x7FF)
    rate, code = divmod(head[4], 64)
    if rate > 2 or code > 37:
        return 0
    words = (96, 0, 144)[rate] * _KILOBITS[code // 2] * 1000 // 48000 if rate != 1 else 0
    return 2 * (words if rate != 1 else _KILOBITS[code // 2] * 960 // 441 + code % 2)


def _mpeg(head: bytes) -> int:
    value = int.from_bytes(head[:4], "big")
    version, layer = value >> 19 & 3, 4 - (value >> 17 & 3)
    rate, frequency = value >> 12 & 15, value >> 10 & 3
    if len(head) < 4 or value >> 21 != 0x7FF or version == 1 or layer == 4 or rate % 15 == 0 or frequency == 3:
        return 0
    name = str(layer) if version == 3 else "low1" if layer == 1 else "low"
    bits = 1000 * int(_RATES[name].split()[rate - 1])
    hertz = (44100, 48000, 32000)[frequency] // {3: 1, 2: 2, 0: 4}[version]
    slot = value >> 9 & 1
    if layer == 1:
        return (12 * bits // hertz + slot) * 4
    return (144 if version == 3 or layer == 2 else 72) * bits // hertz + slot


_SIZES: Final = {"aac": _adts, "ac3": _ac3, "eac3": _ac3, "mp2": _mpeg}


@dataclass
class SoundWalk:
    """One stream of sound."""

    place: str
    coding: str
    say: Say
    doubt: Callable[[str], None]
    descriptors: bytes = b""
    held: bytearray = field(default_factory=bytearray)
    coded: hashlib._Hash = field(default_factory=hashlib.sha256)
    scan: SampleScan | None = None
    layer: int = 0
    third: LayerThree | None = None

    def __post_init__(self) -> None:
        self.scan = SampleScan(EntryFacts(coding="mp4a"), self.place)
        parts = (1, 1, 1, 2, 2, 3, 4, 4, 5)
        order = self.descriptors[-1] if self.descriptors else 0
        self.opus = OggCoding("opus", parts[order] if order < len(parts) else 0)

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """The next bytes of the stream."""
        if self.coding == "lpcm":
            self.coded.update(chunk)
            return
        if self.coding == "mp2" and self._is_third(chunk, last):
            return
        self.held += chunk
        data, at = bytes(self.held), 0
        step = self._opus if self.coding == "opus" else self._frame
        while at < len(data) and (last or self.coding == "opus" or len(data) - at >= _LEAST):
            end = step(data, at, last)
            if end <= at:
                break
            at = end
        del self.held[:at]
        if self.coding == "opus" and ((last and self.held) or len(self.held) > _SEARCH):
            self.doubt("Opus that is cut")
            self.held.clear()

    def _is_third(self, chunk: bytes, last: bool) -> bool:
        """Tell the layer by the first frames; layer III is read here."""
        if not self.layer:
            self.layer = layer_of(bytes(self.held) + chunk, _mpeg)
            if self.layer == 3:
                chunk, self.third = bytes(self.held) + chunk, LayerThree()
                self.held.clear()
        if self.third is None:
            return False
        try:
            for piece in self.third.feed(chunk, last=last):
                self.coded.update(piece)
        except UnsupportedMedia as reason:
            self.doubt(str(reason))
            self.third = LayerThree()
        if last:
            self._end_third(self.third)
        return True

    def _end_third(self, third: LayerThree) -> None:
        if third.pool.broken:
            self.doubt("frames that are cut")
        for raw in third.strays:
            self.say("inside", "bytes of no frame", shown(raw.strip(b"\0")) or raw.hex()[:160])
        for kind, raw in third.pool.found:
            self.say("software", f"free data in frames: {kind}", shown(raw.strip(b"\0")) or raw.hex()[:160])

    def _frame(self, data: bytes, at: int, last: bool) -> int:
        size_of = _SIZES[self.coding]
        size = size_of(data[at : at + _LEAST])
        if size and at + size > len(data) and not last:
            return at
        if not size or (at + size > len(data) and len(data) - at < _CUT_MIN):
            return self._none(data, at, last) if not size else self._cut(data, at)
        frame = data[at : at + size]
        self.coded.update(self._fresh(frame))
        return at + len(frame)

    def _cut(self, data: bytes, at: int) -> int:
        """So little of a last frame that it cannot be looked into; a copy has zeros there."""
        if any(data[at:]):
            self.say("other", "a cut frame of sound", data[at:].hex())
        self.coded.update(bytes(len(data) - at))
        return len(data)

    def _none(self, data: bytes, at: int, last: bool) -> int:
        """Bytes that are no frame; a copy has zeros there."""
        size_of, end = _SIZES[self.coding], at + 1
        limit = min(len(data), at + _SEARCH)
        while end < limit:
            size = size_of(data[end : end + _LEAST])
            after = data[end + size : end + size + _LEAST]
            if size and (len(after) < _LEAST or size_of(after)):
                break
            end += 1
        else:
            end = len(data) if last and limit == len(data) else max(limit - _LEAST, at)
        gone = data[at:end]
        if any(gone):
            self.say("inside", "bytes between frames of sound", shown(gone[:400]) or gone[:80].hex())
        self.coded.update(bytes(len(gone)))
        return end

    def _fresh(self, frame: bytes) -> bytes:
        if self.coding == "ac3" and frame[5] >> 3 <= 10:
            for group, name in ac3_free(frame):
                self.say(group, name, frame[5:60].hex())
        if self.coding == "mp2":
            return self._mpeg(frame)
        return self._adts(frame) if self.coding == "aac" else frame

    def _mpeg(self, frame: bytes) -> bytes:
        """A frame of layer I or II with zeros behind its samples; one of layer III among them is no sound."""
        left = 8 * len(frame) if frame[1] & 6 == 2 else free_behind(frame)
        value = int.from_bytes(frame, "big")
        free = value & ((1 << left) - 1)
        if free:
            raw = free.to_bytes((left + 7) // 8, "big").strip(b"\0")
            self.say("inside", "free data behind the samples", shown(raw[:400]) or raw[:80].hex())
        return (value ^ free).to_bytes(len(frame), "big")

    def _adts(self, frame: bytes) -> bytes:
        start = 7 if frame[1] & 1 else 9
        head, body = bytearray(frame[:start]), frame[start:]
        if len(head) > 3 and (head[2] & 2 or head[3] & 12):
            self.say("other", "private and copyright bits of the sound", bytes(head).hex())
            head[2], head[3] = head[2] & 0xFD, head[3] & 0xC3
        if body and self.scan:
            look_at_sound(self.scan, body)
        if body and body[0] >> 7:
            top = body[:_FREE_HEAD]
            value, size = int.from_bytes(top, "big"), 8 * len(top)
            for first, end in free_spans(top):
                if not names_encoder(top[(first + 11) // 8 : end // 8]):
                    value &= ~(((1 << (end - first)) - 1) << (size - end))
            body = value.to_bytes(len(top), "big") + body[_FREE_HEAD:]
        return bytes(head) + body

    def _opus(self, data: bytes, at: int, last: bool) -> int:  # noqa: ARG002
        try:
            size, start, extra = _control(data, at)
        except IndexError:
            return at
        if size < 0:
            self.doubt("Opus without its control header")
            return len(data)
        packet = data[start : start + size]
        if len(packet) < size:
            return at
        if any(extra):
            self.say("inside", "extension of a control header", shown(extra) or extra.hex())
        for first, end in self._paddings(packet):
            if any(packet[first:end]):
                self.say("inside", "padding", shown(packet[first:end]) or packet[first:end].hex())
                packet = packet[:first] + bytes(end - first) + packet[end:]
        self.coded.update(packet)
        return start + size

    def _paddings(self, packet: bytes) -> list[tuple[int, int]]:
        found = self.opus.paddings(packet) if self.opus.parts else None
        if found is None:
            self.doubt("an Opus packet of a wrong size")
        return found or []


def _control(data: bytes, at: int) -> tuple[int, int, bytes]:
    """(bytes of the packet or -1, its place, bytes of the extension) behind an Opus control header."""
    flags = int.from_bytes(data[at : at + 2], "big") if data[at + 1 :] else data[len(data)]
    if flags >> 5 != 0x3FF or flags & 3:
        return -1, at, b""
    at, size = at + 2, 0
    while data[at] == 255:
        size, at = size + 255, at + 1
    size, at = size + data[at], at + 1
    at += 2 * (flags >> 4 & 1) + 2 * (flags >> 3 & 1)
    extra = b""
    if flags & 4:
        extra = data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return size, at, extra


def ac3_free(frame: bytes) -> list[tuple[str, str]]:
    """Clock times and further data in the head of an AC-3 frame: (group, name) of each."""
    bits, found = TextBits(frame[5:150]), list[tuple[str, str]]()
    try:
        version, _, mode = bits.u(5), bits.u(3), bits.u(3)
        bits.u(2 * (mode in (3, 5, 7)) + 2 * (mode >= 4) + 2 * (mode == 2) + 1)
        for _ in range(1 + (mode == 0)):
            bits.u(5)
            for width in (8, 8, 7):
                bits.u(width * bits.u(1))
        bits.u(2)
        for _ in range(2):
            if bits.u(1) and bits.u(14) and version != 6:
                found.append(("when", "clock time in the sound"))
        if bits.u(1):
            bits.u(6)
            if bits.u(8):
                found.append(("other", "further data in the head of the sound"))
    except BitsCut:
        found.append(("other", "a head of the sound that is cut"))
    return found
