"""Orientation where no Exif block says it: XMP, and Exif written as hex text by older programs."""

from __future__ import annotations

import re
from typing import Final

from witnesskit.formats.exif_orientation import is_exif, read_orientation

_IN_XMP: Final = re.compile(rb"""tiff:Orientation(?:\s{0,9}=\s{0,9}["']|>)\s{0,9}([1-8])(?![0-9])""")
_HEAD: Final = b"Exif\0\0"


def tiff_orientation(block: bytes) -> int:
    """Orientation of an Exif block with or without its head ``Exif 00 00``; 1 where it says none."""
    return read_orientation(block if is_exif(block) else _HEAD + block)


def xmp_orientation(packet: bytes) -> int:
    """Orientation of an XMP packet, 1 where it says none."""
    found = _IN_XMP.search(packet)
    return int(found.group(1)) if found else 1


def unhexed_profile(text: bytes) -> bytes:
    """The block of a ``Raw profile type`` text: a name and a length on lines of their own, then hex digits."""
    try:
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return b""
