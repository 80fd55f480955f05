"""Frames of motion JPEG: one or two JPEG pictures with camera data between segments, made clean at equal length.

Kept are the segments a decoder needs, and of the ``AVI1`` segment the order of the two fields. What goes leaves zeros
behind the end marker, as cameras pad their frames anyway, so no place in the file moves.
"""

from __future__ import annotations

from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.formats.jpeg import DHT, DQT, DRI, SOS, Picture, Segment, parse_jpeg
from witnesskit.formats.jpeg_coding import Coding, read_coding
from witnesskit.formats.jpeg_shown import aspect_of

# the Huffman tables of ITU-T T.81 K.3, which frames leave out
STANDARD: Final = bytes.fromhex(
    "0000010501010101010100000000000000000102030405060708090a0b100002010303020403050504040000017d010203000411"
    "05122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a43"
    "4445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5"
    "a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
    "0100030101010101010101010000000000000102030405060708090a0b1100020102040403040705040400010277000102031104"
    "052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3"
    "a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
)
_TABLES: Final = b"\xff\xc4" + (len(STANDARD) + 2).to_bytes(2, "big") + STANDARD
_FIELDS_MAX: Final = 2


def clean_frame(data: bytes) -> bytes:
    """The frame as a copy holds it, as long as ``data``; raises the leaves of errors/media.py."""
    if not data:
        return data
    fields, place = b"", 0
    for _ in range(_FIELDS_MAX):
        field, length = _field(data[place:])
        fields += field
        place += length
        follower = data.find(b"\xff\xd8\xff", place)
        if follower < 0 or any(data[place:follower].replace(b"\xff", b"")):
            break
        place = follower
    if len(fields) > len(data):
        raise BadMedia("a frame that grows")
    return fields.ljust(len(data), b"\0")


def _field(data: bytes) -> tuple[bytes, int]:
    """One clean picture, and how long it was."""
    picture = parse_jpeg(data)
    length = picture.end
    told = any(isinstance(part, Segment) and part.marker == DHT for part in picture.parts)
    if not told:
        data = data[:2] + _TABLES + data[2:]
        picture = parse_jpeg(data)
    return b"\xff\xd8" + _extras(data, picture) + _coded(data, read_coding(data, picture), told) + b"\xff\xd9", length


def _extras(data: bytes, picture: Picture) -> bytes:
    """Field order, pixel aspect and colour transform in their one form."""
    found: dict[bytes, bytes] = {}
    for part in picture.parts:
        if isinstance(part, Segment) and part.marker in (0xE0, 0xEE):
            body = data[part.start + 4 : part.end]
            found.setdefault(body[:4], body)
    kept = b""
    if len(found.get(b"AVI1", b"")) > 4:
        body = found[b"AVI1"][:5].ljust(min(14, len(found[b"AVI1"])), b"\0")
        kept += _segment(0xE0, body)
    if len(found.get(b"JFIF", b"")) >= 14:
        sides = b"".join(side.to_bytes(2, "big") for side in aspect_of(found[b"JFIF"]))
        kept += _segment(0xE0, b"JFIF\0\x01\x01\0" + sides + b"\0\0")
    if len(found.get(b"Adob", b"")) >= 12:
        kept += _segment(0xEE, b"Adobe\0\x64\0\0\0\0" + found[b"Adob"][11:12])
    return kept


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def _coded(data: bytes, coding: Coding, told: bool) -> bytes:
    parts = [_segment(DQT, b"".join(coding.quantisation)), _segment(coding.frame.marker, coding.frame_body)]
    interval, in_force = 0, _settled(coding) if told else None
    if in_force:
        parts.append(_segment(DHT, b"".join(table for _, table in sorted(in_force.items()))))
    for scan in coding.scans:
        if scan.interval != interval:
            interval = scan.interval
            parts.append(_segment(DRI, interval.to_bytes(2, "big")))
        fresh = [table for table in scan.tables if in_force is not None and in_force.get(table[0]) != table]
        if in_force is not None and fresh:
            in_force.update({table[0]: table for table in fresh})
            parts.append(_segment(DHT, b"".join(fresh)))
        parts += [_segment(SOS, scan.header), data[scan.start : scan.end]]
    return b"".join(parts)


def _settled(coding: Coding) -> dict[int, bytes]:
    """Every table by its number, where no number is given anew later: one segment holds them all."""
    found: dict[int, bytes] = {}
    for scan in coding.scans:
        for table in scan.tables:
            if found.setdefault(table[0], table) != table:
                return {}
    return found
