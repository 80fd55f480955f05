"""What each piece of a JPEG is called, and the parts of it that more than one reader here asks for."""

from __future__ import annotations

from typing import Final

from witnesskit.media.walk_jpeg import LOOSE, Piece, Walk
from witnesskit.media.walk_tiff import ORIENTATION, walk_tiff

_HEADS: Final = {
    "APP0 JFIF": (0xE0, b"JFIF\x00"),
    "APP0 JFXX": (0xE0, b"JFXX\x00"),
    "APP1 Exif": (0xE1, b"Exif\x00"),
    "APP1 XMP": (0xE1, b"http://ns.adobe.com/xap/1.0/\x00"),
    "APP1 extended XMP": (0xE1, b"http://ns.adobe.com/xmp/extension/\x00"),
    "APP2 ICC": (0xE2, b"ICC_PROFILE\x00"),
    "APP2 MPF": (0xE2, b"MPF\x00"),
    "APP2 FlashPix": (0xE2, b"FPXR\x00"),
    "APP2 gain map": (0xE2, b"urn:iso:std:iso:ts:21496:-1\x00"),
    "APP11 JUMBF": (0xEB, b"JP"),
    "APP13 Photoshop": (0xED, b"Photoshop 3.0\x00"),
    "APP14 Adobe": (0xEE, b"Adobe"),
}


def name_of(piece: Piece) -> str:
    """``APP1 Exif``, ``COM``, ``loose bytes``, ``DQT`` ... as people know it."""
    fixed = {LOOSE: "loose bytes", 0xFE: "COM", 0xDB: "DQT", 0xC4: "DHT", 0xDD: "DRI", 0xDA: "SOS"}
    for name, (code, head) in _HEADS.items():
        if piece.code == code and piece.body.startswith(head):
            return name
    if 0xE0 <= piece.code <= 0xEF:
        return f"APP{piece.code & 15}"
    return fixed.get(piece.code, f"marker {piece.code:02x}")


def bodies(walk: Walk, name: str) -> list[bytes]:
    """Bodies of every piece of that name, in order, without the piece's own head."""
    head = _HEADS[name][1]
    return [piece.body[len(head) :] for piece in walk.pieces if name_of(piece) == name]


def exif_blocks(walk: Walk) -> list[bytes]:
    """The TIFF blocks of every Exif segment."""
    return [body[1:] for body in bodies(walk, "APP1 Exif")]


def orientation(walk: Walk) -> int:
    """Orientation of the first Exif segment, 1 where it says none."""
    for block in exif_blocks(walk)[:1]:
        for entry in walk_tiff(block):
            if entry.directory == "IFD0" and entry.tag == ORIENTATION:
                value = entry.numbers()[0] if entry.kind == 3 and entry.count and entry.raw else 1
                return value if 1 <= value <= 8 else 1
    return 1


def profile(walk: Walk) -> bytes | None:
    """The ICC profile joined from its numbered parts; empty if they do not fit, ``None`` if there is none."""
    parts = sorted(bodies(walk, "APP2 ICC"), key=lambda part: part[:1])
    if not parts:
        return None
    numbers = [(part[0], part[1]) for part in parts if len(part) > 1]
    if numbers != [(index, len(parts)) for index in range(1, len(parts) + 1)]:
        return b""
    return b"".join(part[2:] for part in parts)
