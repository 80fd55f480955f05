"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import isobmff, jpeg, png, registry, webp

__all__ = ["isobmff", "jpeg", "png", "registry", "webp"]
