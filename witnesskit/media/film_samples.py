"""What the samples of a film give away: messages beside the pictures, text in the sound, bytes of no sample."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.media.film_av1 import av1_spare
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_frames import jpeg_parts, prores_spare
from witnesskit.media.film_messages import SeenMessages, is_needed
from witnesskit.media.film_sets import behind_set
from witnesskit.media.film_tables import Chunk
from witnesskit.media.groups import shown
from witnesskit.media.mpeg4_pictures import clean_mpeg4
from witnesskit.media.readable import runs, table, words_at_end
from witnesskit.media.walk_sps import SeenTiming, holds_clock, seen_timing
from witnesskit.media_limits import FILM_SAMPLE_MAX, FILM_WINDOW
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_KNOWN: Final = {
    "47564adc5c4c433f94efc5113cd143a8": ("device", "message of Apple's encoder"),
    "0387f44ecd0a4bdca1943ac3d49b171f": ("device", "message of Apple's encoder"),
    "dc45e9bde6d948b7962cd820d923eeef": ("software", "settings of x264"),
    "2ca2de09b51747dbbb55a4fe7fc2fc4e": ("software", "settings of x265"),
    "17ee8c60f84d11d98cd60800200c9a66": ("when", "recording data of a camcorder"),
}
_READABLE: Final = table(bytes(range(0x20, 0x7F)))
_RUN: Final = 32  # bytes of readable text that chance does not make: one in 10^13
_ENCODER: Final = re.compile(rb"(Lavc[\d.]{5,14}|libfaac [\d.]{3,8})")
_REVELATIONS_MAX: Final = 500
_SETS_MAX: Final = 4_000  # different parameter sets of one track; real ones have some
_RESERVED: Final = frozenset({*range(10, 16), *range(22, 32)})  # slices of HEVC that no decoder knows
_ENDS_H264: Final = {9: 2, 10: 1, 11: 1}  # delimiters and ends: bytes of a whole unit
_ENDS_HEVC: Final = {35: 3, 36: 2, 37: 2}


@dataclass
class SampleScan:
    """What was seen in one track's samples."""

    entry: EntryFacts
    place: str
    revelations: dict[Revelation, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    encoder: str = ""
    timing: SeenTiming | None = None
    chroma: int = 1  # chroma format of the last sequence set of H.264
    seen: SeenMessages = field(default_factory=SeenMessages)
    sets: set[bytes] = field(default_factory=set)  # parameter sets that were looked into

    def say(self, group: str, name: str, value: str) -> None:
        """Add a revelation once; a hostile film must not fill the answer."""
        if len(self.revelations) < _REVELATIONS_MAX:
            self.revelations[Revelation(group, self.place, name, value)] = None


def scan_samples(reader: SeekableReader, chunks: Iterator[Chunk], scan: SampleScan) -> None:
    """Look into every sample; what cannot be followed is a doubt."""
    coding = scan.entry.coding
    for unit in _config_units(scan.entry):
        _unit(scan, unit)
    scan.seen.here.clear()
    if coding in ("mpeg4", "av1"):
        _FRAMES[coding](scan.entry.config[4 if coding == "av1" else 0 :], scan)
    for chunk in chunks:
        if chunk.end > reader.size:
            scan.doubts[f"{scan.place}: samples outside the file"] = None
            return
        if chunk.fixed and coding in ("pcm", "coded", "vpx", "h263"):
            continue
        for data, sizes in _windows(reader, chunk):
            _look(scan, coding, data, sizes)


def _windows(reader: SeekableReader, chunk: Chunk) -> Iterator[tuple[bytes, list[int]]]:
    waiting: list[int] = []
    place, total = chunk.offset, 0
    every = chunk.sizes or (chunk.fixed for _ in range(chunk.count))
    for size in every:
        if total + size > FILM_WINDOW and waiting:
            yield reader.read_at(place, total), waiting
            place, waiting, total = place + total, [], 0
        waiting.append(min(size, FILM_SAMPLE_MAX))
        total += size
    if waiting:
        yield reader.read_at(place, total), waiting


def _look(scan: SampleScan, coding: str, data: bytes, sizes: list[int]) -> None:
    place, reader = 0, _FRAMES.get(coding)
    for size in sizes:
        if coding in ("h264", "hevc"):
            _units(scan, data, place, place + size)
        elif coding == "mp4a" and size:
            look_at_sound(scan, data[place : place + size])
        elif reader:
            reader(data[place : place + size], scan)
        place += size
    if coding not in ("pcm", "mjpeg"):
        _readable(data, scan)


def _readable(data: bytes, scan: SampleScan) -> None:
    for run in _texts(data):
        if len(set(run)) >= 12:  # fewer letters are flat areas, not text
            scan.say("other", "readable text in the coded bytes", shown(run))


def _mpeg4(sample: bytes, scan: SampleScan) -> None:
    try:
        facts = clean_mpeg4(sample)
    except BadMedia as reason:
        scan.say("inside", "what no decoder reads in the pictures", str(reason.detail))
        return
    for text in facts.texts:
        scan.say("software", "user data in pictures", shown(text[:400]) or f"{len(text)} bytes")
    for clock in facts.clocks:
        scan.say("when", "time of day in the pictures", clock)
    if facts.fresh != sample and not facts.texts:
        scan.say("other", "a picture that is not in the form of a clean film", f"{len(sample)} bytes")
    scan.encoder = facts.encoders[0] if facts.encoders else scan.encoder


def _motion_jpeg(sample: bytes, scan: SampleScan) -> None:
    for part in jpeg_parts(sample):
        if part.strange:
            scan.say("inside", part.strange, shown(part.data[:400]) or f"{len(part.data)} bytes")
        scan.encoder = part.coder or scan.encoder
        if part.coded:
            _readable(part.data, scan)


def _prores(sample: bytes, scan: SampleScan) -> None:
    for name, raw in prores_spare(sample):
        scan.say("inside", name, shown(raw[:400]) or f"{len(raw)} bytes")


def _av1(sample: bytes, scan: SampleScan) -> None:
    for name, raw in av1_spare(sample):
        scan.say("inside", name, shown(raw[:400]) or f"{len(raw)} bytes")


_FRAMES: Final[dict[str, Callable[[bytes, SampleScan], None]]] = {
    "av1": _av1,
    "mpeg4": _mpeg4,
    "mjpeg": _motion_jpeg,
    "prores": _prores,
}


def _texts(data: bytes) -> Iterator[bytes]:
    """Readable runs of at least 32 bytes, cut to 400."""
    for start, end in runs(data, _READABLE, _RUN):
        yield data[start : min(end, start + 400)]


def _units(scan: SampleScan, data: bytes, place: int, end: int) -> None:
    width, hevc = scan.entry.length, scan.entry.coding == "hevc"
    while place + width < end:
        start = place + width
        stop = start + int.from_bytes(data[place:start], "big")
        if stop > end:
            scan.doubts[f"{scan.place}: units leave their samples"] = None
            return
        if stop > start:
            kind = data[start] >> 1 & 63 if hevc else data[start] & 31
            if (kind > 31 or kind in _RESERVED) if hevc else not 1 <= kind <= 5:
                _unit(scan, data[start:stop])
            else:
                scan.seen.here.clear()
        place = stop
    if any(data[place:end]):
        scan.doubts[f"{scan.place}: bytes behind the last unit"] = None


def _unit(scan: SampleScan, unit: bytes) -> None:
    """A unit that is no picture."""
    hevc = scan.entry.coding == "hevc"
    kind, ends = (unit[0] >> 1 & 63, _ENDS_HEVC) if hevc else (unit[0] & 31, _ENDS_H264)
    if kind in ((32, 33, 34) if hevc else (7, 8)):
        if kind == 7 and not hevc:
            scan.timing = seen_timing(unit)
        _set(scan, unit, hevc)
    elif (hevc and kind == 62 and _dolby(unit)) or len(unit.rstrip(b"\0")) == ends.get(kind, -1):
        return
    elif kind == (38 if hevc else 12):
        if unit[2 if hevc else 1 : -1].strip(b"\xff"):
            scan.say("other", "filler that is not filler", shown(unit[:80]))
    elif kind in ((39, 40) if hevc else (6,)):
        _messages(scan, unit[2 if hevc else 1 :].replace(b"\0\0\3", b"\0\0"))
    else:
        scan.say("other", f"unknown unit {kind}", f"{len(unit)} bytes {shown(unit[:200])}")


def look_at_unit(scan: SampleScan, unit: bytes) -> None:
    """A unit that is no picture, of a film that keeps its units behind start codes."""
    _unit(scan, unit)


def _set(scan: SampleScan, unit: bytes, hevc: bool) -> None:
    """A parameter set; the same one comes with every key picture."""
    if unit not in scan.sets and len(scan.sets) < _SETS_MAX:
        scan.chroma, behind = behind_set(hevc, unit, scan.chroma)
        scan.sets.add(unit)
        if behind:
            scan.say("inside", "bytes behind a parameter set", shown(behind[:400]) or behind[:80].hex())
    elif unit not in scan.sets:
        scan.doubts[f"{scan.place}: too many parameter sets"] = None


def _dolby(unit: bytes) -> bool:
    """Dolby Vision's data end with a checksum of their own: whatever follows it, or breaks it, is something else."""
    raw = unit.replace(b"\0\0\3", b"\0\0")[2:].rstrip(b"\0")
    left = 0xFFFFFFFF
    for byte in raw[1:-1]:
        left = (left << 8 & 0xFFFFFFFF) ^ _CHECK[left >> 24 ^ byte]
    return raw[:1] == b"\x19" and raw[-1:] == b"\x80" and left == 0


def _check_value(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1 ^ 0x04C11DB7 if value >> 31 else value << 1) & 0xFFFFFFFF
    return value


_CHECK: Final = tuple(_check_value(byte) for byte in range(256))


def _messages(scan: SampleScan, raw: bytes) -> None:
    place, end = 0, len(raw.rstrip(b"\0")) - 1
    while place < end:
        values = []
        for _ in range(2):
            value = 0
            while place < end and raw[place] == 255:
                value, place = value + 255, place + 1
            values.append(value + (raw[place] if place < end else 0))
            place += 1
        _message(scan, values[0], raw[place : place + values[1]])
        place += values[1]
    if place != end or raw[end : end + 1] != b"\x80":
        scan.say("other", "message that cannot be read", f"{len(raw)} bytes")


def _message(scan: SampleScan, kind: int, payload: bytes) -> None:
    if kind == 5:
        group, name = _KNOWN.get(payload[:16].hex(), ("other", "user data in the pictures"))
        label = str(uuid.UUID(bytes=payload[:16])) if len(payload) >= 16 else ""
        words = payload[16:].rstrip(b"\0")
        printable = sum(0x20 <= byte < 0x7F for byte in words)
        value = shown(words) if words and printable * 10 > 9 * len(words) else words[:200].hex()
        scan.say(group, f"{name} {label}".strip(), value or f"{len(payload)} bytes")
    elif kind == 3 and not set(payload) <= {255, 0, 1}:
        scan.say("other", "filler that is not filler", shown(payload[:200]) or payload[:80].hex())
    elif kind == 1 and scan.entry.coding == "h264":
        if scan.timing is None or len(payload) > 32 or holds_clock(payload, scan.timing):
            scan.say("when", "clock time in the pictures", payload[:32].hex())
        _once(scan, kind, payload)
    elif kind != 3 and not is_needed(scan.entry.coding == "hevc", kind, payload):
        scan.say("other", f"message {kind} in the pictures", shown(payload[:200]) or payload[:80].hex())
    elif kind != 3:
        _once(scan, kind, payload)


def _once(scan: SampleScan, kind: int, payload: bytes) -> None:
    if scan.seen.too_often(kind, payload):
        scan.say("other", f"message {kind} again in the pictures", shown(payload[:200]) or payload[:80].hex())


def _config_units(entry: EntryFacts) -> Iterator[bytes]:
    """Units that a decoder configuration lists."""
    body = entry.config
    if entry.coding == "h264" and len(body) > 6:
        place, groups = 5, [body[5] & 31, -1]
        for group in groups:
            count = group if group >= 0 else (body[place] if place < len(body) else 0)
            place += 1
            for _ in range(count):
                size = int.from_bytes(body[place : place + 2], "big")
                if body[place + 2 : place + 2 + size]:
                    yield body[place + 2 : place + 2 + size]
                place += 2 + size
    elif entry.coding == "hevc" and len(body) > 22:
        place = 23
        for _ in range(body[22]):
            count, place = int.from_bytes(body[place + 1 : place + 3], "big"), place + 3
            for _ in range(min(count, len(body))):
                size = int.from_bytes(body[place : place + 2], "big")
                if body[place + 2 : place + 2 + size]:
                    yield body[place + 2 : place + 2 + size]
                place += 2 + size


def _fill(scan: SampleScan, packet: bytes) -> None:
    """The elements at the head of a sound packet that are not sound."""
    if packet[0] >> 5 == 5:
        scan.say("other", "programme element in the sound", f"{len(packet)} bytes")
    for start, end in free_spans(packet):
        text = packet[(start + 11) // 8 : end // 8]
        if names_encoder(text):
            scan.encoder = text.strip(b"\0").decode()
        else:
            scan.say("other", "free data in the sound", shown(text) or text[:80].hex())


def names_encoder(text: bytes) -> bool:
    """True for the bare version of a widespread library."""
    return _ENCODER.fullmatch(text.strip(b"\0")) is not None


def free_spans(packet: bytes) -> Iterator[tuple[int, int]]:
    """First bit and the bit behind the last of free data in front of the sound, where any bit of it is set."""
    value, size, place = int.from_bytes(packet, "big"), len(packet) * 8, 0

    def take(count: int) -> int:
        nonlocal place
        place += count
        return (value >> max(0, size - place)) & ((1 << count) - 1) if place <= size else 0

    while place < size:
        kind = take(3)
        if kind == 6:
            count = take(4)
            count += take(8) - 1 if count == 15 else 0
        elif kind == 4:
            aligned = take(5) & 1
            count = take(8)
            count += take(8) if count == 255 else 0
            place += -place % 8 if aligned else 0
        else:
            return
        start, place = place, place + 8 * count
        if place > size:
            return
        if count and kind == 6 and (value >> (size - start - 4)) & 15 in (11, 13, 14):
            return
        if value >> (size - place) & ((1 << 8 * count) - 1):
            yield start, place


def scan_config(scan: SampleScan) -> None:
    """Look into the units a decoder configuration lists, for a container that brings its samples itself."""
    for unit in _config_units(scan.entry):
        _unit(scan, unit)
    scan.seen.here.clear()


def scan_frames(scan: SampleScan, data: bytes, sizes: list[int]) -> None:
    """Look into samples that lie one behind the other in ``data``."""
    _look(scan, scan.entry.coding, data, sizes)


def look_at_sound(scan: SampleScan, packet: bytes) -> None:
    """Free data at the head of an AAC packet, and words at its end."""
    if packet[0] >> 5 in (4, 5, 6):
        _fill(scan, packet[:600])
    words = words_at_end(packet)
    if words:
        scan.say("inside", "readable text at the end of the sound", shown(words) or words.hex())
