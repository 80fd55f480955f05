"""Messages (SEI) in H.264 and HEVC streams: which may stay, and the rest turned to filler of equal length.

An allow-list: what shows the pictures rightly stays (HDR levels, orientation, random access); every other
message, above all user data, becomes a filler payload. Equal length keeps every sample table as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.formats.avc_sps import PictureTiming, tells_time
from witnesskit.formats.nal import H264, NalCoding, escapes, unescape
from witnesskit.formats.sei_payloads import STEADY, fits
from witnesskit.media_limits import NAL_STEADY_MAX

FILLER: Final = 3
USER_DATA: Final = 5
_PICTURE_TIMING: Final = 1


@dataclass(frozen=True)
class Message:
    """One message: its type, and in escaped bytes where type, size and payload begin and the payload ends."""

    kind: int
    start: int
    size_at: int
    body: int
    end: int
    payload: bytes


def messages(nal: bytes, header: int) -> tuple[Message, ...] | None:
    """Messages of a SEI unit; ``None`` if it cannot be read to its end."""
    skipped = escapes(nal)
    places = [place for place in range(len(nal)) if place not in skipped]
    raw = unescape(nal)
    end = len(raw.rstrip(b"\x00"))
    if end <= header or raw[end - 1] != 0x80:
        return None
    found, place = [], header
    while place < end - 1:
        start = place
        kind, place = _extended(raw, place)
        size_at = place
        size, place = _extended(raw, place)
        if place + size > end - 1:
            return None
        payload = raw[place : place + size]
        found.append(Message(kind, places[start], places[size_at], places[place], places[place + size], payload))
        place += size
    return tuple(found)


def _extended(raw: bytes, place: int) -> tuple[int, int]:
    value = 0
    while raw[place : place + 1] == b"\xff":
        value, place = value + 255, place + 1
    return value + (raw[place] if place < len(raw) else 0), place + 1


def stays(coding: NalCoding, message: Message, timing: PictureTiming | None) -> bool:
    """True if ``message`` shows the pictures rightly and can hold nothing else."""
    kind, size = message.kind, len(message.payload)
    if kind == FILLER and set(message.payload) <= {0xFF, 0, 1}:
        return True
    if kind == _PICTURE_TIMING and coding is H264:
        return timing is not None and size <= 32 and not tells_time(message.payload, timing)
    return fits(coding.name, kind, message.payload)


@dataclass
class Seen:
    """Messages of one stream so far: each stays once in a picture, and those of a whole film in few values."""

    here: set[int] = field(default_factory=set)
    steady: dict[int, set[bytes]] = field(default_factory=dict)
    changed: bool = False  # some went because there were too many values

    def again(self, message: Message) -> bool:
        """True if ``message`` is one too many."""
        if message.kind == FILLER:
            return False
        if message.kind in self.here:
            return True
        values = self.steady.setdefault(message.kind, set()) if message.kind in STEADY else set()
        if len(values) >= NAL_STEADY_MAX and message.payload not in values:
            self.changed = True
            return True
        values.add(message.payload)
        self.here.add(message.kind)
        return False


def neutral(coding: NalCoding, nal: bytes, timing: PictureTiming | None, seen: Seen | None = None) -> bytes:
    """The SEI unit ``nal`` with every message that may not stay made filler; the same length always."""
    seen = seen or Seen()
    read = messages(nal, coding.header)
    if read is None:
        return filler_unit(coding, nal)
    going = [message for message in read if not stays(coding, message, timing) or seen.again(message)]
    if not going:
        return nal
    if any(message.kind >= 255 for message in going):
        return filler_unit(coding, nal)
    fresh, kept = bytearray(nal), escapes(nal)
    for message in going:
        fresh[message.start] = FILLER
        for place in range(message.body, message.end):
            fresh[place] = _blank(nal, place, kept)
    again = messages(bytes(fresh), coding.header)
    agree = again is not None and [len(m.payload) for m in again] == [len(m.payload) for m in read]
    clear = again is not None and all(stays(coding, message, timing) for message in again)
    return bytes(fresh) if agree and clear else filler_unit(coding, nal)


def _blank(nal: bytes, place: int, kept: frozenset[int]) -> int:
    """0xFF, but an escape sequence keeps its three bytes and what follows it stays small."""
    if place in kept or place + 1 in kept or place + 2 in kept:
        return nal[place]
    return 0x01 if place - 1 in kept else 0xFF


def filler_unit(coding: NalCoding, nal: bytes) -> bytes:
    """A filler data unit (H.264 clause 7.3.2.7, H.265 clause 7.3.2.8) as long as ``nal``."""
    head = bytes([coding.filler]) if coding is H264 else bytes([coding.filler << 1, 1])
    if len(nal) <= len(head):
        return head[: len(nal)]
    return head + b"\xff" * (len(nal) - len(head) - 1) + b"\x80"


def is_filler(coding: NalCoding, nal: bytes) -> bool:
    """True if ``nal`` is exactly what ``filler_unit`` makes."""
    return nal == filler_unit(coding, nal)
