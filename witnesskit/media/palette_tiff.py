"""Colours of a TIFF palette that no pixel names: in a clean copy they are black."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.errors.media import UnsupportedMedia
from witnesskit.limits import READ_BLOCK
from witnesskit.media.coded_tiff import Geometry, Part, coding_end, load
from witnesskit.media.walk_tiff_file import Listing, TiffWalk

_FAX = frozenset({2, 3, 4})


@dataclass
class NamedColours:
    """Which of at most 256 indexes the pixels of a page name; ``watch`` takes decoded bytes in order."""

    outline: Geometry
    differences: bool
    named: set[int] = field(default_factory=set)
    _rest: bytes = b""

    def watch(self, out: bytes) -> None:
        """Take decoded bytes; rows are put together, for indexes may be coded as differences."""
        if not self.differences and self.outline.samples == 1:
            self.named |= set(out)
            return
        self._rest += out
        size = self.outline.step[0] * self.outline.samples
        while len(self._rest) >= size:
            row, self._rest = self._rest[: size : self.outline.samples], self._rest[size:]
            value = 0
            for step in row:
                value = (value + step) % 256 if self.differences else step
                self.named.add(value)

    def indexes(self) -> set[int]:
        """All indexes of all bytes seen."""
        bits, found = self.outline.bits, set[int]()
        for byte in self.named:
            found |= {byte >> low & ((1 << bits) - 1) for low in range(0, 8, bits)}
        return found


def unnamed_colours(walk: TiffWalk, page: Listing, outline: Geometry) -> bytes:
    """Those colours of the palette that no pixel names and that are not black; raises ``UnsupportedMedia``."""
    colours = walk.numbers(page.get(320), 768)
    if outline.coding in _FAX or not colours:
        return b""
    predictor = walk.number(page, 317, 1)
    if outline.bits not in (1, 2, 4, 8) or predictor > 2 or len(colours) != 3 << outline.bits:
        raise UnsupportedMedia(f"{page.name}: palette")
    seen = NamedColours(outline, predictor == 2)
    for part in outline.parts:
        _show(walk, outline, part, seen)
    kept, size = seen.indexes(), len(colours) // 3
    left = [int(colour) for at, colour in enumerate(colours) if at % size not in kept]
    return (
        b"".join(colour.to_bytes(2, "little" if walk.mark == "<" else "big") for colour in left) if any(left) else b""
    )


def _show(walk: TiffWalk, outline: Geometry, part: Part, seen: NamedColours) -> None:
    if outline.coding != 1:
        coding_end(outline, load(walk, part), part.wanted, seen.watch)
        return
    for at in range(0, part.wanted, READ_BLOCK):
        seen.watch(walk.reader.read_at(part.start + at, min(READ_BLOCK, part.wanted - at)))
