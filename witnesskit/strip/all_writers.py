"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import (
    avi,
    gif,
    heif,
    isobmff,
    jpeg,
    mp3,
    png,
    registry,
    wave,
    webp,
)

__all__ = [
    "avi",
    "gif",
    "heif",
    "isobmff",
    "jpeg",
    "mp3",
    "png",
    "registry",
    "wave",
    "webp",
]
