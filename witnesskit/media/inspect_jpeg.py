"""What a JPEG gives away. CLEAN only if every piece is on the list of what a clean picture holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import gcd
from typing import Final

from witnesskit.media.blocks import of_credentials, of_exif, of_photoshop, of_profile, of_xmp
from witnesskit.media.coded_jpeg import CODINGS, CodedFacts, coded_facts
from witnesskit.media.groups import shown
from witnesskit.media.pieces_jpeg import bodies, name_of, orientation, profile
from witnesskit.media.readable import runs, table, word_before, words_near_end
from witnesskit.media.trailing import after_picture
from witnesskit.media.walk_jpeg import Piece, Walk, walk_jpeg
from witnesskit.media.walk_jumbf import joined_segments
from witnesskit.media_limits import JPEG_MAX
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_JOINED: Final = ("APP2 ICC", "APP11 JUMBF")  # read over all their segments
_CODING: Final = frozenset({*CODINGS, 0xDB, 0xC4, 0xDD, 0xDA})
_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_TEXT: Final = table(bytes(range(0x20, 0x7F)) + b"\n\r\t")
_TEXT_MIN: Final = 32  # bytes; a chance of one in 10^8 for each 5 MB of coded picture

Revelations = Iterator[Revelation]


def inspect_jpeg(reader: SeekableReader) -> Inspection:
    """Inspect the JPEG in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    data = reader.read_at(0, min(reader.size, JPEG_MAX))
    walk = walk_jpeg(data)
    coded = coded_facts(data, walk)
    failures: list[str] = []
    revelations = list(_of_pieces(walk, failures))
    revelations += _of_profile(walk)
    revelations += _of_boxes(walk)
    revelations += [Revelation("other", kind, "unused table", f"{len(table)} bytes") for kind, table in coded.unused]
    revelations += _of_coded_bytes(data, walk)
    if walk.end:
        revelations += after_picture(reader, walk.end)
    doubts = [*walk.doubts, *coded.doubts]
    found = Finding.FOUND if revelations else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if doubts else found,
        media_type="image/jpeg",
        revelations=tuple(dict.fromkeys(revelations)),
        reason="; ".join(doubts),
        facts=_facts(walk, coded, failures),
    )


def _facts(walk: Walk, coded: CodedFacts, failures: list[str]) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "width": coded.width,
        "height": coded.height,
        "orientation": orientation(walk),
        "coding": CODINGS.get(coded.frame[0], "") if coded.frame else "",
        "components": len(coded.components),
        "scans": len(coded.scans),
    }
    if failures:
        facts["exifread"] = failures
    return facts


def _of_pieces(walk: Walk, failures: list[str]) -> Revelations:
    for piece in walk.pieces:
        if piece.code not in _CODING:
            yield from _of_piece(piece, failures)


def _of_piece(piece: Piece, failures: list[str]) -> Revelations:
    name = name_of(piece)
    if name == "APP1 Exif":
        yield from of_exif(name, piece.body, failures)
    elif name in _READERS:
        yield from _READERS[name](name, piece.body)
    elif name not in _JOINED:
        yield Revelation("other", name, "unknown segment", shown(piece.body[:400]) or f"{len(piece.body)} bytes")


def _of_jfif(name: str, body: bytes) -> Revelations:
    if len(body) != 14 or body[12:] != b"\x00\x00":
        yield Revelation("inside", name, "thumbnail", f"{max(0, len(body) - 14)} bytes behind the header")
    sides = int.from_bytes(body[8:10], "big"), int.from_bytes(body[10:12], "big")
    if body[5:8] != b"\1\1\0" or gcd(*sides) != 1 or not all(0 < side < 1_000 for side in sides):
        yield Revelation("other", name, "version or density", body[5:12].hex())


def _of_adobe(name: str, body: bytes) -> Revelations:
    if len(body) != 12:
        yield Revelation("other", name, "bytes behind the header", shown(body[12:]) or f"{len(body)} bytes")
    if body[5:11] != b"\0\x64\0\0\0\0" or body[11:12] > b"\2":
        yield Revelation("other", name, "version, flags or transform", shown(body[5:12]) or body[5:12].hex())


def _of_comment(name: str, body: bytes) -> Revelations:
    yield Revelation("other", name, "comment", shown(body.decode("utf-8", "replace")))


def _of_second_picture(name: str, body: bytes) -> Revelations:
    yield Revelation("inside", name, "further pictures or their index", f"{len(body)} bytes")


def _of_photoshop(name: str, body: bytes) -> Revelations:
    yield from of_photoshop(name, body[len(b"Photoshop 3.0\x00") :])


_READERS: Final[dict[str, Callable[[str, bytes], Revelations]]] = {
    "APP0 JFIF": _of_jfif,
    "APP0 JFXX": _of_second_picture,
    "APP1 XMP": of_xmp,
    "APP1 extended XMP": of_xmp,
    "APP2 MPF": _of_second_picture,
    "APP2 FlashPix": _of_second_picture,
    "APP2 gain map": _of_second_picture,
    "APP13 Photoshop": _of_photoshop,
    "APP14 Adobe": _of_adobe,
    "COM": _of_comment,
}


def _of_boxes(walk: Walk) -> Revelations:
    """Boxes go over many segments: they are read when they are whole."""
    parts = [piece.body for piece in walk.pieces if name_of(piece) == "APP11 JUMBF"]
    if parts:
        yield from of_credentials("APP11 JUMBF", joined_segments(parts))


def _of_profile(walk: Walk) -> Revelations:
    data = profile(walk)
    if data is not None:
        yield from of_profile("APP2 ICC", data or b"".join(bodies(walk, "APP2 ICC")))


def _of_coded_bytes(data: bytes, walk: Walk) -> Revelations:
    """Readable text where only coded picture should be; runs of few letters are flat areas, not text."""
    for piece in walk.pieces:
        if piece.code == 0xDA:
            coded = data[piece.coded : piece.coded_end]
            for start, end in runs(coded, _TEXT, _TEXT_MIN):
                text = coded[start : min(end, start + 400)]
                if len(set(text)) >= 10:
                    yield Revelation("other", "coded picture", "readable text", shown(text))
            hung_on = words_near_end(coded)
            hung_on = hung_on or word_before(coded, (mark.start() for mark in _RESTART.finditer(coded)))
            if hung_on:
                yield Revelation("other", "coded picture", "readable text at the end of a scan", shown(hung_on))
