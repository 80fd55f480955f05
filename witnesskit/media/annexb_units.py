"""H.264 between start codes (ITU-T H.264 annex B), as the inspector reads it."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.errors.media import BadMedia, UnsupportedMedia


def units_of(data: bytes, listed: bool = False) -> Iterator[bytes]:
    """Units of H.264 between start codes, without the zero bytes around them; raises ``BadMedia`` for other bytes.

    ``listed``: the film came from MP4, where lengths stand in front of units; a start code must be seen then.
    """
    if listed and data[:4] not in (b"", b"\0\0\0\1"):
        raise UnsupportedMedia("H.264 units behind lengths, as in MP4")
    parts = data.split(b"\0\0\1")
    if parts[0].strip(b"\0"):
        raise BadMedia("bytes in front of the first start code")
    for part in parts[1:]:
        unit = part.rstrip(b"\0")
        if unit:
            yield unit
