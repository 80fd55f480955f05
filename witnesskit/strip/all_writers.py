"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import (
    avi,
    flac,
    gif,
    heif,
    isobmff,
    jpeg,
    matroska,
    mp3,
    ogg,
    png,
    registry,
    tiff,
    ts,
    wave,
    webp,
)

__all__ = [
    "avi",
    "flac",
    "gif",
    "heif",
    "isobmff",
    "jpeg",
    "matroska",
    "mp3",
    "ogg",
    "png",
    "registry",
    "tiff",
    "ts",
    "wave",
    "webp",
]
