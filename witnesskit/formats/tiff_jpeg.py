"""JPEG streams inside TIFF strips and tiles (TIFF Technical Note 2, DNG 1.6): each rebuilt from what decoding needs.

Shared tables (JPEGTables) are written into each stream, so that no stream depends on another place of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import SurplusInPicture
from witnesskit.formats.coded_text import ends_in_word
from witnesskit.formats.jpeg import COM, DHT, DQT, DRI, SOS, Segment, Stray, parse_jpeg
from witnesskit.formats.jpeg_coding import Coding, read_coding
from witnesskit.formats.jpeg_lossless import SOF3, parse_lossless
from witnesskit.formats.tiff_layout import Layout

_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE = b"Adobe\x00\x64\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a copy: literal ones, or ``length`` bytes of the original from ``offset``; ``coded`` are essence."""

    literal: bytes = b""
    offset: int = 0
    length: int = 0
    coded: bool = False

    @property
    def size(self) -> int:
        """Bytes it is in the copy."""
        return len(self.literal) or self.length


@dataclass
class Stream:
    """One rebuilt stream: its pieces, bytes of the original it ends after, what went, and how it is shown."""

    pieces: list[Piece] = field(default_factory=list)
    end: int = 0
    removed: list[tuple[str, bytes]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def segment(self, marker: int, body: bytes, coded: bool = False) -> None:
        """Add one marker segment."""
        self.pieces.append(Piece(bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body, coded=coded))

    def joined(self) -> Iterator[Piece]:
        """The pieces, literal ones that follow each other and are alike joined."""
        for (literal, coded), group in groupby(self.pieces, key=lambda piece: (bool(piece.literal), piece.coded)):
            if literal:
                yield Piece(b"".join(piece.literal for piece in group), coded=coded)
            else:
                yield from group

    def tell(self, *words: bytes) -> None:
        """Add to what decides how it is shown."""
        self.shown += [sha256_hex(word) for word in words]


def rebuild(data: bytes, offset: int, tables: bytes, layout: Layout, index: int) -> Stream:
    """The stream in ``data``, which lies at ``offset``; ``tables`` is the value of JPEGTables or empty.

    Raises the leaves of ``errors/media.py``, ``SurplusInPicture`` where it codes more rows than its strip.
    """
    if _frame_marker(data) == SOF3:
        return _lossless(data, offset, layout, index)
    inner = _inner(tables)
    whole = b"\xff\xd8" + inner + data[2:]
    if data[:2] != b"\xff\xd8":
        raise BadMedia("no JPEG start marker in a strip or tile")
    picture = parse_jpeg(whole)
    coding = read_coding(whole, picture)
    _check_size(coding, layout, index)
    _refuse_text(whole, [scan.end for scan in coding.scans])
    stream = Stream([Piece(b"\xff\xd8")], picture.end - len(inner))
    others = [part for part in picture.parts if isinstance(part, Segment) and _is_other(part.marker)]
    _write_heads(stream, [(part.marker, whole[part.start + 4 : part.end]) for part in others])
    stray = [whole[part.start : part.end] for part in picture.parts if isinstance(part, Stray)]
    stream.removed += [("between segments", raw) for raw in stray]
    stream.removed += [(f"{kind} (unused table)", table) for kind, table in coding.unused if table not in inner]
    _write_coding(stream, coding, lambda start: offset + start - len(inner))
    stream.pieces.append(Piece(b"\xff\xd9"))
    return stream


def _refuse_text(data: bytes, ends: list[int]) -> None:
    """Decoders pass over what stands between the last coded unit and the marker behind it."""
    if any(ends_in_word(data[max(0, end - 256) : end]) for end in ends):
        raise SurplusInPicture("readable text behind the coded rows")


def _is_other(marker: int) -> bool:
    return marker == COM or 0xE0 <= marker <= 0xEF


def _frame_marker(data: bytes) -> int:
    """The first frame marker behind whole segments, -1 if there is none."""
    place = 2
    while data[place : place + 1] == b"\xff" and place + 4 <= len(data):
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (DHT, 0xC8, 0xCC):
            return marker
        if marker == 0xFF:
            place += 1
            continue
        place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4], "big"))
    return -1


def _inner(tables: bytes) -> bytes:
    """The quantisation and Huffman segments of JPEGTables; everything else in it is left out."""
    kept, place = b"", 2
    if tables and tables[:2] != b"\xff\xd8":
        raise BadMedia("JPEGTables")
    while tables[place : place + 1] == b"\xff" and tables[place + 1 : place + 2] not in (b"\xd9", b""):
        end = place + 2 + int.from_bytes(tables[place + 2 : place + 4], "big")
        if not place + 4 <= end <= len(tables):
            raise BadMedia("JPEGTables")
        if tables[place + 1] in (DQT, DHT, DRI):
            kept += tables[place:end]
        place = end
    return kept


def _check_size(coding: Coding, layout: Layout, index: int) -> None:
    frame = coding.frame
    if frame.height > layout.down or frame.width > layout.across:
        raise SurplusInPicture("JPEG stream larger than its strip or tile")
    if not layout.tiled and (frame.width < layout.across or frame.height < layout.rows(index)):
        raise BadMedia("JPEG stream smaller than its strip")


def _write_heads(stream: Stream, others: list[tuple[int, bytes]]) -> None:
    """JFIF and Adobe decide how decoders read the colours; they stay in their shortest form."""
    jfif = any(marker == 0xE0 and body[:5] == b"JFIF\x00" for marker, body in others)
    adobe = [body[11] for marker, body in others if marker == 0xEE and body[:5] == b"Adobe" and len(body) >= 12]
    kept: list[tuple[int, bytes]] = [(0xE0, _JFIF)] if jfif else []
    kept += [(0xEE, _ADOBE + bytes([adobe[-1]]))] if adobe and adobe[-1] <= 2 else []
    for marker, body in kept:
        stream.segment(marker, body)
        stream.tell(body)
    for marker, body in others:
        if (marker, body) not in kept:
            stream.removed.append(("COM" if marker == COM else f"APP{marker - 0xE0}", body))


def _write_coding(stream: Stream, coding: Coding, place_of: Callable[[int], int]) -> None:
    for table in coding.quantisation:
        stream.segment(DQT, table)
        stream.tell(table)
    stream.segment(coding.frame.marker, coding.frame_body)
    stream.tell(bytes([coding.frame.marker]) + coding.frame_body)
    interval, in_force = 0, dict[int, bytes]()
    for scan in coding.scans:
        if scan.interval != interval:
            stream.segment(DRI, scan.interval.to_bytes(2, "big"))
            interval = scan.interval
        for table in scan.tables:
            if in_force.get(table[0]) != table:
                stream.segment(DHT, table)
                in_force[table[0]] = table
        stream.tell(scan.interval.to_bytes(2, "big"), *scan.tables)
        stream.segment(SOS, scan.header, coded=True)
        stream.pieces.append(Piece(offset=place_of(scan.start), length=scan.end - scan.start, coded=True))


def _lossless(data: bytes, offset: int, layout: Layout, index: int) -> Stream:
    picture = parse_lossless(data)
    samples = layout.samples if layout.planar == 1 else 1
    _refuse_text(data, [picture.end])
    if picture.pixels > layout.across * layout.down * samples:
        raise SurplusInPicture("JPEG stream larger than its strip or tile")
    if not layout.tiled and picture.pixels < layout.across * layout.rows(index) * samples:
        raise BadMedia("JPEG stream smaller than its strip")
    stream = Stream([Piece(b"\xff\xd8")], picture.whole)
    stream.segment(SOF3, picture.frame)
    stream.tell(picture.frame)
    for table in picture.used():
        stream.segment(DHT, table)
        stream.tell(table)
    if picture.interval:
        stream.segment(DRI, picture.interval.to_bytes(2, "big"))
    stream.tell(picture.interval.to_bytes(2, "big"))
    stream.segment(SOS, picture.header, coded=True)
    stream.pieces.append(Piece(offset=offset + picture.start, length=picture.end - picture.start, coded=True))
    stream.pieces.append(Piece(b"\xff\xd9"))
    stream.removed = [(f"segment {marker:02x}", body) for marker, body in _without_repeats(picture.other)]
    return stream


def _without_repeats(others: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    yield from dict.fromkeys(others)
