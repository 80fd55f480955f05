"""JPEG streams inside TIFF strips and tiles as the inspector reads them, lossless ones too (ITU-T T.81)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.media.coded_jpeg import coded_facts
from witnesskit.media.coded_tiff import Geometry
from witnesskit.media.groups import shown
from witnesskit.media.pieces_jpeg import name_of
from witnesskit.media.readable import runs, table, word_at_end
from witnesskit.media.walk_jpeg import Piece, Walk, walk_jpeg
from witnesskit.media_model import Revelation

_TEXT: Final = table(bytes(range(0x20, 0x7F)) + b"\n\r\t")
_TEXT_MIN: Final = 32  # bytes; shorter runs come by chance
_LETTERS_MIN: Final = 10  # different bytes of a run that is text and no flat area
_HEADS: Final = {
    "APP0 JFIF": re.compile(rb"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
    "APP14 Adobe": re.compile(rb"Adobe\0\x64\0\0\0\0[\0-\x02]"),
}
_LOSSLESS: Final = 0xC3
_CODING: Final = frozenset({0xC0, 0xC1, 0xC2, 0xDB, 0xC4, 0xDD, 0xDA})
_RESTART: Final = re.compile(rb"\xff([\xd0-\xd7])")


def scans(data: bytes) -> tuple[Walk, list[tuple[int, int]]]:
    """The pieces of a stream, and places of its scans: header and coded bytes; raises ``BadMedia``."""
    walk = walk_jpeg(data)
    if not walk.end:
        raise BadMedia("JPEG stream without end")
    return walk, [(piece.offset, piece.coded_end) for piece in walk.pieces if piece.code == 0xDA]


def with_tables(data: bytes, tables: bytes) -> bytes:
    """A stream that stands on its own: shared tables put behind its start marker."""
    place = 2
    while tables[place : place + 1] == b"\xff" and tables[place + 1 : place + 2] not in (b"", b"\xd9"):
        place += 2 + max(2, int.from_bytes(tables[place + 2 : place + 4], "big"))
    return data[:2] + tables[2:place] + data[2:]


def of_stream(place: str, data: bytes, outline: Geometry, doubts: list[str]) -> Iterator[Revelation]:
    """What a stream holds beside what decoding needs; doubts are added where it is not understood."""
    walk = walk_jpeg(data)
    doubts += [f"{place}: {doubt}" for doubt in walk.doubts]
    codes = [piece.code for piece in walk.pieces]
    lossless = _LOSSLESS in codes
    for piece in walk.pieces:
        if piece.code not in _CODING | ({_LOSSLESS} if lossless else set()) and not _is_short_head(piece):
            yield Revelation("other", place, name_of(piece), shown(piece.body) or f"{len(piece.body)} bytes")
        if piece.code == 0xDA:
            yield from of_text(place, data[piece.coded : piece.coded_end])
            word = word_at_end(data[max(piece.coded, piece.coded_end - 256) : piece.coded_end])
            if word:
                yield Revelation("other", place, "readable text at the end of a scan", shown(word))
    if walk.end and walk.end < len(data):
        yield Revelation("inside", place, "bytes behind the stream", shown(data[walk.end :]))
    if lossless:
        yield from _of_lossless(place, data, walk, outline, doubts)
        return
    facts = coded_facts(data, walk)
    doubts += [f"{place}: {doubt}" for doubt in facts.doubts]
    if facts.width > outline.step[0] or facts.height > outline.step[1]:
        doubts.append(f"{place}: stream larger than its strip")
    for kind, unused in facts.unused:
        yield Revelation("other", place, f"unused {kind}", f"{len(unused)} bytes")


def of_text(place: str, coded: bytes) -> Iterator[Revelation]:
    """Readable text where only coded picture should be."""
    for start, end in runs(coded, _TEXT, _TEXT_MIN):
        text = coded[start : min(end, start + 400)]
        if len(set(text)) >= _LETTERS_MIN:
            yield Revelation("other", place, "readable text in the coding", shown(text))


def _is_short_head(piece: Piece) -> bool:
    form = _HEADS.get(name_of(piece))
    return form is not None and form.fullmatch(piece.body) is not None


def _of_lossless(place: str, data: bytes, walk: Walk, outline: Geometry, doubts: list[str]) -> Iterator[Revelation]:
    frames = [piece.body for piece in walk.pieces if piece.code == _LOSSLESS]
    headers = [piece for piece in walk.pieces if piece.code == 0xDA]
    intervals = [int.from_bytes(piece.body, "big") for piece in walk.pieces if piece.code == 0xDD]
    tables = _tables([piece.body for piece in walk.pieces if piece.code == 0xC4])
    if len(frames) != 1 or len(headers) != 1 or tables is None or len(intervals) > 1:
        doubts.append(f"{place}: lossless stream of an unknown form")
        return
    frame, header = frames[0], headers[0].body
    if not _fits(frame, header, outline):
        doubts.append(f"{place}: lossless stream that does not fit its tile")
        return
    named = {code >> 4 for code in header[2:-3:2]}
    for number in sorted({number for number, _ in tables} - named):
        yield Revelation("other", place, "unused DHT", f"table {number}")
    if len(tables) != len({number for number, _ in tables}) or not named <= {number for number, _ in tables}:
        doubts.append(f"{place}: tables of a lossless stream")
    pixels = int.from_bytes(frame[1:3], "big") * int.from_bytes(frame[3:5], "big")
    expected = (pixels - 1) // intervals[0] if intervals and intervals[0] else 0
    marks = [found.group(1)[0] & 7 for found in _RESTART.finditer(data, headers[0].coded, headers[0].coded_end)]
    if len(marks) != expected or any(mark != at % 8 for at, mark in enumerate(marks)):
        doubts.append(f"{place}: restart markers do not fit the dimensions")


def _fits(frame: bytes, header: bytes, outline: Geometry) -> bool:
    if len(frame) < 9 or len(frame) != 6 + 3 * frame[5] or len(header) != 4 + 2 * frame[5] or header[0] != frame[5]:
        return False
    samples = outline.samples if outline.planar == 1 else 1
    area = int.from_bytes(frame[1:3], "big") * int.from_bytes(frame[3:5], "big") * frame[5]
    plain = 1 <= header[-3] <= 7 and header[-2] == 0 and header[-1] < 16 and not any(c & 15 for c in header[2:-3:2])
    return 0 < area <= outline.step[0] * outline.step[1] * samples and plain and header[1:-3:2] == frame[6::3]


def _tables(bodies: list[bytes]) -> list[tuple[int, bytes]] | None:
    """(number, definition) of each Huffman table; ``None`` where one is none."""
    found: list[tuple[int, bytes]] = []
    for body in bodies:
        rest = body
        while rest:
            size = 17 + sum(rest[1:17])
            symbols = rest[17:size]
            room = sum(count << (16 - length) for length, count in enumerate(rest[1:17], 1))
            if (
                len(rest) < size
                or rest[0] > 3
                or room > 1 << 16
                or len(set(symbols)) < len(symbols)
                or max(symbols, default=0) > 16
            ):
                return None
            found.append((rest[0], rest[:size]))
            rest = rest[size:]
    return found
