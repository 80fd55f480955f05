"""Texts and profiles of a PNG, inflated and bounded (clauses 11.3.3.2 to 11.3.3.4, 11.3.2.3)."""

from __future__ import annotations

import zlib

from witnesskit.media_limits import PNG_TEXT_MAX


def inflated(data: bytes) -> bytes:
    """Up to ``PNG_TEXT_MAX`` bytes of a zlib stream; empty where it is broken."""
    try:
        return zlib.decompressobj().decompress(data, PNG_TEXT_MAX)
    except zlib.error:
        return b""


def read_text(kind: bytes, body: bytes) -> tuple[bytes, bytes]:
    """(keyword, text) of tEXt, zTXt or iTXt."""
    keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        return keyword, inflated(rest[1:])
    if kind == b"iTXt":
        packed, rest = rest[:1], rest[2:]
        text = rest.partition(b"\0")[2].partition(b"\0")[2]
        return keyword, inflated(text) if packed == b"\1" else text
    return keyword, rest
