"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import gif, isobmff, jpeg, png, registry, webp

__all__ = ["gif", "isobmff", "jpeg", "png", "registry", "webp"]
