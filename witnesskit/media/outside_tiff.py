"""Words in that part of tiles which lies outside the picture, as the inspector sees them."""

from __future__ import annotations

from witnesskit.errors.media import MediaTooLarge
from witnesskit.limits import READ_BLOCK
from witnesskit.media.coded_tiff import JPEG_CODINGS, Geometry, Part, coding_end, load
from witnesskit.media.readable import jumping_words
from witnesskit.media.walk_tiff_file import TiffWalk
from witnesskit.media_limits import TIFF_EDGE_MAX

_LZW = 5
_FAX = frozenset({2, 3, 4})


def words_outside(walk: TiffWalk, outline: Geometry, index: int, part: Part) -> bytes:
    """Words of tile ``index`` that no viewer shows, empty if there are none; raises what decoding raises."""
    if not outline.tiled or outline.coding in _FAX | JPEG_CODINGS or outline.colours == 6:
        return b""
    in_row = -(-outline.wide // outline.step[0])
    place = index % (in_row * -(-outline.high // outline.step[1]))
    columns = min(outline.step[0], outline.wide - place % in_row * outline.step[0])
    rows = min(outline.step[1], outline.high - place // in_row * outline.step[1])
    if (columns, rows) == outline.step:
        return b""
    if outline.coding == _LZW and max(part.wanted, part.size // 2) > TIFF_EDGE_MAX:
        raise MediaTooLarge("LZW-coded tile at the edge of the picture")
    pixel = outline.bits * (outline.samples if outline.planar == 1 else 1)
    line, shown = (outline.step[0] * pixel + 7) // 8, (columns * pixel + 7) // 8
    data = _decoded(walk, outline, part)
    hidden = [data[at * line + (shown if at < rows else 0) : (at + 1) * line] for at in range(outline.step[1])]
    return jumping_words(b"".join(hidden), pixel // 8 or 1)


def _decoded(walk: TiffWalk, outline: Geometry, part: Part) -> bytes:
    if outline.coding == 1:
        places = range(0, part.wanted, READ_BLOCK)
        return b"".join(walk.reader.read_at(part.start + at, min(READ_BLOCK, part.wanted - at)) for at in places)
    found: list[bytes] = []
    coding_end(outline, load(walk, part), part.wanted, found.append)
    return b"".join(found)
