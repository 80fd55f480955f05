"""Texts of a PNG: comments, XMP, and Exif, IPTC and XMP as older programs wrote them, in hex."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from witnesskit.media.walk_png import PngWalk
from witnesskit.media.walk_tiff import ORIENTATION, walk_tiff
from witnesskit.media_limits import PNG_TEXT_MAX, PNG_TEXTS_MAX

TEXTS = ("tEXt", "zTXt", "iTXt")
_RAW = "Raw profile type "


def unpacked(data: bytes) -> bytes:
    """What is inflated of a zlib stream, bounded; the bytes themselves where it is none."""
    try:
        return zlib.decompressobj().decompress(data, PNG_TEXT_MAX)
    except zlib.error:
        return data


def text_of(name: str, body: bytes) -> tuple[str, bytes]:
    """(keyword, text) of a text chunk."""
    word, _, rest = body.partition(b"\0")
    keyword = word.decode("latin-1")
    if name == "zTXt":
        return keyword, unpacked(rest[1:])
    if name == "iTXt":
        fields = rest[2:].split(b"\0", 2)
        text = fields[-1] if len(fields) == 3 else b""
        return keyword, unpacked(text) if rest[:1] == b"\1" else text
    return keyword, rest


def raw_block(keyword: str, text: bytes) -> tuple[str, bytes]:
    """(kind, block) of a ``Raw profile type`` text: exif, xmp, iptc, 8bim, icc; ``("", b"")`` for any other text."""
    if not keyword.startswith(_RAW):
        return "", b""
    digits = b"".join(text.split(b"\n")[3:])
    try:
        return keyword[len(_RAW) :].lower(), bytes.fromhex(digits.decode("ascii", "replace"))
    except ValueError:
        return keyword[len(_RAW) :].lower(), b""


def all_texts(walk: PngWalk) -> Iterator[tuple[str, str, bytes]]:
    """(chunk name, keyword, text) in order; behind a bound in sum, packed texts come as they stand."""
    left = PNG_TEXTS_MAX
    for piece in walk.pieces:
        if piece.name in TEXTS:
            keyword, text = text_of(piece.name, piece.body) if left > 0 else ("", piece.body)
            left -= len(text)
            yield piece.name, keyword, text


def orientation_of(block: bytes) -> int:
    """Orientation of a TIFF block with or without ``Exif 00 00`` before it, 1 where it says none."""
    for entry in walk_tiff(block[6:] if block[:5] == b"Exif\0" else block):
        if entry.directory == "IFD0" and entry.tag == ORIENTATION:
            value = entry.numbers()[0] if entry.kind == 3 and entry.raw else 1
            return value if 1 <= value <= 8 else 1
    return 1


def xmp_orientation(packet: bytes) -> int:
    """The digit behind ``tiff:Orientation`` of an XMP packet, 1 where there is none."""
    behind = packet.partition(b"tiff:Orientation")[2][:24]
    value = behind.lstrip(b" \t\r\n=>\"'")[:2]
    return int(value[:1]) if value[:1] in b"12345678" and value and not value[1:].isdigit() else 1


def orientation_png(walk: PngWalk) -> int:
    """Of eXIf; where there is none, of Exif written as text, then of XMP."""
    exif = walk.first("eXIf")
    if exif is not None:
        return orientation_of(exif)
    raw = _first(walk, _RAW + "exif", _RAW + "APP1")
    if raw is not None:
        return orientation_of(raw_block(_RAW + "exif", raw)[1])
    return xmp_orientation(_first(walk, "XML:com.adobe.xmp") or b"")


def _first(walk: PngWalk, *keywords: str) -> bytes | None:
    for piece in walk.pieces:
        if piece.name in TEXTS and piece.sound and piece.body.partition(b"\0")[0].decode("latin-1") in keywords:
            return text_of(piece.name, piece.body)[1]
    return None
