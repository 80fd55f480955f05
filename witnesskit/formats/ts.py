"""MPEG transport streams: packets, program tables, time stamps (ISO/IEC 13818-1)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import UnknownCoding
from witnesskit.media_limits import TS_GAPS_MAX, TS_PROGRAMS_MAX, TS_STREAMS_MAX, TS_WINDOW_PACKETS
from witnesskit.model import SeekableReader

PACKET: Final = 188
_AFTER_GAP: Final = 64  # packets read at a time where some are lost
SYNC: Final = 0x47
NULL_PID: Final = 0x1FFF
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Layout:
    """Bytes from packet to packet, and of the arrival time in front of each (BDAV)."""

    step: int
    prefix: int


def layout_of(head: bytes) -> Layout:
    """How packets lie in a file that begins with ``head``; raises ``BadMedia``."""
    for step, prefix in ((188, 0), (192, 4)):
        marks = head[prefix::step][:3]
        if marks and set(marks) == {SYNC}:
            return Layout(step, prefix)
    for step, prefix in ((188, 0), (192, 4)):  # a recording that begins inside a packet
        for start in range(1, step):
            marks = head[start + prefix :: step]
            if len(marks) > 3 and set(marks) == {SYNC}:
                return Layout(step, prefix)
    raise BadMedia("no transport stream")


@dataclass(frozen=True)
class Packets:
    """Whole packets in a row: place of the first in the file, their bytes."""

    place: int
    data: bytes


def read_packets(reader: SeekableReader, layout: Layout) -> Iterator[Packets | tuple[int, int]]:
    """Rows of whole packets in order, and (start, end) of bytes between them that are none.

    Raises ``MediaTooLarge``.
    """
    place, gap, gaps, wide = 0, -1, 0, TS_WINDOW_PACKETS
    while place < reader.size:
        data = reader.read_at(place, layout.step * wide)
        count = len(data) // layout.step
        marks = data[layout.prefix :: layout.step][:count]
        good = count if marks == b"G" * count else len(marks) - len(marks.lstrip(b"G"))
        if not good or (gap >= 0 and good < min(3, count)):
            gap, gaps = (place, gaps + 1) if gap < 0 else (gap, gaps)
            wide = _AFTER_GAP  # another one may be near
            if gaps > TS_GAPS_MAX:
                raise MediaTooLarge(f"more than {TS_GAPS_MAX} places without packets")
            place = _next_sync(reader, place + 1, layout)
            continue
        if gap >= 0:
            yield gap, place
            gap = -1
        yield Packets(place, data[: good * layout.step])
        place += good * layout.step
        wide = min(2 * wide, TS_WINDOW_PACKETS)
    if gap >= 0:
        yield gap, reader.size


def _next_sync(reader: SeekableReader, place: int, layout: Layout) -> int:
    data = reader.read_at(place, layout.step * _AFTER_GAP)
    at = data.find(b"G", layout.prefix)
    while at >= 0:
        marks = data[at : at + 2 * layout.step + 1 : layout.step]
        if set(marks) == {SYNC} and (len(marks) == 3 or place + len(data) >= reader.size):
            return place + at - layout.prefix
        at = data.find(b"G", at + 1)
    return (
        min(place + max(len(data) - 3 * layout.step, 1), reader.size) if len(data) > 3 * layout.step else reader.size
    )


def crc32(data: bytes) -> int:
    """CRC of a section (annex A); zero over a section with its own."""
    mirrored = zlib.crc32(data.translate(_MIRRORED)) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


def payload_start(packet: bytes) -> int:
    """Place of the payload in a packet of 188 bytes; 188 if it has none."""
    control = packet[3] >> 4 & 3
    if control == 1:
        return 4
    return min(5 + packet[4], PACKET) if control == 3 else PACKET


@dataclass
class Sections:
    """Puts sections of one PID together."""

    held: bytearray = field(default_factory=bytearray)
    begun: bool = False

    def feed(self, packet: bytes) -> list[bytes]:
        """Whole sections with a right checksum that end in ``packet``."""
        payload = packet[payload_start(packet) :]
        found = []
        if packet[1] & 0x40 and payload:
            pointer = 1 + payload[0]
            if self.begun:
                self.held += payload[1:pointer]
                found = self._whole()
            self.held, self.begun = bytearray(payload[pointer:]), True
        elif self.begun:
            self.held += payload
        return found + self._whole()

    def _whole(self) -> list[bytes]:
        found = []
        while len(self.held) >= 3 and self.held[0] != 0xFF:
            size = 3 + (int.from_bytes(self.held[1:3], "big") & 0xFFF)
            if len(self.held) < size:
                break
            section = bytes(self.held[:size])
            del self.held[:size]
            if size >= 12 and section[1] & 0x80 and not crc32(section) and section[5] & 1:
                found.append(section)
        return found


def programs_of(section: bytes) -> dict[int, int]:
    """Program numbers and the PIDs of their maps (table 2-30); the network's own is left out."""
    entries = section[8:-4]
    found = {}
    for place in range(0, len(entries) - 3, 4):
        number = int.from_bytes(entries[place : place + 2], "big")
        if number:
            found[number] = int.from_bytes(entries[place + 2 : place + 4], "big") & 0x1FFF
    if len(found) > TS_PROGRAMS_MAX:
        raise MediaTooLarge(f"more than {TS_PROGRAMS_MAX} programs")
    return found


@dataclass(frozen=True)
class Elementary:
    """One stream of a program that stays: PID, how it is coded, its type and the descriptors a copy has."""

    pid: int
    coding: str
    kind: int
    descriptors: bytes


@dataclass(frozen=True)
class Program:
    """What a program map says: PID of its clock, streams that stay, PIDs of those that go."""

    clock: int
    hdmv: bool
    streams: tuple[Elementary, ...]
    dropped: tuple[int, ...] = field(compare=False)


_PLAIN: Final = {0x01: "mpeg2", 0x02: "mpeg2", 0x03: "mp2", 0x04: "mp2", 0x0F: "aac", 0x1B: "h264", 0x24: "hevc"}
_MORE: Final = {0x81: "ac3", 0x87: "eac3"}
_HDMV: Final = {0x80: "lpcm", 0x81: "ac3", 0x84: "eac3"}
_MEDIA: Final = frozenset({0x10, 0x11, 0x12, 0x1C, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x25, 0x28, 0x29, 0x2A, 0x2D, 0x2E})
_MORE_MEDIA: Final = frozenset(
    {0x32, 0x33, 0x34, 0x42, 0x82, 0x83, 0x85, 0x8A, 0xA1, 0xA2, 0xD1, 0xD2, 0xDB, 0xCF, 0xEA}
)
_REGISTERED: Final = {b"AC-3": "ac3", b"EAC3": "eac3", b"Opus": "opus", b"HEVC": "hevc"}


def program_of(section: bytes) -> Program:
    """Read a program map (table 2-33); raises ``BadMedia`` or ``UnknownCoding``."""
    clock = int.from_bytes(section[8:10], "big") & 0x1FFF
    place = 12 + (int.from_bytes(section[10:12], "big") & 0xFFF)
    hdmv = any(tag == 5 and body == b"HDMV" for tag, body in descriptors(section[12:place]))
    streams, dropped = [], []
    while place + 5 <= len(section) - 4:
        pid = int.from_bytes(section[place + 1 : place + 3], "big") & 0x1FFF
        size = int.from_bytes(section[place + 3 : place + 5], "big") & 0xFFF
        stream = _stream(section[place], pid, section[place + 5 : place + 5 + size], hdmv=hdmv)
        if stream:
            streams.append(stream)
        else:
            dropped.append(pid)
        place += 5 + size
    if place != len(section) - 4 or len(streams) + len(dropped) > TS_STREAMS_MAX:
        raise BadMedia("a program map that breaks its own sizes")
    return Program(clock, hdmv, tuple(streams), tuple(dropped))


def descriptors(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each descriptor."""
    place = 0
    while place + 2 <= len(data):
        yield data[place], data[place + 2 : place + 2 + data[place + 1]]
        place += 2 + data[place + 1]


def _stream(kind: int, pid: int, data: bytes, *, hdmv: bool) -> Elementary | None:
    """The stream if it stays, ``None`` if it is neither sound nor pictures; raises ``UnknownCoding``."""
    coding = _PLAIN.get(kind) or (_HDMV if hdmv else _MORE).get(kind)
    if coding:
        return Elementary(pid, coding, kind, b"\x05\x04HEVC" if coding == "hevc" else b"")
    if kind == 6:
        return _private(pid, list(descriptors(data)))
    if kind in _MEDIA or kind in _MORE_MEDIA or (hdmv and kind == 0x86):
        raise UnknownCoding(f"transport stream type {kind:#04x}")
    return None


def _private(pid: int, found: list[tuple[int, bytes]]) -> Elementary | None:
    tags = dict(reversed(found))
    name = tags.get(5, b"")[:4]
    coding = _REGISTERED.get(name)
    if coding == "opus":
        body = tags.get(0x7F, b"")
        if len(body) != 2 or body[0] != 0x80:
            raise UnsupportedMedia("Opus in a transport stream without its channels")
        return Elementary(pid, coding, 6, b"\x05\x04Opus\x7f\x02" + body)
    if coding:
        return Elementary(pid, coding, 6, b"\x05\x04" + name)
    if 0x6A in tags or 0x7A in tags:
        coding, name = ("ac3", b"AC-3") if 0x6A in tags else ("eac3", b"EAC3")
        return Elementary(pid, coding, 6, b"\x05\x04" + name)
    if 0x7B in tags or 0x7C in tags or name in (b"BSSD", b"DTS1", b"DTS2", b"DTS3", b"drac", b"VC-1", b"AV01"):
        raise UnknownCoding("a private stream of sound or pictures")
    return None


def has_clock(packet: bytes) -> bool:
    """Whether the adaptation field of a packet of 188 bytes holds a clock."""
    return bool(packet[3] & 0x20) and packet[4] >= 7 and bool(packet[5] & 0x10)


def association(maps: dict[int, int]) -> bytes:
    """The packet of the program association table of a copy; counter zero."""
    entries = b"".join(number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big") for number, pid in maps.items())
    return _packet(0, 0x00, 1, entries)


def program_map(pid: int, number: int, program: Program) -> bytes:
    """The packet of a program map of a copy; raises ``MediaTooLarge`` if it would not fit into one."""
    common = b"\x05\x04HDMV" if program.hdmv else b""
    body = (0xE000 | program.clock).to_bytes(2, "big") + (0xF000 | len(common)).to_bytes(2, "big") + common
    for stream in program.streams:
        body += bytes([stream.kind]) + (0xE000 | stream.pid).to_bytes(2, "big")
        body += (0xF000 | len(stream.descriptors)).to_bytes(2, "big") + stream.descriptors
    return _packet(pid, 0x02, number, body)


def _packet(pid: int, table: int, number: int, body: bytes) -> bytes:
    section = bytes([table]) + (0xB000 | len(body) + 9).to_bytes(2, "big") + number.to_bytes(2, "big")
    section += b"\xc1\0\0" + body
    section += crc32(section).to_bytes(4, "big")
    packet = bytes([SYNC]) + (0x4000 | pid).to_bytes(2, "big") + b"\x10\0" + section
    if len(packet) > PACKET:
        raise MediaTooLarge("a program map that does not fit into one packet")
    return packet.ljust(PACKET, b"\xff")


def adaptation(field_bytes: bytes) -> bytes:
    """An adaptation field (with its length byte) of the same size: marks and clock only (clause 2.4.3.4)."""
    size = len(field_bytes)
    if size < 2:
        return bytes([size - 1]) if size else b""
    flags = field_bytes[1] & 0xF0 if size >= 8 else field_bytes[1] & 0xE0
    clock = b""
    if flags & 0x10:
        base = int.from_bytes(field_bytes[2:8], "big")
        clock = (base | 0x7E00).to_bytes(6, "big")
    return (bytes([size - 1, flags]) + clock).ljust(size, b"\xff")


def stamp(data: bytes, mark: int) -> bytes:
    """A time stamp of five bytes with its marker bits as they must be (clause 2.4.3.7); raises ``BadMedia``."""
    if len(data) != 5:
        raise BadMedia("a time stamp is cut")
    value = int.from_bytes(data, "big") & 0x0EFFFEFFFE
    return (mark << 36 | value | 0x0100010001).to_bytes(5, "big")


def pes_head(data: bytes) -> bytes:
    """The header of a PES packet (clause 2.4.3.6) in the same size: time stamps and alignment only.

    ``data`` begins with the start code and holds the whole header. Raises ``BadMedia``.
    """
    if len(data) < 9 or data[:3] != b"\0\0\1" or data[6] & 0xC0 != 0x80 or len(data) < 9 + data[8]:
        raise BadMedia("a PES packet without its header")
    if data[6] & 0x30:
        raise UnsupportedMedia("scrambled PES packets")
    flags, size = data[7] & 0xC0, data[8]
    stamps = b""
    if flags == 0x80:
        stamps = stamp(data[9:14], 2)
    elif flags == 0xC0:
        stamps = stamp(data[9:14], 3) + stamp(data[14:19], 1)
    elif flags:
        raise BadMedia("a PES packet with half a time stamp")
    if len(stamps) > size:
        raise BadMedia("a PES header that breaks its own size")
    return data[:6] + bytes([0x80 | data[6] & 4, flags, size]) + stamps.ljust(size, b"\xff")
