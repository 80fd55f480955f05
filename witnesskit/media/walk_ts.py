"""A walk over an MPEG transport stream for the inspection: packets, sections, heads (ISO/IEC 13818-1)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.media_limits import TS_GAPS_MAX, TS_WINDOW_PACKETS
from witnesskit.model import SeekableReader

_TURNED: Final = bytes(sum((byte >> bit & 1) << (7 - bit) for bit in range(8)) for byte in range(256))
CODINGS: Final = {
    1: "mpeg2",
    2: "mpeg2",
    3: "mp2",
    4: "mp2",
    15: "aac",
    27: "h264",
    36: "hevc",
    129: "ac3",
    135: "eac3",
}
_BLU_RAY: Final = {128: "lpcm", 129: "ac3", 132: "eac3"}
_NAMED: Final = {b"AC-3": "ac3", b"EAC3": "eac3", b"Opus": "opus", b"HEVC": "hevc"}
_OTHER_MEDIA: Final = frozenset(
    bytes.fromhex("10 11 12 1c 1f 20 21 22 23 25 28 29 2a 2d 2e 32 33 34 42 82 83 85 8a a1 a2 d1 d2 db cf ea")
)
_OTHER_NAMED: Final = (b"BSSD", b"DTS1", b"DTS2", b"DTS3", b"drac", b"VC-1", b"AV01")


@dataclass(frozen=True)
class Rows:
    """Whole packets in a row (``data``), or bytes that are none up to ``end``."""

    place: int
    data: bytes
    end: int


def packet_step(head: bytes) -> tuple[int, int]:
    """(bytes from packet to packet, bytes in front of each); zeros if it is no transport stream."""
    for step, front in ((188, 0), (192, 4)):
        if head[front::step][:3].strip(b"G") == b"" and len(head) > front:
            return step, front
    for step, front in ((188, 0), (192, 4)):
        for start in range(1, step):
            syncs = head[start + front :: step]
            if len(syncs) > 3 and not syncs.strip(b"G"):
                return step, front
    return 0, 0


def rows(reader: SeekableReader, step: int, front: int) -> Iterator[Rows]:
    """The whole file in order; never raises on content."""
    place, lost, losses, wide = 0, -1, 0, TS_WINDOW_PACKETS
    while place < reader.size:
        data = reader.read_at(place, step * wide)
        whole, at = len(data) // step, 0
        syncs = data[front::step][:whole]
        while at < whole and syncs[at : at + 4096] == b"G" * len(syncs[at : at + 4096]):
            at += 4096
        at = min(at, whole)
        at += len(syncs) - at - len(syncs[at:].lstrip(b"G")) if at < whole else 0
        if at and (lost < 0 or at >= min(3, whole)):
            if lost >= 0:
                yield Rows(lost, b"", place)
                lost = -1
            yield Rows(place, data[: at * step], place + at * step)
            place, wide = place + at * step, min(wide * 2, TS_WINDOW_PACKETS)
            continue
        lost, losses = (place, losses + 1) if lost < 0 else (lost, losses)
        wide = 64
        if losses > TS_GAPS_MAX:  # the rest counts as lost
            break
        place = _resumed(data, place, (step, front, reader.size))
    if lost >= 0:
        yield Rows(lost, b"", reader.size)


def _resumed(data: bytes, place: int, where: tuple[int, int, int]) -> int:
    step, front, size = where
    data = data[: 64 * step]
    for at in range(1, len(data) - front):
        if data[at + front] == 0x47:
            syncs = data[at + front : at + front + 2 * step + 1 : step]
            if syncs.strip(b"G") == b"" and (len(syncs) == 3 or place + len(data) >= size):
                return place + at
    return size if len(data) <= 3 * step else place + len(data) - 3 * step


def section_check(data: bytes) -> int:
    """CRC-32 of a section; zero over one that ends in its own."""
    turned = zlib.crc32(data.translate(_TURNED)) ^ 0xFFFFFFFF
    return int(f"{turned:032b}"[::-1], 2)


def payload_of(packet: bytes) -> bytes:
    """What a packet of 188 bytes carries."""
    if packet[3] & 0x10 == 0:
        return b""
    return packet[5 + packet[4] :] if packet[3] & 0x20 else packet[4:]


@dataclass(frozen=True)
class TsStream:
    """One entry of a program map: PID, type, coding (empty if it is neither sound nor pictures), descriptors."""

    pid: int
    kind: int
    coding: str
    descriptors: bytes
    bare: bytes  # the descriptors a copy has


@dataclass(frozen=True)
class TsMap:
    """One program map."""

    clock: int
    blu_ray: bool
    streams: tuple[TsStream, ...]


def read_map(section: bytes) -> TsMap | None:
    """A program map; ``None`` if its sizes are wrong."""
    common = 12 + (section[10] & 15) * 256 + section[11] if len(section) > 12 else 0
    blu_ray = any(tag == 5 and body == b"HDMV" for tag, body in _tagged(section[12:common]))
    place, end, found = common, len(section) - 4, list[TsStream]()
    while place and place + 5 <= end:
        kind, size = section[place], (section[place + 3] & 15) * 256 + section[place + 4]
        data = section[place + 5 : place + 5 + size]
        coding, bare = _coding(kind, data, blu_ray=blu_ray)
        found.append(TsStream((section[place + 1] & 31) * 256 + section[place + 2], kind, coding, data, bare))
        place += 5 + size
    if place != end:
        return None
    return TsMap((section[8] & 31) * 256 + section[9], blu_ray, tuple(found))


def _tagged(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) > 1:
        yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :]


def _coding(kind: int, data: bytes, *, blu_ray: bool) -> tuple[str, bytes]:
    """(coding, descriptors a copy has); coding ``?`` for sound or pictures that are not known."""
    if kind != 6:
        name = _BLU_RAY.get(kind, "") if blu_ray and kind > 127 else CODINGS.get(kind, "")
        unknown = kind in _OTHER_MEDIA or (blu_ray and kind == 0x86)
        return name or ("?" if unknown else ""), b"\5\4HEVC" if name == "hevc" else b""
    tags: dict[int, bytes] = {}
    for tag, body in _tagged(data):
        tags.setdefault(tag, body)
    word = tags.get(5, b"")[:4]
    if word in _NAMED:
        more = b"\x7f\2" + tags.get(0x7F, b"") if word == b"Opus" else b""
        if word == b"Opus" and (len(more) != 4 or more[2] != 128):
            return "?", b""
        return _NAMED[word], b"\5\4" + word + more
    for tag, coding, registered in ((0x6A, "ac3", b"AC-3"), (0x7A, "eac3", b"EAC3")):
        if tag in tags:
            return coding, b"\5\4" + registered
    unknown = 0x7B in tags or 0x7C in tags or word in _OTHER_NAMED
    return "?" if unknown else "", b""


def bare_table(pid: int, table: int, number: int, body: bytes) -> bytes:
    """The one packet a copy has for a table, with counter zero."""
    head = bytes([table, 0xB0 | (len(body) + 9) >> 8, (len(body) + 9) & 255, number >> 8, number & 255, 0xC1, 0, 0])
    section = head + body
    packet = bytes([0x47, 0x40 | pid >> 8, pid & 255, 0x10, 0]) + section + section_check(section).to_bytes(4, "big")
    return packet + b"\xff" * (188 - len(packet))


def bare_map(number: int, pid: int, read: TsMap) -> bytes:
    """The packet a copy has for a program map."""
    common = b"\5\4HDMV" if read.blu_ray else b""
    body = bytes([0xE0 | read.clock >> 8, read.clock & 255, 0xF0, len(common)]) + common
    for one in read.streams:
        if one.coding:
            body += bytes([one.kind, 0xE0 | one.pid >> 8, one.pid & 255, 0xF0, len(one.bare)]) + one.bare
    return bare_table(pid, 2, number, body)


def field_is_bare(field: bytes) -> bool:
    """Whether an adaptation field holds marks and a clock alone, and its rest is stuffing."""
    if not field or field[0] != len(field) - 1:
        return False
    if len(field) == 1:
        return True
    clock = 6 if field[1] & 0x10 else 0
    reserved = clock and len(field) > 6 and field[6] & 0x7E != 0x7E
    return not field[1] & 0x0F and len(field) >= 2 + clock and not reserved and not field[2 + clock :].strip(b"\xff")


def head_of(data: bytes) -> tuple[int, bytes, bool]:
    """(bytes of a PES head, its time stamps behind their flags, whether it holds those alone); size 0 if none."""
    if len(data) < 9 or data[:3] != b"\0\0\1" or data[6] >> 6 != 2 or len(data) < 9 + data[8]:
        return 0, b"", False
    flags, size = data[7] & 0xC0, 9 + data[8]
    marks = {0: (), 0x80: (2,), 0xC0: (3, 1)}.get(flags)
    if marks is None or size < 9 + 5 * len(marks):
        return 0, b"", False
    stamps, bare = b"", data[6] & 0xFB == 0x80 and data[7] == flags
    for number, mark in enumerate(marks):
        raw = data[9 + 5 * number : 14 + 5 * number]
        value = (raw[0] >> 1 & 7) << 30 | raw[1] << 22 | raw[2] >> 1 << 15 | raw[3] << 7 | raw[4] >> 1
        fresh = bytes(
            [mark << 4 | value >> 30 << 1 | 1, value >> 22 & 255, (value >> 15 & 127) << 1 | 1, value >> 7 & 255]
        )
        stamps += fresh + bytes([(value & 127) << 1 | 1])
    rest = data[9 + len(stamps) : size]
    bare = bare and data[9 : 9 + len(stamps)] == stamps and not rest.strip(b"\xff")
    padded = (stamps + b"\xff" * 10)[: min(len(data[9:size]), 10 if flags == 0xC0 else 5)]
    return size, bytes([flags]) + padded, bare
