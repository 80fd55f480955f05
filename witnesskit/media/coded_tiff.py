"""Strips and tiles of a TIFF page as the inspector reads them: where each coding ends, what it decodes to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.limits import READ_BLOCK
from witnesskit.media.fax_tiff import fax_end
from witnesskit.media.lzw_tiff import lzw_end
from witnesskit.media.walk_tiff_file import Listing, TiffWalk
from witnesskit.media_limits import TIFF_CHUNK_MAX, TIFF_CHUNKS_MAX, TIFF_FAX_MAX

_ZIP: Final = frozenset({8, 32946})
_LZW: Final = 5
_FAX: Final = frozenset({2, 3, 4})
JPEG_CODINGS: Final = frozenset({7, 34892})
_KNOWN: Final = frozenset({1, 5, 32773}) | _ZIP | _FAX | JPEG_CODINGS
_TURNED: Final = bytes(sum((byte >> bit & 1) << (7 - bit) for bit in range(8)) for byte in range(256))
Watch = Callable[[bytes], None]


@dataclass(frozen=True)
class Part:
    """One strip or tile: its place, bytes in the file, bytes it must decode to."""

    start: int
    size: int
    wanted: int


@dataclass(frozen=True)
class Geometry:
    """What a page's coding needs to be followed."""

    coding: int
    wide: int
    high: int
    bits: int
    samples: int
    planar: int
    colours: int
    turned: bool
    parts: tuple[Part, ...]
    step: tuple[int, int]  # pixels of a strip or tile
    tiled: bool
    two_dimensions: bool = False  # T.4


def geometry(walk: TiffWalk, page: Listing) -> Geometry:
    """Where the strips or tiles of ``page`` lie; raises ``BadMedia``, ``MediaTooLarge`` or ``UnsupportedMedia``."""
    coding, wide, high = (walk.number(page, tag, other) for tag, other in ((259, 1), (256, 0), (257, 0)))
    sizes, samples, planar = (
        walk.numbers(page.get(258), max(1, min(64, walk.number(page, 277, 1)))) or (1,),
        walk.number(page, 277, 1),
        walk.number(page, 284, 1),
    )
    tiled = page.get(322) is not None
    step = (walk.number(page, 322, 0), walk.number(page, 323, 0)) if tiled else (wide, walk.number(page, 278, high))
    step = (step[0], step[1] if tiled else min(step[1] or high, high))
    colours, turned = walk.number(page, 262, 0), walk.number(page, 266, 1) == 2
    if coding not in _KNOWN or len(set(sizes)) != 1 or (turned and coding not in _FAX | {1}):
        raise UnsupportedMedia(f"{page.name}: compression {coding}")
    bits = int(sizes[0])
    fits = 0 < bits <= 64 and 0 < samples <= 64 and planar in (1, 2)
    if not fits or not all(0 < side < 2**31 for side in (wide, high, *step)):
        raise BadMedia(f"{page.name}: dimensions")
    flat = bool(walk.number(page, 292, 0) & 1)
    outline = Geometry(coding, wide, high, bits, samples, planar, colours, turned, (), step, tiled, flat)
    return replace(outline, parts=tuple(_parts(walk, page, outline)))


def _parts(walk: TiffWalk, page: Listing, outline: Geometry) -> Iterator[Part]:
    down = -(-outline.high // outline.step[1])
    plane = down * (-(-outline.wide // outline.step[0]))
    count = plane * (outline.samples if outline.planar == 2 else 1)
    if count > TIFF_CHUNKS_MAX:
        raise MediaTooLarge(f"{page.name}: strips")
    pair = (324, 325) if outline.tiled and page.get(324) else (273, 279)
    starts, sizes = (walk.numbers(page.get(tag), count) for tag in pair)
    lone = count == 1 and outline.coding == 1 and len(starts) == 1
    enough = _wanted(walk, page, outline, outline.step[1]) if lone else 0
    if lone and (not sizes or sizes[0] < enough or starts[0] + sizes[0] > walk.reader.size):
        sizes = (enough,)
    if len(starts) < count or len(sizes) < count:
        raise BadMedia(f"{page.name}: too few strips")
    if sum(sizes) > walk.reader.size:
        raise BadMedia(f"{page.name}: strips larger than the file")
    for index, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        rows = outline.step[1]
        if not outline.tiled:
            rows = min(rows, outline.high - rows * (index % down))
        if start + size > walk.reader.size or size < 1:
            raise BadMedia(f"{page.name}: a strip outside the file")
        yield Part(int(start), int(size), _wanted(walk, page, outline, rows))


def _wanted(walk: TiffWalk, page: Listing, outline: Geometry, rows: int) -> int:
    """Decoded bytes of so many rows of one strip or tile (TIFF 6.0 sections 3, 15, 21)."""
    in_row = outline.samples if outline.planar == 1 else 1
    if outline.colours == 6 and in_row == 3:
        factors = [int(number) for number in walk.numbers(page.get(530), 2)] or [2, 2]
        if len(factors) != 2 or not all(factor in (1, 2, 4) for factor in factors):
            raise BadMedia(f"{page.name}: subsampling")
        clumps = -(-outline.step[0] // factors[0]) * (-(-rows // factors[1]))
        return (clumps * (factors[0] * factors[1] + 2) * outline.bits + 7) // 8
    return (outline.step[0] * in_row * outline.bits + 7) // 8 * rows


def load(walk: TiffWalk, part: Part) -> bytes:
    """The bytes of a coded strip; raises ``MediaTooLarge``."""
    if part.size > TIFF_CHUNK_MAX:
        raise MediaTooLarge("strip")
    return walk.reader.read_at(part.start, part.size)


def coding_end(outline: Geometry, data: bytes, wanted: int, watch: Watch | None = None) -> int:
    """Bytes of ``data`` a decoder consumes; ``watch`` is shown what it decodes to.

    Raises ``BadMedia`` where it does not decode to ``wanted`` bytes, or to others than zeros behind them.
    """
    if outline.coding in _FAX:
        return _fax(outline, data, wanted)
    if outline.coding == _LZW and watch is None:
        return lzw_end(data, wanted)
    if outline.coding in _ZIP:
        source = _unzip(data)
    else:
        source = _lzw(data, wanted) if outline.coding == _LZW else _runs(data, wanted)
    total = end = 0
    for out, place in source:
        end = place
        extra = total + len(out) - wanted
        if extra > 0 and (any(out[len(out) - min(extra, len(out)) :]) or extra > wanted + 2 * READ_BLOCK):
            raise BadMedia("more in a strip than is shown")
        if watch is not None:
            watch(out[: max(0, wanted - total)])
        total += len(out)
    if total < wanted:
        raise BadMedia("less in a strip than is shown")
    return end


def _unzip(data: bytes) -> Iterator[tuple[bytes, int]]:
    engine, rest = zlib.decompressobj(), data
    try:
        while not engine.eof:
            out = engine.decompress(rest, READ_BLOCK)
            rest = engine.unconsumed_tail
            yield out, len(data) - len(engine.unused_data)
            if not out and not rest:
                return
    except zlib.error:
        raise BadMedia("deflate") from None


def _runs(data: bytes, wanted: int) -> Iterator[tuple[bytes, int]]:
    place = total = 0
    while total < wanted and place < len(data):
        head = data[place]
        if head == 128:
            place += 1
            yield b"", place
            continue
        literal = head < 128
        out = data[place + 1 : place + 2 + head] if literal else data[place + 1 : place + 2] * (257 - head)
        if literal and len(out) != head + 1:
            raise BadMedia("run outside its strip")
        place += 2 + head if literal else 2
        if not literal:
            out = out[: wanted - total]
        total += len(out)
        yield out, place


def _lzw(data: bytes, wanted: int) -> Iterator[tuple[bytes, int]]:
    """Each entry of the table is what its code decodes to; widths grow one code early (TIFF 6.0 section 13)."""
    if len(data) > 1 and data[0] == 0 and data[1] & 1:
        raise UnsupportedMedia("LZW of the oldest kind")
    table: dict[int, bytes] = {}
    last, free, width, buffer = b"", 258, 9, 0
    held = total = ended = 0
    for place, byte in enumerate(data, 1):
        buffer, held = (buffer & 0xFFFF) << 8 | byte, held + 8
        if held < width:
            continue
        held -= width
        code = buffer >> held & ((1 << width) - 1)
        if total >= wanted:
            yield b"", place if code == 257 else ended
            return
        if code == 256:
            table, last, free, width = {}, b"", 258, 9
            continue
        out = bytes((code,)) if code < 256 else table.get(code, b"")
        if not out and last and code == free:
            out = last + last[:1]
        if not out:
            raise BadMedia("LZW")
        if last and free < 4096:
            table[free] = last + out[:1]
            free += 1
        last, total = out, total + len(out)
        width = 9 + (free > 510) + (free > 1022) + (free > 2046)
        ended = place
        yield out, place


def _fax(outline: Geometry, data: bytes, wanted: int) -> int:
    if len(data) > TIFF_FAX_MAX:
        raise MediaTooLarge("fax-coded strip")
    if outline.bits != 1 or (outline.samples != 1 and outline.planar == 1):
        raise UnsupportedMedia("fax coding of more than one bit")
    rows = wanted // ((outline.step[0] + 7) // 8)
    turned = data.translate(_TURNED) if outline.turned else data
    return fax_end(outline.coding, turned, outline.step[0], rows, outline.two_dimensions)
