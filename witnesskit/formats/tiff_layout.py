"""Where the coded picture of one TIFF directory lies, and how many bytes each strip or tile decodes to (TIFF 6.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.tiff import Directory, Tiff
from witnesskit.media_limits import TIFF_CHUNKS_MAX

PLAIN, FAX_RLE, FAX_T4, FAX_T6, LZW, OLD_JPEG, JPEG, DEFLATE = 1, 2, 3, 4, 5, 6, 7, 8
PACKBITS, OLD_DEFLATE, LOSSY_JPEG = 32773, 32946, 34892
FAX: Final = frozenset({FAX_RLE, FAX_T4, FAX_T6})
JPEGS: Final = frozenset({JPEG, LOSSY_JPEG})
CODINGS: Final = frozenset({PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACKBITS}) | FAX | JPEGS
PALETTE, YCBCR, CFA, LINEAR_RAW = 3, 6, 32803, 34892
_NAMES: Final = {
    OLD_JPEG: "old JPEG inside TIFF (6)", 34661: "JBIG", 34676: "LogLuv", 34677: "LogLuv", 34712: "JPEG 2000",
    34887: "LERC", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Geometry and coding of one picture; ``spans`` are (offset, bytes) of its strips or tiles in order."""

    width: int
    height: int
    bits: int
    samples: int
    planar: int
    compression: int
    photometric: int
    fill_order: int
    tiled: bool
    across: int  # pixels of one strip or tile
    down: int
    subsampling: tuple[int, int]
    spans: tuple[tuple[int, int], ...]
    by_changes: bool = False  # T.4 in two dimensions

    def rows(self, index: int) -> int:
        """Rows of a strip or tile that decoding asks for."""
        if self.tiled:
            return self.down
        return min(self.down, self.height - index % -(-self.height // self.down) * self.down)

    def row_bytes(self) -> int:
        """Bytes of one decoded row of a strip or tile, without subsampling."""
        return -(-self.across * self.bits * (self.samples if self.planar == 1 else 1) // 8)

    def needed(self, index: int) -> int:
        """Bytes a strip or tile decodes to."""
        if self.photometric == YCBCR and self.planar == 1 and self.samples == 3:
            wide, high = self.subsampling
            blocks = -(-self.across // wide) * -(-self.rows(index) // high)
            return -(-blocks * (wide * high + 2) * self.bits // 8)
        return self.rows(index) * self.row_bytes()


def one(tiff: Tiff, directory: Directory, tag: int, default: int = -1) -> int:
    """The single number of a tag; ``default`` if it is absent; raises ``BadMedia``."""
    entry = directory.entries.get(tag)
    if entry is None or not entry.count:
        return default
    return tiff.numbers(entry, 1)[0]


def read_layout(tiff: Tiff, directory: Directory) -> Layout:
    """Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or ``UnsupportedMedia``."""
    compression = one(tiff, directory, 259, PLAIN)
    if compression not in CODINGS:
        raise UnsupportedMedia(_NAMES.get(compression, f"compression {compression}"))
    width, height = one(tiff, directory, 256), one(tiff, directory, 257)
    tiled = 322 in directory.entries or 324 in directory.entries
    across = one(tiff, directory, 322) if tiled else width
    down = one(tiff, directory, 323) if tiled else min(one(tiff, directory, 278, height) or height, height)
    layout = Layout(
        width, height, _bits(tiff, directory), one(tiff, directory, 277, 1), one(tiff, directory, 284, 1),
        compression, one(tiff, directory, 262, 0), one(tiff, directory, 266, 1), tiled, across, down,
        _subsampling(tiff, directory), (), bool(one(tiff, directory, 292, 0) & 1),
    )  # fmt: skip
    _check(layout)
    return Layout(**{**layout.__dict__, "spans": _spans(tiff, directory, layout)})


def _check(layout: Layout) -> None:
    sides = (layout.width, layout.height, layout.across, layout.down)
    if not all(1 <= side < 1 << 31 for side in sides):
        raise BadMedia("size of the picture")
    if not 1 <= layout.bits <= 64 or not 1 <= layout.samples <= 64 or layout.planar not in (1, 2):
        raise UnsupportedMedia("bits or samples of a pixel")
    if layout.fill_order not in (1, 2):
        raise BadMedia("fill order")
    if layout.fill_order == 2 and layout.compression not in FAX | {PLAIN}:
        raise UnsupportedMedia("reversed bits of this coding")
    if not set(layout.subsampling) <= {1, 2, 4}:
        raise BadMedia("subsampling")


def _bits(tiff: Tiff, directory: Directory) -> int:
    entry = directory.entries.get(258)
    samples = max(1, min(64, one(tiff, directory, 277, 1)))  # some writers give more sizes than samples
    bits = set(tiff.numbers(entry, samples)) if entry is not None and entry.count else {1}
    if len(bits) != 1:
        raise UnsupportedMedia("samples of different sizes")
    return bits.pop()


def _subsampling(tiff: Tiff, directory: Directory) -> tuple[int, int]:
    entry = directory.entries.get(530)
    numbers = tiff.numbers(entry, 2) if entry is not None else (2, 2)
    if len(numbers) < 2:
        raise BadMedia("subsampling")
    return numbers[0], numbers[1]


def _spans(tiff: Tiff, directory: Directory, layout: Layout) -> tuple[tuple[int, int], ...]:
    wide = -(-layout.width // layout.across) if layout.tiled else 1
    count = wide * -(-layout.height // layout.down) * (layout.samples if layout.planar == 2 else 1)
    if count > TIFF_CHUNKS_MAX:
        raise MediaTooLarge(f"{count} strips or tiles")
    offsets, sizes = (directory.entries.get(tag) for tag in ((324, 325) if layout.tiled else (273, 279)))
    if layout.tiled and offsets is None:  # some writers name tiles by the tags of strips
        offsets, sizes = directory.entries.get(273), directory.entries.get(279)
    if offsets is None:
        raise BadMedia("no strips or tiles")
    starts = tiff.numbers(offsets, count)
    lengths = tiff.numbers(sizes, count) if sizes is not None else ()
    if count == 1 and layout.compression == PLAIN and starts:
        wrong = not lengths or lengths[0] < layout.needed(0) or starts[0] + lengths[0] > tiff.reader.size
        lengths = (layout.needed(0),) if wrong else lengths  # readers do not ask the size of a single plain strip
    if len(starts) < count or len(lengths) < count:
        raise BadMedia("fewer strips or tiles than the picture needs")
    return tuple(zip(starts, lengths, strict=True))
