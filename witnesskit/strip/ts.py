"""The shareable copy of an MPEG transport stream: packets of sound and pictures in their order, tables built anew.

Packets keep their sizes and their clock; everything that identifies is blanked at equal length. Service names, times
of day, private sections, texts, positions, timed metadata and empty packets are not written.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.formats.strict_json import canonical
from witnesskit.formats.ts import PACKET, Packets, has_clock, read_packets
from witnesskit.limits import READ_BLOCK
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying
from witnesskit.strip.remarks import STREAMS_DROPPED
from witnesskit.strip.ts_plan import PICTURES, Plan, Stream, plan_ts
from witnesskit.strip.ts_sound import SoundStream

MEDIA_TYPE = "video/mp2t"
_GO, _TABLE, _CLOCK = -1, -2, -3
_PRIORITY_GONE: Final = bytes(byte & 0xDF for byte in range(256))
_PERMISSION_GONE: Final = bytes(byte & 0x3F for byte in range(256))
_UNSEEN: Final = frozenset({"mpeg2", "ac3", "eac3", "lpcm"})


def strip_ts(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:  # noqa: ARG001
    """Write a copy of the transport stream in ``reader`` to ``sink`` that keeps sound and pictures and nothing else.

    Nothing is written before every packet was looked at. Raises ``BadMedia``, ``MediaTooLarge``,
    ``UnsupportedMedia``, ``EncryptedFilm``, ``UnknownCoding`` or ``TextInPictures``; what the sink raises passes.
    """
    plan = plan_ts(reader)
    writer = _Writer(Copying(sink), plan)
    for row in read_packets(reader, plan.layout):
        if isinstance(row, Packets):
            writer.row(row)
    return StripResult(
        media_type=MEDIA_TYPE,
        size=writer.copy.size,
        sha256=writer.copy.sha256,
        removed=tuple(_removed(reader, plan, writer)),
        essence=tuple(_essence(plan)),
        presentation_sha256=_presentation(plan),
        kept=tuple(_remarks(plan)),
    )


@dataclass
class _Writer:
    """The last pass: packets that stay, with their changes, counters from zero, tables of our own."""

    copy: Copying
    plan: Plan
    bases: list[int] = field(default_factory=lambda: [_GO] * 8192)
    counters: dict[int, int] = field(default_factory=dict)
    lost: hashlib._Hash = field(default_factory=hashlib.sha256)
    lost_size: int = 0

    def __post_init__(self) -> None:
        for pid, stream in self.plan.streams.items():
            self.bases[pid] = max(stream.first, 0)
        for pid in self.plan.clocks:
            self.bases[pid] = _CLOCK
        for pid in self.plan.tables.packets:
            self.bases[pid] = _TABLE

    def row(self, row: Packets) -> None:
        """Write what stays of packets in a row."""
        layout, bases, skipped = self.plan.layout, self.bases, self.plan.skipped
        step, prefix = layout.step, layout.prefix
        out = self._changed(row)
        high, low, third = (out[prefix + number :: step] for number in (1, 2, 3))
        fresh, parts, kept, place = bytearray(third), list[tuple[int, int, bytes]](), 0, row.place + prefix
        for number, (first, second, flags) in enumerate(zip(high, low, third, strict=True)):
            base = bases[(first & 0x1F) << 8 | second]
            if base >= 0:
                fresh[number] = flags & 0x30 | (flags - base & 15)
                if not skipped or place + number * step not in skipped:
                    continue
            elif base == _CLOCK and has_clock(row.data[number * step + prefix : (number + 1) * step]):
                fresh[number] = 0x20
                continue
            table = self._table(first, second) if base == _TABLE else b""
            if base != _TABLE:
                self._lose(row.data, number * step + prefix)
            parts.append((kept, number, table))
            kept = number + 1
        parts.append((kept, len(high), b""))
        out[prefix + 3 :: step] = fresh
        self._put(out, parts)

    def _lose(self, data: bytes, start: int) -> None:
        self.lost.update(data[start : start + PACKET])
        self.lost_size += PACKET

    def _put(self, out: bytearray, parts: list[tuple[int, int, bytes]]) -> None:
        step, prefix = self.plan.layout.step, self.plan.layout.prefix
        pieces = []
        for first, end, table in parts:
            pieces.append(out[first * step : end * step])
            if table:
                pieces.append(out[end * step : end * step + prefix] + table)
        self.copy.put(b"".join(pieces))

    def _changed(self, row: Packets) -> bytearray:
        out, changes = bytearray(row.data), self.plan.edits.changes
        step, prefix = self.plan.layout.step, self.plan.layout.prefix
        number = bisect_left(changes, (row.place, b""))
        while number < len(changes) and changes[number][0] < row.place + len(out):
            place, data = changes[number]
            out[place - row.place : place - row.place + len(data)] = data
            number += 1
        out[prefix + 1 :: step] = out[prefix + 1 :: step].translate(_PRIORITY_GONE)
        if prefix and self.plan.arrival:
            out[::step] = out[::step].translate(_PERMISSION_GONE)
        elif prefix:
            for column in range(4):
                out[column::step] = bytes(len(out) // step)
        return out

    def _table(self, first: int, second: int) -> bytes:
        """The table's packet where one begins, else nothing."""
        if not first & 0x40:
            return b""
        pid = (first & 0x1F) << 8 | second
        counter = self.counters.get(pid, 0)
        self.counters[pid] = counter + 1 & 15
        packet = self.plan.tables.packets[pid]
        return packet[:3] + bytes([0x10 | counter]) + packet[4:]


def _named(plan: Plan) -> Iterator[tuple[str, Stream]]:
    counts = {"audio": 0, "video": 0}
    for stream in plan.streams.values():
        kind = "video" if stream.elementary.coding in PICTURES else "audio"
        yield f"{kind}:{counts[kind]}", stream
        counts[kind] += 1


def _essence(plan: Plan) -> Iterator[EssenceHash]:
    for name, stream in _named(plan):
        coding, cleaner = stream.elementary.coding, stream.cleaner
        hasher = cleaner.hasher if isinstance(cleaner, SoundStream) else cleaner.work.hasher
        yield EssenceHash(name, f"{coding}-vcl" if coding in ("h264", "hevc") else "raw-packets", hasher.hexdigest())


def _presentation(plan: Plan) -> str:
    streams = []
    for name, stream in _named(plan):
        cleaner = stream.cleaner
        streams.append(
            {
                "stream": name,
                "coding": stream.elementary.coding,
                "descriptors": stream.elementary.descriptors.hex(),
                "parameters": "" if isinstance(cleaner, SoundStream) else cleaner.shown.hexdigest(),
                "packets": stream.packets,
                "stamps": stream.stamps.hexdigest(),
            }
        )
    return sha256_hex(canonical({"definition": "ts-presentation", "streams": streams}))


def _remarks(plan: Plan) -> Iterator[str]:
    found: dict[str, None] = {}
    if any(program.dropped for program in plan.tables.programs.values()):
        found[STREAMS_DROPPED] = None
    for stream in plan.streams.values():
        coding, cleaner = stream.elementary.coding, stream.cleaner
        found |= cleaner.remarks if isinstance(cleaner, SoundStream) else cleaner.work.remarks
        if coding in _UNSEEN:
            found[f"what a decoder passes over inside {coding} was not looked into"] = None
    yield from found


def _removed(reader: SeekableReader, plan: Plan, writer: _Writer) -> Iterator[Removal]:
    for name, stream in _named(plan):
        cleaner = stream.cleaner
        work = cleaner if isinstance(cleaner, SoundStream) else cleaner.work
        if work.blanked_size:
            yield Removal(f"free data in {name}", work.blanked_size, work.blanked.hexdigest())
    if writer.lost_size:
        yield Removal("packets of other streams and tables", writer.lost_size, writer.lost.hexdigest())
    for start, end in plan.gaps:
        gone = hashlib.sha256()
        for place in range(start, end, READ_BLOCK):
            gone.update(reader.read_at(place, min(READ_BLOCK, end - place)))
        yield Removal("between packets", end - start, gone.hexdigest())
