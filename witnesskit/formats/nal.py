"""NAL units of H.264 and HEVC: kinds, escaping, and the digest of coded pictures (docs/spec/essence.md).

ITU-T H.264 clause 7.3.1 and H.265 clause 7.3.1.1; samples hold units behind length prefixes (ISO/IEC 14496-15).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from witnesskit.errors.media import BadMedia

_ESCAPE: Final = re.compile(rb"\x00\x00\x03")
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Hasher(Protocol):
    """What takes coded bytes in order."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take ``data``."""
        ...


@dataclass(frozen=True)
class NalCoding:
    """What differs between H.264 and HEVC: where the kind is, and which kinds are what."""

    name: str
    shift: int  # the kind is (first byte >> shift) & mask
    mask: int
    header: int  # bytes of the unit's header
    pictures: frozenset[int]  # coded slices
    reserved: frozenset[int]  # coded slices of no known kind: no decoder shows them
    parameters: frozenset[int]  # parameter sets, the only ones a configuration box keeps
    listed: frozenset[int]  # those a configuration box may list
    fixed: Mapping[int, int]  # delimiters and ends, and the bytes a whole unit has
    layers: frozenset[int]  # a second view, transparency, a better quality: most decoders pass over them
    messages: frozenset[int]  # SEI
    filler: int
    dolby: int = -1  # Dolby Vision's recipe for each picture

    def kind(self, first: int) -> int:
        """Kind of a unit by its first byte."""
        return first >> self.shift & self.mask


H264: Final = NalCoding(
    name="h264",
    shift=0,
    mask=0x1F,
    header=1,
    pictures=frozenset(range(1, 6)),
    reserved=frozenset(),
    parameters=frozenset({7, 8}),
    listed=frozenset({7, 8, 13, 15}),
    fixed={9: 2, 10: 1, 11: 1},
    layers=frozenset({13, 14, 15, 19, 20}),
    messages=frozenset({6}),
    filler=12,
)
HEVC: Final = NalCoding(
    name="hevc",
    shift=1,
    mask=0x3F,
    header=2,
    pictures=frozenset(range(32)),
    reserved=frozenset({*range(10, 16), *range(22, 32)}),
    parameters=frozenset({32, 33, 34}),
    listed=frozenset({32, 33, 34}),
    fixed={35: 3, 36: 2, 37: 2},
    layers=frozenset({63}),
    messages=frozenset({39, 40}),
    filler=38,
    dolby=62,
)


def unescape(nal: bytes) -> bytes:
    """The unit without emulation prevention bytes."""
    return _ESCAPE.sub(b"\x00\x00", nal)


def escapes(nal: bytes) -> frozenset[int]:
    """Places of emulation prevention bytes in ``nal``."""
    return frozenset(found.end() - 1 for found in _ESCAPE.finditer(nal))


def is_dolby(unit: bytes) -> bool:
    """True if ``unit`` (kind 62) is whole by its own checksum (ETSI TS 103 572): nothing was put behind it."""
    raw = unescape(unit)[2:].rstrip(b"\x00")
    if len(raw) < 7 or raw[0] != 25 or raw[-1] != 0x80:
        return False
    mirrored = zlib.crc32(raw[1:-5].translate(_MIRRORED)) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2) == int.from_bytes(raw[-5:-1], "big")


def picture_end(data: bytes, start: int, end: int) -> int:
    """End of the slice in ``data[start:end]`` without zero words behind it (H.264 clause 7.4.2.10)."""
    while end > start and data[end - 1] in (0, 3):
        if data[end - 1] == 0:
            end -= 1
        elif data[end - 3 : end] == b"\x00\x00\x03":
            end -= 3
        else:
            break
    return end


def unit_at(data: bytes, place: int, length: int, limit: int) -> tuple[int, int]:
    """Start and end of the unit whose ``length``-byte prefix is at ``place``; zero bytes at the end are none.

    Raises ``BadMedia`` for a unit that leaves its sample.
    """
    start = place + length
    end = start + int.from_bytes(data[place:start], "big")
    if start > limit and not any(data[place:limit]):
        return limit, limit
    if end > limit or start > limit:
        raise BadMedia("a NAL unit leaves its sample")
    return start, end
