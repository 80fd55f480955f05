"""What a copy of a TIFF leaves behind: tags, directories, previews, slack, and bytes that nothing refers to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.tiff import Directory, Entry, Tiff
from witnesskit.formats.tiff_document import Document, Page
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import TIFF_CHUNKS_MAX
from witnesskit.media_model import Removal

_STRIPS: Final = ((273, 279), (324, 325), (513, 514))
_PLACES: Final = frozenset({347, *(tag for pair in _STRIPS[:2] for tag in pair)})  # written anew in every copy
_CHANGED: Final = frozenset({320, 34675, 50708, 51008, 51009, 51022})  # kept in part
_NAMES: Final = {
    270: "ImageDescription", 271: "Make", 272: "Model", 305: "Software", 306: "DateTime", 315: "Artist",
    700: "XMP", 33432: "Copyright", 33723: "IPTC", 34377: "Photoshop", 34665: "Exif", 34675: "ICC", 34853: "GPS",
    37500: "MakerNote", 37724: "layers", 50735: "CameraSerialNumber", 50827: "OriginalRawFileName",
    50828: "OriginalRawFileData", 50708: "UniqueCameraModel", 50740: "DNGPrivateData", 52545: "C2PA", 330: "SubIFDs",
}  # fmt: skip


@dataclass
class _Hashing:
    """Digests of parts of the original; parts that lie on each other cost no more than some readings of the file."""

    tiff: Tiff
    left: int

    def removal(self, place: str, spans: list[tuple[int, int]]) -> Removal:
        """One removal of the bytes in ``spans``; raises ``MediaTooLarge`` when too many were read."""
        hasher, total = hashlib.sha256(), sum(size for _, size in spans)
        self.left -= total
        if self.left < 0:
            raise MediaTooLarge("values that lie on each other")
        for offset, size in spans:
            for at in range(offset, offset + size, READ_BLOCK):
                hasher.update(self.tiff.reader.read_at(at, min(READ_BLOCK, offset + size - at)))
        return Removal(place, total, hasher.hexdigest())


def removals(document: Document) -> tuple[Removal, ...]:
    """Each removed value, directory and rest with its place, size and digest; raises ``MediaTooLarge``."""
    tiff = document.tiff
    hashing = _Hashing(tiff, 8 * tiff.reader.size + READ_BLOCK)
    pages = {page.directory.offset: page for page in document.pages}
    found: list[Removal] = []
    spans = [(0, 16 if tiff.big else 8)]
    named = [(f"IFD{index}", directory) for index, directory in enumerate(document.chain)]
    for name, directory in [*named, *((below.name, below.directory) for below in document.below)]:
        page = pages.get(directory.offset)
        coded = _coded(tiff, directory)
        spans += [(directory.offset, directory.end - directory.offset), *coded]
        for entry in directory.every:
            inside = entry.offset + entry.size <= tiff.reader.size
            spans += [(entry.offset, entry.size)] if inside else []
            if inside and entry.size and not (page and _stays(tiff, page, entry)):
                place = f"{name} {_NAMES.get(entry.tag, f'tag {entry.tag}')}"
                found.append(hashing.removal(place, [(entry.offset, entry.size)]))
        if page is None and coded:
            found.append(hashing.removal(f"{name} coded picture", coded))
        elif page is not None:
            gone = page.picture.removed.items()
            found += [Removal(f"{name} {place}", one.size, one.hasher.hexdigest()) for place, one in gone]
    loose = [
        (start, size)
        for start, size in _gaps(tiff.reader.size, spans)
        if size > 1 or tiff.reader.read_at(start, 1) != b"\0"
    ]
    return (*found, *([hashing.removal("bytes that nothing refers to", loose)] if loose else []))


def _stays(tiff: Tiff, page: Page, entry: Entry) -> bool:
    if page.directory.entries[entry.tag] is not entry:
        return False
    if entry.tag in _CHANGED and entry.tag in page.values:
        return tiff.raw(entry) == page.values[entry.tag].raw
    return entry.tag in page.values or entry.tag in _PLACES


def _coded(tiff: Tiff, directory: Directory) -> list[tuple[int, int]]:
    """Places and sizes of the strips, tiles and old JPEG streams of a directory, as far as they are in the file."""
    found: list[tuple[int, int]] = []
    for pair in _STRIPS:
        starts, sizes = (directory.entries.get(tag) for tag in pair)
        if starts is None or sizes is None:
            continue
        try:
            both = zip(tiff.numbers(starts, TIFF_CHUNKS_MAX), tiff.numbers(sizes, TIFF_CHUNKS_MAX), strict=False)
        except (BadMedia, MediaCut, MediaTooLarge):
            continue
        found += [(start, size) for start, size in both if start + size <= tiff.reader.size]
    return found


def _gaps(size: int, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = 0
    for start, length in sorted(spans):
        if start > at:
            yield at, start - at
        at = max(at, start + length)
    if size > at:
        yield at, size - at
