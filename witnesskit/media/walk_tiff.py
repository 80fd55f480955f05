"""The directories of an Exif block (TIFF 6.0, Exif 2.32), bounded: no count or offset makes it run long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from witnesskit.media_limits import TIFF_ENTRIES_MAX

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_BELOW: Final = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop"}
_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II*\x00": "little", b"MM\x00*": "big"}
ORIENTATION: Final = 0x0112


@dataclass(frozen=True)
class Entry:
    """One directory entry: directory name, tag number, type, count, raw value bytes (cut to what is there)."""

    directory: str
    tag: int
    kind: int
    count: int
    raw: bytes
    order: Literal["little", "big"]

    def numbers(self) -> tuple[int, ...]:
        """The value as unsigned whole numbers; rationals give numerator and denominator in turn."""
        size = {5: 4, 10: 4}.get(self.kind, _SIZES.get(self.kind, 1))
        return tuple(int.from_bytes(self.raw[at : at + size], self.order) for at in range(0, len(self.raw), size))


def walk_tiff(block: bytes) -> Iterator[Entry]:
    """Entries of every directory of a TIFF block, IFD1 (thumbnail) included; stops silently where it breaks."""
    order = _ORDERS.get(block[:4])
    if order is None:
        return
    queue = [("IFD0", int.from_bytes(block[4:8], order))]
    seen: set[int] = set()
    left = TIFF_ENTRIES_MAX
    while queue:
        directory, start = queue.pop(0)
        if start in seen or not 8 <= start <= len(block) - 2:
            continue
        seen.add(start)
        count = int.from_bytes(block[start : start + 2], order)
        for at in range(start + 2, start + 2 + 12 * min(count, left), 12):
            entry = _entry(block, directory, at, order)
            if entry is None:
                return
            if entry.tag in _BELOW and entry.kind in (4, 13):
                queue.append((_BELOW[entry.tag], entry.numbers()[0] if entry.raw else 0))
            yield entry
        left -= min(count, left)
        following = int.from_bytes(block[start + 2 + 12 * count : start + 6 + 12 * count], order)
        if directory.startswith("IFD"):
            queue.append((f"IFD{int(directory[3:]) + 1}", following))


def _entry(block: bytes, directory: str, at: int, order: Literal["little", "big"]) -> Entry | None:
    field = block[at : at + 12]
    if len(field) < 12:
        return None
    tag, kind = int.from_bytes(field[:2], order), int.from_bytes(field[2:4], order)
    count = int.from_bytes(field[4:8], order)
    size = count * _SIZES.get(kind, 1)
    offset = int.from_bytes(field[8:12], order)
    raw = field[8 : 8 + size] if size <= 4 else block[offset : offset + size]
    return Entry(directory, tag, kind, count, raw, order)
