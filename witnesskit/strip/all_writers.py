"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import (
    avi,
    gif,
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
    "isobmff",
    "jpeg",
    "mp3",
    "png",
    "registry",
    "wave",
    "webp",
]
from witnesskit.strip import heif, isobmff, jpeg, registry

__all__ = ["heif", "isobmff", "jpeg", "registry"]
