"""The first passes over a transport stream: its program tables, then every byte of every stream that stays.

What must change is noted as (place in the file, bytes to stand there), always of equal length.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import EncryptedFilm, UnknownCoding
from witnesskit.formats.ts import (
    NULL_PID,
    PACKET,
    Elementary,
    Layout,
    Packets,
    Program,
    Sections,
    adaptation,
    association,
    has_clock,
    layout_of,
    payload_start,
    pes_head,
    program_map,
    program_of,
    programs_of,
    read_packets,
)
from witnesskit.media_limits import TS_EDITS_MAX, TS_EDITS_SIZE_MAX, TS_PES_MAX, TS_SKIPPED_MAX
from witnesskit.model import SeekableReader
from witnesskit.strip.ts_sound import SoundStream, sound_stream
from witnesskit.strip.ts_units import UnitStream, unit_stream

_Table = TypeVar("_Table", dict[int, int], Program)
PICTURES = frozenset({"h264", "hevc", "mpeg2"})


@dataclass
class Tables:
    """Program tables of the whole file: packets of the copy by PID, programs, PIDs that are not named by any."""

    packets: dict[int, bytes] = field(default_factory=dict)
    programs: dict[int, Program] = field(default_factory=dict)


@dataclass
class Edits:
    """What must change, bounded."""

    changes: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0

    def add(self, place: int, data: bytes) -> None:
        """Note ``data`` to stand at ``place`` of the file."""
        self.changes.append((place, data))
        self.size += len(data)
        if len(self.changes) > TS_EDITS_MAX or self.size > TS_EDITS_SIZE_MAX:
            raise MediaTooLarge("too much that must be blanked")


@dataclass
class Stream:
    """One elementary stream: its open PES packet, where its bytes lie in the file, its cleaner."""

    elementary: Elementary
    edits: Edits
    parts: list[bytes] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    starts: array[int] = field(default_factory=lambda: array("Q"))  # of pieces in the elementary stream
    files: array[int] = field(default_factory=lambda: array("Q"))  # the same pieces in the file
    size: int = 0  # bytes of the elementary stream so far
    first: int = -1  # counter of the first packet that stays
    counter: int = -1
    before: bytes = b""  # the last packet with a payload
    packets: int = 0  # PES packets
    stamps: hashlib._Hash = field(default_factory=hashlib.sha256)
    cleaner: UnitStream | SoundStream = field(init=False)

    def __post_init__(self) -> None:
        coding = self.elementary.coding
        if coding in PICTURES:
            self.cleaner = unit_stream(coding, self._change)
        else:
            self.cleaner = sound_stream(coding, self._change, self.elementary.descriptors)

    def _change(self, place: int, data: bytes) -> None:
        """Note a change in the elementary stream, cut where packets end."""
        at = bisect_right(self.starts, place) - 1
        while data:
            end = self.starts[at + 1] if at + 1 < len(self.starts) else self.size
            part = data[: end - place]
            self.edits.add(self.files[at] + place - self.starts[at], part)
            data, place, at = data[len(part) :], place + len(part), at + 1

    def close(self, *, last: bool = False) -> None:
        """The open PES packet is complete: check its head, clean its bytes."""
        if self.parts:
            data = b"".join(self.parts)
            head = self._head(data)
            self._pieces(len(head))
            self.packets += 1
            self.stamps.update(head[7:8] + head[9:19] if head[7] == 0xC0 else head[7:8] + head[9:14])
            self.parts, self.places = [], []
            self.cleaner.feed(data[len(head) :], last=last)
        elif last:
            self.cleaner.feed(b"", last=True)
        done = bisect_right(self.starts, self.cleaner.place) - 1
        if done > 0:
            del self.starts[:done], self.files[:done]

    def _head(self, data: bytes) -> bytes:
        if data[3:4] and not (0xC0 <= data[3] <= 0xEF or data[3] in (0xBD, 0xFD)):
            raise BadMedia("a PES packet of another kind in a stream of sound or pictures")
        head = pes_head(data)
        told = int.from_bytes(data[4:6], "big")
        if told and len(data) > 6 + told:
            if data[3] < 0xE0 or (len(data) - 6) % 65536 != told:
                raise BadMedia("bytes behind a PES packet")
            head = head[:4] + bytes(2) + head[6:]  # the size of a large picture did not fit; zero means unbounded
        if head != data[: len(head)]:
            self._scatter(head)
        return head

    def _scatter(self, head: bytes) -> None:
        at = 0
        for part, place in zip(self.parts, self.places, strict=True):
            if at >= len(head):
                break
            self.edits.add(place, head[at : at + len(part)])
            at += len(part)

    def _pieces(self, skipped: int) -> None:
        for part, place in zip(self.parts, self.places, strict=True):
            if skipped < len(part):
                self.starts.append(self.size)
                self.files.append(place + skipped)
                self.size += len(part) - skipped
                skipped = 0
            else:
                skipped -= len(part)


@dataclass
class Plan:
    """What the last pass writes."""

    layout: Layout
    tables: Tables
    streams: dict[int, Stream]
    clocks: frozenset[int]
    dropped: frozenset[int]
    edits: Edits
    skipped: set[int] = field(default_factory=set)  # places of packets that go though their PID stays
    gaps: list[tuple[int, int]] = field(default_factory=list)
    arrival: bool = True  # whether arrival times run on as they should


def plan_ts(reader: SeekableReader) -> Plan:
    """Read the whole file twice; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    layout = layout_of(reader.read_at(0, 1024))
    tables = _tables(reader, layout)
    edits = Edits()
    every = {one.pid: one for program in tables.programs.values() for one in program.streams}
    streams = {pid: Stream(one, edits) for pid, one in every.items() if pid not in tables.packets}
    if not streams:
        raise BadMedia("no stream of sound or pictures")
    clocks = {program.clock for program in tables.programs.values()} - set(streams) - set(tables.packets)
    dropped = {pid for program in tables.programs.values() for pid in program.dropped} - set(streams)
    plan = Plan(layout, tables, streams, frozenset(clocks - {NULL_PID}), frozenset(dropped), edits)
    for row in read_packets(reader, layout):
        if isinstance(row, Packets):
            _row(plan, row)
        else:
            plan.gaps.append(row)
    for stream in streams.values():
        stream.close(last=True)
    if not any(stream.packets for stream in streams.values()):
        raise BadMedia("no sound and no pictures")
    edits.changes.sort()
    return plan


def _tables(reader: SeekableReader, layout: Layout) -> Tables:
    tables, sections = Tables(), {0: Sections()}
    maps: dict[int, int] = {}
    programs: dict[int, dict[int, Program]] = {}
    for row in read_packets(reader, layout):
        if isinstance(row, Packets):
            for pid, packet in _of_pids(row, layout, sections):
                for section in sections[pid].feed(packet):
                    if pid == 0 and section[0] == 0:
                        maps = _same(maps, programs_of(section))
                        sections.update({one: Sections() for one in maps.values() if one not in sections})
                    elif pid and section[0] == 2:
                        number = int.from_bytes(section[3:5], "big")
                        known = programs.setdefault(pid, {})
                        known[number] = _merged(known.get(number), program_of(section))
    return _numbered(tables, maps, programs)


def _of_pids(row: Packets, layout: Layout, wanted: dict[int, Sections]) -> Iterator[tuple[int, bytes]]:
    """Packets of the tables, in order; ``wanted`` grows while they are read."""
    step, prefix = layout.step, layout.prefix
    high, low = row.data[prefix + 1 :: step], row.data[prefix + 2 :: step]
    for number, (first, second) in enumerate(zip(high, low, strict=True)):
        pid = (first & 0x1F) << 8 | second
        if pid in wanted:
            start = number * step + prefix
            yield pid, row.data[start : start + PACKET]


def _same(old: _Table | None, new: _Table) -> _Table:
    if old and old != new:
        raise UnsupportedMedia("programs that change within the file")
    return new


def _merged(old: Program | None, new: Program) -> Program:
    """Streams that go may come and go; those that stay must be the same all the time."""
    _same(old, new)
    return replace(new, dropped=tuple(dict.fromkeys((*(old.dropped if old else ()), *new.dropped))))


def _numbered(tables: Tables, maps: dict[int, int], programs: dict[int, dict[int, Program]]) -> Tables:
    fresh: dict[int, int] = {}
    for number, pid in maps.items():
        program = programs.get(pid, {}).get(number)
        if program and program.streams:
            if pid in tables.packets:
                raise UnsupportedMedia("two programs in one map")
            fresh[len(fresh) + 1] = pid
            tables.programs[pid] = program
            tables.packets[pid] = program_map(pid, len(fresh), program)
    tables.packets[0] = association(fresh)
    return tables


def _row(plan: Plan, row: Packets) -> None:
    step, prefix = plan.layout.step, plan.layout.prefix
    data, base = row.data, row.place + prefix
    if prefix and plan.arrival:
        plan.arrival = _runs_on(data)
    get, clocks, dropped = plan.streams.get, plan.clocks, plan.dropped
    columns = zip(data[prefix + 1 :: step], data[prefix + 2 :: step], data[prefix + 3 :: step], strict=True)
    start = prefix
    for first, second, third in columns:
        pid = (first & 0x1F) << 8 | second
        stream = get(pid)
        if stream is not None:
            counter = third & 15
            if third & 0xF0 == 0x10 and not first & 0x40 and stream.parts and counter != stream.counter:
                stream.parts.append(data[start + 4 : start + PACKET])
                stream.places.append(base + start - prefix + 4)
                stream.counter = counter
            else:
                _packet(plan, stream, data[start : start + PACKET], base + start - prefix)
        elif pid in clocks:
            _clock(plan, data[start : start + PACKET], base + start - prefix)
        if first & 0x40 and pid in dropped:
            _check_dropped(data[start : start + PACKET])
        start += step
    for stream in plan.streams.values():
        if len(stream.parts) * PACKET > TS_PES_MAX:
            raise MediaTooLarge(f"a PES packet of more than {TS_PES_MAX} bytes")


def _runs_on(data: bytes) -> bool:
    """Whether arrival times (27 MHz, 30 bits) never run back or jump by more than five seconds."""
    words = memoryview(data).cast("I")[::48].tolist() if len(data) % 192 == 0 else []
    times = [int.from_bytes(word.to_bytes(4, "little"), "big") for word in words]
    return all((later - sooner) & 0x3FFFFFFF < 1 << 27 for sooner, later in pairwise(times))


def _packet(plan: Plan, stream: Stream, packet: bytes, place: int) -> None:
    """A packet that begins a PES packet, has an adaptation field, repeats the one before, or comes too early."""
    control, counter = packet[3] >> 4 & 3, packet[3] & 15
    if packet[3] & 0xC0:
        raise EncryptedFilm("scrambled packets")
    repeated = control & 1 and counter == stream.counter and packet[4:] == stream.before[4:]
    begins = packet[1] & 0x40 and control & 1
    if control == 0 or repeated or not (stream.parts or begins):
        plan.skipped.add(place)
        if len(plan.skipped) > TS_SKIPPED_MAX:
            raise MediaTooLarge(f"more than {TS_SKIPPED_MAX} packets that nothing needs")
        return
    start = 4
    if control & 2:
        start = _adaptation(plan, packet, place)
    if stream.first < 0:
        stream.first = counter
    stream.counter = counter
    if control & 1:
        stream.before = packet
        if begins:
            stream.close()
        if start < PACKET:
            stream.parts.append(packet[start:])
            stream.places.append(place + start)


def _adaptation(plan: Plan, packet: bytes, place: int) -> int:
    """Note a bare adaptation field; place of the payload in the packet. Raises ``BadMedia``."""
    alone = packet[3] & 0x10 == 0
    size = PACKET - 4 if alone else packet[4] + 1
    if size > PACKET - 4:
        raise BadMedia("an adaptation field that leaves its packet")
    bare = adaptation(packet[4 : 4 + size])
    if bare != packet[4 : 4 + size]:
        plan.edits.add(place + 4, bare)
    return 4 + size


def _check_dropped(packet: bytes) -> None:
    """Refuse what is sound or pictures by its own words, though its program map does not say so."""
    head = packet[payload_start(packet) :][:4]
    if head[:3] == b"\0\0\1" and 0xC0 <= head[3:4][0] <= 0xEF:
        raise UnknownCoding("a private stream of sound or pictures")


def _clock(plan: Plan, packet: bytes, place: int) -> None:
    """Of a PID that carries the clock alone only packets with a clock stay, without a payload."""
    if has_clock(packet):
        plan.edits.add(place + 4, adaptation(bytes([183]) + packet[5:12].ljust(183, b"\xff")))
