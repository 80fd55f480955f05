"""Which kind of file this is, from its first bytes alone; a name or a declared type is never asked."""

from __future__ import annotations

from typing import Final

HEAD_SIZE: Final = 64  # bytes of a file that are enough to tell

_MP4_BRANDS: Final = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 MSNV M4VH M4VP 3gp4 3gp5 3gp6 3gp7".split()
) | {b"M4V "}
_OLD_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"pnot"})  # files older than the ftyp box


def media_type(head: bytes) -> str:
    """``image/jpeg``, ``video/mp4``, ``video/quicktime``, or empty for every other kind."""
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[4:8] == b"ftyp":
        if head[8:12] == b"qt  ":
            return "video/quicktime"
        return "video/mp4" if head[8:12] in _MP4_BRANDS else ""
    return "video/quicktime" if head[4:8] in _OLD_QUICKTIME else ""
