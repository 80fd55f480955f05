"""The coded picture of one TIFF page, piece by piece as a copy holds it, and what is cut off it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from witnesskit.errors.media import MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.tiff import SHORT, Directory, Tiff
from witnesskit.formats.tiff_codings import Decoded, coded_length
from witnesskit.formats.tiff_fax import fax_length
from witnesskit.formats.tiff_jpeg import Piece, rebuild
from witnesskit.formats.tiff_layout import FAX, JPEGS, PLAIN, Layout, one
from witnesskit.formats.tiff_outside import outside_of
from witnesskit.formats.tiff_page import palette_of
from witnesskit.formats.tiff_values import Value, whole
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import TIFF_CHUNK_MAX, TIFF_FAX_MAX

_JPEG_TABLES = 347
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass
class Removed:
    """What is removed at one place: bytes of all its parts together."""

    size: int = 0
    hasher: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, data: bytes) -> None:
        """One more part."""
        self.size += len(data)
        self.hasher.update(data)


@dataclass
class CodedPicture:
    """Pieces of each strip or tile in order, the palette in use, and digests of what JPEG streams are shown by."""

    chunks: list[tuple[Piece, ...]] = field(default_factory=list)
    palette: Value | None = None
    streams: hashlib._Hash = field(default_factory=hashlib.sha256)
    removed: dict[str, Removed] = field(default_factory=dict)
    known: dict[bytes, Piece] = field(default_factory=dict)

    def shared(self, piece: Piece) -> Piece:
        """The same piece where it came before: thousands of tiles have the same tables."""
        return self.known.setdefault(piece.literal, piece) if piece.literal and not piece.coded else piece

    def remove(self, place: str, data: bytes) -> None:
        """Note what is not copied."""
        if data:
            self.removed.setdefault(place, Removed()).add(data)


@dataclass
class _Indexes:
    """Which indexes of a palette come out of the coding; rows are put together where differences were coded."""

    layout: Layout
    predictor: int
    seen: set[int] = field(default_factory=set)
    row: bytes = b""

    def watch(self, data: bytes) -> None:
        if self.predictor == 1 and self.layout.samples == 1:
            self.seen.update(data)
            return
        data, size, step = self.row + data, self.layout.row_bytes(), self.layout.samples
        whole_rows = len(data) - len(data) % size
        for at in range(0, whole_rows, size):
            row = data[at : at + size : step]
            self.seen.update(row if self.predictor == 1 else {value & 0xFF for value in accumulate(row)})
        self.row = data[whole_rows:]

    def entries(self) -> set[int]:
        """Indexes, of less than a byte each where the picture has fewer bits; bits behind a row count too."""
        bits = self.layout.bits
        if bits == 8:
            return self.seen
        mask = (1 << bits) - 1
        return {value >> shift & mask for value in self.seen for shift in range(0, 8, bits)}


def read_picture(tiff: Tiff, directory: Directory, layout: Layout) -> CodedPicture:
    """Look into every strip or tile; raises the leaves of ``errors/media.py`` and ``SurplusInPicture``."""
    picture = CodedPicture()
    colours = palette_of(tiff, directory, layout)
    indexes = _watcher(tiff, directory, layout) if colours else None
    entry = directory.entries.get(_JPEG_TABLES)
    tables = tiff.raw(entry) if entry is not None and layout.compression in JPEGS else b""
    for index, (offset, size) in enumerate(layout.spans):
        if offset < 8 or offset + size > tiff.reader.size or not size:
            raise MediaCut("strip or tile outside the file")
        if layout.compression in JPEGS:
            _take_stream(tiff, picture, layout, index, tables)
        else:
            _take_coded(tiff, picture, layout, index, indexes)
    if indexes is not None:
        picture.palette = _used_palette(tiff, colours, indexes.entries())
    return picture


def _watcher(tiff: Tiff, directory: Directory, layout: Layout) -> _Indexes | None:
    predictor = one(tiff, directory, 317, 1)
    odd = layout.bits not in (1, 2, 4, 8) or (layout.bits != 8 and (predictor != 1 or layout.samples != 1))
    if layout.compression in JPEGS or odd or predictor > 2 or (predictor == 2 and layout.samples != 1):
        raise UnsupportedMedia("palette over this coding")
    return None if layout.compression in FAX else _Indexes(layout, predictor)


def _take_stream(tiff: Tiff, picture: CodedPicture, layout: Layout, index: int, tables: bytes) -> None:
    offset, size = layout.spans[index]
    data = _in_memory(tiff, offset, size)
    stream = rebuild(data, offset, tables, layout, index)
    picture.chunks.append(tuple(picture.shared(piece) for piece in stream.joined()))
    picture.streams.update(" ".join(stream.shown).encode())
    for place, raw in stream.removed:
        picture.remove(f"JPEG stream {place}", raw)
    picture.remove("strip slack", data[stream.end :])


def _in_memory(tiff: Tiff, offset: int, size: int) -> bytes:
    if size > TIFF_CHUNK_MAX:
        raise MediaTooLarge("strip or tile")
    return tiff.reader.read_at(offset, size)


def _take_coded(tiff: Tiff, picture: CodedPicture, layout: Layout, index: int, indexes: _Indexes | None) -> None:
    offset, size = layout.spans[index]
    needed = layout.needed(index)
    watch = indexes.watch if indexes is not None else None
    outside = outside_of(layout, index, watch)
    watch = outside.watch if outside is not None else watch
    if layout.compression == PLAIN:
        if size < needed:
            raise MediaCut("strip or tile")
        for at in range(0, needed if watch else 0, READ_BLOCK):
            watch(tiff.reader.read_at(offset + at, min(READ_BLOCK, needed - at)))  # type: ignore[misc]
        end, behind = needed, _blocks(tiff, offset + needed, size - needed)
    else:
        data = _in_memory(tiff, offset, size)
        end = _end_of(data, layout, index, watch)
        behind = [data[end:]]
    if outside is not None:
        outside.finish()
    for block in behind:
        picture.remove("strip slack", block)
    picture.chunks.append((Piece(offset=offset, length=end, coded=True),))


def _end_of(data: bytes, layout: Layout, index: int, watch: Callable[[bytes], None] | None) -> int:
    """Bytes of a strip or tile that are coding."""
    if layout.compression not in FAX:
        return coded_length(layout.compression, data, Decoded(layout.needed(index), watch))
    if layout.bits != 1 or (layout.samples != 1 and layout.planar == 1):
        raise UnsupportedMedia("fax coding of more than one bit")
    if len(data) > TIFF_FAX_MAX:
        raise MediaTooLarge("fax-coded strip")
    if layout.fill_order != 1:
        data = data.translate(_REVERSED)
    return fax_length(layout.compression, data, layout.across, layout.rows(index), layout.by_changes)


def _blocks(tiff: Tiff, offset: int, size: int) -> list[bytes]:
    """Slack of a plain strip; only its first block is hashed, so that a wrong size costs nothing."""
    return [tiff.reader.read_at(offset, min(size, READ_BLOCK))] if size else []


def _used_palette(tiff: Tiff, colours: tuple[int, ...], used: set[int]) -> Value:
    """Colours no pixel names are black, so that they say nothing."""
    size = len(colours) // 3
    kept = [colour if at % size in used else 0 for at, colour in enumerate(colours)]
    return whole(SHORT, kept, tiff.order)
