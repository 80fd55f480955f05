"""Bodies of the JPEG segments a decoder needs: frame, quantisation, Huffman tables, scan header (T.81 B.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from witnesskit.errors.media import BadMedia, UnsupportedMedia

BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2


@dataclass(frozen=True)
class Component:
    """One colour component: its id, sampling factors and quantisation table number."""

    id: int
    h: int
    v: int
    table: int


@dataclass(frozen=True)
class Frame:
    """Frame header (T.81 B.2.2): coding, bits per sample, size in pixels, components."""

    marker: int
    precision: int
    height: int
    width: int
    components: tuple[Component, ...]


@dataclass(frozen=True)
class ScanHeader:
    """Scan header (T.81 B.2.3): (component id, DC table, AC table) each, spectral band, approximation."""

    selectors: tuple[tuple[int, int, int], ...]
    first: int
    last: int
    high: int


def parse_frame(marker: int, body: bytes) -> Frame:
    """Frame header from its segment body; raises ``BadMedia`` or ``UnsupportedMedia``."""
    if len(body) < 6 or len(body) != 6 + 3 * body[5]:
        raise BadMedia("frame header length")
    precision, height, width = body[0], int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not height:
        raise UnsupportedMedia("height given after the first scan (DNL)")
    components = tuple(
        Component(body[at], body[at + 1] >> 4, body[at + 1] & 15, body[at + 2]) for at in range(6, len(body), 3)
    )
    frame = Frame(marker, precision, height, width, components)
    _check_frame(frame)
    return frame


def _check_frame(frame: Frame) -> None:
    if frame.precision not in ((8,) if frame.marker == BASELINE else (8, 12)):
        raise UnsupportedMedia("bits per sample")
    if not frame.width or not 1 <= len(frame.components) <= 4:
        raise BadMedia("frame header")
    if len({component.id for component in frame.components}) != len(frame.components):
        raise BadMedia("two components of one name")
    for component in frame.components:
        if not (1 <= component.h <= 4 and 1 <= component.v <= 4 and component.table <= 3):
            raise BadMedia("component sampling")


def parse_quantisation(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Each (table number, precision byte and 64 values) of a DQT body (T.81 B.2.4.1)."""
    position = 0
    while position < len(body):
        precision, number = body[position] >> 4, body[position] & 15
        end = position + 1 + 64 * (precision + 1)
        if precision > 1 or number > 3 or end > len(body):
            raise BadMedia("quantisation table")
        yield number, body[position:end]
        position = end


def parse_huffman(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Each (class and number byte, whole definition) of a DHT body (T.81 B.2.4.2)."""
    position = 0
    while position < len(body):
        counts = body[position + 1 : position + 17]
        end = position + 17 + sum(counts)
        if len(counts) < 16 or end > len(body):
            raise BadMedia("huffman table length")
        _check_huffman(body[position], counts, body[position + 17 : end])
        yield body[position], body[position:end]
        position = end


def _check_huffman(number: int, counts: bytes, symbols: bytes) -> None:
    """A table must be a prefix code of distinct symbols, so that it can hold little else."""
    room = sum(count << (15 - index) for index, count in enumerate(counts))
    if number & 0xEC or room > 1 << 16 or len(set(symbols)) != len(symbols):
        raise BadMedia("huffman table")
    if number < 0x10 and any(symbol > 16 for symbol in symbols):
        raise BadMedia("huffman table of DC differences")


def parse_scan(body: bytes, frame: Frame) -> ScanHeader:
    """Scan header from its segment body, checked against the frame; raises ``BadMedia``."""
    count = body[0] if body else 0
    if not 1 <= count <= 4 or len(body) != 4 + 2 * count:
        raise BadMedia("scan header length")
    selectors = tuple((body[at], body[at + 1] >> 4, body[at + 1] & 15) for at in range(1, 1 + 2 * count, 2))
    first, last, approximation = body[-3:]
    names = {component.id for component in frame.components}
    chosen = {selector[0] for selector in selectors}
    if len(chosen) != count or not chosen <= names or max(max(s[1:]) for s in selectors) > 3:
        raise BadMedia("scan header")
    if frame.marker != PROGRESSIVE and (first, last, approximation) != (0, 63, 0):
        raise BadMedia("spectral band of a sequential scan")
    if not first <= last <= 63 or (frame.marker == PROGRESSIVE and (first == 0) != (last == 0)):
        raise BadMedia("spectral band")
    return ScanHeader(selectors, first, last, approximation >> 4)


def huffman_needed(frame: Frame, scan: ScanHeader) -> frozenset[int]:
    """Class-and-number bytes of the Huffman tables a scan is coded with (T.81 F, G)."""
    needed: set[int] = set()
    for _, dc, ac in scan.selectors:
        if frame.marker != PROGRESSIVE:
            needed |= {dc, 0x10 | ac}
        elif scan.first:
            needed.add(0x10 | ac)
        elif not scan.high:
            needed.add(dc)
    return frozenset(needed)


def units(frame: Frame, scan: ScanHeader) -> int:
    """Coded units (MCU) of a scan, from the dimensions alone (T.81 A.2)."""
    across = max(component.h for component in frame.components)
    down = max(component.v for component in frame.components)
    if len(scan.selectors) == 1:
        chosen = next(c for c in frame.components if c.id == scan.selectors[0][0])
        wide, high = -(-frame.width * chosen.h // across), -(-frame.height * chosen.v // down)
        return -(-wide // 8) * -(-high // 8)
    return -(-frame.width // (8 * across)) * -(-frame.height // (8 * down))
