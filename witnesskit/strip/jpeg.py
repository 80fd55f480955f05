"""The shareable copy of a JPEG: only what a decoder needs to show the same picture, coded bytes untouched.

What is written: SOI, JFIF without thumbnail, Exif with Orientation alone (only if not 1), Adobe transform, ICC
without texts, used tables, frame, scans, EOI; always in this order, so that the order names no device.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, HiddenInPicture, SecondImages
from witnesskit.formats.coded_text import any_ends_in_word, reads_near_end
from witnesskit.formats.jpeg import DHT, DQT, DRI, SOS, Picture, parse_jpeg
from witnesskit.formats.jpeg_coding import CodedScan, Coding, read_coding
from witnesskit.formats.jpeg_shown import presentation_sha256
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import JPEG_MAX
from witnesskit.media_model import DEFAULT_CHOICES, EssenceHash, Removal, StripChoices, StripResult
from witnesskit.model import SeekableReader, Sink
from witnesskit.strip.copying import Copying, refuse_if
from witnesskit.strip.jpeg_extras import Extras, read_extras
from witnesskit.strip.jpeg_trailer import remove_trailer
from witnesskit.strip.remarks import CREDENTIALS_DROPPED, SECOND_IMAGES_DROPPED

MEDIA_TYPE = "image/jpeg"
_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_LOOKED_AT: Final = 512  # bytes at the end of a scan


@dataclass
class _Copy(Copying):
    """A JPEG on its way out; the coded bytes are hashed once more."""

    coded: hashlib._Hash = field(default_factory=hashlib.sha256)

    def segment(self, marker: int, body: bytes) -> None:
        self.put(bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body)


def strip_jpeg(reader: SeekableReader, sink: Sink, choices: StripChoices = DEFAULT_CHOICES) -> StripResult:
    """Write a copy of the JPEG in ``reader`` to ``sink`` that keeps the picture and nothing that identifies.

    Nothing is written before the whole structure is understood. Raises ``BadMedia``, ``MediaCut``,
    ``MediaTooLarge``, ``UnsupportedMedia`` or ``HiddenInPicture``, ``CredentialsKept`` or ``SecondImages`` where the
    policy asks for it; what the sink raises passes through.
    """
    data, picture = _read(reader)
    coding = read_coding(data, picture)
    _refuse_text(data, coding)
    extras = read_extras(data, picture)
    trailer = remove_trailer(reader, picture.end)
    remarks = _remarks(extras, trailer.remarks)
    _obey(choices, remarks)
    copy = _Copy(sink)
    copy.put(b"\xff\xd8")
    for marker, body in extras.kept:
        copy.segment(marker, body)
    _write_coding(copy, data, coding)
    copy.put(b"\xff\xd9")
    return StripResult(
        media_type=MEDIA_TYPE,
        size=copy.size,
        sha256=copy.sha256,
        removed=extras.removed + _unused(coding) + trailer.removed,
        essence=(EssenceHash("image", "jpeg-scan", copy.coded.hexdigest()),),
        presentation_sha256=presentation_sha256(coding, extras.shown),
        kept=remarks,
    )


def _read(reader: SeekableReader) -> tuple[bytes, Picture]:
    data = reader.read_at(0, min(reader.size, JPEG_MAX))
    try:
        return data, parse_jpeg(data)
    except MediaCut:
        if reader.size > JPEG_MAX:
            raise MediaTooLarge(f"no end marker in {JPEG_MAX} bytes") from None
        raise


def _refuse_text(data: bytes, coding: Coding) -> None:
    """Decoders pass over what stands between the last coded unit and the marker behind it (T.81 B.1.1.5)."""
    for scan in coding.scans:
        coded = data[scan.start : scan.end]
        restarts = (mark.start() for mark in _RESTART.finditer(coded)) if scan.interval else ()
        if reads_near_end(coded[-_LOOKED_AT:]) or any_ends_in_word(coded, restarts):
            raise HiddenInPicture("readable text in the coded picture")


def _write_coding(copy: _Copy, data: bytes, coding: Coding) -> None:
    for table in coding.quantisation:
        copy.segment(DQT, table)
    copy.segment(coding.frame.marker, coding.frame_body)
    interval = 0
    in_force: dict[int, bytes] = {}
    for scan in coding.scans:
        if scan.interval != interval:
            copy.segment(DRI, scan.interval.to_bytes(2, "big"))
            interval = scan.interval
        for table in scan.tables:
            if in_force.get(table[0]) != table:
                copy.segment(DHT, table)
                in_force[table[0]] = table
        _write_scan(copy, data, scan)


def _write_scan(copy: _Copy, data: bytes, scan: CodedScan) -> None:
    copy.segment(SOS, scan.header)
    copy.coded.update(bytes([0xFF, SOS]) + (len(scan.header) + 2).to_bytes(2, "big") + scan.header)
    coded = memoryview(data)[scan.start : scan.end]
    for start in range(0, len(coded), READ_BLOCK):  # a block at a time: it is still near when it is hashed again
        block = coded[start : start + READ_BLOCK]
        copy.put(block)
        copy.coded.update(block)


def _unused(coding: Coding) -> tuple[Removal, ...]:
    return tuple(Removal(f"{kind} (unused table)", len(table), sha256_hex(table)) for kind, table in coding.unused)


def _obey(choices: StripChoices, remarks: tuple[str, ...]) -> None:
    if CREDENTIALS_DROPPED in remarks:
        refuse_if(choices.credentials, "keep", CredentialsKept)
    if SECOND_IMAGES_DROPPED.intersection(remarks):
        refuse_if(choices.second_images, "refuse", SecondImages)


def _remarks(extras: Extras, of_trailer: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(extras.remarks + of_trailer))
