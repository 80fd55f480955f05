"""A zlib stream of stored blocks (RFC 1950, RFC 1951 clause 3.2.4): the same bytes whichever library is installed."""

from __future__ import annotations

import zlib
from typing import Final

_BLOCK: Final = 65_535  # bytes one stored block holds


def stored(data: bytes) -> bytes:
    """``data`` as a zlib stream without compression."""
    out = [b"\x78\x01"]
    starts = range(0, len(data) or 1, _BLOCK)
    for start in starts:
        piece = data[start : start + _BLOCK]
        size = len(piece).to_bytes(2, "little")
        last = start == starts[-1]
        out += [bytes([last]), size, bytes(byte ^ 0xFF for byte in size), piece]
    return b"".join([*out, zlib.adler32(data).to_bytes(4, "big")])
