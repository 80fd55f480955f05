"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import isobmff, jpeg, registry, tiff

__all__ = ["isobmff", "jpeg", "registry", "tiff"]
