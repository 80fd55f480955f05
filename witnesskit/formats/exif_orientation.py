"""The one Exif tag that changes how a picture is shown: Orientation (Exif 2.32 clause 4.6.4, TIFF 6.0)."""

from __future__ import annotations

from typing import Final, Literal

_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_ENTRIES_MAX: Final = 512
_HEADER: Final = b"Exif\x00\x00"


def is_exif(body: bytes) -> bool:
    """True if an APP1 body is an Exif block."""
    return body[:5] == _HEADER[:5]


def read_orientation(body: bytes) -> int:
    """Orientation 1 to 8 of an Exif APP1 body; 1 where it is absent or cannot be read."""
    tiff = body[6:]
    order: Literal["little", "big"] | None = {b"II*\x00": "little", b"MM\x00*": "big"}.get(tiff[:4])  # type: ignore[assignment]
    if order is None:
        return 1
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    for at in range(start + 2, start + 2 + 12 * min(count, _ENTRIES_MAX), 12):
        entry = tiff[at : at + 12]
        if int.from_bytes(entry[:2], order) == _ORIENTATION:
            short = int.from_bytes(entry[2:4], order) == _SHORT and len(entry) == 12
            value = int.from_bytes(entry[8:10], order) if short else 1
            return value if 1 <= value <= 8 else 1
    return 1


def orientation_body(orientation: int) -> bytes:
    """An Exif APP1 body that holds Orientation and nothing else (32 bytes)."""
    entry = _ORIENTATION.to_bytes(2, "big") + b"\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2, "big")
    return _HEADER + b"MM\x00*\x00\x00\x00\x08\x00\x01" + entry + bytes(6)
