"""What tiles hold outside the picture, which no viewer shows: words there are hidden (TIFF 6.0 section 15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from witnesskit.errors.media import MediaTooLarge
from witnesskit.errors.strip import SurplusInPicture
from witnesskit.formats.coded_text import reads_in_jumps
from witnesskit.formats.tiff_layout import FAX, LZW, YCBCR, Layout
from witnesskit.media_limits import TIFF_EDGE_MAX

Watch = Callable[[bytes], None]


@dataclass
class Outside:
    """Takes the decoded bytes of one tile in order; ``finish`` raises ``SurplusInPicture`` for words outside."""

    size: int  # bytes of a decoded row
    inside: int  # of them in the picture
    rows: int  # rows in the picture
    step: int  # bytes of a pixel
    also: Watch | None = None
    held: bytes = b""
    row: int = 0
    outside: list[bytes] = field(default_factory=list)

    def watch(self, data: bytes) -> None:
        """Decoded bytes; handed on to the one who watches for palettes."""
        if self.also is not None:
            self.also(data)
        data = self.held + data
        whole = len(data) - len(data) % self.size
        for at in range(0, whole, self.size):
            self.outside.append(data[at + (self.inside if self.row < self.rows else 0) : at + self.size])
            self.row += 1
        self.held = data[whole:]

    def finish(self) -> None:
        """The tile is at its end."""
        if reads_in_jumps(b"".join(self.outside), self.step):
            raise SurplusInPicture("readable text in a tile outside the picture")


def outside_of(layout: Layout, index: int, also: Watch | None) -> Outside | None:
    """``None`` for a tile or strip that lies in the picture, or whose rows are not one behind the other.

    Raises ``MediaTooLarge`` where looking would take too long.
    """
    if not layout.tiled or layout.compression in FAX or layout.photometric == YCBCR:
        return None
    wide = -(-layout.width // layout.across)
    down, across = divmod(index % (wide * -(-layout.height // layout.down)), wide)
    columns = min(layout.across, layout.width - across * layout.across)
    rows = min(layout.down, layout.height - down * layout.down)
    if columns == layout.across and rows == layout.down:
        return None
    needed = layout.needed(index)
    if layout.compression == LZW and not needed <= TIFF_EDGE_MAX >= layout.spans[index][1] // 2:
        raise MediaTooLarge("LZW-coded tile at the edge of the picture")
    bits = layout.bits * (layout.samples if layout.planar == 1 else 1)
    return Outside(layout.row_bytes(), -(-columns * bits // 8), rows, max(1, bits // 8), also)
