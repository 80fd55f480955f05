"""One look at a whole transport stream: what it gives away, what is not understood, the digests of its streams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.media.groups import shown
from witnesskit.media.tags_sound import of_surplus, texts_in
from witnesskit.media.ts_pictures import Mpeg2Walk, NalWalk, PictureWalk
from witnesskit.media.ts_sounds import SoundWalk
from witnesskit.media.ts_texts import of_camcorder, of_other
from witnesskit.media.walk_ts import (
    Rows,
    TsMap,
    TsStream,
    bare_map,
    bare_table,
    field_is_bare,
    head_of,
    packet_step,
    payload_of,
    read_map,
    rows,
    section_check,
)
from witnesskit.media_limits import TS_HEARD_MAX, TS_PES_MAX, TS_STREAMS_MAX
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_TELL_MAX: Final = 2_000
_HEARD_MAX: Final = 1 << 18  # bytes of one PID that is no sound and no picture
PICTURES: Final = frozenset({"h264", "hevc", "mpeg2"})


@dataclass
class TsScan:
    """What was seen."""

    step: int = 0
    front: int = 0
    programs: dict[int, int] = field(default_factory=dict)  # number: PID of its map
    maps: dict[int, TsMap] = field(default_factory=dict)  # by PID
    numbers: dict[int, int] = field(default_factory=dict)  # by PID, as the map itself says
    streams: dict[int, StreamScan] = field(default_factory=dict)
    bare: dict[int, bytes] = field(default_factory=dict)  # tables of a copy, by PID
    heard: dict[int, bytearray] = field(default_factory=dict)  # of PIDs that a copy does not have
    heard_size: int = 0
    scraps: bytearray = field(default_factory=bytearray)  # of heads that hold more than a copy's
    told: dict[Revelation, None] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)

    def say(self, group: str, place: str, name: str, value: str) -> None:
        """Add a revelation once; a hostile file must not fill the answer."""
        if len(self.told) < _TELL_MAX:
            self.told[Revelation(group, place, name, value)] = None

    def scrap(self, data: bytes) -> None:
        """Keep bytes whose words are looked for in a copy."""
        if len(self.scraps) < _HEARD_MAX:
            self.scraps += data + b"\0"

    def doubt(self, reason: str) -> None:
        """Something that is not understood."""
        if len(self.doubts) < 100:
            self.doubts[reason] = None


@dataclass
class StreamScan:
    """One stream of sound or pictures."""

    scan: TsScan
    entry: TsStream
    place: str
    parts: list[bytes] = field(default_factory=list)
    held: int = 0
    counter: int = -1
    before: bytes = b""
    packets: int = 0
    stamps: hashlib._Hash = field(default_factory=hashlib.sha256)
    walk: PictureWalk | SoundWalk = field(init=False)

    def __post_init__(self) -> None:
        say, doubt = self._say, self._doubt
        if self.entry.coding == "mpeg2":
            self.walk = Mpeg2Walk(self.place, say, doubt)
        elif self.entry.coding in PICTURES:
            self.walk = NalWalk(self.place, say, doubt, hevc=self.entry.coding == "hevc")
        else:
            self.walk = SoundWalk(self.place, self.entry.coding, say, doubt, self.entry.bare)

    def _say(self, group: str, name: str, value: str) -> None:
        self.scan.say(group, self.place, name, value)
        if group == "inside":
            self.scan.scrap(value.encode())  # a value of several runs is looked for word by word

    def _doubt(self, reason: str) -> None:
        self.scan.doubt(f"{self.place}: {reason}")

    def close(self, *, last: bool = False) -> None:
        """The open PES packet is complete."""
        data = b"".join(self.parts)
        self.parts, self.held = [], 0
        if not data:
            self.walk.feed(b"", last=last)
            return
        size, stamps, bare = head_of(data)
        told, wraps = int.from_bytes(data[4:6], "big"), False
        if told and len(data) > told + 6:
            wraps = 0xE0 <= data[3] <= 0xEF and (len(data) - 6) % 65536 == told
            size = size if wraps else 0
        if not size or not (0xC0 <= data[3] <= 0xEF or data[3] in (0xBD, 0xFD)):
            self._doubt("a PES packet that cannot be read")
            return
        if wraps:
            self._say("other", "size of a PES packet", "wraps around")
        if not bare:
            self._say("other", "head of a PES packet", data[6:size].hex()[:160])
            self.scan.scrap(data[9:size])
        self.packets += 1
        self.stamps.update(stamps)
        chunk = data[size:]
        for text in texts_in(chunk):
            self._say("other", "readable text in the coded bytes", text)
        self.walk.feed(chunk, last=last)


def scan_ts(reader: SeekableReader) -> TsScan:
    """Read the whole file twice; never raises on content."""
    scan = TsScan()
    scan.step, scan.front = packet_step(reader.read_at(0, 1024))
    if not scan.step:
        scan.doubt("no transport stream")
        return scan
    _tables(reader, scan)
    _streams(scan)
    arrivals = _Arrivals()
    counters: dict[int, int] = {}
    for row in rows(reader, scan.step, scan.front):
        if not row.data:
            for one in of_surplus("between packets", reader, row.place, row.end):
                scan.say(one.group, one.place, one.name, one.value)
            continue
        _row(scan, row, counters)
        if scan.front:
            arrivals.row(scan, row.data)
    _end(scan)
    return scan


def _end(scan: TsScan) -> None:
    for stream in scan.streams.values():
        stream.close(last=True)
        if isinstance(stream.walk, NalWalk | SoundWalk) and stream.walk.scan:
            for one in stream.walk.scan.revelations:
                scan.say(one.group, one.place, one.name, one.value)
                for more in of_camcorder(one.place, one.value) if "camcorder" in one.name else ():
                    scan.say(more.group, more.place, more.name, more.value)
            for reason in stream.walk.scan.doubts:
                scan.doubt(reason)
    if not any(stream.packets for stream in scan.streams.values()):
        scan.doubt("no sound and no pictures")
    names = {one.pid: f"type {one.kind:#04x}" for read in scan.maps.values() for one in read.streams}
    for pid, data in scan.heard.items():
        for one in of_other(pid, names.get(pid, ""), bytes(data)):
            scan.say(one.group, one.place, one.name, one.value)


def _tables(reader: SeekableReader, scan: TsScan) -> None:
    wanted: dict[int, bytearray] = {0: bytearray()}
    for row in rows(reader, scan.step, scan.front):
        for pid, packet in _packets_of(scan, row, wanted):
            for section in _sections(wanted[pid], packet):
                _section(scan, pid, section, wanted)
    scan.programs = {
        number: pid
        for number, pid in scan.programs.items()
        if pid in scan.maps and any(one.coding for one in scan.maps[pid].streams) and scan.numbers.get(pid) == number
    }


def _packets_of(scan: TsScan, row: Rows, wanted: dict[int, bytearray]) -> Iterator[tuple[int, bytes]]:
    step, front = scan.step, scan.front
    for number, (first, second) in enumerate(
        zip(row.data[front + 1 :: step], row.data[front + 2 :: step], strict=True)
    ):
        pid = (first & 31) * 256 + second
        if pid in wanted:
            yield pid, row.data[number * step + front : number * step + front + 188]


def _sections(held: bytearray, packet: bytes) -> list[bytes]:
    data, found = payload_of(packet), list[bytes]()
    if packet[1] & 0x40 and data:
        held += data[1 : 1 + data[0]] if held else b""
        found += _whole(held)
        held[:] = data[1 + data[0] :]
    elif held:
        held += data
    return found + _whole(held)


def _whole(held: bytearray) -> list[bytes]:
    found = []
    while len(held) > 2 and held[0] != 255:
        size = 3 + (held[1] & 15) * 256 + held[2]
        if len(held) < size:
            break
        section = bytes(held[:size])
        del held[:size]
        if size > 11 and section[1] >> 7 and section[5] & 1 and section_check(section) == 0:
            found.append(section)
    if held[:1] == b"\xff":
        held.clear()
    return found


def _section(scan: TsScan, pid: int, section: bytes, wanted: dict[int, bytearray]) -> None:
    if pid == 0 and section[0] == 0:
        entries = [section[place : place + 4] for place in range(8, len(section) - 7, 4)]
        read = {one[0] * 256 + one[1]: (one[2] & 31) * 256 + one[3] for one in entries if any(one[:2])}
        if scan.programs and scan.programs != read:
            scan.doubt("programs that change within the file")
        scan.programs = read
        for one in read.values():
            wanted.setdefault(one, bytearray())
    elif pid and section[0] == 2:
        table = read_map(section)
        if table is None or len(table.streams) > TS_STREAMS_MAX:
            scan.doubt("a program map that cannot be read")
            return
        known = scan.maps.get(pid, table)
        if _lasting(known) != _lasting(table):
            scan.doubt("a program map that changes")
        others = [one for one in table.streams if one not in known.streams][:TS_STREAMS_MAX]
        scan.maps[pid] = TsMap(known.clock, known.blu_ray, (*known.streams, *others)[: 4 * TS_STREAMS_MAX])
        scan.numbers[pid] = section[3] * 256 + section[4]


def _lasting(table: TsMap) -> tuple[int, bool, list[tuple[int, int, str, bytes]]]:
    """What of a program map must stay the same through the file."""
    kept = [(one.pid, one.kind, one.coding, one.bare) for one in table.streams if one.coding]
    return table.clock, table.blu_ray, kept


def _streams(scan: TsScan) -> None:
    counts = {"video": 0, "audio": 0}
    for pid in scan.programs.values():
        for one in scan.maps[pid].streams:
            if one.coding == "?":
                scan.doubt(f"a stream of type {one.kind:#04x}")
            elif one.coding and one.pid not in scan.streams and one.pid not in (0, *scan.programs.values()):
                kind = "video" if one.coding in PICTURES else "audio"
                scan.streams[one.pid] = StreamScan(scan, one, f"{kind}:{counts[kind]}")
                counts[kind] += 1
    if not scan.streams:
        scan.doubt("no stream of sound or pictures")


@dataclass
class _Arrivals:
    """Times in front of packets: a copy has none, or such that run on, without copy permissions."""

    last: int = -1
    wrong: bool = False
    any: bool = False

    def row(self, scan: TsScan, data: bytes) -> None:
        if any(byte >> 6 for byte in data[::192]):
            scan.say("other", "arrival times", "copy permission", "set")
        words = [data[place : place + 4] for place in range(0, len(data), 192)]
        for word in words:
            time = int.from_bytes(word, "big") & 0x3FFFFFFF
            if self.last >= 0 and (time - self.last) % (1 << 30) >= 1 << 27 and not self.wrong:
                self.wrong = True
                scan.say("other", "arrival times", "times that do not run on", word.hex())
            self.last = time


def _row(scan: TsScan, row: Rows, counters: dict[int, int]) -> None:
    step, front, data = scan.step, scan.front, row.data
    columns = zip(data[front + 1 :: step], data[front + 2 :: step], data[front + 3 :: step], strict=True)
    streams, at = scan.streams.get, front
    for first, second, third in columns:
        stream = streams((first & 31) << 8 | second)
        if stream is not None and first & 0x60 == 0 and third >> 4 == 1 and stream.parts and third != stream.counter:
            stream.parts.append(data[at + 4 : at + 188])
            stream.counter = third
        elif stream is not None:
            _packet(stream, data[at : at + 188])
        else:
            _other(scan, data[at : at + 188], counters)
        at += step


def _packet(stream: StreamScan, packet: bytes) -> None:
    """A packet of a stream that is not just the next piece of its PES packet."""
    scan, third = stream.scan, packet[3]
    control = third >> 4 & 3
    if third & 0xC0:
        scan.doubt(f"{stream.place}: scrambled packets")
        return
    if packet[1] & 0x20 or not control:
        scan.say("other", stream.place, "flags of a packet", packet[:4].hex())
    if not control or _idle(stream, packet):
        scan.say("other", stream.place, "a packet that no picture or sound needs", shown(packet[4:]) or "stuffing")
        return
    if stream.counter < 0 and third & 15:
        scan.say("other", stream.place, "counter", f"begins with {third & 15}")
    stream.counter = 0x10 | third & 15
    start = _behind_field(stream, packet) if control & 2 else 4
    if control & 1 and start <= 188:
        stream.before = packet
        if packet[1] & 0x40:
            _begin(stream)
        if start < 188:
            stream.parts.append(packet[start:])


def _idle(stream: StreamScan, packet: bytes) -> bool:
    """Whether a packet repeats the one before, or comes before the first PES packet begins."""
    loaded = packet[3] & 0x10
    repeats = loaded and 0x10 | packet[3] & 15 == stream.counter and packet[4:] == stream.before[4:]
    return bool(repeats) or not (stream.parts or (loaded and packet[1] & 0x40))


def _behind_field(stream: StreamScan, packet: bytes) -> int:
    start = 5 + packet[4] if packet[3] & 0x10 else 188
    if start > 188:
        stream.scan.doubt(f"{stream.place}: an adaptation field that leaves its packet")
    elif not field_is_bare(packet[4:start]):
        stream.scan.say("other", stream.place, "adaptation field", packet[4:start].hex()[:160])
        stream.scan.scrap(packet[4:start])
    return start


def _begin(stream: StreamScan) -> None:
    if len(stream.parts) * 188 > TS_PES_MAX:
        stream.scan.doubt(f"{stream.place}: a PES packet that is too large")
    if stream.parts:
        stream.close()


def _other(scan: TsScan, packet: bytes, counters: dict[int, int]) -> None:
    """A packet of a table, of a clock alone, or of what a copy does not have."""
    pid = (packet[1] & 31) << 8 | packet[2]
    bare = _bare_tables(scan).get(pid)
    if bare is not None:
        expected = counters.get(pid, 0)
        counters[pid] = expected + 1 & 15
        if packet != bare[:3] + bytes([0x10 | expected]) + bare[4:]:
            scan.say("software", f"table {pid}", "form", packet[4:40].hex())
            _hear(scan, pid, payload_of(packet))
    elif pid in {read.clock for read in scan.maps.values()} and packet[3] == 0x20 and _clock_only(packet):
        return
    elif pid == 0x1FFF:
        scan.say("other", "empty packets", "packets", "present")
        if payload_of(packet).strip(b"\xff\0"):
            _hear(scan, pid, payload_of(packet))
    else:
        _hear(scan, pid, packet[4:])
        load = payload_of(packet)
        dropped = any(one.pid == pid for read in scan.maps.values() for one in read.streams)
        if dropped and packet[1] & 0x40 and load[:3] == b"\0\0\1" and load[3:4] and 0xC0 <= load[3] <= 0xEF:
            scan.doubt("a private stream of sound or pictures")


def _clock_only(packet: bytes) -> bool:
    return packet[1] & 0xE0 == 0 and packet[5] & 0x10 != 0 and field_is_bare(packet[4:])


def _hear(scan: TsScan, pid: int, data: bytes) -> None:
    held = scan.heard.setdefault(pid, bytearray())
    if len(held) < _HEARD_MAX and scan.heard_size < TS_HEARD_MAX:
        held += data
        scan.heard_size += len(data)


def _bare_tables(scan: TsScan) -> dict[int, bytes]:
    if not scan.bare:
        body = b"".join(
            bytes([0, number, 0xE0 | pid >> 8, pid & 255]) for number, pid in enumerate(scan.programs.values(), 1)
        )
        scan.bare[0] = bare_table(0, 0, 1, body)
        for number, pid in enumerate(scan.programs.values(), 1):
            scan.bare[pid] = bare_map(number, pid, scan.maps[pid])
    return scan.bare
