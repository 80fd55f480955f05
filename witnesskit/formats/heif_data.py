"""The bytes of an item, wherever they lie: the file, idat, or another item (ISO/IEC 14496-12 clause 8.11.3)."""

from __future__ import annotations

from collections.abc import Iterable

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.formats.heif_boxes import Extent, Location, Meta
from witnesskit.media_limits import HEIF_DATA_MAX
from witnesskit.model import SeekableReader

_STEPS_MAX = 3  # items that lie in items
_SOURCES_MAX = 8  # items one item takes its bytes from


def item_data(reader: SeekableReader, meta: Meta, number: int, most: int = HEIF_DATA_MAX) -> bytes:
    """Bytes of item ``number``, its parts joined; raises ``BadMedia``, ``MediaCut`` or ``MediaTooLarge``."""
    return _data(reader, meta, number, most, 0)


def _data(reader: SeekableReader, meta: Meta, number: int, most: int, depth: int) -> bytes:
    item = meta.items.get(number)
    location = item.location if item else None
    if location is None:
        return b""
    if depth > _STEPS_MAX or location.method > 2:
        raise BadMedia("an item lies in itself, or nowhere known")
    parts, left = [], most
    sources: dict[int, memoryview] = {1: memoryview(meta.data)[slice(*meta.idat)]} if location.method == 1 else {}
    for extent in location.extents:
        if location.method == 0:
            part: bytes | memoryview = _read(reader, extent, location, left)
        else:
            index = extent.index if location.method == 2 else 1
            if index not in sources:
                held = sum(map(len, sources.values()))
                source = _data(reader, meta, _source(meta, number, index), most - held, depth + 1)
                sources[index] = memoryview(source)
            part = _within(sources[index], extent, location)
        left -= len(part)
        if left < 0:
            raise MediaTooLarge("an item")
        parts.append(part)
    return b"".join(parts)


def _source(meta: Meta, number: int, index: int) -> int:
    sources = meta.targets(b"iloc", number)
    if not 1 <= index <= min(len(sources), _SOURCES_MAX):
        raise BadMedia("an item lies in one that is not there")
    return sources[index - 1]


def _whole(extent: Extent, location: Location) -> bool:
    return extent.length == 0 and len(location.extents) == 1


def _within(source: memoryview, extent: Extent, location: Location) -> memoryview:
    end = len(source) if _whole(extent, location) else extent.offset + extent.length
    if end > len(source) or extent.offset > end:
        raise BadMedia("an item leaves what it lies in")
    return source[extent.offset : end]


def _read(reader: SeekableReader, extent: Extent, location: Location, left: int) -> bytes:
    length = reader.size - extent.offset if _whole(extent, location) else extent.length
    if length < 0 or extent.offset + length > reader.size:
        raise MediaCut("inside an item")
    if length > left:
        raise MediaTooLarge("an item")
    data = reader.read_at(extent.offset, length)
    if len(data) != length:
        raise MediaCut("the file became shorter")
    return data


def file_spans(reader: SeekableReader, meta: Meta, numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First byte and the byte behind the last of every part, in the file, of the items named."""
    spans = []
    for number in numbers:
        location = meta.items[number].location
        if location and location.method == 0 and not location.reference:
            for extent in location.extents:
                end = reader.size if _whole(extent, location) else extent.offset + extent.length
                spans.append((extent.offset, min(end, reader.size)))
    return spans
