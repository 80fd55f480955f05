"""The coding of a JPEG as the inspector reads it: frame, tables in force at each scan, and what does not fit."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from witnesskit.media.walk_jpeg import Piece, Walk
from witnesskit.media_limits import JPEG_RESTARTS_MAX

_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
CODINGS = {0xC0: "baseline", 0xC1: "sequential", 0xC2: "progressive"}


@dataclass(frozen=True)
class ScanFacts:
    """A scan piece with the restart interval and the Huffman tables it is coded with, in order of their number."""

    piece: Piece
    interval: int
    tables: tuple[bytes, ...]


@dataclass
class CodedFacts:
    """What a decoder would be told; ``doubts`` and ``unused`` are what keeps a file from being clean."""

    frame: bytes = b""  # marker code and frame header body
    width: int = 0
    height: int = 0
    components: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # id -> h, v, table
    quantisation: dict[int, bytes] = field(default_factory=dict)
    scans: list[ScanFacts] = field(default_factory=list)
    unused: list[tuple[str, bytes]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    _tables: dict[tuple[int, int], tuple[bytes, list[bool]]] = field(default_factory=dict)
    _every: list[tuple[str, bytes, list[bool]]] = field(default_factory=list)
    _interval: int = 0


def coded_facts(data: bytes, walk: Walk) -> CodedFacts:
    """Read the coding pieces of ``walk``; never raises, doubts are listed instead."""
    facts = CodedFacts()
    for piece in walk.pieces:
        try:
            _take(facts, data, piece)
        except (ValueError, IndexError, KeyError, struct.error):
            facts.doubts.append(f"segment {piece.code:02x} at {piece.offset}")
    if not facts.scans:
        facts.doubts.append("no coded picture")
    used = {(kind, table) for kind, table, touched in facts._every if touched[0]}
    facts.unused = [(kind, table) for kind, table, _ in facts._every if (kind, table) not in used]
    return facts


def _take(facts: CodedFacts, data: bytes, piece: Piece) -> None:
    if piece.code in CODINGS:
        _take_frame(facts, piece)
    elif piece.code in (0xDB, 0xC4):
        _take_tables(facts, piece)
    elif piece.code == 0xDD:
        (facts._interval,) = struct.unpack(">H", piece.body)
    elif piece.code == 0xDA:
        _take_scan(facts, data, piece)


def _take_frame(facts: CodedFacts, piece: Piece) -> None:
    if facts.frame:
        raise ValueError
    precision, facts.height, facts.width, count = struct.unpack_from(">BHHB", piece.body)
    if len(piece.body) != 6 + 3 * count or not facts.height or not facts.width or precision not in (8, 12):
        raise ValueError
    facts.frame = bytes([piece.code]) + piece.body
    for name, sampling, table in struct.iter_unpack("BBB", piece.body[6:]):
        if not 0 < sampling >> 4 <= 4 or not 0 < sampling & 15 <= 4 or name in facts.components:
            raise ValueError
        facts.components[name] = sampling >> 4, sampling & 15, table


def _take_tables(facts: CodedFacts, piece: Piece) -> None:
    rest = piece.body
    while rest:
        if piece.code == 0xDB:
            size = 1 + 64 * (1 + (rest[0] >> 4))
        else:
            size = 17 + sum(rest[1:17])
            _check_prefix_code(rest[:size])
        if len(rest) < size or rest[0] & 0xEC:
            raise ValueError
        touched = [False]
        facts._tables[piece.code, rest[0] & 15 if piece.code == 0xDB else rest[0]] = rest[:size], touched
        facts._every.append(("DQT" if piece.code == 0xDB else "DHT", rest[:size], touched))
        rest = rest[size:]


def _check_prefix_code(table: bytes) -> None:
    free, symbols = 1, table[17:]
    for count in table[1:17]:
        free = 2 * free - count
        if free < 0:
            raise ValueError
    if len(set(symbols)) < len(symbols):
        raise ValueError


def _take_scan(facts: CodedFacts, data: bytes, piece: Piece) -> None:
    count, body = piece.body[0], piece.body
    if len(body) != 4 + 2 * count or not 1 <= count <= 4 or not facts.frame:
        raise ValueError
    wanted = _wanted_tables(facts.frame[0], body)
    chosen = [facts.components[name] for name in body[1:-3:2]]
    for _, _, number in chosen:
        table = facts._tables[0xDB, number]
        table[1][0] = True
        if facts.quantisation.setdefault(number, table[0]) != table[0]:
            facts.doubts.append("quantisation tables change between scans")
    found = [facts._tables[0xC4, number] for number in sorted(wanted)]
    for _, touched in found:
        touched[0] = True
    facts.scans.append(ScanFacts(piece, facts._interval, tuple(table for table, _ in found)))
    _check_restarts(facts, data, piece, chosen)


def _wanted_tables(code: int, body: bytes) -> set[int]:
    first, last, approximation = body[-3:]
    codes = body[2:-3:2]
    if code != 0xC2:
        if (first, last, approximation) != (0, 63, 0):
            raise ValueError
        return {number >> 4 for number in codes} | {0x10 + (number & 15) for number in codes}
    if last > 63 or first > last or (first == 0 and last):
        raise ValueError
    if first:
        return {0x10 + (number & 15) for number in codes}
    return set() if approximation >> 4 else {number >> 4 for number in codes}


def _check_restarts(facts: CodedFacts, data: bytes, piece: Piece, chosen: list[tuple[int, int, int]]) -> None:
    """As many restart markers as the dimensions ask for, in their order: more would be room to hide in."""
    most_h = max(h for h, _, _ in facts.components.values())
    most_v = max(v for _, v, _ in facts.components.values())
    h, v = (chosen[0][0], chosen[0][1]) if len(chosen) == 1 else (1, 1)
    step = 8 if len(chosen) == 1 else 8 * most_h, 8 if len(chosen) == 1 else 8 * most_v
    wide = -(-facts.width * h // most_h) if len(chosen) == 1 else facts.width
    high = -(-facts.height * v // most_v) if len(chosen) == 1 else facts.height
    blocks = -(-wide // step[0]) * -(-high // step[1])
    expected = min((blocks - 1) // facts._interval if facts._interval else 0, JPEG_RESTARTS_MAX)
    if not piece.restarts and not expected:
        return
    count = 0
    for count, mark in enumerate(_RESTART.finditer(data, piece.coded, piece.coded_end), 1):
        if data[mark.start() + 1] != 0xD0 + (count - 1) % 8 or count > expected:
            break
    else:
        if count == expected:
            return
    facts.doubts.append("restart markers do not fit the dimensions")
