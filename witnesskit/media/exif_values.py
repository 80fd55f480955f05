"""exifread, with the values of one tag read at once: a maker note of 30 KB is 30,000 reads to it otherwise."""

from __future__ import annotations

import struct
from typing import Any, Final

import exifread
from exifread.core.exif_header import ExifHeader

_FORMS: Final = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I"}  # whole numbers by kind, TIFF 6.0
_COUNT_MAX: Final = 1000  # exifread leaves longer tags empty, but for maker notes

process_file: Final = exifread.process_file


class Header(ExifHeader):
    """Gives the same values; whatever does not lie whole in the block is left to exifread.

    The stream has ``read_from(offset, size)``.
    """

    def s2n(self, offset: int, length: int, signed: bool = False) -> int:
        """One whole number; 0 where it does not lie in the block."""
        if length not in (1, 2, 4):
            return super().s2n(offset, length, signed)
        raw = self._read(offset, length)
        order: Any = "little" if self.endian == "I" else "big"
        return int.from_bytes(raw, order, signed=signed) if len(raw) == length else 0

    def _process_field(self, tag_name: str, count: int, field_type: int, type_length: int, offset: int) -> list[Any]:
        form = _FORMS.get(field_type)
        if form and (count < _COUNT_MAX or tag_name == "MakerNote"):
            whole = self._read(offset, count * type_length)
            if len(whole) == count * type_length:
                return list(struct.unpack(f"{'<' if self.endian == 'I' else '>'}{count}{form}", whole))
        return super()._process_field(tag_name, count, field_type, type_length, offset)

    def _read(self, offset: int, size: int) -> bytes:
        stream: Any = self.file_handle
        found: bytes = stream.read_from(self.offset + offset, size)
        return found


setattr(exifread, "ExifHeader", Header)  # noqa: B010 - what process_file makes; not exported by name
