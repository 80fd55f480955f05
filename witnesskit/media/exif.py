"""One reader of Exif among two: exifread names the tags, our own walker bounds it and stands in where it fails.

Readers of Exif can run long or raise on hostile input, so reads are counted, and this is called in the jail's child
only. What is raised is a fact of the inspection; a block that cannot be read is never clean on its word.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any

from witnesskit.media.groups import shown
from witnesskit.media.walk_tiff import Entry, walk_tiff
from witnesskit.media_limits import EXIF_READS_MAX

_KNOWN_TEXTS = {0x010F: "Make", 0x0110: "Model", 0x0131: "Software", 0x0132: "DateTime", 0x013B: "Artist"}
_KNOWN_TEXTS |= {0x8298: "Copyright", 0x9003: "DateTimeOriginal", 0xA430: "CameraOwnerName", 0xA431: "SerialNumber"}
_LATITUDE, _LONGITUDE = 2, 4


@dataclass(frozen=True)
class ExifTag:
    """Directory, name and value of one tag, as text."""

    directory: str
    name: str
    value: str


@dataclass(frozen=True)
class ExifFacts:
    """Tags of one Exif block; ``failure`` is the kind of exifread's failure, empty if it read the block."""

    tags: tuple[ExifTag, ...]
    failure: str


class _ReadsSpentError(Exception):
    """More reads were asked for than a block is worth."""


class _Counted:
    """As much of a stream as exifread uses; it ends the reading of a block that never ends.

    A value is a seek and a read, and a block may hold thousands: ``io.BytesIO`` below would double their cost.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._left = data, 0, EXIF_READS_MAX

    def read(self, size: int = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise _ReadsSpentError
        start = self._at
        found = self._data[start : start + size] if size >= 0 else self._data[start:]
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._left -= 1
        if self._left < 0:
            raise _ReadsSpentError
        if whence or offset < 0:
            offset = self._from(offset, whence)
        self._at = offset
        return offset

    def read_from(self, offset: int, size: int, /) -> bytes:
        """A seek and a read."""
        self._left -= 2
        if self._left < 0:
            raise _ReadsSpentError
        if offset < 0:
            raise ValueError("negative seek")
        found = self._data[offset : offset + size]
        self._at = offset + len(found)
        return found

    def tell(self) -> int:
        return self._at

    def _from(self, offset: int, whence: int) -> int:
        if not whence:
            raise ValueError("negative seek")
        return max(0, offset + (self._at if whence == io.SEEK_CUR else len(self._data)))


def read_exif(block: bytes) -> ExifFacts:
    """Tags of a TIFF block (an Exif segment without its head); never raises."""
    entries = list(walk_tiff(block))
    position = _position(entries)
    if any(entry.count > len(block) for entry in entries):
        return ExifFacts(position + _plain(entries), "counts beyond the block")
    failed = ""
    for details in (True, False):  # maker notes may be coded in secret: then all but them
        try:
            return ExifFacts(position + _with_exifread(block, details=details), failed)
        except Exception as failure:  # noqa: BLE001 - wire parsing by a library
            failed = type(failure).__name__
    return ExifFacts(position + _plain(entries), failed)


def _with_exifread(block: bytes, *, details: bool) -> tuple[ExifTag, ...]:
    from witnesskit.media.exif_values import process_file

    logging.getLogger("exifread").disabled = True  # its warnings quote the file
    stream: Any = _Counted(block)
    found: dict[str, Any] = process_file(
        stream, details=details, truncate_tags=False, builtin_types=True, extract_thumbnail=False
    )
    split = [(*name.partition(" ")[::2], value) for name, value in found.items() if value is not None]
    return tuple(ExifTag(directory, name, shown(value)) for directory, name, value in split)


def _plain(entries: list[Entry]) -> tuple[ExifTag, ...]:
    """Tags by number where only our own walker could read them."""
    return tuple(
        ExifTag(entry.directory, _KNOWN_TEXTS.get(entry.tag, f"tag {entry.tag:04x}"), shown(entry.raw[:200]))
        for entry in entries
    )


def _position(entries: list[Entry]) -> tuple[ExifTag, ...]:
    """Latitude and longitude in degrees, as a map takes them."""
    gps = {entry.tag: entry for entry in entries if entry.directory == "GPS"}
    degrees = [_degrees(gps, tag) for tag in (_LATITUDE, _LONGITUDE)]
    return () if None in degrees else (ExifTag("GPS", "GPS position", f"{degrees[0]:.6f}, {degrees[1]:.6f}"),)


def _degrees(gps: dict[int, Entry], tag: int) -> float | None:
    numbers = gps[tag].numbers() if tag in gps and gps[tag].kind == 5 else ()
    if len(numbers) != 6 or not all(numbers[1::2]):
        return None
    value = numbers[0] / numbers[1] + numbers[2] / numbers[3] / 60 + numbers[4] / numbers[5] / 3600
    side = gps[tag - 1].raw[:1] if tag - 1 in gps else b""
    return -value if side in (b"S", b"W") else value
