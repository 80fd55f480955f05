"""What a JPEG decoder needs, and nothing else: the tables each scan really uses (ITU-T T.81 B.2.4).

Tables defined and never used, or defined again before use, are hiding places; they are listed as unused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.jpeg import DHT, DQT, DRI, FRAMES, Picture, Scan, Segment
from witnesskit.formats.jpeg_tables import (
    Frame,
    huffman_needed,
    parse_frame,
    parse_huffman,
    parse_quantisation,
    parse_scan,
    units,
)


@dataclass(frozen=True)
class CodedScan:
    """A scan header's body, its restart interval, its Huffman tables in order, and ``data[start:end]``."""

    header: bytes
    interval: int
    tables: tuple[bytes, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Coding:
    """Frame, used quantisation tables in order of their number, scans in order, and the unused tables."""

    frame: Frame
    frame_body: bytes
    quantisation: tuple[bytes, ...]
    scans: tuple[CodedScan, ...]
    unused: tuple[tuple[str, bytes], ...]


@dataclass
class _State:
    """Tables in force while the segments are read in order; ``seen`` keeps every definition."""

    frame: tuple[Frame, bytes] | None = None
    quantisation: dict[int, bytes] = field(default_factory=dict)
    latched: dict[int, bytes] = field(default_factory=dict)
    huffman: dict[int, bytes] = field(default_factory=dict)
    interval: int = 0
    scans: list[CodedScan] = field(default_factory=list)
    seen: dict[tuple[str, bytes], None] = field(default_factory=dict)
    used: set[tuple[str, bytes]] = field(default_factory=set)


def read_coding(data: bytes, picture: Picture) -> Coding:
    """The coding of ``picture``; raises ``BadMedia`` or ``UnsupportedMedia`` where a decoder would guess."""
    state = _State()
    for part in picture.parts:
        if isinstance(part, Scan):
            _read_scan(state, data, part)
        elif isinstance(part, Segment):
            _read_segment(state, part.marker, data[part.start + 4 : part.end])
    if state.frame is None or not state.scans:
        raise BadMedia("no picture before the end marker")
    frame, body = state.frame
    unused = tuple(one for one in state.seen if one not in state.used)
    tables = tuple(table for _, table in sorted(state.latched.items()))
    return Coding(frame, body, tables, tuple(state.scans), unused)


def _read_segment(state: _State, marker: int, body: bytes) -> None:
    if marker in FRAMES:
        if state.frame is not None:
            raise UnsupportedMedia("two frames")
        state.frame = parse_frame(marker, body), body
    elif marker == DQT:
        for number, table in parse_quantisation(body):
            state.quantisation[number] = table
            state.seen["DQT", table] = None
    elif marker == DHT:
        for number, table in parse_huffman(body):
            state.huffman[number] = table
            state.seen["DHT", table] = None
    elif marker == DRI:
        if len(body) != 2:
            raise BadMedia("restart interval length")
        state.interval = int.from_bytes(body, "big")


def _read_scan(state: _State, data: bytes, scan: Scan) -> None:
    if state.frame is None:
        raise BadMedia("scan before the frame header")
    frame = state.frame[0]
    body = data[scan.header.start + 4 : scan.header.end]
    header = parse_scan(body, frame)
    expected = -(-units(frame, header) // state.interval) - 1 if state.interval else 0
    if scan.restarts != expected:
        raise BadMedia("number of restart intervals")
    for number in {c.table for c in frame.components if c.id in {s[0] for s in header.selectors}}:
        _latch(state, number)
    tables = tuple(_huffman(state, sorted(huffman_needed(frame, header))))
    state.scans.append(CodedScan(body, state.interval, tables, scan.header.end, scan.end))


def _latch(state: _State, number: int) -> None:
    """A table belongs to its components from their first scan on; a later change has no one meaning."""
    table = state.quantisation.get(number)
    if table is None:
        raise BadMedia("missing quantisation table")
    if state.latched.setdefault(number, table) != table:
        raise UnsupportedMedia("quantisation tables that change between scans")
    state.used.add(("DQT", table))


def _huffman(state: _State, numbers: list[int]) -> Iterator[bytes]:
    for number in numbers:
        if number not in state.huffman:
            raise BadMedia("missing huffman table")
        state.used.add(("DHT", state.huffman[number]))
        yield state.huffman[number]
