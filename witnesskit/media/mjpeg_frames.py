"""Frames of motion JPEG as the inspector reads them, and the form a clean file has; one or two fields in a frame."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import Final

from witnesskit.errors.media import BadMedia
from witnesskit.media.coded_jpeg import CodedFacts, coded_facts
from witnesskit.media.walk_jpeg import Walk, walk_jpeg

# ITU-T T.81, tables K.3 to K.6, one segment
_COMMON: Final = bytes.fromhex(
    "0000010501010101010100000000000000000102030405060708090a0b100002010303020403050504040000017d010203000411"
    "05122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a43"
    "4445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5"
    "a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
    "0100030101010101010101010000000000000102030405060708090a0b1100020102040403040705040400010277000102031104"
    "052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3"
    "a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
)
_COMMON_SEGMENT: Final = b"\xff\xc4\x01\xa2" + _COMMON


def clean_mjpeg(frame: bytes) -> bytes:
    """The frame as a clean file has it; raises ``BadMedia`` where a decoder would guess."""
    clean: list[bytes] = []
    place = 0
    while frame and len(clean) < 2:
        walk = walk_jpeg(frame[place:])
        if not walk.end:
            raise BadMedia("; ".join(walk.doubts))
        clean.append(_picture(frame[place : place + walk.end], walk))
        place += walk.end
        next_one = frame.find(b"\xff\xd8\xff", place)
        if next_one == -1 or frame[place:next_one].strip(b"\xff"):
            break
        place = next_one
    whole = b"".join(clean)
    if len(whole) > len(frame):
        raise BadMedia("a frame that does not fit")
    return whole + bytes(len(frame) - len(whole))


def _picture(data: bytes, walk: Walk) -> bytes:
    common = all(piece.code != 0xC4 for piece in walk.pieces)
    if common:
        data = data[:2] + _COMMON_SEGMENT + data[2:]
        walk = walk_jpeg(data)
    facts = coded_facts(data, walk)
    if facts.doubts or not walk.end:
        raise BadMedia("; ".join(facts.doubts))
    return b"\xff\xd8" + _heads(walk) + _coding(data, facts, common) + b"\xff\xd9"


def _heads(walk: Walk) -> bytes:
    def first(start: bytes) -> bytes:
        bodies = [piece.body for piece in walk.pieces if piece.code in (0xE0, 0xEE) and piece.body[:4] == start[:4]]
        return bodies[0] if bodies else b""

    camera, jfif, adobe = first(b"AVI1"), first(b"JFIF"), first(b"Adobe")
    heads = b""
    if len(camera) >= 5:
        heads += _segment(0xE0, camera[:5] + bytes(min(len(camera), 14) - 5))
    if len(jfif) >= 14:
        across, down = int.from_bytes(jfif[8:10], "big"), int.from_bytes(jfif[10:12], "big")
        common = gcd(across, down)
        across, down = (across // common, down // common) if across and down else (1, 1)
        ratio = across.to_bytes(2, "big") + down.to_bytes(2, "big")
        heads += _segment(0xE0, b"JFIF\0\1\1\0" + ratio + b"\0\0")
    if len(adobe) >= 12:
        heads += _segment(0xEE, b"Adobe\0d" + bytes(4) + adobe[11:12])
    return heads


def _segment(code: int, body: bytes) -> bytes:
    return b"\xff" + bytes([code]) + (2 + len(body)).to_bytes(2, "big") + body


def _coding(data: bytes, facts: CodedFacts, common: bool) -> bytes:
    tables = b"".join(table for _, table in sorted(facts.quantisation.items()))
    out = _segment(0xDB, tables) + _segment(facts.frame[0], facts.frame[1:])
    interval, every = 0, {table for scan in facts.scans for table in scan.tables}
    numbers = [table[0] for table in sorted(every)]
    current: dict[int, bytes] = {}
    if not common and len(numbers) == len(set(numbers)):
        current = {table[0]: table for table in every}
        out += _segment(0xC4, b"".join(sorted(every))) if every else b""
    for scan in facts.scans:
        if scan.interval != interval:
            out += _segment(0xDD, scan.interval.to_bytes(2, "big"))
            interval = scan.interval
        known = set(current.values())
        new = [] if common else [table for table in scan.tables if table not in known]
        current.update((table[0], table) for table in new)
        if new:
            out += _segment(0xC4, b"".join(new))
        out += _segment(0xDA, scan.piece.body) + data[scan.piece.coded : scan.piece.coded_end]
    return out


def scans_of(frame: bytes) -> Iterator[bytes]:
    """The coded bytes of every scan of a frame."""
    for place, walk in _fields(frame):
        for piece in walk.pieces:
            if piece.code == 0xDA:
                yield frame[place + piece.coded : place + piece.coded_end]


def extras_of(frame: bytes) -> Iterator[bytes]:
    """Bodies of every segment of a frame that codes no picture, and of the bytes between segments."""
    for _, walk in _fields(frame):
        for piece in walk.pieces:
            if piece.code < 0 or piece.code >= 0xE0:
                yield piece.body


def _fields(frame: bytes) -> Iterator[tuple[int, Walk]]:
    place = 0 if frame else -1
    while place >= 0:
        walk = walk_jpeg(frame[place:])
        yield place, walk
        place = frame.find(b"\xff\xd8\xff", place + max(walk.end, 2)) if walk.end else -1
