"""The elementary stream descriptor of MPEG-4 sample entries, rebuilt with what decoding needs (ISO/IEC 14496-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia

_STREAM: Final = 3
_DECODER: Final = 4
_SPECIFIC: Final = 5
_SYNC_LAYER: Final = 6


@dataclass(frozen=True)
class DecoderConfig:
    """Coding number, thirteen bytes of stream type and rates, and the decoder's own bytes (clause 7.2.6.6)."""

    coding: int
    head: bytes
    specific: bytes


def read_descriptor(body: bytes) -> DecoderConfig:
    """Read what follows version and flags of ``esds``; raises ``BadMedia``."""
    tag, content, _ = _take(body, 0)
    if tag != _STREAM or len(content) < 3:
        raise BadMedia("esds")
    flags, place = content[2], 3
    place += 2 * (flags >> 7 & 1)
    if flags & 0x40:
        place += 1 + (content[place] if place < len(content) else 0)
    place += 2 * (flags >> 5 & 1)
    tag, decoder, _ = _take(content, place)
    if tag != _DECODER or len(decoder) < 13:
        raise BadMedia("esds without decoder")
    specific = b""
    if len(decoder) > 13:
        tag, inner, _ = _take(decoder, 13)
        specific = inner if tag == _SPECIFIC else b""
    return DecoderConfig(decoder[0], decoder[:13], specific)


def write_descriptor(config: DecoderConfig) -> bytes:
    """The body of ``esds`` with nothing but ``config``."""
    inner = _make(_SPECIFIC, config.specific) if config.specific else b""
    decoder = _make(_DECODER, config.head + inner)
    return bytes(4) + _make(_STREAM, bytes(3) + decoder + _make(_SYNC_LAYER, b"\x02"))


def _take(data: bytes, place: int) -> tuple[int, bytes, int]:
    """Tag, content and end of the descriptor at ``place``."""
    if place >= len(data):
        raise BadMedia("a descriptor is cut")
    tag, size, place = data[place], 0, place + 1
    for _ in range(4):
        byte = data[place] if place < len(data) else 0
        size, place = size << 7 | byte & 0x7F, place + 1
        if not byte & 0x80:
            break
    if place + size > len(data):
        raise BadMedia("a descriptor leaves its box")
    return tag, data[place : place + size], place + size


def _make(tag: int, content: bytes) -> bytes:
    size = len(content)
    sevens = [0x80 | size >> shift & 0x7F for shift in (21, 14, 7)]
    return bytes([tag, *sevens, size & 0x7F]) + content
