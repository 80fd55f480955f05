"""What stands behind the end of a picture: a second picture, a film, a vendor's block, anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import JPEG_TRAILER_LOOKED_AT
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

_PLACE: Final = "after the picture"
_SIGNS: Final = (
    (b"\xff\xd8\xff", "further picture"),
    (b"ftyp", "film of a motion photo"),
    (b"http://ns.adobe.com/xap/1.0/", "XMP of a further picture"),
    (b"Exif\x00\x00", "Exif of a further picture"),
    (b"SEFT", "block of the phone's maker"),
    (b"AFCP", "archive block"),
    (b"PhotoMechanic", "block of an editor"),
    (b"CANON OPTIONAL DATA", "block of the camera's maker"),
)


def after_picture(reader: SeekableReader, start: int) -> Iterator[Revelation]:
    """Nothing if the file ends at ``start``; else its size, and what it looks like."""
    if reader.size <= start:
        return
    yield Revelation("inside", _PLACE, "trailing bytes", f"{reader.size - start} bytes")
    said: set[str] = set()
    end = min(reader.size, start + JPEG_TRAILER_LOOKED_AT)
    for place in range(start, end, READ_BLOCK):
        block = reader.read_at(place, READ_BLOCK + 64)
        for sign, name in _SIGNS:
            if name not in said and sign in block:
                said.add(name)
                yield Revelation("inside", _PLACE, name, f"{reader.size - start} bytes")
