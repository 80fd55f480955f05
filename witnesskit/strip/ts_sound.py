"""Sound of a transport stream on its way into the copy: frames in a row, free data blanked at equal length.

AAC in ADTS (ISO/IEC 14496-3 1.A.3), AC-3 and E-AC-3 (ETSI TS 102 366), MPEG audio (ISO/IEC 11172-3 and 13818-3),
Opus behind the control headers of its registration "Opus", sound of Blu-ray cameras as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.aac import blanked, encoder_named
from witnesskit.formats.bits import BitReader
from witnesskit.formats.mp3_stream import Mp3Stream
from witnesskit.formats.mpeg_layers import without_ancillary
from witnesskit.formats.opus_packet import padding
from witnesskit.media_limits import TS_FRAME_SEARCH

Edit = Callable[[int, bytes], None]
_HEAD: Final = 16  # bytes of a frame that tell its size
_CUT_MIN: Final = 160  # bytes of a cut frame that can be looked into; shorter ones become zeros
_AC3_RATES: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_LAYERS: Final = {  # bit rates of MPEG-1 by layer, then of MPEG-2: layer I, layers II and III
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def adts_size(head: bytes) -> int:
    """Bytes of the ADTS frame that begins with ``head``; 0 if there is none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size >= 7 else 0


def ac3_size(head: bytes) -> int:
    """Bytes of the AC-3 or E-AC-3 frame that begins with ``head``; 0 if there is none."""
    if len(head) < 6 or head[:2] != b"\x0b\x77":
        return 0
    if head[5] >> 3 > 10:
        return 2 * ((head[2] & 7) << 8 | head[3]) + 2 if head[5] >> 3 <= 16 else 0
    rate, code = head[4] >> 6, head[4] & 63
    if rate == 3 or code >> 1 >= len(_AC3_RATES):
        return 0
    kilobits = _AC3_RATES[code >> 1]
    return (4 * kilobits, 2 * (kilobits * 96000 // 44100 + (code & 1)), 6 * kilobits)[rate]


def mpeg_size(head: bytes) -> int:
    """Bytes of the MPEG audio frame that begins with ``head``; 0 if there is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer, rate, frequency = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not layer or rate in (0, 15) or frequency == 3:
        return 0
    hertz = (44100, 48000, 32000)[frequency] >> {3: 0, 2: 1, 0: 2}[version]
    bits = _LAYERS[3 if version == 3 else 2, layer][rate - 1] * 1000
    padded = head[2] >> 1 & 1
    if layer == 3:
        return 4 * (12 * bits // hertz + padded)
    return (72 if layer == 1 and version != 3 else 144) * bits // hertz + padded


@dataclass
class SoundStream:
    """Sound that is copied as it is."""

    edit: Edit
    hasher: hashlib._Hash = field(default_factory=hashlib.sha256)
    place: int = 0
    remarks: dict[str, None] = field(default_factory=dict)
    blanked: hashlib._Hash = field(default_factory=hashlib.sha256)
    blanked_size: int = 0

    def feed(self, chunk: bytes, *, last: bool = False) -> None:  # noqa: ARG002
        """Take the next bytes of the elementary stream."""
        self.hasher.update(chunk)
        self.place += len(chunk)

    def change(self, place: int, old: bytes, new: bytes) -> None:
        """Blank something: say where, count it."""
        self.edit(place, new)
        self.blanked.update(old)
        self.blanked_size += len(old)


@dataclass
class FrameStream(SoundStream):
    """Frames in a row; what stands between two frames becomes zeros."""

    size_of: Callable[[bytes], int] = adts_size
    fresh: Callable[[bytes, dict[str, None]], bytes] = lambda frame, _: frame
    held: bytearray = field(default_factory=bytearray)

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Walk every frame that is complete."""
        self.held += chunk
        data, at = bytes(self.held), 0
        while len(data) - at >= _HEAD or (last and at < len(data)):
            size = self.size_of(data[at : at + _HEAD])
            if size and at + size > len(data) and not last:
                break
            end = min(at + size, len(data)) if size else self._next(data, at, last=last)
            if end == at:
                break
            old = data[at:end]
            whole = size == len(old) or (size and len(old) >= _CUT_MIN)
            new = self.fresh(old, self.remarks) if whole else bytes(len(old))
            if new != old:
                self.change(self.place + at, old, new)
            self.hasher.update(new)
            at = end
        del self.held[:at]
        self.place += at

    def _next(self, data: bytes, at: int, *, last: bool) -> int:
        """Place of the next frame that is followed by another; else what is surely none."""
        limit = min(len(data), at + TS_FRAME_SEARCH)
        for place in range(at + 1, limit):
            size = self.size_of(data[place : place + _HEAD]) if data[place] in (0xFF, 0x0B) else 0
            following = data[place + size : place + size + _HEAD]
            if size and (self.size_of(following) or len(following) < _HEAD):
                return place
        return len(data) if last and limit == len(data) else max(limit - _HEAD, at)


def fresh_adts(frame: bytes, remarks: dict[str, None]) -> bytes:
    """An ADTS frame without private and copyright bits, free data at its head zeroed."""
    start = 7 if frame[1] & 1 else 9
    body = frame[start:]
    clear = blanked(body)
    named = encoder_named(clear) if clear[:1] >= b"\xc0" else ""
    if named:
        remarks[f"the sound names the program that coded it ({named})"] = None
    if clear is not body and start == 9:
        raise TextInPictures("free data in a sound packet with a checksum")
    head = bytearray(frame[:start])
    if len(head) > 3 and (head[2] & 2 or head[3] & 0x0C):
        head[2] &= 0xFD
        head[3] &= 0xC3
    return bytes(head) + clear


def fresh_ac3(frame: bytes, _: dict[str, None]) -> bytes:
    """The frame itself; raises ``TextInPictures`` for a clock time or further data in its head."""
    if frame[5] >> 3 > 10:
        return frame
    bits = BitReader(frame[5:150])
    version, mode = bits.read(8) >> 3, bits.read(3)
    bits.read((2 if mode & 1 and mode != 1 else 0) + (2 if mode & 4 else 0) + (2 if mode == 2 else 0) + 1)
    for _channel in range(2 if mode == 0 else 1):
        bits.read(5)
        for size in (8, 8, 7):
            bits.read(size if bits.read(1) else 0)
    bits.read(2)
    for _clock in range(2):
        if bits.read(1) and bits.read(14) and version != 6:
            raise TextInPictures("a clock time in AC-3 sound")
    if bits.read(1) and bits.read(6) + 1 and bits.read(8):
        raise TextInPictures("further data in the head of AC-3 sound")
    return frame


def fresh_mpeg(frame: bytes, _: dict[str, None]) -> bytes:
    """A frame of layer I or II without ancillary data; one of layer III among them is no sound of theirs."""
    return bytes(len(frame)) if _is_third(frame) else without_ancillary(frame)


def _is_third(frame: bytes) -> bool:
    return frame[1] >> 1 & 3 == 1


@dataclass
class MpegStream(FrameStream):
    """MPEG audio; sound of layer III reaches from frame to frame, and what it leaves free becomes zeros."""

    third: Mp3Stream | None = None
    begun: bool = False

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Tell the layer by the first frames, then walk them."""
        if not self.begun:
            first = self._first(bytes(self.held) + chunk)
            self.begun = bool(first)
            if first and _is_third(first):
                self.third = Mp3Stream()
                self._pass(self.third.put(bytes(self.held)))
        if self.third is None:
            super().feed(chunk, last=last)
            return
        self.held += chunk
        self._pass(self.third.put(chunk))
        if last:
            self._pass(self.third.finish())

    def _first(self, data: bytes) -> bytes:
        """The head of the first frame that another one follows, or that stands in front."""
        for at in range(len(data) - _HEAD):
            size = self.size_of(data[at : at + 4]) if data[at] == 0xFF else 0
            if size and (not at or self.size_of(data[at + size : at + size + 4])):
                return data[at : at + 4]
        return b""

    def _pass(self, pieces: Iterator[bytes]) -> None:
        for new in pieces:
            old = bytes(self.held[: len(new)])
            if new != old:
                self.change(self.place, old, new)
            self.hasher.update(new)
            del self.held[: len(new)]
            self.place += len(new)


_OPUS_STREAMS: Final = (1, 1, 1, 2, 2, 3, 4, 4, 5)


@dataclass
class OpusStream(SoundStream):
    """Opus packets behind control headers; the digest is over the packets alone."""

    streams: int = 1
    held: bytearray = field(default_factory=bytearray)

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Walk every access unit that is complete."""
        self.held += chunk
        at = 0
        while at < len(self.held):
            try:
                end = self._unit(bytes(self.held[at : at + 70_000]), self.place + at)
            except IndexError:
                if last:
                    raise BadMedia("Opus in a transport stream that is cut") from None
                break
            at += end
        del self.held[:at]
        self.place += at
        if len(self.held) > TS_FRAME_SEARCH:
            raise BadMedia("an Opus packet that never ends")

    def _unit(self, data: bytes, place: int) -> int:
        if data[0] != 0x7F or data[1] & 0xE0 != 0xE0 or data[1] & 3:
            raise BadMedia("Opus in a transport stream without its control header")
        at, size = 2, 0
        while data[at] == 255:
            size, at = size + 255, at + 1
        size, at = size + data[at], at + 1
        at += 2 * ((data[1] >> 4 & 1) + (data[1] >> 3 & 1))
        if data[1] & 4:
            extra, at = data[at], at + 1
            if any(data[at : at + extra]):
                self.change(place + at, data[at : at + extra], bytes(extra))
            at += extra
        packet = data[at : at + size]
        if len(packet) < size:
            raise IndexError
        for first, last in padding(packet, self.streams) if packet else ():
            if any(packet[first:last]):
                self.change(place + at + first, packet[first:last], bytes(last - first))
                packet = packet[:first] + bytes(last - first) + packet[last:]
        self.hasher.update(packet)
        return at + size


def sound_stream(coding: str, edit: Edit, descriptors: bytes) -> SoundStream:
    """The stream of ``coding`` as ``formats.ts`` names it; raises ``UnsupportedMedia``."""
    if coding == "aac":
        return FrameStream(edit, size_of=adts_size, fresh=fresh_adts)
    if coding in ("ac3", "eac3"):
        return FrameStream(edit, size_of=ac3_size, fresh=fresh_ac3)
    if coding == "mp2":
        return MpegStream(edit, size_of=mpeg_size, fresh=fresh_mpeg)
    if coding == "opus":
        channels = descriptors[-1]
        if channels >= len(_OPUS_STREAMS):
            raise UnsupportedMedia("Opus in a transport stream with an unusual order of channels")
        return OpusStream(edit, streams=_OPUS_STREAMS[channels])
    return SoundStream(edit)
